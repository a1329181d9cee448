//! From values to structs, and what is wrong where it fails.

use std::collections::BTreeMap;
use std::fmt;

use tf_value::{Path, Step, Text, Value};

use super::{AttributeType, Planned};

/// A value is not one that the type can hold. Never says which value.
///
/// The text goes on after the name of the attribute: "must be a whole number from 0 to 255".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

/// On the heap, because a derived decoder has a way out for each of its fields, and what it carries away there makes its size.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    demand: String,
    unknown: bool,
    /// From the inside out.
    steps: Vec<Step>,
}

impl DecodeError {
    /// What is asked of the value, as a sentence that goes on after the attribute's name.
    pub fn new(demand: impl Into<String>) -> Self {
        Self(Box::new(Inner { demand: demand.into(), unknown: false, steps: Vec::new() }))
    }

    /// The value is not known yet.
    pub fn unknown() -> Self {
        let mut error = Self::new("is not known before apply");
        error.0.unknown = true;
        error
    }

    /// Whether it fails only because something is not known yet.
    pub fn is_unknown(&self) -> bool {
        self.0.unknown
    }

    /// Where in the decoded value it is.
    pub fn path(&self) -> Path {
        self.0.steps.iter().rev().cloned().collect()
    }

    /// It is in this part of the value.
    #[must_use]
    pub fn inside(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.demand)
    }
}

impl std::error::Error for DecodeError {}

/// The attributes and blocks of an object, taken out one by one. What derived code decodes from.
pub struct Members(BTreeMap<Text, Value>);

impl Members {
    /// Of an object.
    ///
    /// # Errors
    /// If it is none, null or unknown.
    pub fn of(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            other => Err(DecodeError::expected("an object", &other)),
        }
    }

    /// Takes a member out. One that is not there is null.
    ///
    /// # Errors
    /// Those of the type.
    pub fn take<T: AttributeType>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        T::decode(self.value(name)).map_err(|error| error.inside(Step::Attribute(name.into())))
    }

    /// Takes a member out. One that is null, or not there, has its default: a state of a time before there was the attribute.
    ///
    /// # Errors
    /// Those of the type.
    pub fn take_or<T: AttributeType>(&mut self, name: &'static str, default: fn() -> T) -> Result<T, DecodeError> {
        match self.value(name) {
            Value::Null => Ok(default()),
            value => T::decode(value).map_err(|error| error.inside(Step::Attribute(name.into()))),
        }
    }

    /// Takes a member of a plan out that the provider does not compute.
    ///
    /// # Errors
    /// Those of the type.
    pub fn take_plan<T: AttributeType>(&mut self, name: &'static str) -> Result<T::Plan, DecodeError> {
        T::decode_plan(self.value(name)).map_err(|error| error.inside(Step::Attribute(name.into())))
    }

    /// Takes a member of a plan out that the provider computes where it is unknown.
    ///
    /// # Errors
    /// Those of the type.
    pub fn take_planned<T: AttributeType>(&mut self, name: &'static str) -> Result<Planned<T::Plan>, DecodeError> {
        match self.value(name) {
            Value::Unknown(_) => Ok(Planned::Undecided),
            // A null that no value of the type stands for: an optional computed attribute in what was configured.
            Value::Null if !T::NULLABLE => Ok(Planned::Undecided),
            value => {
                T::decode_plan(value).map(Planned::Known).map_err(|error| error.inside(Step::Attribute(name.into())))
            }
        }
    }

    /// None yet.
    #[expect(clippy::new_without_default, reason = "it is derived code that calls it")]
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Puts a member in.
    pub fn put<T: AttributeType>(&mut self, name: &'static str, value: &T) {
        self.0.insert(name.into(), value.encode());
    }

    /// Puts a member of a plan in that the provider does not compute.
    pub fn put_plan<T: AttributeType>(&mut self, name: &'static str, plan: &T::Plan) {
        self.0.insert(name.into(), T::encode_plan(plan));
    }

    /// Puts a member of a plan in that the provider computes.
    pub fn put_planned<T: AttributeType>(&mut self, name: &'static str, plan: &Planned<T::Plan>) {
        let value = match plan {
            Planned::Known(plan) => T::encode_plan(plan),
            Planned::Undecided => Value::unknown(),
        };
        self.0.insert(name.into(), value);
    }

    /// The object that they make.
    pub fn into_object(self) -> Value {
        Value::Object(self.0)
    }

    fn value(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or(Value::Null)
    }
}

/// Without any value, which may be secret.
impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Members {
        let members = [("text", Value::from("a")), ("null", Value::Null), ("open", Value::unknown())];
        Members::of(Value::object(members)).unwrap()
    }

    #[test]
    fn members_are_taken_by_name() {
        assert_eq!(members().take::<String>("text").unwrap(), "a");
        assert_eq!(members().take::<Option<String>>("null").unwrap(), None);
        assert_eq!(members().take::<Option<String>>("absent").unwrap(), None);
        let error = members().take::<u8>("text").unwrap_err();
        assert_eq!((error.path().to_string().as_str(), error.to_string().as_str()), ("text", "must be a number"));
        Members::of(Value::Null).unwrap_err();
        assert!(Members::of(Value::unknown()).unwrap_err().is_unknown());
    }

    #[test]
    fn null_has_the_default() {
        let default = || "d".to_owned();
        assert_eq!(members().take_or("text", default).unwrap(), "a");
        assert_eq!(members().take_or("null", default).unwrap(), "d");
        assert_eq!(members().take_or("absent", default).unwrap(), "d");
        assert!(members().take_or("open", default).unwrap_err().is_unknown());
    }

    #[test]
    fn what_is_computed_may_be_open() {
        let text = Planned::Known("a".to_owned());
        assert_eq!(members().take_planned::<String>("text").unwrap(), text);
        assert_eq!(members().take_planned::<String>("open").unwrap(), Planned::Undecided);
        assert_eq!(members().take_planned::<String>("null").unwrap(), Planned::Undecided);
        assert_eq!(members().take_planned::<Option<String>>("null").unwrap(), Planned::Known(None));
        assert_eq!(members().take_planned::<u8>("text").unwrap_err().path().to_string(), "text");
        assert!(members().take_plan::<String>("open").unwrap_err().is_unknown());
    }

    #[test]
    fn what_is_put_in_comes_out() {
        let mut members = Members::new();
        members.put::<String>("text", &"a".to_owned());
        members.put_plan::<Option<u8>>("number", &None);
        members.put_planned::<bool>("known", &Planned::Known(true));
        members.put_planned::<bool>("open", &Planned::Undecided);
        let expected = [
            ("text", Value::from("a")),
            ("number", Value::Null),
            ("known", Value::from(true)),
            ("open", Value::unknown()),
        ];
        assert_eq!(members.into_object(), Value::object(expected));
    }
}
