//! Sets of names, written in any case.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tf_framework::model::AttributeType as _;
use tf_framework::semantic::{LowerCase, Normalization as _, NormalizedSet, WithoutOuterSlashes};
use tf_framework::value::Value;

use crate::choices::Choices;
use crate::laws::{any_choices, without_files};

const NAMES: [&str; 6] = ["a", "b", "team-a", "ä", "default", ""];

fn spelling(choices: &mut Choices<'_>, names: &BTreeSet<&str>) -> Value {
    let mut written = BTreeSet::new();
    for name in names {
        for _ in 0..=choices.below(2) {
            written.insert(
                name.chars()
                    .map(|char| match choices.below(2) {
                        0 => char.to_string(),
                        _ => char.to_uppercase().collect(),
                    })
                    .collect::<String>(),
            );
        }
    }
    Value::set(written.into_iter().map(Value::from))
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn names_are_what_counts(
        one in prop::collection::btree_set(prop::sample::select(&NAMES[..]), 0..5),
        other in prop::collection::btree_set(prop::sample::select(&NAMES[..]), 0..5),
        bytes in any_choices(),
    ) {
        let choices = &mut Choices::new(&bytes);
        let spellings = [&one, &one, &other].map(|names| (names, spelling(choices, names)));
        for (names, written) in &spellings {
            let set = NormalizedSet::<LowerCase>::decode(written.clone()).unwrap();
            prop_assert_eq!(&set.encode(), written);
            prop_assert!(set.normalized().eq(names.iter().copied()));
            for (other_names, other) in &spellings {
                prop_assert_eq!(set == NormalizedSet::decode(other.clone()).unwrap(), names == other_names);
            }
        }
    }

    #[test]
    fn what_is_normal_stays(text in any::<String>()) {
        for normalize in [LowerCase::normalize, WithoutOuterSlashes::normalize] {
            let normal = normalize(&text).unwrap();
            prop_assert_eq!(normalize(&normal).unwrap(), normal);
        }
    }
}
