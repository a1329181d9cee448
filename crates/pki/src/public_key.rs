//! Public keys: those of our own, of requests and of foreign certificates.

use std::fmt;

use aws_lc_rs::signature::UnparsedPublicKey;
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};
use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode as _, Encode as _, Sequence};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::algorithm::{self, Curve};
use crate::error::{Asn1Error, Document, ReadError, SignatureError};
use crate::key_id::KeyId;
use crate::{asn1, openssh, pem};

const MAX_BYTES: usize = 16 << 10;
/// Below it factoring is within reach (NIST SP 800-131A); aws-lc-rs refuses such keys too.
const MIN_RSA_BITS: usize = 2048;
/// What aws-lc-rs verifies at most.
const MAX_RSA_BITS: usize = 8192;

/// A public key with its exact encoding (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7). Two are equal if their encodings
/// are.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    der: Vec<u8>,
    bits: Vec<u8>,
    kind: KeyKind,
}

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
        /// The public exponent is 65537 or larger, and odd.
        usual_exponent: bool,
    },
    /// ECDSA on a NIST curve.
    Ecdsa(Curve),
    /// Ed25519.
    Ed25519,
    /// Anything else; certificates are not issued for it.
    Other {
        /// The algorithm, or the curve if that is what is not known.
        oid: ObjectIdentifier,
    },
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, ReadError> {
        let what = Document::PublicKey;
        if der.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { what, bytes: der.len(), limit: MAX_BYTES });
        }
        let info: SubjectPublicKeyInfoRef<'_> = asn1::decode(der, what)?;
        let bits = info
            .subject_public_key
            .as_bytes()
            .ok_or(ReadError::Unsupported { what, reason: "its length is no number of whole bytes" })?;
        let kind = kind(&info.algorithm, bits).map_err(|source| ReadError::Malformed { what, source })?;
        Ok(Self { der: der.to_vec(), bits: bits.to_vec(), kind })
    }

    /// Reads a block `PUBLIC KEY`.
    ///
    /// # Errors
    /// If there is not exactly one.
    pub fn from_pem(text: &str) -> Result<Self, ReadError> {
        Self::from_der(&pem::document(text, Document::PublicKey)?.der)
    }

    /// Puts the frame around the bits of a key that was made here.
    pub(crate) fn from_bits(kind: KeyKind, bits: &[u8]) -> Result<Self, Asn1Error> {
        let curve;
        let (oid, parameters) = match kind {
            KeyKind::Rsa { .. } => (rfc5912::RSA_ENCRYPTION, Some(AnyRef::NULL)),
            KeyKind::Ecdsa(of) => {
                curve = of.oid();
                (rfc5912::ID_EC_PUBLIC_KEY, Some(AnyRef::from(&curve)))
            }
            KeyKind::Ed25519 => (rfc8410::ID_ED_25519, None),
            KeyKind::Other { oid } => (oid, None),
        };
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef { oid, parameters },
            subject_public_key: BitStringRef::from_bytes(bits)?,
        };
        Ok(Self { der: info.to_der()?, bits: bits.to_vec(), kind })
    }

    /// The encoding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The encoding as a PEM block `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.der)
    }

    /// The line that OpenSSH has in `authorized_keys`, without a comment: `ssh-ed25519 AAAA…`. `None` for kinds that it
    /// lacks.
    pub fn to_openssh(&self) -> Option<String> {
        openssh::line(self)
    }

    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The identifier that a new certificate of this key gets.
    pub fn key_id(&self) -> KeyId {
        KeyId::of_key_bits(&self.bits)
    }

    /// Why no certificate is issued for it, in words that finish the sentence "the key …". `None` if one is.
    pub fn weakness(&self) -> Option<String> {
        self.kind.weakness()
    }

    /// Checks a signature by this key.
    pub(crate) fn verify(
        &self,
        identifier: &AlgorithmIdentifierRef<'_>,
        content: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let algorithm = algorithm::verification(&self.kind, identifier)?;
        UnparsedPublicKey::new(algorithm, &self.bits).verify(content, signature).map_err(|_| SignatureError::Mismatch)
    }
}

impl KeyKind {
    pub(crate) fn weakness(&self) -> Option<String> {
        match self {
            Self::Rsa { bits, .. } if *bits < MIN_RSA_BITS => {
                Some(format!("has {bits} bits; RSA needs {MIN_RSA_BITS} at least"))
            }
            Self::Rsa { bits, .. } if *bits > MAX_RSA_BITS => {
                Some(format!("has {bits} bits; RSA keys of more than {MAX_RSA_BITS} are not verified anywhere"))
            }
            Self::Other { oid } => Some(format!(
                "is of an unknown kind ({oid}); RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are possible"
            )),
            Self::Rsa { .. } | Self::Ecdsa(_) | Self::Ed25519 => None,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.kind, self.key_id())
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits, .. } => write!(f, "RSA {bits}"),
            Self::Ecdsa(curve) => write!(f, "ECDSA {curve}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other { oid } => write!(f, "{oid}"),
        }
    }
}

/// RSAPublicKey (RFC 8017 §A.1.1).
#[derive(Sequence)]
pub(crate) struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

impl<'a> RsaPublicKey<'a> {
    pub(crate) fn read(bits: &'a [u8]) -> Result<Self, Asn1Error> {
        Ok(Self::from_der(bits)?)
    }

    /// Without leading zeros.
    pub(crate) fn modulus(&self) -> &'a [u8] {
        self.modulus.as_bytes()
    }

    /// Without leading zeros.
    pub(crate) fn exponent(&self) -> &'a [u8] {
        self.exponent.as_bytes()
    }
}

/// Of an RSAPublicKey.
pub(crate) fn rsa_kind_of(bits: &[u8]) -> Result<KeyKind, Asn1Error> {
    let key = RsaPublicKey::read(bits)?;
    Ok(rsa_kind(key.modulus(), key.exponent()))
}

pub(crate) fn rsa_kind(modulus: &[u8], exponent: &[u8]) -> KeyKind {
    let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    let bits = (modulus.len() * 8).saturating_sub(zeros);
    let is_large = match exponent {
        [high, low @ ..] if low.len() == 2 => *high >= 1,
        bytes => bytes.len() > 3,
    };
    KeyKind::Rsa { bits, usual_exponent: is_large && exponent.last().is_some_and(|last| last & 1 == 1) }
}

fn kind(algorithm: &AlgorithmIdentifierRef<'_>, bits: &[u8]) -> Result<KeyKind, Asn1Error> {
    Ok(match algorithm.oid {
        rfc5912::RSA_ENCRYPTION => rsa_kind_of(bits)?,
        rfc5912::ID_EC_PUBLIC_KEY => match algorithm.parameters_oid() {
            Ok(oid) => Curve::from_oid(oid).map_or(KeyKind::Other { oid }, KeyKind::Ecdsa),
            Err(_) => KeyKind::Other { oid: algorithm.oid },
        },
        rfc8410::ID_ED_25519 => KeyKind::Ed25519,
        oid => KeyKind::Other { oid },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_and_exponents_of_rsa() {
        let kind = |bits, usual_exponent| KeyKind::Rsa { bits, usual_exponent };
        assert_eq!(rsa_kind(&[0x80; 256], &[1, 0, 1]), kind(2048, true));
        assert_eq!(rsa_kind(&[0x7f; 256], &[3]), kind(2047, false));
        assert_eq!(rsa_kind(&[1; 128], &[0xff, 0xff]), kind(1017, false));
        assert_eq!(rsa_kind(&[], &[1, 0, 0]), kind(0, false));
    }

    proptest! {
        #[test]
        fn garbage_is_an_error(der in proptest::collection::vec(any::<u8>(), 0..100)) {
            drop(PublicKey::from_der(&der));
        }
    }
}
