//! Password-based encryption, scheme 2 of PKCS#5 (RFC 8018): reads encrypted PKCS#8, writes the key bag of PKCS#12.
//!
//! PBKDF2 and AES are those of aws-lc. What it does not have (scrypt, triple DES) is refused with the command that
//! converts it.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm as Cipher, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2::{
    self, Algorithm as Prf, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512,
};
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode as _, Encode as _, Sequence};
use secrecy::SecretString;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::KeyError;
use crate::error::{Document, ReadError};
use crate::random::Random;
use crate::secret::passphrase_text;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.11");
const AES128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

/// A foreign file may not keep the processor busy for longer than a few seconds.
const MAX_ITERATIONS: u32 = 10_000_000;
/// What OWASP recommends for PBKDF2 with HMAC-SHA-256; Java stops at five million.
pub(crate) const ITERATIONS: u32 = 600_000;

/// EncryptedPrivateKeyInfo (RFC 5958 §3).
#[derive(Sequence)]
pub(super) struct EncryptedPrivateKeyInfo<'a> {
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) data: &'a OctetStringRef,
}

/// PBES2-params (RFC 8018 §A.4).
#[derive(Sequence)]
struct Pbes2Parameters<'a> {
    derivation: AlgorithmIdentifierRef<'a>,
    encryption: AlgorithmIdentifierRef<'a>,
}

/// PBKDF2-params (RFC 8018 §A.2), with a salt that is given.
#[derive(Sequence)]
struct Pbkdf2Parameters<'a> {
    salt: &'a OctetStringRef,
    iterations: u32,
    key_length: Option<u16>,
    prf: Option<AlgorithmIdentifierRef<'a>>,
}

pub(crate) fn decrypt(
    algorithm: &AlgorithmIdentifierRef<'_>,
    data: &[u8],
    passphrase: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if algorithm.oid != PBES2 {
        return Err(unsupported(algorithm.oid));
    }
    let scheme: Pbes2Parameters<'_> = parameters(algorithm)?;
    if scheme.derivation.oid != PBKDF2 {
        return Err(unsupported(scheme.derivation.oid));
    }
    let derivation: Pbkdf2Parameters<'_> = parameters(&scheme.derivation)?;
    let cipher = match scheme.encryption.oid {
        AES128_CBC => &AES_128,
        AES192_CBC => &AES_192,
        AES256_CBC => &AES_256,
        oid => return Err(unsupported(oid)),
    };
    let prf = match derivation.prf.map_or(HMAC_SHA1, |prf| prf.oid) {
        HMAC_SHA1 => PBKDF2_HMAC_SHA1,
        HMAC_SHA256 => PBKDF2_HMAC_SHA256,
        HMAC_SHA384 => PBKDF2_HMAC_SHA384,
        HMAC_SHA512 => PBKDF2_HMAC_SHA512,
        oid => return Err(unsupported(oid)),
    };
    let iv: &OctetStringRef = parameters(&scheme.encryption)?;
    let iv: &[u8; 16] =
        iv.as_bytes().try_into().map_err(|_| malformed("its initialisation vector has a wrong length"))?;
    if derivation.iterations > MAX_ITERATIONS {
        return Err(KeyError::TooManyIterations { iterations: derivation.iterations, limit: MAX_ITERATIONS });
    }
    let key = derive(prf, derivation.iterations, derivation.salt.as_bytes(), passphrase, cipher)?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(|_| malformed("its encryption key can't be used"))?;
    let mut plain = Zeroizing::new(data.to_vec());
    let length = key
        .decrypt(&mut plain, DecryptionContext::Iv128(FixedLength::from(iv)))
        .map_err(|_| KeyError::WrongPassphrase)?
        .len();
    plain.truncate(length);
    Ok(plain)
}

/// What was encrypted, and how.
pub(crate) struct Encrypted {
    algorithm: Vec<u8>,
    data: Vec<u8>,
}

impl Encrypted {
    /// An EncryptedPrivateKeyInfo.
    pub(crate) fn to_der(&self) -> Result<Vec<u8>, der::Error> {
        let (algorithm, data) = (AlgorithmIdentifierRef::from_der(&self.algorithm)?, OctetStringRef::new(&self.data)?);
        EncryptedPrivateKeyInfo { algorithm, data }.to_der()
    }
}

/// Encrypts with AES-256-CBC and PBKDF2-HMAC-SHA-256.
pub(crate) fn encrypt(plain: &[u8], passphrase: &SecretString, random: &mut dyn Random) -> Result<Encrypted, KeyError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random.fill(&mut salt)?;
    random.fill(&mut iv)?;
    let key = derive(PBKDF2_HMAC_SHA256, ITERATIONS, &salt, passphrase, &AES_256)?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).map_err(|_| KeyError::Encrypt)?;
    // With room for the padding, so that no plain copy stays behind in memory given back.
    let mut data = Vec::with_capacity(plain.len() + 16);
    data.extend_from_slice(plain);
    key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(&iv)))
        .map_err(|_| KeyError::Encrypt)?;
    Ok(Encrypted { algorithm: identifier(&salt, &iv).map_err(|_| KeyError::Encrypt)?, data })
}

fn identifier(salt: &[u8], iv: &[u8]) -> Result<Vec<u8>, der::Error> {
    let derivation = Pbkdf2Parameters {
        salt: OctetStringRef::new(salt)?,
        iterations: ITERATIONS,
        key_length: None,
        prf: Some(AlgorithmIdentifierRef { oid: HMAC_SHA256, parameters: Some(AnyRef::NULL) }),
    }
    .to_der()?;
    let iv = OctetStringRef::new(iv)?.to_der()?;
    let scheme = Pbes2Parameters {
        derivation: AlgorithmIdentifierRef { oid: PBKDF2, parameters: Some(AnyRef::from_der(&derivation)?) },
        encryption: AlgorithmIdentifierRef { oid: AES256_CBC, parameters: Some(AnyRef::from_der(&iv)?) },
    }
    .to_der()?;
    AlgorithmIdentifierRef { oid: PBES2, parameters: Some(AnyRef::from_der(&scheme)?) }.to_der()
}

fn derive(
    prf: Prf,
    iterations: u32,
    salt: &[u8],
    passphrase: &SecretString,
    cipher: &'static Cipher,
) -> Result<UnboundCipherKey, KeyError> {
    let iterations = NonZeroU32::new(iterations).ok_or_else(|| malformed("its iteration count is zero"))?;
    let mut key = Zeroizing::new([0; 32]);
    let length = if *cipher == AES_128 {
        16
    } else if *cipher == AES_192 {
        24
    } else {
        32
    };
    let key = key.get_mut(..length).ok_or_else(|| malformed("its cipher is not known"))?;
    pbkdf2::derive(prf, iterations, salt, passphrase_text(passphrase).as_bytes(), key);
    UnboundCipherKey::new(cipher, key).map_err(|_| malformed("its cipher can't be used"))
}

fn parameters<'a, T>(algorithm: &AlgorithmIdentifierRef<'a>) -> Result<T, KeyError>
where
    T: der::Choice<'a> + der::DecodeValue<'a, Error = der::Error>,
{
    let any = algorithm.parameters.ok_or_else(|| malformed("the parameters of its encryption are missing"))?;
    any.decode_as().map_err(|error| {
        ReadError::Malformed { what: Document::PrivateKey, source: crate::error::Asn1Error(error) }.into()
    })
}

fn malformed(reason: &'static str) -> KeyError {
    ReadError::Unsupported { what: Document::PrivateKey, reason }.into()
}

fn unsupported(oid: ObjectIdentifier) -> KeyError {
    let scheme = match oid.to_string().as_str() {
        "1.3.6.1.4.1.11591.4.11" => "scrypt".to_owned(),
        "1.2.840.113549.3.7" => "triple DES".to_owned(),
        "1.2.840.113549.1.12.1.3" => "the triple DES of PKCS#12".to_owned(),
        other => format!("the scheme {other}"),
    };
    KeyError::UnsupportedEncryption { scheme }
}
