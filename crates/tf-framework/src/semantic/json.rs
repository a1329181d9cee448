//! JSON documents.

pub(super) mod reader;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use tf_value::{Number, Text};

use super::fault::Fault;
use crate::model::{AttributeType, DecodeError};
use reader::Node;

/// A JSON document.
///
/// Two are equal if they are the same value: white space, the order of members, escapes and the notation of numbers make no
/// difference, every digit and the order of elements do. `1`, `1.0` and `10e-1` are one number; no number goes through a
/// float. An object that has a name twice is refused, because readers don't agree on what it means.
///
/// At most 4 MiB, 128 levels, and numbers of 2,048 digits.
///
/// ```
/// use tf_framework::semantic::Json;
///
/// let written: Json = r#"{ "ttl": 3600, "tags": ["a", "b"] }"#.parse()?;
/// assert_eq!(written, r#"{"tags":["a","b"],"ttl":3.6e3}"#.parse()?);
/// assert_ne!(written, r#"{"tags":["b","a"],"ttl":3600}"#.parse()?);
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Json {
    spelling: Text,
    meaning: Meaning,
}

#[derive(Clone, PartialEq, Eq)]
enum Meaning {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

impl Json {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }
}

impl FromStr for Json {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let meaning = reader::read(text).and_then(|document| meaning(text, document));
        let meaning = meaning.map_err(|fault| DecodeError::new(format!("must be JSON: {fault}")))?;
        Ok(Self { spelling: text.into(), meaning })
    }
}

/// Without the document, which may hold what nobody should see.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json").finish_non_exhaustive()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for Json {}

impl AttributeType for Json {
    spelled_attribute_type!("a string of JSON");
}

fn meaning(text: &str, node: Node) -> Result<Meaning, Fault> {
    Ok(match node {
        Node::Null => Meaning::Null,
        Node::Bool(value) => Meaning::Bool(value),
        Node::Number { value, .. } => Meaning::Number(value),
        Node::String(value) => Meaning::String(value),
        Node::Array(elements) => {
            Meaning::Array(elements.into_iter().map(|element| meaning(text, element)).collect::<Result<_, _>>()?)
        }
        Node::Object(members) => {
            let mut object = BTreeMap::new();
            for member in members {
                let value = meaning(text, member.value)?;
                if object.insert(member.name, value).is_some() {
                    return Err(Fault::at(text, member.offset, "has a name that the object had before"));
                }
            }
            Meaning::Object(object)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value() {
        let table: [&[&str]; 7] = [
            &["1", "1.0", "1e0", " 10e-1 ", "0.1E+1", "1.000000000000000000000000000"],
            &["0", "-0", "0.00", "0e99"],
            &[r#""é\/\n""#, r#""\u00e9/\u000A""#, r#""\u00E9/\n""#],
            &[r#""😀""#, r#""\ud83d\ude00""#],
            &[r#"{"a":1,"b":[true,null]}"#, "{\n\t\"b\" : [ true , null ] ,\r\n \"\\u0061\" : 1.0 }"],
            &["123456789012345678901234567890.5", "1234567890123456789012345678905e-1"],
            &["[]", "[ ]"],
        ];
        for spellings in table {
            for one in spellings {
                for other in spellings {
                    assert_eq!(one.parse::<Json>().unwrap(), other.parse().unwrap(), "{one} {other}");
                }
            }
        }
        for (index, one) in table.iter().enumerate() {
            for other in table.iter().skip(index + 1) {
                assert_ne!(one[0].parse::<Json>().unwrap(), other[0].parse().unwrap());
            }
        }
    }

    #[test]
    fn different_values() {
        let table = [
            ("9007199254740993", "9007199254740992"),
            ("0.1", "0.1000000000000000055511151231257827"),
            ("1", "\"1\""),
            ("[1,2]", "[2,1]"),
            ("{}", "[]"),
            (r#"{"a":null}"#, "{}"),
            ("null", "false"),
            ("\"a\"", "\"A\""),
            (r#""\u00e9""#, r#""e\u0301""#),
            ("[[1],2]", "[1,[2]]"),
        ];
        for (one, other) in table {
            assert_ne!(one.parse::<Json>().unwrap(), other.parse().unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn a_name_is_there_once() {
        for text in ["{\"a\":1,\n \"a\":1}", "{\"a\":1,\n \"\\u0061\":2}"] {
            let error = text.parse::<Json>().unwrap_err();
            assert_eq!(error.to_string(), "must be JSON: line 2, column 2 has a name that the object had before");
        }
        r#"[{"a":1},{"a":1,"b":{"a":2}}]"#.parse::<Json>().unwrap();
    }

    #[test]
    fn debug_shows_no_document() {
        assert!(!format!("{:?}", "\"hunter2\"".parse::<Json>().unwrap()).contains("hunter2"));
    }
}
