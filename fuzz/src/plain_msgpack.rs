//! A second reader of msgpack: `rmpv` makes a tree of it first.

use std::collections::BTreeMap;

use rmpv::ValueRef;
use rmpv::decode::{Error, read_value_ref};
use tf_value::{Bound, Number, Refinements, Text, Type, Value};

use crate::second_reading::{Part, Reading, Refused, all};

/// The extension in which an unknown value tells what is known about it.
const REFINED: i8 = 12;

/// The longest that cty reads of that.
const MAX_REFINED_BYTES: usize = 1_024;

/// What `rmpv` takes for nil, though the specification says "never used". So nothing is known about input that holds it.
const NEVER_USED: u8 = 0xc1;

/// What the bytes mean.
pub fn read(ty: &Type, bytes: &[u8]) -> Reading {
    let mut rest = bytes;
    let part = match tree(&mut rest) {
        Ok(Some(_)) if !rest.is_empty() => Err(Refused),
        Ok(Some(tree)) => value(ty, &tree),
        Ok(None) => Ok(None),
        Err(Refused) => Err(Refused),
    };
    match part {
        Ok(_) if bytes.contains(&NEVER_USED) => Reading::Open,
        part => part.into(),
    }
}

/// The tree at the front; `None` if it is too deep for `rmpv`.
fn tree<'a>(bytes: &mut &'a [u8]) -> Result<Option<ValueRef<'a>>, Refused> {
    match read_value_ref(bytes) {
        Ok(tree) => Ok(Some(tree)),
        Err(Error::DepthLimitExceeded) => Ok(None),
        Err(_) => Err(Refused),
    }
}

fn value(ty: &Type, tree: &ValueRef<'_>) -> Part {
    let parts = |element: &Type, trees: &mut dyn Iterator<Item = &ValueRef<'_>>| {
        let parts = all(trees.map(|tree| value(element, tree)))?;
        // Elements of any type must agree on one. Whether they do is not looked into here.
        Ok(parts.filter(|parts| parts.len() < 2 || !element.contains_dynamic()))
    };
    let known = match (ty, tree) {
        (_, ValueRef::Nil) => Value::Null,
        (_, ValueRef::Ext(REFINED, body)) if body.len() > 1 => return refined(ty, body),
        (_, ValueRef::Ext(..)) => Value::unknown(),
        (Type::Bool, ValueRef::Boolean(bool)) => Value::Bool(*bool),
        (Type::Number, tree) => Value::Number(number(tree)?),
        (Type::String, tree) => Value::from(text(tree)?),
        (Type::List(element), ValueRef::Array(trees)) => {
            return Ok(parts(element, &mut trees.iter())?.map(Value::List));
        }
        (Type::Set(element), ValueRef::Array(trees)) => return Ok(parts(element, &mut trees.iter())?.map(Value::set)),
        (Type::Map(element), ValueRef::Map(pairs)) => {
            let keys = pairs.iter().map(|(key, _)| text(key)).collect::<Result<Vec<_>, _>>()?;
            let parts = parts(element, &mut pairs.iter().map(|(_, tree)| tree))?;
            let Some(parts) = parts else { return Ok(None) };
            let map: BTreeMap<Text, Value> = keys.into_iter().map(Text::new).zip(parts).collect();
            if map.len() < pairs.len() {
                return Err(Refused);
            }
            Value::Map(map)
        }
        (Type::Tuple(types), ValueRef::Array(trees)) if types.len() == trees.len() => {
            return Ok(all(types.iter().zip(trees).map(|(ty, tree)| value(ty, tree)))?.map(Value::Tuple));
        }
        (Type::Object(object), ValueRef::Map(pairs)) if object.len() == pairs.len() => {
            let mut attributes: BTreeMap<&str, &ValueRef<'_>> = BTreeMap::new();
            for (name, tree) in pairs {
                attributes.insert(text(name)?, tree);
            }
            let part = |name: &Text, ty| attributes.get(name.as_str()).map_or(Err(Refused), |tree| value(ty, tree));
            let all = all(object.attributes().map(|(name, ty)| part(name, ty)))?;
            let names = object.attributes().map(|(name, _)| name.clone());
            return Ok(all.map(|all| Value::object(names.zip(all))));
        }
        (Type::Dynamic, ValueRef::Array(trees)) => {
            let [ty, content] = trees.as_slice() else { return Err(Refused) };
            let ty = match ty {
                ValueRef::Binary(bytes) => bytes,
                other => text(other)?.as_bytes(),
            };
            let ty = Type::from_json(ty).map_err(|_| Refused)?;
            let Some(value) = value(&ty, content)? else { return Ok(None) };
            Value::dynamic(ty, value).map_err(|_| Refused)?
        }
        _ => return Err(Refused),
    };
    Ok(Some(known))
}

/// An unknown value and what is known about it.
fn refined(ty: &Type, mut body: &[u8]) -> Part {
    if body.len() > MAX_REFINED_BYTES {
        return Err(Refused);
    }
    if *ty == Type::Dynamic {
        // Only a later release can have found out something, so what is there is not read.
        return Ok(None);
    }
    let Some(tree) = tree(&mut body)? else { return Ok(None) };
    let ValueRef::Map(pairs) = tree else { return Err(Refused) };
    let mut known = Refinements::default();
    let (mut is_null, mut is_not_null) = (false, false);
    for (key, tree) in &pairs {
        let refined = match (integer(key)?, tree) {
            (1, ValueRef::Boolean(null)) => {
                is_null |= null;
                is_not_null |= !null;
                Ok(if *null { known } else { known.not_null() })
            }
            (2, tree) => known.prefix(text(tree)?),
            (3, tree) => known.at_least(bound(tree)?),
            (4, tree) => known.at_most(bound(tree)?),
            (5, tree) => known.min_length(length(tree)?),
            (6, tree) => known.max_length(length(tree)?),
            (1, _) => return Err(Refused),
            // Of a later release.
            _ => Ok(known),
        };
        known = refined.map_err(|_| Refused)?;
    }
    if is_null && is_not_null {
        return Err(Refused);
    }
    let value = Value::refined(ty, known).map_err(|_| Refused)?;
    Ok(Some(if is_null { Value::Null } else { value }))
}

fn bound(tree: &ValueRef<'_>) -> Result<Bound, Refused> {
    match tree {
        ValueRef::Array(pair) => match pair.as_slice() {
            [tree, ValueRef::Boolean(inclusive)] => Ok(Bound { number: number(tree)?, inclusive: *inclusive }),
            _ => Err(Refused),
        },
        _ => Err(Refused),
    }
}

fn length(tree: &ValueRef<'_>) -> Result<u64, Refused> {
    u64::try_from(integer(tree)?).map_err(|_| Refused)
}

fn integer(tree: &ValueRef<'_>) -> Result<i64, Refused> {
    match tree {
        ValueRef::Integer(integer) => integer.as_i64().ok_or(Refused),
        _ => Err(Refused),
    }
}

fn number(tree: &ValueRef<'_>) -> Result<Number, Refused> {
    match tree {
        ValueRef::Integer(integer) => match (integer.as_i64(), integer.as_u64()) {
            (Some(signed), _) => Ok(signed.into()),
            (None, Some(unsigned)) => Ok(unsigned.into()),
            (None, None) => Err(Refused),
        },
        ValueRef::F32(float) => Number::from_f64(f64::from(*float)).map_err(|_| Refused),
        ValueRef::F64(float) => Number::from_f64(*float).map_err(|_| Refused),
        other => text(other)?.parse().map_err(|_| Refused),
    }
}

fn text<'a>(tree: &ValueRef<'a>) -> Result<&'a str, Refused> {
    match tree {
        ValueRef::String(text) => text.into_str().ok_or(Refused),
        _ => Err(Refused),
    }
}
