//! Bytes to values, led by the type.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rmp::Marker;

use super::reader::{Reader, WireNumber, unexpected};
use super::refinements;
use crate::dynamic::agree;
use crate::error::{Error, Problem};
use crate::limits::{MAX_BYTES, MAX_DEPTH, MAX_VALUES};
use crate::path::Step;
use crate::value_type::ObjectType;
use crate::{Number, Set, Text, Type, Value};

/// Elements for which room is made at once. A longer collection has to be there before it takes memory.
const RESERVED: usize = 1_024;

pub(super) fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::TooLarge { bytes: bytes.len(), limit: MAX_BYTES }.into());
    }
    let mut decoder = Decoder { reader: Reader::new(bytes), values: 0 };
    let value = decoder.value(ty, 0)?;
    match decoder.reader.remaining() {
        0 => Ok(value),
        bytes => Err(Problem::Trailing { bytes }.into()),
    }
}

pub(super) fn number(number: WireNumber<'_>) -> Result<Number, Problem> {
    match number {
        WireNumber::Signed(number) => Ok(Number::from(number)),
        WireNumber::Unsigned(number) => Ok(Number::from(number)),
        WireNumber::Double(double) => Number::from_f64(double).map_err(Problem::Number),
        WireNumber::Text(text) => text.parse().map_err(Problem::Number),
    }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    /// How many were read so far.
    values: usize,
}

impl Decoder<'_> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, Error> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Problem::TooMany { limit: MAX_VALUES }.into());
        }
        if depth >= MAX_DEPTH {
            return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
        }
        if self.reader.peek()? == Marker::Null {
            self.reader.marker()?;
            return Ok(Value::Null);
        }
        if let Some(extension) = self.reader.extension()? {
            return refinements::decode(ty, &extension);
        }
        match ty {
            Type::Bool => Ok(Value::Bool(self.reader.bool()?)),
            Type::Number => Ok(Value::Number(number(self.reader.number()?)?)),
            Type::String => Ok(Value::String(Text::new(self.reader.string()?))),
            Type::List(element) => Ok(Value::List(self.elements(ty, element, Step::Index, depth)?)),
            Type::Set(element) => Ok(Value::Set(Set::new(self.elements(ty, element, |_| Step::Element, depth)?))),
            Type::Map(element) => self.map(element, depth),
            Type::Tuple(types) => self.tuple(types, depth),
            Type::Object(object) => self.object(object, depth),
            Type::Dynamic => self.dynamic(depth),
        }
    }

    fn elements(
        &mut self,
        ty: &Type,
        element: &Type,
        step: fn(usize) -> Step,
        depth: usize,
    ) -> Result<Vec<Value>, Error> {
        let length = self.reader.array_length(ty.noun())?;
        let mut elements = Vec::with_capacity(length.min(RESERVED));
        for index in 0..length {
            elements.push(self.value(element, depth + 1).map_err(|error| error.inside(step(index)))?);
        }
        agree(element, &mut elements)?;
        Ok(elements)
    }

    fn map(&mut self, element: &Type, depth: usize) -> Result<Value, Error> {
        let length = self.reader.map_length("a map")?;
        let mut keys = Vec::with_capacity(length.min(RESERVED));
        let mut elements = Vec::with_capacity(length.min(RESERVED));
        for _ in 0..length {
            let key = Text::new(self.reader.string()?);
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
        let length = self.reader.array_length("a tuple")?;
        if length != types.len() {
            return Err(Problem::TupleLength { expected: types.len(), found: length }.into());
        }
        let mut elements = Vec::with_capacity(length);
        for (index, ty) in types.iter().enumerate() {
            elements.push(self.value(ty, depth + 1).map_err(|error| error.inside(Step::Index(index)))?);
        }
        Ok(Value::Tuple(elements))
    }

    fn object(&mut self, object: &ObjectType, depth: usize) -> Result<Value, Error> {
        let length = self.reader.map_length("an object")?;
        if length != object.len() {
            return Err(Problem::AttributeCount { expected: object.len(), found: length }.into());
        }
        let mut attributes: Vec<(Text, Value)> = Vec::with_capacity(length);
        for expected in 0..length {
            let name = self.reader.string()?;
            // cty sends the attributes in the order of their names, so that no search is needed.
            let next = object.at(expected).filter(|(next, _)| *next == name);
            let attribute = next.or_else(|| object.position(name).and_then(|position| object.at(position)));
            let Some((name, ty)) = attribute else { return Err(Problem::unsupported_attribute(name).into()) };
            let value = self.value(ty, depth + 1).map_err(|error| error.inside(Step::Attribute(name.clone())))?;
            attributes.push((name.clone(), value));
        }
        let attributes: BTreeMap<Text, Value> = attributes.into_iter().collect();
        if attributes.len() < length {
            // As many came as there should be: one came twice, and another did not.
            let missing = object.attributes().find(|(name, _)| !attributes.contains_key(name.as_str()));
            return Err(Problem::missing_attribute(missing.map_or("", |(name, _)| name)).into());
        }
        Ok(Value::Object(attributes))
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value, Error> {
        match self.reader.peek()? {
            Marker::FixArray(2) | Marker::Array16 | Marker::Array32 => {}
            Marker::FixArray(_) => return Err(Problem::DynamicParts.into()),
            other => return Err(unexpected("a value with its type", other).into()),
        }
        if self.reader.array_length("a value with its type")? != 2 {
            return Err(Problem::DynamicParts.into());
        }
        let ty = Type::from_json(self.reader.binary()?)?;
        let value = self.value(&ty, depth + 1)?;
        Value::dynamic_checked(ty, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(ty: &Type, bytes: &[u8]) -> Error {
        decode(ty, bytes).unwrap_err()
    }

    #[test]
    fn headers_that_promise_too_much_allocate_nothing() {
        let list = Type::list(Type::Bool);
        for (ty, bytes) in [
            (&list, &b"\xdd\xff\xff\xff\xff"[..]),
            (&list, b"\xdc\xff\xff\xc0"),
            (&Type::map(Type::Bool), b"\xdf\xff\xff\xff\xff\xa1a"),
            (&Type::String, b"\xdb\xff\xff\xff\xffab"),
            (&Type::String, b"\xc9\xff\xff\xff\xff\x0c\x80"),
            (&Type::Dynamic, b"\x92\xc6\xff\xff\xff\xff"),
        ] {
            assert!(matches!(refused(ty, bytes).problem(), Problem::Truncated), "{bytes:x?}");
        }
    }

    #[test]
    fn values_are_counted() {
        let mut bytes = vec![0xdd];
        bytes.extend_from_slice(&(MAX_VALUES as u32).to_be_bytes());
        bytes.resize(bytes.len() + MAX_VALUES, 0xc0);
        assert!(matches!(refused(&Type::list(Type::Bool), &bytes).problem(), Problem::TooMany { .. }));
    }

    #[test]
    fn dynamic_values_nest_only_so_deep() {
        let mut bytes = b"\x92\xc4\x09\"dynamic\"".repeat(100_000);
        bytes.push(0xc0);
        assert!(matches!(refused(&Type::Dynamic, &bytes).problem(), Problem::TooDeep { .. }));
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let ty = Type::object([("a", Type::map(Type::list(Type::Bool)))]);
        let error = decode(&ty, b"\x81\xa1a\x81\xa1k\x92\xc2\x01").unwrap_err();
        assert_eq!(error.to_string(), "a[\"k\"][1]: a bool is required, found an integer");
        let pairs = Type::list(Type::tuple([Type::Bool, Type::Bool]));
        assert_eq!(refused(&pairs, b"\x92\x91\xc3\xc3").to_string(), "[0]: a tuple of 2 elements is required, found 1");
    }
}
