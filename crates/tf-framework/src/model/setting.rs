//! Values that may not be known yet: those of a provider block, and those that a validation sees.

use tf_value::{Path, Value};

use super::{AttributeType, DecodeError, Inside};
use crate::failure::Failure;
use crate::schema::{Attribute, Mode, Shape};

/// What a configuration says about an attribute.
///
/// The attributes of a provider block are of this type, because a block may refer to what will be created in the same run.
/// Unset and not known yet are different things: to take the second for the first sends a user's requests to `localhost`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting<T> {
    /// It is not set.
    Unset,
    /// It is set to something that is not known before apply.
    Unknown,
    /// It is set to this.
    Known(T),
}

impl<T> Setting<T> {
    /// The value, or `None` if it is not set.
    ///
    /// # Errors
    /// If it is not known yet. A resource that returns this failure is handled as it must be: a refresh keeps its state and
    /// warns, everything else says which attribute of the provider block it waits for.
    pub fn known(&self, at: Path) -> Result<Option<&T>, Failure> {
        match self {
            Self::Unset => Ok(None),
            Self::Unknown => Err(Failure::unknown_setting(at)),
            Self::Known(value) => Ok(Some(value)),
        }
    }

    /// By reference.
    pub fn as_ref(&self) -> Setting<&T> {
        match self {
            Self::Unset => Setting::Unset,
            Self::Unknown => Setting::Unknown,
            Self::Known(value) => Setting::Known(value),
        }
    }

    /// Changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        match self {
            Self::Unset => Setting::Unset,
            Self::Unknown => Setting::Unknown,
            Self::Known(value) => Setting::Known(change(value)),
        }
    }

    /// The value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unset | Self::Unknown => None,
        }
    }

    /// Whether it is not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T: AttributeType> AttributeType for Setting<T> {
    type Plan = Self;
    type Inner = T::Inner;
    type Checked = T::Checked;

    const SECRET: bool = T::SECRET;
    const NULLABLE: bool = true;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE.unknown();

    fn shape() -> Shape {
        T::shape()
    }

    fn attribute(mode: Mode) -> Attribute {
        T::attribute(mode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        if value.is_null() {
            return Ok(Self::Unset);
        }
        match T::decode(value) {
            Ok(value) => Ok(Self::Known(value)),
            Err(error) if error.is_unknown() => Ok(Self::Unknown),
            Err(error) => Err(error),
        }
    }

    fn decode_plan(value: Value) -> Result<Self, DecodeError> {
        Self::decode(value)
    }

    fn encode(&self) -> Value {
        match self {
            Self::Unset => Value::Null,
            Self::Unknown => Value::unknown(),
            Self::Known(value) => value.encode(),
        }
    }

    fn encode_plan(plan: &Self) -> Value {
        plan.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn unset_and_unknown_are_not_the_same() {
        for value in [Value::Null, Value::unknown(), Value::from(1)] {
            assert_eq!(Setting::<u8>::decode(value.clone()).unwrap().encode(), value);
        }
        assert_eq!(Setting::<u8>::decode(Value::Null).unwrap(), Setting::Unset);
        assert_eq!(Setting::<u8>::decode(Value::unknown()).unwrap(), Setting::Unknown);
        assert_eq!(Setting::<Vec<u8>>::decode(Value::list([Value::unknown()])).unwrap(), Setting::Unknown);
        Setting::<u8>::decode(Value::from(256)).unwrap_err();
    }

    #[test]
    fn asking_for_what_is_unknown_fails() {
        let at = || Path::root().attribute("address");
        assert_eq!(Setting::Known(1).known(at()).unwrap(), Some(&1));
        assert_eq!(Setting::<u8>::Unset.known(at()).unwrap(), None);
        let failure = Setting::<u8>::Unknown.known(at()).unwrap_err();
        assert!(matches!(failure.kind(), Kind::UnknownSetting(path) if *path == at()));
    }

    #[test]
    fn only_the_value_is_changed() {
        assert_eq!(Setting::Known(1).map(|number| number + 1), Setting::Known(2));
        assert_eq!(Setting::<u8>::Unknown.map(|number| number + 1), Setting::Unknown);
        assert_eq!(Setting::<u8>::Unset.map(|number| number + 1), Setting::Unset);
        assert_eq!((Setting::Known(1).into_known(), Setting::<u8>::Unknown.into_known()), (Some(1), None));
        assert!(Setting::<u8>::Unknown.as_ref().is_unknown() && !Setting::<u8>::Unset.is_unknown());
    }
}
