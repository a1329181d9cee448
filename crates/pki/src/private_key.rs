//! Private keys: generated, read in the formats that are found, written as PKCS#8.
//!
//! A [`PrivateKey`] can't be printed, compared, copied or serialised, and its memory is wiped. It is given out in two
//! ways only, both as a type of `secrecy`, so that each place where a key leaves the program is one that the lint on
//! `expose_secret` lists.

mod formats;
pub(crate) mod pbes2;

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use const_oid::ObjectIdentifier;
use secrecy::{SecretSlice, SecretString};
use spki::AlgorithmIdentifierRef;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::algorithm::{self, Curve, KeyAlgorithm};
use crate::error::{Asn1Error, Document, RandomnessError, ReadError};
use crate::pem;
use crate::public_key::{KeyKind, PublicKey};
use crate::random::Random;

/// A private key with its public one.
///
/// ```
/// use pki::{KeyAlgorithm, PrivateKey};
///
/// let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
/// assert_eq!(key.public_key().kind().to_string(), "ECDSA P-256");
/// # Ok::<_, pki::KeyError>(())
/// ```
pub struct PrivateKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Makes a new key from the generator of aws-lc-rs.
    ///
    /// RSA takes a tenth of a second to several, the others next to nothing.
    ///
    /// # Errors
    /// If the generator fails.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let failed = |_| KeyError::Generate;
        let rsa = |size| RsaKeyPair::generate(size).map(Pair::Rsa).map_err(failed);
        let ecdsa = |curve: Curve| EcdsaKeyPair::generate(curve.signing()).map(Pair::Ecdsa).map_err(failed);
        Self::new(match algorithm {
            KeyAlgorithm::Rsa2048 => rsa(KeySize::Rsa2048)?,
            KeyAlgorithm::Rsa3072 => rsa(KeySize::Rsa3072)?,
            KeyAlgorithm::Rsa4096 => rsa(KeySize::Rsa4096)?,
            KeyAlgorithm::EcdsaP256 => ecdsa(Curve::P256)?,
            KeyAlgorithm::EcdsaP384 => ecdsa(Curve::P384)?,
            KeyAlgorithm::EcdsaP521 => ecdsa(Curve::P521)?,
            KeyAlgorithm::Ed25519 => Pair::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
        })
    }

    /// Reads the one private key in a PEM text: PKCS#8 (`PRIVATE KEY`), encrypted PKCS#8, PKCS#1 (`RSA PRIVATE KEY`) or
    /// SEC1 (`EC PRIVATE KEY`). The passphrase is needed for an encrypted one and not looked at otherwise.
    ///
    /// # Errors
    /// If there is not exactly one, if it can't be decrypted, or if it is too weak, of another kind, or inconsistent.
    pub fn from_pem(text: &str, passphrase: Option<&SecretString>) -> Result<Self, KeyError> {
        formats::from_pem(text, passphrase)
    }

    /// Reads the DER of the same formats.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(der: &[u8], passphrase: Option<&SecretString>) -> Result<Self, KeyError> {
        formats::from_der(der, passphrase)
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The key as PEM of unencrypted PKCS#8, `BEGIN PRIVATE KEY`.
    ///
    /// # Errors
    /// If aws-lc can't write it.
    pub fn to_pkcs8_pem(&self) -> Result<SecretString, KeyError> {
        Ok(SecretString::from(pem::encode("PRIVATE KEY", &self.pkcs8()?)))
    }

    /// The key as DER of unencrypted PKCS#8.
    ///
    /// # Errors
    /// If aws-lc can't write it.
    pub fn to_pkcs8_der(&self) -> Result<SecretSlice<u8>, KeyError> {
        Ok(SecretSlice::from(self.pkcs8()?.to_vec()))
    }

    /// The key as PEM of encrypted PKCS#8, `BEGIN ENCRYPTED PRIVATE KEY`: AES-256 with PBKDF2-HMAC-SHA-256.
    ///
    /// # Errors
    /// If aws-lc can't write it, or there is no randomness for the salt.
    pub fn to_encrypted_pkcs8_pem(
        &self,
        passphrase: &SecretString,
        random: &mut dyn Random,
    ) -> Result<String, KeyError> {
        let encrypted = pbes2::encrypt(&self.pkcs8()?, passphrase, random)?;
        Ok(pem::encode("ENCRYPTED PRIVATE KEY", &encrypted.to_der().map_err(|_| KeyError::Encode)?))
    }

    /// Version 1 for each kind: OpenSSL 1.1 and Java don't read version 2.
    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = |der: &[u8]| Zeroizing::new(der.to_vec());
        let failed = |_| KeyError::Encode;
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                bytes(der.as_ref())
            }
            Pair::Ecdsa(pair) => bytes(pair.to_pkcs8v1().map_err(failed)?.as_ref()),
            Pair::Ed25519(pair) => bytes(pair.to_pkcs8v1().map_err(failed)?.as_ref()),
        })
    }

    /// The identifier of the signatures that [`sign`](Self::sign) makes.
    pub(crate) fn signature_identifier(&self) -> Result<AlgorithmIdentifierRef<'static>, KeyError> {
        algorithm::signature_identifier(&self.public.kind()).ok_or(KeyError::Sign)
    }

    /// RSA (PKCS#1 v1.5) and Ed25519 give the same signature each time, ECDSA another one.
    pub(crate) fn sign(&self, content: &[u8]) -> Result<Vec<u8>, KeyError> {
        // Not used by aws-lc-rs, which takes its own; part of the interface that it has from ring.
        let random = SystemRandom::new();
        let failed = |_| KeyError::Sign;
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, content, &mut signature).map_err(failed)?;
                signature
            }
            Pair::Ecdsa(pair) => pair.sign(&random, content).map_err(failed)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.try_sign(content).map_err(failed)?.as_ref().to_vec(),
        })
    }

    fn new(pair: Pair) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                PublicKey::from_bits(rsa_kind(key.as_ref())?, key.as_ref())
            }
            Pair::Ecdsa(pair) => {
                let curve = Curve::ALL.into_iter().find(|curve| curve.signing() == pair.algorithm());
                PublicKey::from_bits(KeyKind::Ecdsa(curve.ok_or(KeyError::Encode)?), pair.public_key().as_ref())
            }
            Pair::Ed25519(pair) => PublicKey::from_bits(KeyKind::Ed25519, pair.public_key().as_ref()),
        };
        Ok(Self { public: public.map_err(KeyError::PublicKey)?, pair })
    }
}

/// Says which key it is, never what it is.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, [REDACTED])", self.public.kind())
    }
}

/// A private key that can't be made, read or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The PEM or DER can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An encrypted key, and no passphrase.
    #[error("the private key is encrypted and no passphrase is given")]
    PassphraseMissing,
    /// The decrypted bytes are no key.
    #[error("the private key can't be decrypted with this passphrase")]
    WrongPassphrase,
    /// Encrypted in a way that is not read here.
    #[error(
        "the private key is encrypted with {scheme}, which is not read here; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"
    )]
    UnsupportedEncryption {
        /// The name or object identifier of the scheme.
        scheme: String,
    },
    /// Key derivation that would take minutes.
    #[error("deriving the encryption key takes {iterations} iterations, the limit is {limit}")]
    TooManyIterations {
        /// As the file demands.
        iterations: u32,
        /// As many as are accepted.
        limit: u32,
    },
    /// OpenSSH's own format.
    #[error("this is a private key in OpenSSH's own format; convert it with: ssh-keygen -p -m PKCS8 -f FILE")]
    OpenSsh,
    /// DSA, an unknown curve, and so on.
    #[error(
        "the private key is of an unknown kind ({oid}); RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are possible"
    )]
    UnsupportedKind {
        /// The algorithm or the curve.
        oid: ObjectIdentifier,
    },
    /// A curve given by its equation instead of its name, or not at all.
    #[error(
        "the private key does not name its curve; convert it with: openssl ec -in OLD -param_enc named_curve -out NEW"
    )]
    UnnamedCurve,
    /// Too short to be safe.
    #[error("the private key {reason}")]
    Weak {
        /// Finishes the sentence.
        reason: String,
    },
    /// The numbers in it don't fit together.
    #[error("the private key is damaged: its parts don't fit together")]
    Inconsistent,
    /// No salt.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// Encrypting it failed.
    #[error("the private key could not be encrypted")]
    Encrypt,
    /// The generator failed.
    #[error("a private key could not be generated")]
    Generate,
    /// The key could not be written.
    #[error("the private key could not be encoded")]
    Encode,
    /// The public key could not be written.
    #[error("the public key could not be encoded")]
    PublicKey(#[source] Asn1Error),
    /// Signing failed.
    #[error("signing with the private key failed")]
    Sign,
}

fn rsa_kind(public: &[u8]) -> Result<KeyKind, KeyError> {
    crate::public_key::rsa_kind_of(public)
        .map_err(|source| KeyError::Read(ReadError::Malformed { what: Document::PrivateKey, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_signs_what_its_public_key_verifies() {
        for algorithm in KeyAlgorithm::ALL {
            let key = PrivateKey::generate(algorithm).unwrap();
            let signature = key.sign(b"content").unwrap();
            let identifier = key.signature_identifier().unwrap();
            key.public_key().verify(&identifier, b"content", &signature).unwrap();
            assert!(key.public_key().verify(&identifier, b"Content", &signature).is_err());
            assert_eq!(key.public_key().weakness(), None);

            let again = PrivateKey::from_der(&key.pkcs8().unwrap(), None).unwrap();
            assert_eq!(again.public_key(), key.public_key());
            assert_eq!(PublicKey::from_der(key.public_key().as_der()).unwrap(), *key.public_key());
        }
    }

    /// Compiles only if the type has none of the traits: with one of them it would have two candidates for `HOLDS`.
    macro_rules! has_none_of {
        ($type:ty: $($trait:path),+) => {$({
            trait Absent<Choice> {
                const HOLDS: bool = true;
            }
            struct Present;
            impl<T: ?Sized> Absent<()> for T {}
            impl<T: ?Sized + $trait> Absent<Present> for T {}
            assert!(<$type as Absent<_>>::HOLDS);
        })+};
    }

    #[test]
    fn a_key_can_not_be_printed_compared_or_copied() {
        has_none_of!(PrivateKey: fmt::Display, Clone, PartialEq, AsRef<[u8]>);
        has_none_of!(SecretString: fmt::Display, PartialEq, AsRef<str>, AsRef<[u8]>);
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(Ed25519, [REDACTED])");
        assert_eq!(format!("{:?}", key.to_pkcs8_pem().unwrap()), "SecretBox<str>([REDACTED])");
    }
}
