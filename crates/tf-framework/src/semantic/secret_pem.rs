//! Private keys.

use std::str::FromStr;

use tf_value::{Type, Value};

use super::pem::reader;
use crate::model::{AttributeType, DecodeError, Secret};
use crate::plain_attribute_type;
use crate::schema::{Attribute, Mode, Shape};

/// One or more PEM blocks that must not be seen: a private key, with or without its certificates.
///
/// As a [`Secret`] it is not printed, has no `==`, is wiped from memory at its end, and compiles as an attribute only where it
/// is not stored or where its name says that it is. As a [`Pem`](super::Pem), spellings of the same blocks make
/// no difference. At most 1 MiB.
///
/// ```
/// use tf_framework::semantic::SecretPem;
///
/// let key: SecretPem = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----".parse()?;
/// assert_eq!(format!("{key:?}"), "SecretPem(Secret(…))");
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SecretPem(Secret);

impl SecretPem {
    /// The text as it was written, for whoever sends it to where it belongs.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    fn same(&self, other: &Self) -> bool {
        let (Ok(one), Ok(other)) = (reader::read(self.expose()), reader::read(other.expose())) else { return false };
        one.len() == other.len()
            && one.iter().zip(&other).all(|(one, other)| {
                (one.label, &one.headers, &*one.bytes) == (other.label, &other.headers, &*other.bytes)
            })
    }
}

impl FromStr for SecretPem {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        reader::read(text)?;
        Ok(Self(text.into()))
    }
}

impl AttributeType for SecretPem {
    plain_attribute_type!();

    const SECRET: bool = true;
    const REFINED: bool = true;

    fn shape() -> Shape {
        Type::String.into()
    }

    fn attribute(mode: Mode) -> Attribute {
        super::attribute(mode, Self::same)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_str().ok_or_else(|| DecodeError::expected("a string of PEM blocks", &value))?.parse()
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAQIDBAUG\n-----END PRIVATE KEY-----\n";

    #[test]
    fn spellings_of_one_key() {
        let key: SecretPem = KEY.parse().unwrap();
        let same = [KEY.replace('\n', "\r\n"), KEY.replace("AQID", "AQ\nID"), format!("key of the web server\n{KEY}")];
        assert!(same.iter().all(|text| key.same(&text.parse().unwrap())));
        let others = [KEY.replace("AQID", "AQIE"), KEY.replace("PRIVATE KEY", "EC PRIVATE KEY"), format!("{KEY}{KEY}")];
        assert!(others.iter().all(|text| !key.same(&text.parse().unwrap())));
    }

    #[test]
    fn it_is_sensitive_and_no_error_shows_it() {
        assert!(SecretPem::attribute(Mode::Optional).is_sensitive());
        for text in
            ["hunter2", "-----BEGIN hunter2", "-----BEGIN A-----\nhunter2\n-----END A-----", "-----BEGIN hunter2-----"]
        {
            let error = text.parse::<SecretPem>().unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert!(!format!("{:?}", KEY.parse::<SecretPem>().unwrap()).contains("AQID"));
    }
}
