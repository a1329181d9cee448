//! JSON to values, led by the type.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::reader::{Reader, noun};
use crate::dynamic::agree;
use crate::error::{Error, Problem};
use crate::limits::{MAX_BYTES, MAX_DEPTH, MAX_TYPE_BYTES, MAX_VALUES};
use crate::path::Step;
use crate::type_string;
use crate::value_type::ObjectType;
use crate::{Number, Set, Text, Type, Value};

/// What happens to an attribute that the type does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsupported {
    Refused,
    LeftOut,
}

pub(super) fn decode(ty: &Type, json: &[u8], unsupported: Unsupported) -> Result<Value, Error> {
    if json.len() > MAX_BYTES {
        return Err(Problem::TooLarge { bytes: json.len(), limit: MAX_BYTES }.into());
    }
    let mut decoder = Decoder { reader: Reader::new(json), values: 0, unsupported };
    let value = decoder.value(ty, 0)?;
    decoder.reader.end()?;
    Ok(value)
}

struct Decoder<'a> {
    reader: Reader<'a>,
    /// How many were read so far.
    values: usize,
    unsupported: Unsupported,
}

impl<'a> Decoder<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, Error> {
        self.count()?;
        if depth >= MAX_DEPTH {
            return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
        }
        let first = self.reader.peek()?;
        match (ty, first) {
            (_, b'n') => self.reader.null().map(|()| Value::Null),
            (Type::Bool, b't' | b'f') => self.reader.bool().map(Value::Bool),
            (Type::Bool, b'"') => bool_from(&self.reader.string()?),
            (Type::Number, b'"') => number_from(&self.reader.string()?),
            (Type::Number, b'-' | b'0'..=b'9') => number_from(self.reader.number()?),
            (Type::String, b'"') => Ok(Value::String(Text::new(&self.reader.string()?))),
            (Type::String, b'-' | b'0'..=b'9') => Ok(Value::from(self.reader.number()?)),
            (Type::String, b't' | b'f') => Ok(Value::from(if self.reader.bool()? { "true" } else { "false" })),
            (Type::List(element), b'[') => Ok(Value::List(self.elements(element, Step::Index, depth)?)),
            (Type::Set(element), b'[') => Ok(Value::Set(Set::new(self.elements(element, |_| Step::Element, depth)?))),
            (Type::Map(element), b'{') => self.map(element, depth),
            (Type::Tuple(types), b'[') => self.tuple(types, depth),
            (Type::Object(object), b'{') => self.object(object, depth),
            (Type::Dynamic, b'{') => self.dynamic(depth),
            (_, b't' | b'f' | b'"' | b'[' | b'{' | b'-' | b'0'..=b'9') => {
                Err(Problem::Kind { expected: ty.noun(), found: noun(first) }.into())
            }
            _ => Err(self.reader.wrong("a value")),
        }
    }

    fn count(&mut self) -> Result<(), Error> {
        self.values += 1;
        if self.values > MAX_VALUES { Err(Problem::TooMany { limit: MAX_VALUES }.into()) } else { Ok(()) }
    }

    fn elements(&mut self, element: &Type, step: fn(usize) -> Step, depth: usize) -> Result<Vec<Value>, Error> {
        let mut elements = Vec::new();
        self.reader.begin_array()?;
        while self.reader.next_element(elements.is_empty())? {
            let at = |error: Error| error.inside(step(elements.len()));
            let value = self.value(element, depth + 1).map_err(at)?;
            elements.push(value);
        }
        agree(element, &mut elements)?;
        Ok(elements)
    }

    fn map(&mut self, element: &Type, depth: usize) -> Result<Value, Error> {
        let (mut keys, mut elements) = (Vec::new(), Vec::new());
        self.reader.begin_object()?;
        while let Some(key) = self.reader.next_key(keys.is_empty())? {
            let key = Text::new(&key);
            elements.push(self.value(element, depth + 1).map_err(|error| error.inside(Step::Key(key.clone())))?);
            keys.push(key);
        }
        agree(element, &mut elements)?;
        let mut map = BTreeMap::new();
        for (key, element) in keys.into_iter().zip(elements) {
            match map.entry(key) {
                Entry::Vacant(vacant) => vacant.insert(element),
                Entry::Occupied(occupied) => return Err(Problem::duplicate_key(occupied.key()).into()),
            };
        }
        Ok(Value::Map(map))
    }

    fn tuple(&mut self, types: &[Type], depth: usize) -> Result<Value, Error> {
        let mut elements = Vec::new();
        self.reader.begin_array()?;
        while self.reader.next_element(elements.is_empty())? {
            let index = elements.len();
            let ty = types.get(index).ok_or(Problem::TupleLength { expected: types.len(), found: index + 1 })?;
            elements.push(self.value(ty, depth + 1).map_err(|error| error.inside(Step::Index(index)))?);
        }
        if elements.len() < types.len() {
            return Err(Problem::TupleLength { expected: types.len(), found: elements.len() }.into());
        }
        Ok(Value::Tuple(elements))
    }

    fn object(&mut self, object: &ObjectType, depth: usize) -> Result<Value, Error> {
        let mut attributes = BTreeMap::new();
        let mut first = true;
        self.reader.begin_object()?;
        while let Some(key) = self.reader.next_key(first)? {
            first = false;
            let Some((name, ty)) = object.position(&key).and_then(|position| object.at(position)) else {
                if self.unsupported == Unsupported::Refused {
                    return Err(Problem::unsupported_attribute(&key).into());
                }
                self.reader.skip(depth + 1)?;
                continue;
            };
            if attributes.contains_key(name) {
                return Err(Problem::duplicate_key(name).into());
            }
            let value = self.value(ty, depth + 1).map_err(|error| error.inside(Step::Attribute(name.clone())))?;
            attributes.insert(name.clone(), value);
        }
        for (name, _) in object.attributes() {
            if !attributes.contains_key(name) {
                self.count()?;
                attributes.insert(name.clone(), Value::Null);
            }
        }
        Ok(Value::Object(attributes))
    }

    /// `{"type":…,"value":…}`. cty writes the value first, so it is kept until the type is known.
    fn dynamic(&mut self, depth: usize) -> Result<Value, Error> {
        let (mut ty, mut value) = (None, None);
        let mut first = true;
        self.reader.begin_object()?;
        while let Some(key) = self.reader.next_key(first)? {
            first = false;
            let comes_twice = match key.as_ref() {
                "type" => ty.replace(self.ty()?).is_some(),
                "value" => value.replace(self.reader.skip(depth + 1)?).is_some(),
                _ => return Err(Problem::DynamicParts.into()),
            };
            if comes_twice {
                return Err(Problem::duplicate_key(&key).into());
            }
        }
        let (Some(ty), Some(value)) = (ty, value) else { return Err(Problem::DynamicParts.into()) };
        let outside = std::mem::replace(&mut self.reader, Reader::new(value));
        let value = self.value(&ty, depth + 1);
        self.reader = outside;
        Value::dynamic_checked(ty, value?)
    }

    /// A type where it stands. Its levels are those of the type and not those of its text, in which an object takes two.
    fn ty(&mut self) -> Result<Type, Error> {
        let before = self.reader.remaining();
        let ty = type_string::read(&mut self.reader, 0)?;
        match before - self.reader.remaining() {
            0..=MAX_TYPE_BYTES => Ok(ty),
            bytes => Err(Problem::TooLarge { bytes, limit: MAX_TYPE_BYTES }.into()),
        }
    }
}

fn number_from(text: &str) -> Result<Value, Error> {
    text.parse::<Number>().map(Value::Number).map_err(|error| Problem::Number(error).into())
}

fn bool_from(text: &str) -> Result<Value, Error> {
    match text {
        "true" | "1" => Ok(Value::Bool(true)),
        "false" | "0" => Ok(Value::Bool(false)),
        _ => Err(Problem::Kind { expected: "a bool", found: "another string" }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(ty: &Type, json: &str) -> String {
        decode(ty, json.as_bytes(), Unsupported::Refused).unwrap_err().to_string()
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let ty = Type::object([("a", Type::map(Type::list(Type::Bool)))]);
        assert_eq!(refused(&ty, r#"{"a":{"k":[true,3]}}"#), "a[\"k\"][1]: a bool is required, found a number");
        assert_eq!(refused(&ty, r#"{"a":{"k":[true;]}}"#), "a[\"k\"]: no JSON at byte 15: a comma is required");
        assert_eq!(refused(&ty, r#"{"a":?}"#), "a: no JSON at byte 5: a value is required");
        assert_eq!(refused(&ty, r#"{"a":{},"a":{}}"#), "the key \"a\" stands there twice");
    }

    #[test]
    fn a_state_may_hold_what_the_schema_has_no_more() {
        let ty = Type::list(Type::object([("a", Type::Bool)]));
        let json = r#"[{"old":{"x":[1,"\"]"]},"a":true}]"#;
        assert_eq!(refused(&ty, json), "[0]: the object's type has no attribute \"old\"");
        let kept = decode(&ty, json.as_bytes(), Unsupported::LeftOut).unwrap();
        assert_eq!(kept, Value::list([Value::object([("a", Value::from(true))])]));
        assert!(decode(&ty, br#"[{"old":{]}]"#, Unsupported::LeftOut).is_err());
    }

    #[test]
    fn a_deep_type_is_read_beside_its_value() {
        let ty = (1..MAX_DEPTH).fold(Type::Bool, |ty, _| Type::object([("a", ty)]));
        let value = Value::dynamic(ty, Value::Null).unwrap();
        let json = crate::json::encode(&Type::Dynamic, &value).unwrap();
        assert_eq!(decode(&Type::Dynamic, json.as_bytes(), Unsupported::Refused).unwrap(), value);
    }

    #[test]
    fn a_type_is_no_longer_beside_its_value_than_alone() {
        let name = "x".repeat(MAX_TYPE_BYTES);
        let json = format!(r#"{{"type":["object",{{"{name}":"bool"}}],"value":null}}"#);
        let error = decode(&Type::Dynamic, json.as_bytes(), Unsupported::Refused).unwrap_err();
        assert!(matches!(error.problem(), Problem::TooLarge { .. }), "{error}");
    }

    #[test]
    fn depth_is_limited_through_every_detour() {
        let dynamic = format!("{}null{}", r#"{"type":"dynamic","value":"#.repeat(500), "}".repeat(500));
        for (ty, json) in [
            (
                (0..=MAX_DEPTH).fold(Type::Bool, |ty, _| Type::list(ty)),
                "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1),
            ),
            (Type::Dynamic, dynamic),
            (Type::object([("a", Type::Bool)]), format!("{{\"old\":{}", "[".repeat(100_000))),
        ] {
            let error = decode(&ty, json.as_bytes(), Unsupported::LeftOut).unwrap_err();
            assert!(matches!(error.problem(), Problem::TooDeep { .. }), "{error}");
        }
    }
}
