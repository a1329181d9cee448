//! Digests that stand for a whole certificate.

use std::fmt;

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::hex;

/// The digest of a certificate's DER. Displayed as `0a:1b:…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// SHA-256: what to compare certificates by.
    pub(crate) fn sha256(der: &[u8]) -> Self {
        Self::of(&SHA256, der)
    }

    /// SHA-1, which older tools display. It proves nothing.
    pub(crate) fn sha1(der: &[u8]) -> Self {
        Self::of(&SHA1_FOR_LEGACY_USE_ONLY, der)
    }

    fn of(algorithm: &'static Algorithm, der: &[u8]) -> Self {
        Self(digest(algorithm, der).as_ref().to_vec())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hexadecimal digits without separators.
    pub fn to_hex(&self) -> String {
        hex::plain(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::with_colons(&self.0, f)
    }
}
