//! Certificates, foreign ones as well as our own: what they say, and their exact bytes.

use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::asn1::AnyRef;
use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::time::Time;

use crate::asn1::{self, Signed, TbsCertificate};
use crate::distinguished_name::DistinguishedName;
use crate::error::{Document, ReadError, SignatureError};
use crate::extensions::Extensions;
use crate::fingerprint::Fingerprint;
use crate::key_id::KeyId;
use crate::name_constraints::NameConstraints;
use crate::public_key::PublicKey;
use crate::serial_number::SerialNumber;
use crate::subject_name::FoundName;
use crate::{algorithm, pem, validity};

/// Ten times what the largest certificates in use have.
const MAX_BYTES: usize = 256 << 10;

/// An X.509 certificate.
///
/// Reading checks the form only. Whether it keeps the rules is for [`lint`](crate::lint()) to say, whether it may issue
/// for [`Unsigned::signed_by`](crate::Unsigned::signed_by), and whether it was issued by a given CA for
/// [`verify_signature`](Self::verify_signature). Two certificates are equal if their bytes are.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    content: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    pub(crate) version: u8,
    serial: SerialNumber,
    issuer: DistinguishedName,
    subject: DistinguishedName,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    public_key: PublicKey,
    pub(crate) extensions: Extensions,
    /// The two fields for the signature algorithm say the same.
    pub(crate) algorithms_agree: bool,
}

impl Certificate {
    /// Reads one certificate.
    ///
    /// # Errors
    /// If it is none, or larger than any honest one.
    pub fn from_der(der: &[u8]) -> Result<Self, ReadError> {
        let what = Document::Certificate;
        if der.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { what, bytes: der.len(), limit: MAX_BYTES });
        }
        let malformed = |error: der::Error| ReadError::Malformed { what, source: error.into() };
        let signed: Signed<'_> = asn1::decode(der, what)?;
        let content = asn1::whole(&signed.content, what)?;
        let certificate: TbsCertificate<'_> = asn1::decode(&content, what)?;
        let name = |name: &AnyRef<'_>| DistinguishedName::from_der(name.to_der()?);
        let signature = signed
            .signature
            .as_bytes()
            .ok_or(ReadError::Unsupported { what, reason: "its signature is no number of whole bytes" })?;
        let mut read = Self {
            algorithm: signed.algorithm.to_der().map_err(malformed)?,
            signature: signature.to_vec(),
            version: certificate.version,
            serial: SerialNumber::from_content(certificate.serial.as_bytes()),
            issuer: name(&certificate.issuer).map_err(malformed)?,
            subject: name(&certificate.subject).map_err(malformed)?,
            not_before: certificate.validity.not_before,
            not_after: certificate.validity.not_after,
            public_key: PublicKey::from_der(&asn1::whole(&certificate.public_key, what)?)?,
            algorithms_agree: certificate.signature == signed.algorithm,
            extensions: Extensions::read(certificate.extensions.unwrap_or_default()),
            der: der.to_vec(),
            content: Vec::new(),
        };
        read.content = content;
        Ok(read)
    }

    /// Reads the one certificate in a PEM text.
    ///
    /// # Errors
    /// If there is not exactly one, or it can't be read.
    pub fn from_pem(text: &str) -> Result<Self, ReadError> {
        Self::from_der(&pem::document(text, Document::Certificate)?.der)
    }

    /// Reads all certificates in a PEM text, in their order; at least one. Blocks of other kinds are passed over.
    ///
    /// # Errors
    /// If there is none, or one can't be read.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, ReadError> {
        pem::documents(text, Document::Certificate)?.iter().map(|block| Self::from_der(&block.der)).collect()
    }

    /// Its bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// A PEM block `CERTIFICATE`, with a line feed at the end, so that several can be put together.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", &self.der)
    }

    /// The number among the certificates of its issuer.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The subject of the CA that issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// Who it is for.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Its first second.
    pub fn not_before(&self) -> Timestamp {
        validity::from_time(self.not_before)
    }

    /// Its last second. "No end" (9999-12-31) becomes the largest timestamp, a day earlier.
    pub fn not_after(&self) -> Timestamp {
        validity::from_time(self.not_after)
    }

    /// The key that it certifies.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The subject key identifier. One that it lacks is what a new certificate of the same key would have.
    pub fn key_id(&self) -> KeyId {
        self.extensions.subject_key_id.clone().unwrap_or_else(|| self.public_key.key_id())
    }

    /// The key identifier of its issuer, if it says so.
    pub fn authority_key_id(&self) -> Option<KeyId> {
        let id = self.extensions.authority_key_id.as_ref()?.key_identifier.as_ref()?;
        Some(KeyId::from_bytes(id.as_bytes()))
    }

    /// Does it say that it is a CA?
    pub fn is_ca(&self) -> bool {
        self.extensions.is_ca()
    }

    /// How many CAs may follow below it, if that is limited.
    pub fn path_length(&self) -> Option<u8> {
        self.extensions.basic_constraints.as_ref().and_then(|constraints| constraints.path_len_constraint)
    }

    /// The names that it is for, in their order.
    pub fn names(&self) -> &[FoundName] {
        &self.extensions.names
    }

    /// The usages of its key, by their names in RFC 5280: `digitalSignature`. `None` without the extension.
    pub fn key_usage(&self) -> Option<Vec<&'static str>> {
        let usage = self.extensions.key_usage.as_ref()?;
        let names = [
            (usage.digital_signature(), "digitalSignature"),
            (usage.non_repudiation(), "nonRepudiation"),
            (usage.key_encipherment(), "keyEncipherment"),
            (usage.data_encipherment(), "dataEncipherment"),
            (usage.key_agreement(), "keyAgreement"),
            (usage.key_cert_sign(), "keyCertSign"),
            (usage.crl_sign(), "cRLSign"),
            (usage.encipher_only(), "encipherOnly"),
            (usage.decipher_only(), "decipherOnly"),
        ];
        Some(names.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect())
    }

    /// Its purposes: `serverAuth`, `clientAuth`, …, or the object identifier of another one. `None` without the
    /// extension.
    pub fn extended_key_usage(&self) -> Option<Vec<String>> {
        Some(self.extensions.extended_key_usage.as_ref()?.iter().copied().map(purpose_name).collect())
    }

    /// The names that it may certify, if it is a CA with such a limit.
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.extensions.name_constraints.as_ref()
    }

    /// Where its issuer publishes revocation lists.
    pub fn crl_urls(&self) -> Vec<String> {
        let points = self.extensions.crl_distribution_points.iter().flat_map(|points| &points.0);
        let names = points.filter_map(|point| match &point.distribution_point {
            Some(DistributionPointName::FullName(names)) => Some(names),
            _ => None,
        });
        let url = |name: &GeneralName| match name {
            GeneralName::UniformResourceIdentifier(url) => Some(url.to_string()),
            _ => None,
        };
        names.flatten().filter_map(url).collect()
    }

    /// The algorithm of its signature: `SHA256-RSA`, `ECDSA-SHA256`, `Ed25519`.
    pub fn signature_algorithm(&self) -> String {
        self.signature_identifier().map_or_else(String::new, |identifier| algorithm::signature_name(identifier.oid))
    }

    /// SHA-256 of its bytes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::sha256(&self.der)
    }

    /// SHA-1 of its bytes, for display beside older tools only.
    pub fn sha1_fingerprint(&self) -> Fingerprint {
        Fingerprint::sha1(&self.der)
    }

    /// Does it name itself as its issuer? True for roots; a proof is only [`verify_signature`](Self::verify_signature)
    /// with itself.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// A root, as far as its identifiers say: one that was issued by another key of the same name is not.
    pub(crate) fn is_self_issued_by_own_key(&self) -> bool {
        self.is_self_issued() && self.authority_key_id().is_none_or(|id| id == self.key_id())
    }

    /// Was it signed by the key of this certificate? Names, dates and rights are not looked at.
    ///
    /// # Errors
    /// If it was not, or by an algorithm that proves nothing or is not known.
    pub fn verify_signature(&self, issuer: &Self) -> Result<(), SignatureError> {
        let identifier = self.signature_identifier().ok_or(SignatureError::Mismatch)?;
        issuer.public_key.verify(&identifier, &self.content, &self.signature)
    }

    pub(crate) fn signature_identifier(&self) -> Option<AlgorithmIdentifierRef<'_>> {
        AlgorithmIdentifierRef::from_der(&self.algorithm).ok()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {})", self.subject, self.serial)
    }
}

/// Do both certify the same key for the same subject? Then one can stand in for the other in every chain: a renewed CA.
pub fn same_subject_and_key(one: &Certificate, other: &Certificate) -> bool {
    one.subject == other.subject && one.public_key == other.public_key
}

fn purpose_name(oid: ObjectIdentifier) -> String {
    let name = match oid {
        rfc5280::ID_KP_SERVER_AUTH => "serverAuth",
        rfc5280::ID_KP_CLIENT_AUTH => "clientAuth",
        rfc5280::ID_KP_CODE_SIGNING => "codeSigning",
        rfc5280::ID_KP_EMAIL_PROTECTION => "emailProtection",
        rfc5280::ID_KP_TIME_STAMPING => "timeStamping",
        rfc5280::ID_KP_OCSP_SIGNING => "OCSPSigning",
        rfc5280::ANY_EXTENDED_KEY_USAGE => "anyExtendedKeyUsage",
        other => return other.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_an_error(der in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert!(Certificate::from_der(&der).is_err());
        }
    }
}
