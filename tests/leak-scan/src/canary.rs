//! Canaries: values made up for a test, so that whoever shows one has leaked it.

use std::fs::File;
use std::io::{self, Read as _};

use crate::needles::hexadecimal;
use crate::secret::Unfit;

/// Shorter ones would be found where nobody put them.
pub(crate) const SHORTEST: usize = 12;

/// A value of which every trace is a leak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    label: String,
    value: String,
}

impl Canary {
    /// A new value that nobody had before: 32 letters and digits, the first a letter. The label names it in failures.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(label: &str) -> io::Result<Self> {
        let mut random = [0; 14];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        Ok(Self { label: label.to_owned(), value: format!("cnry{}", hexadecimal(&random, false)) })
    }

    /// A value that somebody else made, such as a password with a certain form.
    ///
    /// # Errors
    /// If it is so short that it might be found by chance.
    pub fn of(label: &str, value: &str) -> Result<Self, Unfit> {
        if value.len() < SHORTEST {
            return Err(Unfit::Short { label: label.to_owned(), shortest: SHORTEST });
        }
        Ok(Self { label: label.to_owned(), value: value.to_owned() })
    }

    /// What it is, in failures.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The value, for a configuration or a server.
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_canary_is_unlike_any_other() {
        let (one, other) = (Canary::new("one").unwrap(), Canary::new("other").unwrap());
        assert_ne!(one.value(), other.value());
        assert_eq!((one.value().len(), one.label()), (32, "one"));
        Canary::of("short", "hunter2").unwrap_err();
    }
}
