//! The number that tells the certificates of one CA apart.

use std::fmt;

use crate::error::RandomnessError;
use crate::hex;
use crate::random::Random;

/// A certificate's serial number, as its content octets stand in the certificate.
///
/// New ones come from [`SerialNumber::random`] only. Those of foreign certificates are kept as they are, also when they
/// are negative, zero or too long; [`lint`](crate::lint()) names that.
///
/// Displayed as `39:dd:2e:…`, the form of Vault and of `openssl x509 -text`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// 16 random bytes that make a positive number of at most 20 octets (RFC 5280 §4.1.2.2): the clear top bit keeps it
    /// positive, the set next one keeps it from being zero or shorter. 126 of its bits are random.
    ///
    /// # Errors
    /// If the source of randomness fails.
    pub fn random(random: &mut dyn Random) -> Result<Self, RandomnessError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        let [first, ..] = &mut bytes;
        *first = *first & 0x3f | 0x40;
        Ok(Self(bytes.to_vec()))
    }

    pub(crate) fn from_content(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The content octets of its INTEGER: big-endian two's complement.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hexadecimal digits without separators, as `openssl x509 -serial` prints them.
    pub fn to_hex(&self) -> String {
        hex::plain(&self.0)
    }

    /// Greater than zero, as RFC 5280 §4.1.2.2 demands.
    pub fn is_positive(&self) -> bool {
        self.0.first().is_some_and(|first| first & 0x80 == 0) && self.0.iter().any(|byte| *byte != 0)
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::with_colons(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed([u8; 16]);

    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
            bytes.copy_from_slice(&self.0);
            Ok(())
        }
    }

    proptest! {
        // rcgen traps 1 and 2: the number comes from the key, and a set top bit makes it 21 octets long.
        #[test]
        fn random_ones_are_positive_and_short_enough(bytes: [u8; 16]) {
            let serial = SerialNumber::random(&mut Fixed(bytes)).unwrap();
            prop_assert!(serial.is_positive());
            prop_assert_eq!(serial.as_bytes().len(), 16);
            prop_assert!(serial.as_bytes()[0] & 0x80 == 0 && serial.as_bytes()[0] != 0);
        }
    }

    #[test]
    fn foreign_ones_are_kept() {
        assert!(!SerialNumber::from_content(&[0]).is_positive());
        assert!(!SerialNumber::from_content(&[0x80, 1]).is_positive());
        assert_eq!(SerialNumber::from_content(&[0, 0x80]).to_string(), "00:80");
    }
}
