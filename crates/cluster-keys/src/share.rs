//! One share of a key.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The shortest share: that of a key for AES-128, which is not split.
const SHORTEST: usize = 16;
/// The longest: a key for AES-256 that is split, and thus has the number of the share behind it.
const LONGEST: usize = 33;

/// Messages of PGP, which shares can be encrypted in, are longer than this.
const SHORTEST_MESSAGE: usize = 100;

/// How many bytes of the digest a fingerprint has.
const FINGERPRINT: usize = 8;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A share of the key of a server, or the whole key if it was not split. It is not printed, and wiped at its end.
#[derive(Clone)]
pub struct KeyShare(Zeroizing<Vec<u8>>);

/// A text is no share. It never has the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It is in neither of the two encodings.
    #[error("it is neither hexadecimal nor base64")]
    Encoding,
    /// It has another length than shares have.
    #[error("it stands for {0} bytes, and a share has 16 to 33")]
    Length(usize),
}

impl KeyShare {
    /// Reads a share in hexadecimal or in base64, without the spaces around it. It may be [encrypted](Self::is_encrypted).
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, ShareError> {
        let bytes = decode(text.trim())?;
        match bytes.len() {
            SHORTEST..=LONGEST | SHORTEST_MESSAGE.. => Ok(Self(bytes)),
            length => Err(ShareError::Length(length)),
        }
    }

    /// A share as a server tells it when it is initialised, of whatever length: nothing that it tells once is to be lost.
    ///
    /// # Errors
    /// If it is in neither of the two encodings.
    #[expect(clippy::disallowed_methods, reason = "it is decoded into bytes that are wiped, too")]
    pub fn of_server(text: &SecretString) -> Result<Self, ShareError> {
        Ok(Self(decode(text.expose_secret())?))
    }

    /// Whether it is encrypted with PGP for somebody, who must decrypt it before it is of use.
    pub fn is_encrypted(&self) -> bool {
        self.0.len() >= SHORTEST_MESSAGE
    }

    /// The share in base64, as servers take it.
    pub fn base64(&self) -> SecretString {
        BASE64.encode(&*self.0).into()
    }

    /// The share in hexadecimal, as servers take it.
    pub fn hex(&self) -> SecretString {
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in &*self.0 {
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        text.into()
    }

    /// What the share is known again by: the first eight bytes of its SHA-256, in hexadecimal. Nothing can be told from it
    /// but that two shares are the same.
    pub fn fingerprint(&self) -> String {
        Sha256::digest(&*self.0).iter().take(FINGERPRINT).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyShare(…)")
    }
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, ShareError> {
    match from_hex(text) {
        Some(bytes) => Ok(bytes),
        None => Ok(Zeroizing::new(BASE64.decode(text).map_err(|_| ShareError::Encoding)?)),
    }
}

/// The bytes, if the text has nothing but hexadecimal digits in it and enough of them for a share. Base64 of the same number
/// of characters has other ones in it, for all but one in 10²⁰ shares.
fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let value =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or_default();
    let pairs = digits.chunks_exact(2);
    Some(Zeroizing::new(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit))).collect()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "made up by the test")]
    fn exposed(secret: &SecretString) -> &str {
        secret.expose_secret()
    }

    #[test]
    fn what_is_none_is_told_without_its_text() {
        for (text, error) in [
            ("", ShareError::Length(0)),
            ("not a share", ShareError::Encoding),
            ("c2hvcnQ=", ShareError::Length(5)),
            ("00ff", ShareError::Length(2)),
            (&"ab".repeat(50), ShareError::Length(50)),
        ] {
            assert_eq!(KeyShare::parse(text).unwrap_err(), error, "{text}");
            assert!(text.len() < 8 || !error.to_string().contains(text));
        }
        assert!(KeyShare::parse(&"ab".repeat(150)).unwrap().is_encrypted());
        assert_eq!(format!("{:?}", KeyShare::parse(&"ab".repeat(33)).unwrap()), "KeyShare(…)");
    }

    proptest! {
        #[test]
        fn both_encodings_are_the_same_share(bytes in prop::collection::vec(any::<u8>(), SHORTEST..=LONGEST)) {
            let share = KeyShare(Zeroizing::new(bytes));
            for text in [share.hex(), share.base64()] {
                let read = KeyShare::parse(&format!(" {}\n", exposed(&text))).unwrap();
                prop_assert_eq!(&*read.0, &*share.0);
            }
            let padded = share.base64();
            let unpadded = KeyShare::parse(exposed(&padded).trim_end_matches('=')).unwrap();
            prop_assert_eq!(unpadded.fingerprint(), share.fingerprint());
            prop_assert_eq!(share.fingerprint().len(), 16);
        }

        #[test]
        fn foreign_text_never_panics(text in any::<String>()) {
            let _ = KeyShare::parse(&text);
        }
    }
}
