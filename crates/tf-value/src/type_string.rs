//! Types as compact JSON: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`. Schemas and dynamic values carry them.

use std::sync::Arc;

use crate::Text;
use crate::error::{Error, Problem};
use crate::json::reader::Reader;
use crate::json::writer::write_string;
use crate::limits::{MAX_DEPTH, MAX_TYPE_BYTES};
use crate::value_type::{ObjectType, Type};

impl Type {
    /// Reads a type string. The names of optional attributes that a type constraint may have as a third element are checked
    /// and left out: they matter for conversions in configurations, never for values.
    ///
    /// # Errors
    /// [`Problem::Type`] and [`Problem::Json`]; [`Problem::TooDeep`] and [`Problem::TooLarge`] by [`crate::limits`];
    /// [`Problem::DuplicateKey`] if an attribute stands there twice.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        if json.len() > MAX_TYPE_BYTES {
            return Err(Problem::TooLarge { bytes: json.len(), limit: MAX_TYPE_BYTES }.into());
        }
        let mut reader = Reader::new(json);
        let read = read(&mut reader, 0)?;
        reader.end()?;
        Ok(read)
    }

    /// Writes the type string, as short as possible and with the attributes in the order of their names.
    pub fn to_json(&self) -> String {
        let mut json = Vec::new();
        self.write_json(&mut json);
        // Only ASCII and the strings of names were written.
        String::from_utf8(json).unwrap_or_default()
    }

    pub(crate) fn write_json(&self, json: &mut Vec<u8>) {
        let collection = |json: &mut Vec<u8>, kind: &[u8], element: &Self| {
            json.extend_from_slice(kind);
            element.write_json(json);
            json.push(b']');
        };
        match self {
            Self::Bool => json.extend_from_slice(b"\"bool\""),
            Self::Number => json.extend_from_slice(b"\"number\""),
            Self::String => json.extend_from_slice(b"\"string\""),
            Self::Dynamic => json.extend_from_slice(b"\"dynamic\""),
            Self::List(element) => collection(json, b"[\"list\",", element),
            Self::Set(element) => collection(json, b"[\"set\",", element),
            Self::Map(element) => collection(json, b"[\"map\",", element),
            Self::Tuple(elements) => {
                json.extend_from_slice(b"[\"tuple\",[");
                for (position, element) in elements.iter().enumerate() {
                    if position > 0 {
                        json.push(b',');
                    }
                    element.write_json(json);
                }
                json.extend_from_slice(b"]]");
            }
            Self::Object(object) => {
                json.extend_from_slice(b"[\"object\",{");
                for (position, (name, attribute)) in object.attributes().enumerate() {
                    if position > 0 {
                        json.push(b',');
                    }
                    write_string(json, name);
                    json.push(b':');
                    attribute.write_json(json);
                }
                json.extend_from_slice(b"}]");
            }
        }
    }
}

pub(crate) fn read(reader: &mut Reader<'_>, depth: usize) -> Result<Type, Error> {
    if depth >= MAX_DEPTH {
        return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
    }
    match reader.peek()? {
        b'"' => simple(&reader.string()?),
        b'[' => {
            reader.begin_array()?;
            let kind = reader.string()?;
            reader.comma()?;
            let read = structural(reader, &kind, depth)?;
            reader.end_array()?;
            Ok(read)
        }
        _ => Err(wrong("a name or an array is required")),
    }
}

fn simple(name: &str) -> Result<Type, Error> {
    match name {
        "bool" => Ok(Type::Bool),
        "number" => Ok(Type::Number),
        "string" => Ok(Type::String),
        "dynamic" => Ok(Type::Dynamic),
        _ => Err(wrong("the only names are bool, number, string and dynamic")),
    }
}

fn structural(reader: &mut Reader<'_>, kind: &str, depth: usize) -> Result<Type, Error> {
    match kind {
        "list" => Ok(Type::list(read(reader, depth + 1)?)),
        "set" => Ok(Type::set(read(reader, depth + 1)?)),
        "map" => Ok(Type::map(read(reader, depth + 1)?)),
        "tuple" => {
            let mut elements = Vec::new();
            reader.begin_array()?;
            while reader.next_element(elements.is_empty())? {
                elements.push(read(reader, depth + 1)?);
            }
            Ok(Type::Tuple(Arc::from(elements)))
        }
        "object" => {
            let object = attributes(reader, depth)?;
            if reader.peek()? == b',' {
                reader.comma()?;
                optional_names(reader, &object)?;
            }
            Ok(Type::Object(object))
        }
        _ => Err(wrong("the only kinds are list, set, map, tuple and object")),
    }
}

fn attributes(reader: &mut Reader<'_>, depth: usize) -> Result<ObjectType, Error> {
    let mut attributes = Vec::new();
    reader.begin_object()?;
    while let Some(name) = reader.next_key(attributes.is_empty())? {
        attributes.push((Text::new(&name), read(reader, depth + 1)?));
    }
    let count = attributes.len();
    attributes.sort_by(|(one, _): &(Text, Type), (other, _)| one.cmp(other));
    let twice = attributes.windows(2).find_map(|pair| match pair {
        [(one, _), (other, _)] if one == other => Some(one.clone()),
        _ => None,
    });
    let object = ObjectType::new(attributes);
    match twice {
        Some(name) if object.len() < count => Err(Problem::duplicate_key(&name).into()),
        _ => Ok(object),
    }
}

fn optional_names(reader: &mut Reader<'_>, object: &ObjectType) -> Result<(), Error> {
    let mut first = true;
    reader.begin_array()?;
    while reader.next_element(first)? {
        first = false;
        let name = Text::new(&reader.string()?);
        if object.attribute(&name).is_none() {
            return Err(Problem::unsupported_attribute(&name).into());
        }
    }
    Ok(())
}

fn wrong(reason: &'static str) -> Error {
    Problem::Type { reason }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| format!("{}\"string\"{}", "[\"list\",".repeat(depth), "]".repeat(depth));
        assert!(Type::from_json(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        let error = Type::from_json(nested(100_000).as_bytes()).unwrap_err();
        assert!(matches!(error.problem(), Problem::TooDeep { .. }), "{error}");
    }

    #[test]
    fn optional_attributes_are_left_out() {
        let read = Type::from_json(br#"["object",{"a":"string","b":"bool"},["b"]]"#).unwrap();
        assert_eq!(read.to_json(), r#"["object",{"a":"string","b":"bool"}]"#);
    }

    #[test]
    fn names_are_escaped_and_normalised() {
        let read = Type::from_json("[\"object\",{\"e\\u0301\\\"\":\"bool\"}]".as_bytes()).unwrap();
        assert_eq!(read, Type::object([("\u{e9}\"", Type::Bool)]));
        assert_eq!(read.to_json(), "[\"object\",{\"\u{e9}\\\"\":\"bool\"}]");
    }
}
