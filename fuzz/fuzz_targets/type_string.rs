//! A type string, as schemas and dynamic values carry it.
//!
//! An input is the text.
//!
//! Whatever the text is: nothing panics, what is accepted and as which type is what a second reader says, and an accepted
//! type, written down, is JSON and is read as the same type.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use secretzero_fuzz::pairs::Pairs;
use serde_json::value::RawValue;
use tf_value::{Problem, Text, Type};

fuzz_target!(|input: &[u8]| {
    let expected = str::from_utf8(input).ok().and_then(read);
    match Type::from_json(input) {
        Ok(ty) => {
            assert_eq!(Some(&ty), expected.as_ref(), "read, and by the second reader");
            let written = ty.to_json();
            assert_eq!(Type::from_json(written.as_bytes()).ok().as_ref(), Some(&ty), "from {written}");
            assert_eq!(read(&written), Some(ty), "by the second reader, from {written}");
        }
        Err(error) => {
            let is_too_deep = matches!(error.problem(), Problem::TooDeep { .. });
            assert!(expected.is_none() || is_too_deep, "{expected:?} was refused: {error}");
        }
    }
});

/// The type of a text, led by `serde_json`.
fn read(text: &str) -> Option<Type> {
    if let Ok(name) = serde_json::from_str::<String>(text) {
        return match name.as_str() {
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            "dynamic" => Some(Type::Dynamic),
            _ => None,
        };
    }
    let parts: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let (kind, parts) = parts.split_first()?;
    match (serde_json::from_str::<String>(kind.get()).ok()?.as_str(), parts) {
        ("list", [element]) => read(element.get()).map(Type::list),
        ("set", [element]) => read(element.get()).map(Type::set),
        ("map", [element]) => read(element.get()).map(Type::map),
        ("tuple", [elements]) => {
            let elements: Vec<&RawValue> = serde_json::from_str(elements.get()).ok()?;
            elements.into_iter().map(|element| read(element.get())).collect::<Option<Vec<_>>>().map(Type::tuple)
        }
        ("object", [attributes, optional @ ..]) => {
            let pairs = serde_json::from_str::<Pairs<'_>>(attributes.get()).ok()?.0;
            let count = pairs.len();
            let attributes = pairs.into_iter().map(|(name, ty)| Some((Text::new(&name), read(ty.get())?)));
            let attributes = attributes.collect::<Option<BTreeMap<_, _>>>()?;
            let names: Vec<String> = match optional {
                [] => Vec::new(),
                [names] => serde_json::from_str(names.get()).ok()?,
                _ => return None,
            };
            let is_sound =
                attributes.len() == count && names.iter().all(|name| attributes.contains_key(&Text::new(name)));
            is_sound.then(|| Type::object(attributes))
        }
        _ => None,
    }
}
