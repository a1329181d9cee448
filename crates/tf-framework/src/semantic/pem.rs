//! Certificates and other blocks of base64 between two lines of dashes.

pub(super) mod reader;

use std::str::FromStr;

use tf_value::Text;

use crate::model::{AttributeType, DecodeError};

/// One or more PEM blocks that may be seen: certificates, requests, revocation lists, public keys.
///
/// Two are equal if they have the same blocks in the same order: label, header lines if there are any, and the bytes. How
/// the base64 is wrapped, how lines end and what is written around the blocks makes no difference.
///
/// A private key is refused, because what is in such an attribute is shown and stored: [`SecretPem`](super::SecretPem) is
/// for those. At most 1 MiB.
///
/// ```
/// use tf_framework::semantic::Pem;
///
/// let written: Pem = "Issuer: us\r\n-----BEGIN CERTIFICATE-----\r\nMAMCAQA=\r\n-----END CERTIFICATE-----\r\n".parse()?;
/// assert_eq!(written, "-----BEGIN CERTIFICATE-----\nMAMC\nAQA=\n-----END CERTIFICATE-----".parse()?);
/// assert_eq!(written.blocks()[0].label(), "CERTIFICATE");
/// assert_eq!(written.blocks()[0].bytes(), [0x30, 3, 2, 1, 0]);
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pem {
    spelling: Text,
    blocks: Vec<PemBlock>,
}

/// A block of a [`Pem`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PemBlock {
    label: String,
    headers: Vec<String>,
    bytes: Vec<u8>,
}

impl PemBlock {
    /// What it says to be: `CERTIFICATE`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What is in it, in DER as a rule.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Pem {
    /// Its blocks, of which there is at least one.
    pub fn blocks(&self) -> &[PemBlock] {
        &self.blocks
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }
}

impl FromStr for Pem {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let blocks = reader::read(text)?.into_iter();
        let visible = blocks.map(|block| {
            if block.is_private() {
                return Err(DecodeError::new(format!(
                    "must not hold a private key, as line {} does: what is in it is shown and stored",
                    block.line
                )));
            }
            Ok(PemBlock { label: block.label.to_owned(), headers: block.headers, bytes: block.bytes.to_vec() })
        });
        Ok(Self { blocks: visible.collect::<Result<_, _>>()?, spelling: text.into() })
    }
}

impl PartialEq for Pem {
    fn eq(&self, other: &Self) -> bool {
        self.blocks == other.blocks
    }
}

impl Eq for Pem {}

impl AttributeType for Pem {
    spelled_attribute_type!("a string of PEM blocks");
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nAQID\nBAUG\n-----END CERTIFICATE-----\n";

    #[test]
    fn spellings_of_one_block() {
        let one: Pem = ONE.parse().unwrap();
        let table = [
            ONE.trim_end().to_owned(),
            ONE.replace('\n', "\r\n"),
            format!("subject=CN=a\n\n{ONE}\ntrailing words - and -- dashes\n"),
            ONE.replace("\nBAUG", "BAUG"),
            ONE.replace("AQID\nBAUG", "\nA Q\tI D B\nA\nUG \n"),
        ];
        for text in table {
            assert_eq!(text.parse::<Pem>().unwrap(), one, "{text}");
        }
    }

    #[test]
    fn different_blocks() {
        let two = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        let table = [
            two.to_owned(),
            ONE.replace("BAUG", "BAUH"),
            ONE.replace("BAUG", "BAU="),
            ONE.replace("BAUG\n", ""),
            ONE.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            ONE.replace("AQID", "Name: value\n\nAQID"),
            ONE.replace("AQID", "Name: other value\n\nAQID"),
            format!("{ONE}{two}"),
            format!("{two}{ONE}"),
            format!("{ONE}{ONE}"),
            ONE.to_owned(),
        ];
        for (index, one) in table.iter().enumerate() {
            for other in table.iter().skip(index + 1) {
                assert_ne!(one.parse::<Pem>().unwrap(), other.parse().unwrap(), "{one}{other}");
            }
        }
    }

    #[test]
    fn private_keys_are_refused() {
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "private key"] {
            let text = format!("{ONE}{}", ONE.replace("CERTIFICATE", label));
            let error = text.parse::<Pem>().unwrap_err().to_string();
            assert_eq!(error, "must not hold a private key, as line 5 does: what is in it is shown and stored");
        }
        ONE.replace("CERTIFICATE", "PUBLIC KEY").parse::<Pem>().unwrap();
    }
}
