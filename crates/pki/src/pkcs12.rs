//! A key with its certificates in one file (PKCS#12, RFC 7292), for Java and for people's browsers.
//!
//! Written, not read. The key is encrypted with AES-256 and PBKDF2-HMAC-SHA-256 and the whole is sealed with
//! HMAC-SHA-256: what OpenSSL from 1.1 on and Java from 8u301 on read. The certificates are public and stand there as
//! they are.
//!
//! Our own, because the crates for it bring a second set of ciphers and hashes with them.

use aws_lc_rs::{digest, hmac};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::asn1::{Any, AnyRef, BmpString, OctetString, OctetStringRef, SetOfVec};
use der::{Encode, Sequence, Tag, TagNumber};
use secrecy::SecretString;
use spki::AlgorithmIdentifierRef;
use thiserror::Error;
use x509_cert::attr::Attribute;
use zeroize::Zeroizing;

use crate::asn1;
use crate::certificate::Certificate;
use crate::error::{Asn1Error, RandomnessError};
use crate::private_key::pbes2::{self, ITERATIONS};
use crate::private_key::{KeyError, PrivateKey};
use crate::random::Random;
use crate::secret::passphrase_text;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

/// Writes a PKCS#12 file: the key, its certificate (the first one) and those above it, under a name that tools display.
///
/// # Errors
/// If there is no certificate, the first is not of this key, the name or the passphrase can't be written, or encryption
/// fails.
///
/// ```
/// # use jiff::{SignedDuration, Timestamp};
/// # use pki::{CaOptions, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};
/// # let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// # let mut request = Request::new(
/// #     Profile::RootCa(CaOptions::default()),
/// #     Validity::starting(now, SignedDuration::ZERO, SignedDuration::from_hours(1))?,
/// # );
/// # request.subject = Subject::common_name("Home root");
/// # let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
/// # let certificate = request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.self_signed(&key)?;
/// let file = pki::to_pkcs12(&key, &[certificate], "vault", &"passphrase".into(), &mut SystemRandom)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn to_pkcs12(
    key: &PrivateKey,
    chain: &[Certificate],
    friendly_name: &str,
    passphrase: &SecretString,
    random: &mut dyn Random,
) -> Result<Vec<u8>, Pkcs12Error> {
    let own = chain.first().ok_or(Pkcs12Error::NoCertificate)?;
    if own.public_key() != key.public_key() {
        return Err(Pkcs12Error::WrongKey { certificate: own.subject().to_string() });
    }
    let attributes = attributes(friendly_name, own.key_id().as_bytes()).map_err(|_| Pkcs12Error::Name)?;
    let mut certificates = Vec::new();
    for (index, certificate) in chain.iter().enumerate() {
        let attributes = (index == 0).then(|| attributes.clone());
        certificates.push(certificate_bag(certificate, attributes).map_err(Asn1Error)?);
    }
    let key = key_bag(key, attributes, passphrase, random)?;
    let contents = vec![data(&certificates).map_err(Asn1Error)?, data(&vec![key]).map_err(Asn1Error)?];
    let safe = contents.to_der().map_err(Asn1Error)?;
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let seal = seal(&safe, &salt, passphrase);
    let file = Pfx {
        version: 3,
        content: ContentInfo { kind: DATA, content: octets(safe).map_err(Asn1Error)? },
        mac: MacData {
            mac: DigestInfo {
                algorithm: AlgorithmIdentifierRef { oid: rfc5912::ID_SHA_256, parameters: Some(AnyRef::NULL) },
                digest: OctetStringRef::new(seal.as_ref()).map_err(Asn1Error)?,
            },
            salt: OctetStringRef::new(&salt).map_err(Asn1Error)?,
            iterations: ITERATIONS,
        },
    };
    Ok(asn1::encode(&file)?)
}

/// A PKCS#12 file that could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// An empty chain.
    #[error("there is no certificate to put beside the key")]
    NoCertificate,
    /// The first certificate belongs to another key.
    #[error(
        "the private key does not belong to the certificate of {certificate}; the certificate of the key must come first"
    )]
    WrongKey {
        /// Its subject.
        certificate: String,
    },
    /// A character that the format can't express.
    #[error("the name can't be written: PKCS#12 has no characters beyond the first 65536 of Unicode")]
    Name,
    /// No salt.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The key could not be written or encrypted.
    #[error("the private key could not be encrypted")]
    Encrypt(#[from] KeyError),
    /// The file could not be written.
    #[error("the file could not be encoded")]
    Encode(#[from] Asn1Error),
}

/// RFC 7292 §4.
#[derive(Sequence)]
struct Pfx<'a> {
    version: u8,
    content: ContentInfo,
    mac: MacData<'a>,
}

/// RFC 7292 §4, appendix A.
#[derive(Sequence)]
struct MacData<'a> {
    mac: DigestInfo<'a>,
    salt: &'a OctetStringRef,
    iterations: u32,
}

/// RFC 8017 §9.2.
#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    digest: &'a OctetStringRef,
}

/// RFC 5652 §3.
#[derive(Sequence)]
struct ContentInfo {
    kind: ObjectIdentifier,
    content: Any,
}

/// RFC 7292 §4.2.
#[derive(Sequence)]
struct SafeBag {
    kind: ObjectIdentifier,
    value: Any,
    attributes: Option<SetOfVec<Attribute>>,
}

/// RFC 7292 §4.2.3.
#[derive(Sequence)]
struct CertBag {
    kind: ObjectIdentifier,
    value: Any,
}

fn certificate_bag(certificate: &Certificate, attributes: Option<SetOfVec<Attribute>>) -> Result<SafeBag, der::Error> {
    let bag = CertBag { kind: X509_CERTIFICATE, value: octets(certificate.as_der())? };
    Ok(SafeBag { kind: CERT_BAG, value: explicit(&bag)?, attributes })
}

fn key_bag(
    key: &PrivateKey,
    attributes: SetOfVec<Attribute>,
    passphrase: &SecretString,
    random: &mut dyn Random,
) -> Result<SafeBag, Pkcs12Error> {
    let info = pbes2::encrypt(&key.pkcs8()?, passphrase, random)?.to_der().map_err(Asn1Error)?;
    let value = explicit(&asn1::element(&info)?).map_err(Asn1Error)?;
    Ok(SafeBag { kind: SHROUDED_KEY_BAG, value, attributes: Some(attributes) })
}

/// The name to display, and what ties the certificate to its key.
fn attributes(friendly_name: &str, key_id: &[u8]) -> Result<SetOfVec<Attribute>, der::Error> {
    let attribute = |oid, value: Any| SetOfVec::try_from(vec![value]).map(|values| Attribute { oid, values });
    SetOfVec::try_from(vec![
        attribute(FRIENDLY_NAME, Any::encode_from(&BmpString::from_utf8(friendly_name)?)?)?,
        attribute(LOCAL_KEY_ID, Any::encode_from(&OctetString::new(key_id)?)?)?,
    ])
}

fn data(bags: &Vec<SafeBag>) -> Result<ContentInfo, der::Error> {
    Ok(ContentInfo { kind: DATA, content: octets(bags.to_der()?)? })
}

/// `[0] EXPLICIT OCTET STRING`.
fn octets(bytes: impl Into<Box<[u8]>>) -> Result<Any, der::Error> {
    explicit(&OctetString::new(bytes)?)
}

/// `[0] EXPLICIT`.
fn explicit(value: &impl Encode) -> Result<Any, der::Error> {
    Any::new(Tag::ContextSpecific { constructed: true, number: TagNumber(0) }, value.to_der()?)
}

fn seal(safe: &[u8], salt: &[u8], passphrase: &SecretString) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &mac_key(salt, passphrase)), safe)
}

/// The key derivation of RFC 7292 appendix B.2 for purpose 3 (MAC) with SHA-256, whose output is just as long as the
/// key.
fn mac_key(salt: &[u8], passphrase: &SecretString) -> Zeroizing<Vec<u8>> {
    const BLOCK: usize = 64;
    const PURPOSE: u8 = 3;
    let filled = |bytes: &[u8]| {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        Zeroizing::new(bytes.iter().copied().cycle().take(length).collect::<Vec<_>>())
    };
    let mut input = Zeroizing::new(Vec::with_capacity(1024));
    input.extend_from_slice(&[PURPOSE; BLOCK]);
    input.extend_from_slice(&filled(salt));
    input.extend_from_slice(&filled(&utf16(passphrase)));
    let mut key = digest::digest(&digest::SHA256, &input);
    for _ in 1..ITERATIONS {
        key = digest::digest(&digest::SHA256, key.as_ref());
    }
    Zeroizing::new(key.as_ref().to_vec())
}

/// Big-endian UTF-16 with a zero at the end.
fn utf16(passphrase: &SecretString) -> Zeroizing<Vec<u8>> {
    let text = passphrase_text(passphrase);
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes.extend_from_slice(&[0, 0]);
    bytes
}
