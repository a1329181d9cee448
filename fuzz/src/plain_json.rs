//! A second reader of JSON: `serde_json` does the grammar, one level at a time.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use tf_value::{Number, Text, Type, Value};

use crate::pairs::Pairs;
use crate::second_reading::{Part, Reading, Refused, all};

/// Deeper than any value may be. Each level is parsed anew, so that a deep text takes long here.
const MAX_DEPTH: usize = 140;

/// What becomes of attributes that the type does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// They are an error.
    Refused,
    /// They are left out, as from a state.
    LeftOut,
}

/// What a text means.
pub fn read(ty: &Type, json: &[u8], unsupported: Unsupported) -> Reading {
    match serde_json::from_slice(json) {
        Ok(text) => value(ty, text, unsupported, 0).into(),
        Err(_) => Reading::Refused,
    }
}

fn value(ty: &Type, text: &RawValue, unsupported: Unsupported, depth: usize) -> Part {
    if depth > MAX_DEPTH {
        return Ok(None);
    }
    let part = |ty: &Type, text: &RawValue| value(ty, text, unsupported, depth + 1);
    let parts = |element: &Type, texts: &[&RawValue]| {
        let parts = all(texts.iter().map(|text| part(element, text)))?;
        // Elements of any type must agree on one. Whether they do is not looked into here.
        Ok(parts.filter(|parts| parts.len() < 2 || !element.contains_dynamic()))
    };
    let known = match (ty, text.get()) {
        (_, "null") => Value::Null,
        (Type::Bool, "true" | r#""true""# | r#""1""#) => Value::Bool(true),
        (Type::Bool, "false" | r#""false""# | r#""0""#) => Value::Bool(false),
        (Type::Bool, other) => match parse::<String>(other)?.as_str() {
            // Written with escapes.
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return Err(Refused),
        },
        (Type::Number, text) if text.starts_with('"') => number(&parse::<String>(text)?)?,
        (Type::Number, text) if is_number(text) => number(text)?,
        (Type::String, text) if text.starts_with('"') => Value::from(parse::<String>(text)?),
        (Type::String, text) if is_number(text) || matches!(text, "true" | "false") => Value::from(text),
        (Type::List(element), text) => return Ok(parts(element, &parse::<Vec<_>>(text)?)?.map(Value::List)),
        (Type::Set(element), text) => return Ok(parts(element, &parse::<Vec<_>>(text)?)?.map(Value::set)),
        (Type::Map(element), text) => {
            let (keys, texts): (Vec<_>, Vec<_>) = parse::<Pairs<'_>>(text)?.0.into_iter().unzip();
            let keys = keys.iter().map(|key| Text::new(key));
            let Some(parts) = parts(element, &texts)? else { return Ok(None) };
            let map: BTreeMap<Text, Value> = keys.zip(parts).collect();
            if map.len() < texts.len() {
                return Err(Refused);
            }
            Value::Map(map)
        }
        (Type::Tuple(types), text) => {
            let texts = parse::<Vec<_>>(text)?;
            if texts.len() != types.len() {
                return Err(Refused);
            }
            return Ok(all(types.iter().zip(texts).map(|(ty, text)| part(ty, text)))?.map(Value::Tuple));
        }
        (Type::Object(object), text) => {
            let mut attributes: BTreeMap<String, Part> = BTreeMap::new();
            for (name, text) in parse::<Pairs<'_>>(text)?.0 {
                match object.attribute(&name) {
                    Some(ty) => {
                        if attributes.insert(name, part(ty, text)).is_some() {
                            return Err(Refused);
                        }
                    }
                    None if unsupported == Unsupported::Refused => return Err(Refused),
                    None => {
                        if !skip(text, depth + 1)? {
                            return Ok(None);
                        }
                    }
                }
            }
            let all = all(object
                .attributes()
                .map(|(name, _)| attributes.remove(name.as_str()).unwrap_or(Ok(Some(Value::Null)))))?;
            let names = object.attributes().map(|(name, _)| name.clone());
            return Ok(all.map(|all| Value::object(names.zip(all))));
        }
        (Type::Dynamic, text) => {
            let (mut ty, mut content) = (None, None);
            for (key, text) in parse::<Pairs<'_>>(text)?.0 {
                let part = match key.as_str() {
                    "type" => &mut ty,
                    "value" => &mut content,
                    _ => return Err(Refused),
                };
                if part.replace(text).is_some() {
                    return Err(Refused);
                }
            }
            let ty = Type::from_json(ty.ok_or(Refused)?.get().as_bytes()).map_err(|_| Refused)?;
            let Some(value) = part(&ty, content.ok_or(Refused)?)? else { return Ok(None) };
            Value::dynamic(ty, value).map_err(|_| Refused)?
        }
        (Type::Number | Type::String, _) => return Err(Refused),
    };
    Ok(Some(known))
}

/// Passes over a value; false if it is too deep for that.
fn skip(text: &RawValue, depth: usize) -> Result<bool, Refused> {
    if depth > MAX_DEPTH {
        return Ok(false);
    }
    let parts: Vec<&RawValue> = match text.get().as_bytes().first() {
        Some(b'"') => {
            parse::<String>(text.get())?;
            Vec::new()
        }
        Some(b'[') => parse(text.get())?,
        Some(b'{') => parse::<Pairs<'_>>(text.get())?.0.into_iter().map(|(_, text)| text).collect(),
        _ => Vec::new(),
    };
    parts.into_iter().try_fold(true, |known, part| Ok(skip(part, depth + 1)? && known))
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, Refused> {
    serde_json::from_str(text).map_err(|_| Refused)
}

fn number(digits: &str) -> Result<Value, Refused> {
    digits.parse::<Number>().map(Value::Number).map_err(|_| Refused)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}
