//! What is looked for: a value under the name that failures call it.

use std::fmt;

use crate::canary::{Canary, SHORTEST};
use crate::private_key::private_numbers;

/// A secret, as the bytes that give it away. Failures and `Debug` have its label and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    label: String,
    parts: Vec<Vec<u8>>,
    is_private_key: bool,
}

/// Something can't be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It would be found where nobody put it.
    #[error("{label:?} has less than {shortest} bytes and would be found by chance; make it longer")]
    Short {
        /// What it is.
        label: String,
        /// How long it must be, in bytes.
        shortest: usize,
    },
    /// It has no private key that can be read.
    #[error("{label:?} has no private key in PKCS#8, PKCS#1 or SEC1; hand it over as text")]
    NoKey {
        /// What it is.
        label: String,
    },
}

impl Secret {
    /// Text or bytes. White space around it is not part of it.
    ///
    /// # Errors
    /// If it is so short that it might be found by chance.
    pub fn new(label: &str, value: impl AsRef<[u8]>) -> Result<Self, Unfit> {
        let value = value.as_ref().trim_ascii();
        if value.len() < SHORTEST {
            return Err(Unfit::Short { label: label.to_owned(), shortest: SHORTEST });
        }
        Ok(Self { label: label.to_owned(), parts: vec![value.to_owned()], is_private_key: false })
    }

    /// The private keys in a text in PEM, by the numbers that are private in them: also when they come in another
    /// envelope, and without what a certificate has of them, too.
    ///
    /// # Errors
    /// If there is none that can be read; encrypted ones can't be.
    pub fn private_key(label: &str, pem: impl AsRef<[u8]>) -> Result<Self, Unfit> {
        let parts = private_numbers(pem.as_ref());
        if parts.is_empty() {
            return Err(Unfit::NoKey { label: label.to_owned() });
        }
        Ok(Self { label: label.to_owned(), parts, is_private_key: true })
    }

    /// What it is.
    pub fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn is_private_key(&self) -> bool {
        self.is_private_key
    }

    /// The byte strings of which each gives it away.
    pub(crate) fn parts(&self) -> &[Vec<u8>] {
        &self.parts
    }
}

impl From<&Canary> for Secret {
    fn from(canary: &Canary) -> Self {
        Self {
            label: canary.label().to_owned(),
            parts: vec![canary.value().as_bytes().to_owned()],
            is_private_key: false,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?})", self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_it_out_of_a_failure() {
        let secret = Secret::new("the token", "  0123456789abcdef\n").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(\"the token\")");
        assert_eq!(secret.parts(), [b"0123456789abcdef"]);
        Secret::new("short", "hunter2    \n").unwrap_err();
        Secret::private_key("none", "-----BEGIN CERTIFICATE-----").unwrap_err();
    }
}
