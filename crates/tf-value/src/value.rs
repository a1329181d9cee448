//! The values themselves.

use std::collections::BTreeMap;

use crate::{Dynamic, Number, Set, Text, Unknown};

/// A value of Terraform's language, as a provider receives and returns it.
///
/// The type is not part of it: schema and type string tell it, and every codec takes it. Only where they leave it open the
/// value brings its own, as [`Dynamic`](Self::Dynamic).
///
/// Equality is cty's `RawEquals`: unknown equals unknown with the same refinements, null equals null, numbers compare by what
/// they are and not by how they were written. The order is arbitrary but for the elements of a [`Set`].
///
/// `Debug` shows everything. A value may hold secrets, so it belongs into tests, never into logs.
///
/// ```
/// use tf_value::Value;
///
/// let value = Value::object([("name", Value::from("web")), ("port", Value::from(8080)), ("id", Value::unknown())]);
/// assert_eq!(value.attribute("name").and_then(Value::as_str), Some("web"));
/// assert!(value.is_known() && !value.is_wholly_known());
/// ```
// The order of the variants is that of the elements in a set: known, unknown, null.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Text),
    /// A list.
    List(Vec<Self>),
    /// A set.
    Set(Set),
    /// A map.
    Map(BTreeMap<Text, Self>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// An object or a nested block, with all its attributes: one without a value is null, not absent.
    Object(BTreeMap<Text, Self>),
    /// A value of any type, with that type.
    Dynamic(Box<Dynamic>),
    /// A value that is known only after apply.
    Unknown(Unknown),
    /// No value, of any type.
    Null,
}

/// Building.
impl Value {
    /// An unknown value about which nothing is known. With refinements: [`Value::refined`].
    pub fn unknown() -> Self {
        Self::Unknown(Unknown::default())
    }

    /// A list.
    pub fn list(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::List(elements.into_iter().collect())
    }

    /// A set of these elements, each once.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::Set(Set::new(elements))
    }

    /// A map. Of two elements with the same key the last counts.
    pub fn map<K: Into<Text>>(elements: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(elements.into_iter().map(|(key, element)| (key.into(), element)).collect())
    }

    /// A tuple.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(elements.into_iter().collect())
    }

    /// An object. Of two attributes with the same name the last counts.
    pub fn object<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect())
    }
}

/// Asking. A [`Dynamic`] value answers for the value in it.
impl Value {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.bare(), Self::Null)
    }

    /// Whether it is known itself; its parts may be unknown.
    pub fn is_known(&self) -> bool {
        !matches!(self.bare(), Self::Unknown(_))
    }

    /// Whether it and all its parts are known.
    pub fn is_wholly_known(&self) -> bool {
        match self.bare() {
            Self::Unknown(_) => false,
            Self::List(elements) | Self::Tuple(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(elements) | Self::Object(elements) => elements.values().all(Self::is_wholly_known),
            Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Dynamic(_) | Self::Null => true,
        }
    }

    /// The value without the type that it may carry.
    pub fn bare(&self) -> &Self {
        match self {
            Self::Dynamic(dynamic) => dynamic.value(),
            value => value,
        }
    }

    /// The truth value, if it is a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.bare() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is a known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self.bare() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The text, if it is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.bare() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a known list or tuple.
    pub fn as_slice(&self) -> Option<&[Self]> {
        match self.bare() {
            Self::List(elements) | Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements, if it is a known set.
    pub fn as_set(&self) -> Option<&Set> {
        match self.bare() {
            Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements by key, if it is a known map.
    pub fn as_map(&self) -> Option<&BTreeMap<Text, Self>> {
        match self.bare() {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// The attributes by name, if it is a known object.
    pub fn as_object(&self) -> Option<&BTreeMap<Text, Self>> {
        match self.bare() {
            Self::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// What is known about it, if it is unknown.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match self.bare() {
            Self::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// One attribute of an object. `None` too if this is null, unknown or no object.
    pub fn attribute(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// How many elements a known list, set, map or tuple has.
    pub fn length(&self) -> Option<usize> {
        match self.bare() {
            Self::List(elements) | Self::Tuple(elements) => Some(elements.len()),
            Self::Set(elements) => Some(elements.len()),
            Self::Map(elements) => Some(elements.len()),
            _ => None,
        }
    }

    /// For "found …".
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
            Self::Dynamic(_) => "a value with its type",
            Self::Unknown(_) => "an unknown value",
            Self::Null => "null",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

/// `None` is null.
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    #[test]
    fn dynamic_values_answer_for_their_content() {
        let dynamic = |ty, value| Value::dynamic(ty, value).unwrap();
        assert!(dynamic(Type::String, Value::Null).is_null());
        assert!(!dynamic(Type::String, Value::unknown()).is_known());
        assert_eq!(dynamic(Type::String, Value::from("x")).as_str(), Some("x"));
        assert_ne!(dynamic(Type::String, Value::Null), Value::Null, "the type is part of it");
    }

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 32);
    }

    #[test]
    fn unknown_parts_are_found_everywhere() {
        let wrap = [
            |value| Value::list([value]),
            |value| Value::set([value]),
            |value| Value::map([("k", value)]),
            |value| Value::tuple([value]),
            |value| Value::object([("a", value)]),
        ];
        for wrap in wrap {
            assert!(!wrap(Value::unknown()).is_wholly_known());
            assert!(wrap(Value::Null).is_wholly_known());
        }
    }
}
