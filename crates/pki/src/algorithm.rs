//! Kinds of keys, and how each of them signs.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature as aws;
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};
use der::asn1::AnyRef;
use spki::AlgorithmIdentifierRef;
use thiserror::Error;

use crate::error::SignatureError;
use crate::public_key::KeyKind;

/// Not in the database of `const-oid` under this name.
const ECDSA_WITH_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");

/// A kind of key that can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA with 2048 bits, the weakest that is accepted today.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// ECDSA on NIST P-256: small, fast, accepted everywhere.
    EcdsaP256,
    /// ECDSA on NIST P-384.
    EcdsaP384,
    /// ECDSA on NIST P-521. Browsers don't accept it.
    EcdsaP521,
    /// Ed25519. Browsers don't accept it.
    Ed25519,
}

impl KeyAlgorithm {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 7] =
        [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::EcdsaP256, Self::EcdsaP384, Self::EcdsaP521, Self::Ed25519];

    /// The name in configurations: `rsa2048`, `ecdsa-p256`, `ed25519`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::EcdsaP384 => "ecdsa-p384",
            Self::EcdsaP521 => "ecdsa-p521",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text);
        known.ok_or_else(|| UnknownAlgorithm { name: text.chars().take(40).collect() })
    }
}

/// A name that stands for no [`KeyAlgorithm`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{name:?} is no key algorithm; there are rsa2048, rsa3072, rsa4096, ecdsa-p256, ecdsa-p384, ecdsa-p521 and ed25519"
)]
pub struct UnknownAlgorithm {
    name: String,
}

/// A curve of NIST, in the order of its strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    /// P-256, secp256r1.
    P256,
    /// P-384, secp384r1.
    P384,
    /// P-521, secp521r1.
    P521,
}

impl Curve {
    pub(crate) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::P256 => rfc5912::SECP_256_R_1,
            Self::P384 => rfc5912::SECP_384_R_1,
            Self::P521 => rfc5912::SECP_521_R_1,
        }
    }

    pub(crate) fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }

    /// Each curve signs with the hash of its size.
    pub(crate) fn signing(self) -> &'static aws::EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        })
    }
}

/// The identifier that new signatures by a key of this kind carry (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3): parameters
/// are NULL for RSA and absent for the others.
pub(crate) fn signature_identifier(kind: &KeyKind) -> Option<AlgorithmIdentifierRef<'static>> {
    let (oid, parameters) = match kind {
        KeyKind::Rsa { .. } => (rfc5912::SHA_256_WITH_RSA_ENCRYPTION, Some(AnyRef::NULL)),
        KeyKind::Ecdsa(Curve::P256) => (rfc5912::ECDSA_WITH_SHA_256, None),
        KeyKind::Ecdsa(Curve::P384) => (rfc5912::ECDSA_WITH_SHA_384, None),
        KeyKind::Ecdsa(Curve::P521) => (rfc5912::ECDSA_WITH_SHA_512, None),
        KeyKind::Ed25519 => (rfc8410::ID_ED_25519, None),
        KeyKind::Other { .. } => return None,
    };
    Some(AlgorithmIdentifierRef { oid, parameters })
}

/// How to check a signature with this identifier by a key of this kind.
pub(crate) fn verification(
    kind: &KeyKind,
    identifier: &AlgorithmIdentifierRef<'_>,
) -> Result<&'static dyn aws::VerificationAlgorithm, SignatureError> {
    use rfc5912 as oid;
    if let Some(hash) = weak_hash(identifier.oid) {
        return Err(SignatureError::Weak { hash });
    }
    Ok(match (kind, identifier.oid) {
        (KeyKind::Rsa { .. }, oid::SHA_256_WITH_RSA_ENCRYPTION) => &aws::RSA_PKCS1_2048_8192_SHA256,
        (KeyKind::Rsa { .. }, oid::SHA_384_WITH_RSA_ENCRYPTION) => &aws::RSA_PKCS1_2048_8192_SHA384,
        (KeyKind::Rsa { .. }, oid::SHA_512_WITH_RSA_ENCRYPTION) => &aws::RSA_PKCS1_2048_8192_SHA512,
        (KeyKind::Rsa { .. }, oid::ID_RSASSA_PSS) => pss(identifier)?,
        (KeyKind::Ecdsa(Curve::P256), oid::ECDSA_WITH_SHA_256) => &aws::ECDSA_P256_SHA256_ASN1,
        (KeyKind::Ecdsa(Curve::P256), oid::ECDSA_WITH_SHA_384) => &aws::ECDSA_P256_SHA384_ASN1,
        (KeyKind::Ecdsa(Curve::P256), oid::ECDSA_WITH_SHA_512) => &aws::ECDSA_P256_SHA512_ASN1,
        (KeyKind::Ecdsa(Curve::P384), oid::ECDSA_WITH_SHA_256) => &aws::ECDSA_P384_SHA256_ASN1,
        (KeyKind::Ecdsa(Curve::P384), oid::ECDSA_WITH_SHA_384) => &aws::ECDSA_P384_SHA384_ASN1,
        (KeyKind::Ecdsa(Curve::P384), oid::ECDSA_WITH_SHA_512) => &aws::ECDSA_P384_SHA512_ASN1,
        (KeyKind::Ecdsa(Curve::P521), oid::ECDSA_WITH_SHA_256) => &aws::ECDSA_P521_SHA256_ASN1,
        (KeyKind::Ecdsa(Curve::P521), oid::ECDSA_WITH_SHA_384) => &aws::ECDSA_P521_SHA384_ASN1,
        (KeyKind::Ecdsa(Curve::P521), oid::ECDSA_WITH_SHA_512) => &aws::ECDSA_P521_SHA512_ASN1,
        (KeyKind::Ed25519, rfc8410::ID_ED_25519) => &aws::ED25519,
        (_, oid) if is_known(oid) => return Err(SignatureError::OtherKey),
        (_, oid) => return Err(SignatureError::Unknown { oid }),
    })
}

/// The broken hash behind a signature algorithm, if it has one.
pub(crate) fn weak_hash(oid: ObjectIdentifier) -> Option<&'static str> {
    match oid {
        rfc5912::MD_2_WITH_RSA_ENCRYPTION => Some("MD2"),
        rfc5912::MD_5_WITH_RSA_ENCRYPTION => Some("MD5"),
        rfc5912::SHA_1_WITH_RSA_ENCRYPTION | ECDSA_WITH_SHA_1 | rfc5912::DSA_WITH_SHA_1 => Some("SHA-1"),
        _ => None,
    }
}

/// The short name that OpenSSL and others print for a signature algorithm.
pub(crate) fn signature_name(oid: ObjectIdentifier) -> String {
    let name = match oid {
        rfc5912::SHA_1_WITH_RSA_ENCRYPTION => "SHA1-RSA",
        rfc5912::SHA_256_WITH_RSA_ENCRYPTION => "SHA256-RSA",
        rfc5912::SHA_384_WITH_RSA_ENCRYPTION => "SHA384-RSA",
        rfc5912::SHA_512_WITH_RSA_ENCRYPTION => "SHA512-RSA",
        rfc5912::ID_RSASSA_PSS => "RSA-PSS",
        rfc5912::ECDSA_WITH_SHA_256 => "ECDSA-SHA256",
        rfc5912::ECDSA_WITH_SHA_384 => "ECDSA-SHA384",
        rfc5912::ECDSA_WITH_SHA_512 => "ECDSA-SHA512",
        rfc8410::ID_ED_25519 => "Ed25519",
        other => return other.to_string(),
    };
    name.to_owned()
}

fn is_known(oid: ObjectIdentifier) -> bool {
    matches!(
        oid,
        rfc5912::SHA_256_WITH_RSA_ENCRYPTION
            | rfc5912::SHA_384_WITH_RSA_ENCRYPTION
            | rfc5912::SHA_512_WITH_RSA_ENCRYPTION
            | rfc5912::ID_RSASSA_PSS
            | rfc5912::ECDSA_WITH_SHA_256
            | rfc5912::ECDSA_WITH_SHA_384
            | rfc5912::ECDSA_WITH_SHA_512
            | rfc8410::ID_ED_25519
    )
}

/// The hash stands in the parameters (RFC 4055 §3.1); without it it is SHA-1.
fn pss(identifier: &AlgorithmIdentifierRef<'_>) -> Result<&'static dyn aws::VerificationAlgorithm, SignatureError> {
    let weak = SignatureError::Weak { hash: "SHA-1" };
    let parameters = identifier.parameters.ok_or(weak)?;
    let hash = parameters.decode_as::<PssParameters<'_>>().map_err(|_| SignatureError::Mismatch)?.hash.ok_or(weak)?;
    match hash.oid {
        rfc5912::ID_SHA_256 => Ok(&aws::RSA_PSS_2048_8192_SHA256),
        rfc5912::ID_SHA_384 => Ok(&aws::RSA_PSS_2048_8192_SHA384),
        rfc5912::ID_SHA_512 => Ok(&aws::RSA_PSS_2048_8192_SHA512),
        rfc5912::ID_SHA_1 => Err(weak),
        oid => Err(SignatureError::Unknown { oid }),
    }
}

/// RSASSA-PSS-params, of which the verification of aws-lc-rs fixes all but the hash.
#[derive(der::Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_length: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        assert!("rsa1024".parse::<KeyAlgorithm>().unwrap_err().to_string().contains("rsa2048"));
    }
}
