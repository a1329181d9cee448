//! Texts that must not be shown.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use tf_value::{Type, Value};

use super::{AttributeType, DecodeError};
use crate::plain_attribute_type;
use crate::schema::Shape;

/// A secret text. It is not printed, compared or serialised, and wiped from memory at its end.
///
/// As an attribute it is sensitive, and compiles only where it is not stored: as [`WriteOnly`](super::WriteOnly), in an
/// ephemeral resource, in a provider block, or under a name that ends in `_in_state`.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself, for whoever sends it to where it belongs.
    #[expect(clippy::disallowed_methods, reason = "the one way out; its callers are what a reviewer looks for")]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl AttributeType for Secret {
    plain_attribute_type!();

    const SECRET: bool = true;

    fn shape() -> Shape {
        Type::String.into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_str().map(Self::from).ok_or_else(|| DecodeError::expected("a string", &value))
    }

    fn encode(&self) -> Value {
        Value::from(self.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Mode;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::decode(Value::from("canary")).unwrap();
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
        assert_eq!((secret.expose(), secret.encode()), ("canary", Value::from("canary")));
        let error = Secret::decode(Value::from(17)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("17"));
    }

    #[test]
    fn an_attribute_of_it_is_sensitive() {
        assert!(Secret::attribute(Mode::Computed).is_sensitive());
        assert!(<Option<Secret>>::attribute(Mode::Computed).is_sensitive());
    }
}
