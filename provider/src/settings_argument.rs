//! Settings that a function gets as one object.
//!
//! A parameter of an object type would have callers write every attribute, those they don't care about as null. So such a
//! parameter takes any value, and what the core does for the attributes of a resource is done here: what is left out has its
//! default, values are converted, blocks are objects and lists of them, and what nobody knows is an error.

use std::collections::BTreeMap;

use tf_framework::diagnostic::{Diagnostic, Diagnostics, Severity};
use tf_framework::model::{AnyValue, Fields};
use tf_framework::schema::{Attribute, Block, Nesting, Schema, Shape};
use tf_framework::validate::{ClientCapabilities, validate};
use tf_framework::value::{Path, Text, Type, Value};

/// Reads settings. The error is one text that begins with the place, such as `settings.listeners[0].address`; `name` is that
/// of the parameter.
///
/// # Errors
/// If they are no object, have what nobody knows, lack what is required, or break a rule of the attributes.
pub fn read<T: Fields>(value: AnyValue, name: &str) -> Result<T, String> {
    let root = Path::root().attribute(name);
    let object = object(&T::block(), value.0, &root)?;
    let diagnostics = validate(&Schema::new(0, T::block()), &object, ClientCapabilities::default());
    if let Some(error) = diagnostics.iter().find(|told| told.severity() == Severity::Error) {
        return Err(within(&root, error));
    }
    T::from_object(object).map_err(|error| format!("{} {error}", joined(&root, &error.path())))
}

/// A diagnostic as the error of a function, which has no place but in its text.
pub fn text(told: &Diagnostic) -> String {
    let place = told.path();
    let place = if place.is_root() { String::new() } else { format!("{place}: ") };
    format!("{place}{}. {}", told.summary(), told.detail_text())
}

/// The first error of several as the error of a function.
pub fn first(told: &Diagnostics) -> String {
    told.iter().find(|told| told.severity() == Severity::Error).map(text).unwrap_or_default()
}

fn within(root: &Path, told: &Diagnostic) -> String {
    text(&told.clone().at(joined(root, told.path())))
}

fn joined(root: &Path, path: &Path) -> Path {
    root.steps().iter().chain(path.steps()).cloned().collect()
}

fn object(block: &Block, value: Value, at: &Path) -> Result<Value, String> {
    let mut members = members(value).ok_or_else(|| format!("{at}: must be an object"))?;
    let mut known = BTreeMap::new();
    for (name, attribute) in block.attributes() {
        let value = members.remove(name).unwrap_or(Value::Null);
        let default = || attribute.default().cloned().unwrap_or(Value::Null);
        let value = if value.is_null() { default() } else { value };
        known.insert(name.clone(), member(attribute, value, &at.clone().attribute(name.clone()))?);
    }
    for (name, nested) in block.blocks() {
        let value = members.remove(name).unwrap_or(Value::Null);
        let blocks = nested_objects(nested.nesting(), nested.block(), value, &at.clone().attribute(name.clone()))?;
        // Blocks of which there can be several are never null.
        let blocks = if blocks.is_null() && nested.nesting() == Nesting::List { Value::list([]) } else { blocks };
        known.insert(name.clone(), blocks);
    }
    if let Some(name) = members.keys().next() {
        let names: Vec<_> = known.keys().map(|name| name.to_string()).collect();
        return Err(format!("{at}: there is no attribute {:?} here. There are: {}", &**name, names.join(", ")));
    }
    Ok(Value::Object(known))
}

fn member(attribute: &Attribute, value: Value, at: &Path) -> Result<Value, String> {
    match attribute.shape() {
        Shape::Typed(ty) => typed(ty, value, at),
        Shape::Nested(nested) => nested_objects(nested.nesting(), nested.object(), value, at),
    }
}

fn nested_objects(nesting: Nesting, block: &Block, value: Value, at: &Path) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match nesting {
        Nesting::Single | Nesting::Group => object(block, value, at),
        Nesting::List => each(value, at, |value, at| object(block, value, at)).map(Value::List),
        Nesting::Set => each(value, at, |value, at| object(block, value, at)).map(Value::set),
        Nesting::Map => by_key(value, at, |value, at| object(block, value, at)).map(Value::Map),
    }
}

/// The conversions of the language.
fn typed(ty: &Type, value: Value, at: &Path) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match (ty, value.bare()) {
        (Type::Dynamic, _) => Ok(value),
        (Type::Bool, Value::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Bool, Value::String(text)) if &**text == "true" => Ok(Value::Bool(true)),
        (Type::Bool, Value::String(text)) if &**text == "false" => Ok(Value::Bool(false)),
        (Type::Bool, _) => Err(format!("{at}: must be true or false")),
        (Type::Number, Value::Number(number)) => Ok(Value::Number(number.clone())),
        (Type::Number, Value::String(text)) => {
            text.parse().map(Value::Number).map_err(|_| format!("{at}: must be a number"))
        }
        (Type::Number, _) => Err(format!("{at}: must be a number")),
        (Type::String, Value::String(text)) => Ok(Value::String(text.clone())),
        (Type::String, Value::Number(number)) => Ok(Value::from(number.to_string())),
        (Type::String, Value::Bool(value)) => Ok(Value::from(value.to_string())),
        (Type::String, _) => Err(format!("{at}: must be a string")),
        (Type::List(element), _) => each(value, at, |value, at| typed(element, value, at)).map(Value::List),
        (Type::Set(element), _) => each(value, at, |value, at| typed(element, value, at)).map(Value::set),
        (Type::Map(element), _) => by_key(value, at, |value, at| typed(element, value, at)).map(Value::Map),
        (Type::Tuple(_) | Type::Object(_), _) => Err(format!("{at}: is of a type that no settings have")),
    }
}

fn members(value: Value) -> Option<BTreeMap<Text, Value>> {
    match bare(value) {
        Value::Object(members) | Value::Map(members) => Some(members),
        _ => None,
    }
}

fn each(
    value: Value,
    at: &Path,
    convert: impl Fn(Value, &Path) -> Result<Value, String>,
) -> Result<Vec<Value>, String> {
    let elements = match bare(value) {
        Value::List(elements) | Value::Tuple(elements) => elements,
        Value::Set(elements) => elements.into_vec(),
        _ => return Err(format!("{at}: must be a list")),
    };
    elements.into_iter().enumerate().map(|(index, element)| convert(element, &at.clone().index(index))).collect()
}

fn by_key(
    value: Value,
    at: &Path,
    convert: impl Fn(Value, &Path) -> Result<Value, String>,
) -> Result<BTreeMap<Text, Value>, String> {
    let members = members(value).ok_or_else(|| format!("{at}: must be a map"))?;
    members.into_iter().map(|(key, value)| Ok((key.clone(), convert(value, &at.clone().key(key))?))).collect()
}

fn bare(value: Value) -> Value {
    match value {
        Value::Dynamic(dynamic) => dynamic.into_parts().1,
        value => value,
    }
}
