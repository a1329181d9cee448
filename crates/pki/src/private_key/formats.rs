//! The formats of private keys in the field, recognised by what is in them; the label of a PEM block is only a hint.

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};
use der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use der::{Decode as _, Reader as _, Sequence, Tag, Tagged as _};
use secrecy::SecretString;
use spki::AlgorithmIdentifierRef;

use super::pbes2::EncryptedPrivateKeyInfo;
use super::{KeyError, Pair, PrivateKey, pbes2};
use crate::algorithm::Curve;
use crate::error::{Document, ReadError};
use crate::pem;
use crate::public_key;

const MAX_BYTES: usize = 64 << 10;

pub(super) fn from_pem(text: &str, passphrase: Option<&SecretString>) -> Result<PrivateKey, KeyError> {
    if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return Err(KeyError::OpenSsh);
    }
    let block = pem::document(text, Document::PrivateKey)?;
    if block.legacy_encryption {
        return Err(KeyError::UnsupportedEncryption { scheme: "the old scheme of OpenSSL (Proc-Type: 4)".to_owned() });
    }
    from_der(&block.der, passphrase)
}

pub(super) fn from_der(der: &[u8], passphrase: Option<&SecretString>) -> Result<PrivateKey, KeyError> {
    let what = Document::PrivateKey;
    if der.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { what, bytes: der.len(), limit: MAX_BYTES }.into());
    }
    let (first, second) = malformed(tags(der))?;
    let pair = match (first, second) {
        (Tag::Sequence, Tag::OctetString) => return encrypted(der, passphrase),
        (Tag::Integer, Tag::Sequence) => pkcs8(der)?,
        (Tag::Integer, Tag::Integer) => pkcs1(der)?,
        (Tag::Integer, Tag::OctetString) => sec1(der)?,
        _ => return Err(ReadError::Unsupported { what, reason: "it is neither PKCS#8 nor PKCS#1 nor SEC1" }.into()),
    };
    PrivateKey::new(pair)
}

/// ECPrivateKey (RFC 5915 §3).
#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    private_key: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    parameters: Option<AnyRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    public_key: Option<BitStringRef<'a>>,
}

fn encrypted(der: &[u8], passphrase: Option<&SecretString>) -> Result<PrivateKey, KeyError> {
    let info = malformed(EncryptedPrivateKeyInfo::from_der(der))?;
    let passphrase = passphrase.ok_or(KeyError::PassphraseMissing)?;
    let plain = pbes2::decrypt(&info.algorithm, info.data.as_bytes(), passphrase)?;
    // One wrong passphrase in 256 leaves padding that looks right, and rubbish before it.
    match tags(&plain) {
        Ok((Tag::Integer, Tag::Sequence)) => PrivateKey::new(pkcs8(&plain)?),
        _ => Err(KeyError::WrongPassphrase),
    }
}

fn pkcs8(der: &[u8]) -> Result<Pair, KeyError> {
    let (algorithm, key) = malformed(AnyRef::from_der(der).and_then(|info| {
        info.sequence(|reader| {
            let _version = u8::decode(reader)?;
            let algorithm = AlgorithmIdentifierRef::decode(reader)?;
            let key = <&OctetStringRef>::decode(reader)?;
            // Attributes, and the public key of version 2.
            while !reader.is_finished() {
                AnyRef::decode(reader)?;
            }
            Ok::<_, der::Error>((algorithm, key))
        })
    }))?;
    match algorithm.oid {
        rfc5912::RSA_ENCRYPTION => {
            strong_enough(key.as_bytes())?;
            RsaKeyPair::from_pkcs8(der).map(Pair::Rsa).map_err(rejected)
        }
        rfc5912::ID_EC_PUBLIC_KEY => {
            let curve = curve(algorithm.parameters_oid().ok())?;
            EcdsaKeyPair::from_pkcs8(curve.signing(), der).map(Pair::Ecdsa).map_err(rejected)
        }
        rfc8410::ID_ED_25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Pair::Ed25519).map_err(rejected),
        oid => Err(KeyError::UnsupportedKind { oid }),
    }
}

fn pkcs1(der: &[u8]) -> Result<Pair, KeyError> {
    strong_enough(der)?;
    RsaKeyPair::from_der(der).map(Pair::Rsa).map_err(rejected)
}

fn sec1(der: &[u8]) -> Result<Pair, KeyError> {
    let key = malformed(EcPrivateKey::from_der(der))?;
    let curve = curve(key.parameters.and_then(|parameters| parameters.decode_as().ok()))?;
    EcdsaKeyPair::from_private_key_der(curve.signing(), der).map(Pair::Ecdsa).map_err(rejected)
}

fn curve(oid: Option<ObjectIdentifier>) -> Result<Curve, KeyError> {
    let oid = oid.ok_or(KeyError::UnnamedCurve)?;
    Curve::from_oid(oid).ok_or(KeyError::UnsupportedKind { oid })
}

/// Looked at first, because aws-lc only says that a small key is no good. `der` is an RSAPrivateKey (RFC 8017 §A.1.2).
fn strong_enough(der: &[u8]) -> Result<(), KeyError> {
    let kind = malformed(AnyRef::from_der(der).and_then(|key| {
        key.sequence(|reader| {
            let _version = u8::decode(reader)?;
            let (modulus, exponent) = (UintRef::decode(reader)?, UintRef::decode(reader)?);
            while !reader.is_finished() {
                AnyRef::decode(reader)?;
            }
            Ok::<_, der::Error>(public_key::rsa_kind(modulus.as_bytes(), exponent.as_bytes()))
        })
    }))?;
    match kind.weakness() {
        Some(reason) => Err(KeyError::Weak { reason }),
        None => Ok(()),
    }
}

/// The tags of the first two elements of a SEQUENCE, which tell the formats apart.
fn tags(der: &[u8]) -> Result<(Tag, Tag), der::Error> {
    AnyRef::from_der(der)?.sequence(|reader| {
        let tags = (AnyRef::decode(reader)?.tag(), AnyRef::decode(reader)?.tag());
        while !reader.is_finished() {
            AnyRef::decode(reader)?;
        }
        Ok(tags)
    })
}

fn malformed<T>(result: Result<T, der::Error>) -> Result<T, KeyError> {
    result.map_err(|error| ReadError::Malformed { what: Document::PrivateKey, source: error.into() }.into())
}

/// The reason of aws-lc is a word about its insides; what it means is always the same.
fn rejected(_: KeyRejected) -> KeyError {
    KeyError::Inconsistent
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_an_error(der in proptest::collection::vec(any::<u8>(), 0..100)) {
            assert!(from_der(&der, None).is_err());
        }
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        assert!(matches!(from_pem("hello", None), Err(KeyError::Read(ReadError::NoPem { .. }))));
        let ssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        assert!(matches!(from_pem(ssh, None), Err(KeyError::OpenSsh)));
        let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        assert!(matches!(from_pem(legacy, None), Err(KeyError::UnsupportedEncryption { .. })));
    }
}
