//! What a second reader makes of an encoding, and the comparison with what the decoder made of it.

use tf_value::{Error, NumberError, Problem, Value};

/// What an encoding means by a second, simpler reader.
#[derive(Debug)]
pub enum Reading {
    /// This value.
    Value(Value),
    /// It is no value of the type.
    Refused,
    /// It goes beyond what the second reader knows.
    Open,
}

/// A part of a value, or `None` if it is open; an error if it is no value of its type.
pub(crate) type Part = Result<Option<Value>, Refused>;

/// The part is no value of its type.
#[derive(Debug)]
pub(crate) struct Refused;

impl From<Part> for Reading {
    fn from(part: Part) -> Self {
        match part {
            Ok(Some(value)) => Self::Value(value),
            Ok(None) => Self::Open,
            Err(Refused) => Self::Refused,
        }
    }
}

impl Reading {
    /// Panics if the decoder accepts what this reader refuses or the other way round, or reads another value. A decoder may
    /// refuse what asks for too much: that is what its limits are for.
    pub fn assert_same(&self, decoded: &Result<Value, Error>) {
        match (self, decoded) {
            (Self::Value(expected), Ok(value)) => assert_eq!(value, expected, "decoded, and read by the second reader"),
            (Self::Refused, Ok(value)) => panic!("{value:?} was read from what is no value of this type"),
            (Self::Value(value), Err(error)) if !is_beyond_limits(error) => panic!("{value:?} was refused: {error}"),
            _ => {}
        }
    }
}

fn is_beyond_limits(error: &Error) -> bool {
    matches!(
        error.problem(),
        Problem::TooLarge { .. }
            | Problem::TooDeep { .. }
            | Problem::TooMany { .. }
            | Problem::Number(NumberError::TooManyDigits)
    )
}

/// All the parts of one value; open as soon as one is.
pub(crate) fn all(parts: impl IntoIterator<Item = Part>) -> Result<Option<Vec<Value>>, Refused> {
    // A part that is refused counts, also behind an open one.
    let parts: Vec<Option<Value>> = parts.into_iter().collect::<Result<_, _>>()?;
    Ok(parts.into_iter().collect())
}
