//! Attributes that reach the provider and nothing else.

use std::marker::PhantomData;

use tf_value::Value;

use super::{AttributeType, DecodeError, Inside};
use crate::schema::{Attribute, Mode, Shape};

/// A write-only attribute of type `T`, as a state has it: not at all.
///
/// In a [plan](super::Plan) the same field has the value that the user wrote, as `T`. It is there when the object is created
/// or updated and at no other time: there is nothing to compare it with, so the version attribute beside it tells whether it
/// is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOnly<T>(PhantomData<fn() -> T>);

impl<T> Default for WriteOnly<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: AttributeType> AttributeType for WriteOnly<T> {
    type Plan = T::Plan;
    type Inner = T::Inner;
    type Checked = T::Checked;

    const SECRET: bool = T::SECRET;
    const NULLABLE: bool = T::NULLABLE;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE.unstored();

    fn shape() -> Shape {
        T::shape()
    }

    fn attribute(mode: Mode) -> Attribute {
        T::attribute(mode)
    }

    fn decode(_: Value) -> Result<Self, DecodeError> {
        Ok(Self::default())
    }

    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError> {
        T::decode_plan(value)
    }

    fn encode(&self) -> Value {
        Value::Null
    }

    /// Null: a plan is written down to be stored.
    fn encode_plan(_: &Self::Plan) -> Value {
        Value::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    type Password = WriteOnly<Option<Secret>>;

    #[test]
    fn only_a_plan_has_its_value() {
        let value = || Value::from("canary");
        let state = Password::decode(value()).unwrap();
        assert_eq!(state.encode(), Value::Null);
        assert!(!format!("{state:?}").contains("canary"));
        let plan = Password::decode_plan(value()).unwrap();
        assert_eq!(plan.as_ref().map(Secret::expose), Some("canary"));
        assert_eq!(Password::encode_plan(&plan), Value::Null);
    }

    #[test]
    fn it_is_what_it_would_be_otherwise() {
        let attribute = Password::attribute(Mode::Optional);
        assert!(attribute.is_sensitive());
        assert_eq!(attribute.implied_type(), tf_value::Type::String);
        WriteOnly::<u8>::decode_plan(Value::from(256)).unwrap_err();
    }
}
