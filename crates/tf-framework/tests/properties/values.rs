//! Configurations, and what becomes of them.

use std::collections::BTreeMap;

use tf_framework::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, Shape};
use tf_value::{Text, Type, Value};

use crate::choices::Choices;

/// A configuration as a user may write it, with unknown values in it or without.
pub(crate) fn config(choices: &mut Choices<'_>, schema: &Schema, unknown: bool) -> Value {
    configured(choices, schema.block(), unknown)
}

/// The same configuration later, when everything is known.
pub(crate) fn resolved(choices: &mut Choices<'_>, schema: &Schema, config: &Value) -> Value {
    Fill::Config.object(choices, schema.block(), config)
}

/// What a server makes of a plan: everything unknown gets a value.
pub(crate) fn applied(choices: &mut Choices<'_>, schema: &Schema, planned: &Value) -> Value {
    Fill::State.object(choices, schema.block(), planned)
}

/// A state that somebody else has changed.
pub(crate) fn drifted(choices: &mut Choices<'_>, schema: &Schema, state: &Value) -> Value {
    let Some(members) = state.as_object() else { return state.clone() };
    let drifted = members.iter().map(|(name, value)| {
        if !choices.once_in(3) {
            return (name, value.clone());
        }
        let value = match (schema.block().attributes().get(name), schema.block().blocks().get(name)) {
            (Some(attribute), _) if attribute.mode() == Mode::Computed || choices.once_in(2) => {
                stored(choices, attribute)
            }
            (None, Some(nested)) => stored_blocks(choices, nested),
            _ => value.clone(),
        };
        (name, value)
    });
    Value::object(drifted.collect::<Vec<_>>())
}

/// A known value of a type that is not null.
pub(crate) fn of_type(choices: &mut Choices<'_>, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::from(choices.below(2) == 1),
        Type::Number => Value::from(i64::from(choices.below(3))),
        Type::String => Value::from(match choices.below(4) {
            0 => "a",
            1 => "A",
            2 => "b",
            _ => "",
        }),
        Type::Dynamic => {
            let ty = if choices.below(2) == 0 { Type::String } else { Type::list(Type::Number) };
            let value = of_type(choices, &ty);
            // It was made by its type.
            Value::dynamic(ty, value).unwrap_or(Value::Null)
        }
        Type::List(element) => {
            Value::list((0..choices.below(3)).map(|_| of_type(choices, element)).collect::<Vec<_>>())
        }
        Type::Set(element) => Value::set((0..choices.below(3)).map(|_| of_type(choices, element)).collect::<Vec<_>>()),
        Type::Map(element) => Value::map(
            (0..choices.below(3)).map(|key| (format!("k{key}"), of_type(choices, element))).collect::<Vec<_>>(),
        ),
        Type::Tuple(elements) => Value::tuple(elements.iter().map(|ty| of_type(choices, ty)).collect::<Vec<_>>()),
        Type::Object(object) => {
            Value::object(object.attributes().map(|(name, ty)| (name, of_type(choices, ty))).collect::<Vec<_>>())
        }
    }
}

fn configured(choices: &mut Choices<'_>, block: &Block, unknown: bool) -> Value {
    let mut members: BTreeMap<Text, Value> = BTreeMap::new();
    for (name, attribute) in block.attributes() {
        let value = match name.as_str() {
            "key" if unknown && choices.once_in(6) => Value::unknown(),
            "key" => Value::from(choices.unique()),
            _ => configured_attribute(choices, attribute, unknown),
        };
        members.insert(name.clone(), value);
    }
    // A secret and its version are set together.
    if let Some(version) = members.get("secret_version").cloned() {
        let secret = if version.is_null() { Value::Null } else { Value::from("secret") };
        members.insert("secret".into(), if version.is_known() { secret } else { Value::unknown() });
    }
    for (name, nested) in block.blocks() {
        members.insert(name.clone(), configured_blocks(choices, nested, unknown));
    }
    Value::Object(members)
}

fn configured_attribute(choices: &mut Choices<'_>, attribute: &Attribute, unknown: bool) -> Value {
    match attribute.mode() {
        Mode::Computed => return Value::Null,
        Mode::Required => {}
        Mode::Optional | Mode::OptionalComputed if choices.below(3) == 0 => return Value::Null,
        Mode::Optional | Mode::OptionalComputed => {}
    }
    if unknown && choices.once_in(6) {
        return Value::unknown();
    }
    match attribute.shape() {
        Shape::Typed(Type::List(element)) if unknown && choices.once_in(3) => {
            Value::list([of_type(choices, element), Value::unknown()])
        }
        Shape::Typed(Type::Set(element)) if unknown && choices.once_in(3) => {
            Value::set([of_type(choices, element), Value::unknown()])
        }
        Shape::Typed(ty) => of_type(choices, ty),
        Shape::Nested(nested) => {
            objects(choices, nested.nesting(), |choices| configured(choices, nested.object(), unknown))
        }
    }
}

fn configured_blocks(choices: &mut Choices<'_>, nested: &NestedBlock, unknown: bool) -> Value {
    match nested.nesting() {
        Nesting::Single if choices.below(2) == 0 => Value::Null,
        Nesting::List | Nesting::Set | Nesting::Map if unknown && choices.once_in(8) => Value::unknown(),
        nesting => objects(choices, nesting, |choices| configured(choices, nested.block(), unknown)),
    }
}

fn objects(choices: &mut Choices<'_>, nesting: Nesting, mut make: impl FnMut(&mut Choices<'_>) -> Value) -> Value {
    if matches!(nesting, Nesting::Single | Nesting::Group) {
        return make(choices);
    }
    let made: Vec<Value> = (0..choices.below(4)).map(|_| make(choices)).collect();
    match nesting {
        Nesting::List => Value::list(made),
        Nesting::Set => Value::set(made),
        _ => Value::map(made.into_iter().enumerate().map(|(key, object)| (format!("k{key}"), object))),
    }
}

/// A value that a server may have for an attribute.
fn stored(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    if attribute.is_write_only() || (!attribute.mode().is_required() && choices.once_in(5)) {
        return Value::Null;
    }
    match attribute.shape() {
        // What is given by a server is given once.
        Shape::Typed(Type::String) => Value::from(choices.unique()),
        Shape::Typed(ty) => of_type(choices, ty),
        Shape::Nested(nested) => objects(choices, nested.nesting(), |choices| stored_object(choices, nested.object())),
    }
}

fn stored_blocks(choices: &mut Choices<'_>, nested: &NestedBlock) -> Value {
    if nested.nesting() == Nesting::Single && choices.below(2) == 0 {
        return Value::Null;
    }
    objects(choices, nested.nesting(), |choices| stored_object(choices, nested.block()))
}

fn stored_object(choices: &mut Choices<'_>, block: &Block) -> Value {
    let attributes = block.attributes().iter().map(|(name, attribute)| (name.clone(), stored(choices, attribute)));
    let mut members: BTreeMap<Text, Value> = attributes.collect();
    for (name, nested) in block.blocks() {
        members.insert(name.clone(), stored_blocks(choices, nested));
    }
    Value::Object(members)
}

/// What takes the place of unknown values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Config,
    State,
}

impl Fill {
    fn object(self, choices: &mut Choices<'_>, block: &Block, value: &Value) -> Value {
        if !value.is_known() {
            return match self {
                Self::Config => configured(choices, block, false),
                Self::State => stored_object(choices, block),
            };
        }
        let Some(members) = value.as_object() else { return value.clone() };
        let filled = members.iter().map(|(name, value)| {
            let value = match (block.attributes().get(name), block.blocks().get(name)) {
                (Some(attribute), _) => self.attribute(choices, name, attribute, value),
                (None, Some(nested)) if !value.is_known() => configured_blocks(choices, nested, false),
                (None, Some(nested)) => self.objects(choices, nested.nesting(), nested.block(), value),
                (None, None) => value.clone(),
            };
            (name.clone(), value)
        });
        Value::Object(filled.collect())
    }

    fn attribute(self, choices: &mut Choices<'_>, name: &str, attribute: &Attribute, value: &Value) -> Value {
        match (value.is_known(), attribute.shape()) {
            (false, _) if name == "key" => Value::from(choices.unique()),
            // It is not due at once.
            (false, _) if attribute.is_renewal_flag() => Value::from(false),
            (false, Shape::Typed(_)) if attribute.is_write_only() => Value::from("secret"),
            (false, _) if name == "secret_version" => Value::from(7),
            (false, _) if self == Self::State => stored(choices, attribute),
            (false, _) => configured_attribute(choices, attribute, false),
            (true, Shape::Nested(nested)) => self.objects(choices, nested.nesting(), nested.object(), value),
            (true, Shape::Typed(Type::List(element) | Type::Set(element))) => {
                value.clone().transform(&mut |_, part| {
                    if part.is_known() { part } else { of_type(choices, element) }
                })
            }
            (true, Shape::Typed(_)) => value.clone(),
        }
    }

    fn objects(self, choices: &mut Choices<'_>, nesting: Nesting, block: &Block, value: &Value) -> Value {
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => self.object(choices, block, value),
            (_, Value::List(elements)) => {
                Value::list(elements.iter().map(|element| self.object(choices, block, element)).collect::<Vec<_>>())
            }
            (_, Value::Set(elements)) => {
                Value::set(elements.iter().map(|element| self.object(choices, block, element)).collect::<Vec<_>>())
            }
            (_, Value::Map(elements)) => {
                let filled = elements.iter().map(|(key, element)| (key.clone(), self.object(choices, block, element)));
                Value::Map(filled.collect())
            }
            (_, value) => value.clone(),
        }
    }
}
