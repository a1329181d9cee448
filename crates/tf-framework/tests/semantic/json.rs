//! JSON: a value, with members in any order and numbers in any notation.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tf_framework::semantic::Json;

use crate::choices::Choices;
use crate::laws::{any_choices, any_text, is_an_equivalence, read, without_files};

#[derive(Clone, Debug, PartialEq)]
enum Meaning {
    Null,
    Bool(bool),
    /// Digits without zeros at the ends, and the power of ten of the last.
    Number(bool, String, i32),
    String(String),
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

const STRINGS: [&str; 8] = ["", "a", "b", "A", "é\n", "\"\\/", "😀\u{7f}", "\u{0}\t"];

fn meaning(choices: &mut Choices<'_>, depth: u8) -> Meaning {
    match choices.below(if depth == 0 { 6 } else { 10 }) {
        0 => Meaning::Null,
        1 => Meaning::Bool(choices.once_in(2)),
        2 => Meaning::Number(false, String::new(), 0),
        3 | 4 => number(choices),
        5 => Meaning::String(string(choices)),
        6 | 7 => Meaning::Array((0..choices.below(4)).map(|_| meaning(choices, depth - 1)).collect()),
        _ => Meaning::Object((0..choices.below(4)).map(|_| (string(choices), meaning(choices, depth - 1))).collect()),
    }
}

fn number(choices: &mut Choices<'_>) -> Meaning {
    let mut digits: String = (0..choices.below(40)).map(|_| char::from(b'0' + choices.below(10))).collect();
    digits.insert(0, '7');
    digits.push('3');
    Meaning::Number(choices.once_in(2), digits, i32::from(choices.below(60)) - 30)
}

fn string(choices: &mut Choices<'_>) -> String {
    (0..choices.below(3)).map(|_| STRINGS[usize::from(choices.below(8))]).collect()
}

/// One thing different, somewhere.
fn changed(choices: &mut Choices<'_>, value: &Meaning) -> Meaning {
    match value {
        Meaning::Null => Meaning::Bool(false),
        Meaning::Bool(value) => Meaning::Bool(!value),
        Meaning::Number(..) if choices.once_in(3) => Meaning::String("1".into()),
        Meaning::Number(negative, digits, exponent) => match choices.below(3) {
            0 => Meaning::Number(*negative, format!("{digits}1"), *exponent),
            1 if !digits.is_empty() => Meaning::Number(!negative, digits.clone(), *exponent),
            _ => Meaning::Number(*negative, format!("1{digits}"), exponent + 1),
        },
        Meaning::String(value) => Meaning::String(format!("{value}b")),
        Meaning::Array(elements) if !elements.is_empty() && !choices.once_in(4) => {
            let mut elements = elements.clone();
            let at = usize::from(choices.below(4)) % elements.len();
            if choices.once_in(3) {
                elements.rotate_left(1)
            } else {
                elements[at] = changed(choices, &elements[at])
            }
            Meaning::Array(elements)
        }
        Meaning::Array(elements) => Meaning::Array([&elements[..], &[Meaning::Null]].concat()),
        Meaning::Object(members) => {
            let mut members = members.clone();
            match members.pop_last() {
                Some((name, value)) if choices.once_in(2) => members.insert(name, changed(choices, &value)),
                Some((name, value)) => members.insert(format!("{name}c"), value),
                None => members.insert(String::new(), Meaning::Null),
            };
            Meaning::Object(members)
        }
    }
}

fn spelling(choices: &mut Choices<'_>, value: &Meaning) -> String {
    let token = match value {
        Meaning::Null => "null".to_owned(),
        Meaning::Bool(value) => value.to_string(),
        Meaning::Number(negative, digits, exponent) => number_spelling(choices, *negative, digits, *exponent),
        Meaning::String(value) => string_spelling(choices, value),
        Meaning::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(|element| spelling(choices, element)).collect();
            format!("[{}{}]", space(choices), elements.join(","))
        }
        Meaning::Object(members) => {
            let mut spelled = Vec::new();
            for (name, value) in members {
                let member =
                    format!("{0}{1}{0}:{2}", space(choices), string_spelling(choices, name), spelling(choices, value));
                spelled.insert(usize::from(choices.below(4)) % (spelled.len() + 1), member);
            }
            format!("{{{}{}}}", space(choices), spelled.join(","))
        }
    };
    [space(choices), &token, space(choices)].concat()
}

fn space(choices: &mut Choices<'_>) -> &'static str {
    ["", "", " ", "\n", "\t\r\n "][usize::from(choices.below(5))]
}

fn number_spelling(choices: &mut Choices<'_>, negative: bool, digits: &str, exponent: i32) -> String {
    let sign = if negative || digits.is_empty() && choices.once_in(2) { "-" } else { "" };
    let digits = if digits.is_empty() { "0" } else { digits };
    // The point anywhere, with the exponent to match.
    let point = 1 + usize::from(choices.below(60)) % digits.len();
    let (whole, fraction) = digits.split_at(point);
    let exponent = exponent + i32::try_from(fraction.len()).unwrap();
    let zeros = "0".repeat(choices.below(3).into());
    let fraction = if fraction.is_empty() && zeros.is_empty() { String::new() } else { format!(".{fraction}{zeros}") };
    match choices.below(4) {
        0 if exponent == 0 => format!("{sign}{whole}{fraction}"),
        1 if exponent >= 0 => format!("{sign}{whole}{fraction}E+{exponent}"),
        2 if exponent > 0 && fraction.is_empty() && whole != "0" => {
            format!("{sign}{whole}{}", "0".repeat(exponent as usize))
        }
        _ => format!("{sign}{whole}{fraction}e{exponent}"),
    }
}

fn string_spelling(choices: &mut Choices<'_>, value: &str) -> String {
    let mut text = String::from('"');
    for char in value.chars() {
        match char {
            '"' | '\\' if choices.once_in(2) => text.extend(['\\', char]),
            '/' if choices.once_in(2) => text.push_str("\\/"),
            '\n' if choices.once_in(2) => text.push_str("\\n"),
            '"' | '\\' | '\0'..='\u{1f}' => text += &units(choices, char),
            _ if choices.once_in(4) => text += &units(choices, char),
            _ => text.push(char),
        }
    }
    text + "\""
}

fn units(choices: &mut Choices<'_>, char: char) -> String {
    let mut buffer = [0; 2];
    let units = char.encode_utf16(&mut buffer).iter().map(|unit| match choices.below(2) {
        0 => format!("\\u{unit:04x}"),
        _ => format!("\\u{unit:04X}"),
    });
    units.collect()
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn the_value_is_what_counts(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let one = meaning(choices, 4);
        let all = [one.clone(), one.clone(), changed(choices, &one), meaning(choices, 2)];
        let spellings = all.map(|value| (spelling(choices, &value), value));
        for (text, value) in &spellings {
            for (other_text, other) in &spellings {
                prop_assert_eq!(read::<Json>(text) == read(other_text), value == other, "{}\n{}", text, other_text);
            }
        }
    }

    /// What this reads, everybody reads, and the other way round.
    #[test]
    fn any_text_is_read_or_refused(texts in prop::collection::vec(any_text("{}[]:,\"\\ueEntrfals0123-+. \n"), 3)) {
        is_an_equivalence::<Json>(&texts);
        for text in texts {
            let names_twice_or_too_many_digits = ["\":", "e", "E"].iter().any(|part| text.contains(part));
            if !names_twice_or_too_many_digits {
                let theirs = serde_json::from_str::<serde_json::Value>(&text);
                prop_assert_eq!(text.parse::<Json>().is_ok(), theirs.is_ok(), "{:?} {:?}", text, theirs);
            }
        }
    }
}
