//! What ties a certificate to the key of its issuer: subject and authority key identifiers.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::hex;

/// A key identifier (RFC 5280 §4.2.1.2).
///
/// For new certificates it is the leftmost 160 bits of the SHA-256 of the public key (RFC 7093 §2 method 1, which Go
/// takes too). An imported CA keeps the one that its certificate has, whatever its method, since the certificates below
/// name that.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    /// Of the bits of a public key: the content of the BIT STRING, without tag, length and number of unused bits.
    pub(crate) fn of_key_bits(bits: &[u8]) -> Self {
        Self(digest(&SHA256, bits).as_ref().iter().copied().take(20).collect())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Its bytes; 20 of them if it was made here.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hexadecimal digits without separators.
    pub fn to_hex(&self) -> String {
        hex::plain(&self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::with_colons(&self.0, f)
    }
}
