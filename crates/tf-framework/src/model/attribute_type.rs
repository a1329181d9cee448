//! What an attribute can hold: the single types of Rust that stand for a type of Terraform.

use std::borrow::Borrow;

use tf_value::{Number, Type, Value};

use super::{DecodeError, Decodes, Inside};
use crate::schema::{Attribute, Mode, Shape};

/// A type of Rust that an attribute can have.
///
/// Implemented for `bool`, strings, numbers, [`Secret`](super::Secret), and for `Option`, `Vec`, maps and
/// [sets](super::SetOf) of such; for structs that derive [`Model`](super::Model) as objects; and for the types of
/// [`semantic`](crate::semantic). A type of your own implements the four functions without a body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the type of an attribute",
    label = "not the type of an attribute",
    note = "a struct becomes one with `#[derive(Model)]` and `#[tf(object)]`; for other types, implement `AttributeType`"
)]
pub trait AttributeType: Sized + Send + 'static {
    /// The same in a plan: where something in it is computed, that may be [undecided](super::Planned).
    type Plan: Send + 'static;

    /// What it is when it is there: `T` for `Option<T>`.
    type Inner: AttributeType + Borrow<Self::Checked>;

    /// As what validators get it when it is there: `str` for a `String`, a slice for a `Vec`, most others as they are.
    type Checked: ?Sized;

    /// Whether it is a secret, or holds one.
    const SECRET: bool = false;

    /// Whether `null` is one of its values.
    const NULLABLE: bool = false;

    /// Whether it has fewer values than the type of Terraform, so that a value must be decoded to see whether it is one.
    const REFINED: bool = false;

    /// What the structs in it hold that not everything can hold.
    const INSIDE: Inside = Inside::NOTHING;

    /// The type that core sees.
    fn shape() -> Shape;

    /// An attribute of this type, with the rules that come with it: what else it must be, which spellings mean the same.
    ///
    /// Collections compare their elements by the rules that an attribute of the element's type has.
    fn attribute(mode: Mode) -> Attribute {
        plain_attribute::<Self>(mode)
    }

    /// From a value of the type that core sees.
    ///
    /// # Errors
    /// If it is null, unknown, or not one of this type's values.
    fn decode(value: Value) -> Result<Self, DecodeError>;

    /// From a planned value.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), but what is computed may be unknown.
    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError>;

    /// As a value of the type that core sees.
    fn encode(&self) -> Value;

    /// A plan as a value. What is undecided is unknown.
    fn encode_plan(plan: &Self::Plan) -> Value;
}

/// The parts of [`AttributeType`] that are the same for all types without anything in them that could be computed.
#[macro_export]
#[doc(hidden)]
macro_rules! plain_attribute_type {
    () => {
        $crate::plain_attribute_type!(Self);
    };
    // As what validators get it.
    ($checked:ty) => {
        type Plan = Self;
        type Inner = Self;
        type Checked = $checked;

        fn decode_plan(value: $crate::value::Value) -> ::core::result::Result<Self, $crate::model::DecodeError> {
            <Self as $crate::model::AttributeType>::decode(value)
        }

        fn encode_plan(plan: &Self) -> $crate::value::Value {
            <Self as $crate::model::AttributeType>::encode(plan)
        }
    };
}

/// An attribute without a word on how its values are spelled.
pub(crate) fn plain_attribute<T: AttributeType>(mode: Mode) -> Attribute {
    let attribute = Attribute::new(mode, T::shape());
    // The secrets in a nested attribute are sensitive by themselves, and what is beside them can be shown.
    let attribute = if T::SECRET && attribute.nested().is_none() { attribute.sensitive() } else { attribute };
    if T::REFINED { attribute.validator(Decodes::<T::Inner>::default()) } else { attribute }
}

impl AttributeType for bool {
    plain_attribute_type!();

    fn shape() -> Shape {
        Type::Bool.into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_bool().ok_or_else(|| DecodeError::expected("true or false", &value))
    }

    fn encode(&self) -> Value {
        Value::from(*self)
    }
}

impl AttributeType for String {
    plain_attribute_type!(str);

    fn shape() -> Shape {
        Type::String.into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_str().map(str::to_owned).ok_or_else(|| DecodeError::expected("a string", &value))
    }

    fn encode(&self) -> Value {
        Value::from(self.as_str())
    }
}

/// With all its digits.
impl AttributeType for Number {
    plain_attribute_type!();

    fn shape() -> Shape {
        Type::Number.into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_number().cloned().ok_or_else(|| DecodeError::expected("a number", &value))
    }

    fn encode(&self) -> Value {
        Value::Number(self.clone())
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {
        $(
            impl AttributeType for $integer {
                plain_attribute_type!();

                const REFINED: bool = true;

                fn shape() -> Shape {
                    Type::Number.into()
                }

                fn decode(value: Value) -> Result<Self, DecodeError> {
                    let number = value.as_number().ok_or_else(|| DecodeError::expected("a number", &value))?;
                    number.to_i128().and_then(|integer| Self::try_from(integer).ok()).ok_or_else(|| {
                        DecodeError::new(format!("must be a whole number from {} to {}", Self::MIN, Self::MAX))
                    })
                }

                fn encode(&self) -> Value {
                    Value::Number(Number::from(i128::from(*self)))
                }
            }
        )+
    };
}

integers!(u8, u16, u32, u64, i32, i64);

impl DecodeError {
    /// The value is of another type, null, or not known yet.
    pub(crate) fn expected(what: &str, found: &Value) -> Self {
        if found.is_null() {
            Self::new("must not be null")
        } else if found.is_known() {
            Self::new(format!("must be {what}"))
        } else {
            Self::unknown()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_whole_and_in_range() {
        assert_eq!(u8::decode(Value::from(255)).unwrap(), 255);
        for bad in [Value::from(256), Value::from(-1), Value::Number("1.5".parse().unwrap())] {
            assert_eq!(u8::decode(bad).unwrap_err().to_string(), "must be a whole number from 0 to 255");
        }
        assert_eq!(i64::decode(i64::MIN.encode()).unwrap(), i64::MIN);
        assert_eq!(u64::decode(u64::MAX.encode()).unwrap(), u64::MAX);
    }

    #[test]
    fn null_and_unknown_are_no_values() {
        for value in [Value::Null, Value::unknown()] {
            bool::decode(value.clone()).unwrap_err();
            String::decode(value.clone()).unwrap_err();
            u32::decode(value).unwrap_err();
        }
        assert!(String::decode(Value::unknown()).unwrap_err().is_unknown());
        assert!(!String::decode(Value::Null).unwrap_err().is_unknown());
    }
}
