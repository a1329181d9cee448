//! Attributes whose type the user chooses.

use tf_value::{Type, Value};

use super::{AttributeType, DecodeError};
use crate::plain_attribute_type;
use crate::schema::Shape;

/// A value of any type that is known to its last part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyValue(pub Value);

impl AttributeType for AnyValue {
    plain_attribute_type!();

    fn shape() -> Shape {
        Type::Dynamic.into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        if value == Value::Null {
            Err(DecodeError::new("must not be null"))
        } else if value.is_wholly_known() {
            Ok(Self(value))
        } else {
            Err(DecodeError::unknown())
        }
    }

    fn encode(&self) -> Value {
        self.0.clone()
    }
}

/// Something that must be there before a data source or an ephemeral resource looks at a server.
///
/// Both cores open ephemeral resources while they plan, whatever `depends_on` says, unless an argument is not known yet.
/// An optional attribute `after` of this type gives the user such an argument: any value that is known only when the server
/// is there. The provider has no use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After(AnyValue);

impl AttributeType for After {
    plain_attribute_type!();

    fn shape() -> Shape {
        AnyValue::shape()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        AnyValue::decode(value).map(Self)
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_known_to_its_last_part() {
        for value in [Value::from(1), Value::list([Value::from("a")]), Value::object([("a", Value::Null)])] {
            assert_eq!(AnyValue::decode(value.clone()).unwrap().encode(), value);
            assert_eq!(After::decode(value.clone()).unwrap().encode(), value);
        }
        assert!(AnyValue::decode(Value::list([Value::unknown()])).unwrap_err().is_unknown());
        assert!(!AnyValue::decode(Value::Null).unwrap_err().is_unknown());
    }
}
