//! What must hold for every semantic type.

use proptest::prelude::*;
use tf_framework::model::AttributeType;
use tf_framework::value::Value;

/// As many choices as a case can have; most need a few hundred.
const MAX_CHOICES: usize = 1_500;

/// Where generated meanings and spellings come from.
pub(crate) fn any_choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..MAX_CHOICES)
}

/// Texts of the given characters, which are those that mean something, and texts of any.
pub(crate) fn any_text(alphabet: &'static str) -> impl Strategy<Value = String> {
    let chars: Vec<char> = alphabet.chars().collect();
    let of_alphabet = prop::collection::vec(prop::sample::select(chars), 0..60).prop_map(String::from_iter);
    prop_oneof![4 => of_alphabet, 1 => any::<String>()]
}

/// A failure is repeated by its seed, which proptest prints.
pub(crate) fn without_files() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads a spelling, which must be one, and looks that it comes back unchanged.
#[track_caller]
pub(crate) fn read<T: AttributeType>(spelling: &str) -> T {
    let written = Value::from(spelling);
    let decoded = T::decode(written.clone()).unwrap_or_else(|error| panic!("{spelling:?} {error}"));
    assert_eq!(decoded.encode(), written);
    decoded
}

/// Reads texts, of which some may be none of the type's, and looks that equality is one.
#[track_caller]
pub(crate) fn is_an_equivalence<T: AttributeType + PartialEq>(texts: &[String]) {
    let values: Vec<(&String, T)> =
        texts.iter().filter_map(|text| Some((text, T::decode(Value::from(text.as_str())).ok()?))).collect();
    for (text, one) in &values {
        assert!(*one == read(text), "{text:?} is not itself");
        for (other_text, other) in &values {
            let (there, back) = (one == other, other == one);
            assert_eq!(there, back, "{text:?} {other_text:?}");
            for (third_text, third) in &values {
                assert!(!(one == other && other == third) || one == third, "{text:?} {other_text:?} {third_text:?}");
            }
        }
    }
}
