//! Certificate revocation lists (RFC 5280 §5): made by our own CAs, and read.

use std::fmt;

use const_oid::db::rfc5280;
use der::asn1::{AnyRef, BitStringRef, Int, Uint};
use der::{Decode as _, Encode as _, Enumerated, Sequence};
use jiff::Timestamp;
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, KeyUsages};
use x509_cert::time::Time;

use crate::asn1::{self, Signed};
use crate::certificate::Certificate;
use crate::distinguished_name::DistinguishedName;
use crate::error::{Asn1Error, Document, ReadError, SignatureError};
use crate::extensions::ExtensionList;
use crate::issuer::Issuer;
use crate::key_id::KeyId;
use crate::rules;
use crate::serial_number::SerialNumber;
use crate::template::IssueError;
use crate::validity::{self, Validity};
use crate::violation::{Field, Problem, Violations};
use crate::{hex, pem};

/// A hundred thousand revocations have half of it.
const MAX_BYTES: usize = 8 << 20;
const VERSION_2: u8 = 1;

/// A list of the certificates that a CA has taken back.
#[derive(Clone)]
pub struct Crl {
    der: Vec<u8>,
    content: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    issuer: DistinguishedName,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    number: Option<Vec<u8>>,
    authority_key_id: Option<KeyId>,
    revocations: Vec<Revocation>,
}

/// One certificate that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Since when it is not to be trusted.
    pub revoked_at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// Why a certificate was taken back (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enumerated)]
#[repr(u8)]
pub enum Reason {
    /// Nothing said; written by leaving the reason out.
    #[default]
    Unspecified = 0,
    /// The private key is known to others.
    KeyCompromise = 1,
    /// The private key of a CA is known to others.
    CaCompromise = 2,
    /// What it says is no longer true.
    AffiliationChanged = 3,
    /// There is a new one.
    Superseded = 4,
    /// It is no longer needed.
    CessationOfOperation = 5,
    /// For the time being.
    CertificateHold = 6,
    /// No longer on hold; in delta lists only.
    RemoveFromCrl = 8,
    /// Its rights have ended.
    PrivilegeWithdrawn = 9,
    /// The key of an attribute authority is known to others.
    AaCompromise = 10,
}

/// What a new list is to say.
#[derive(Debug, Clone)]
pub struct CrlRequest {
    /// When it is made, and until when there will be the next one.
    pub validity: Validity,
    /// Higher than that of the list before.
    pub number: u64,
    /// The certificates.
    pub revocations: Vec<Revocation>,
}

impl CrlRequest {
    /// Has the CA sign it.
    ///
    /// # Errors
    /// If the CA may not sign lists, or not now.
    pub fn signed_by(&self, issuer: &Issuer, now: Timestamp) -> Result<Crl, IssueError> {
        let ca = issuer.certificate();
        let mut violations = Violations::default();
        rules::authority(&mut violations, ca, now);
        if !ca.extensions.allows(KeyUsages::CRLSign) {
            let issuer = ca.subject().to_string();
            violations.add(Field::Issuer, Problem::IssuerMayNotRevoke { issuer });
        }
        violations.result(Some(()))?;
        let key = issuer.key();
        let algorithm = key.signature_identifier()?;
        let revoked =
            self.revocations.iter().map(Revocation::to_asn1).collect::<Result<Vec<_>, _>>().map_err(Asn1Error)?;
        let validity = self.validity.to_asn1().map_err(Asn1Error)?;
        let content = asn1::encode(&TbsCertList {
            version: Some(VERSION_2),
            signature: algorithm,
            issuer: asn1::element(ca.subject().as_der())?,
            this_update: validity.not_before,
            next_update: Some(validity.not_after),
            // An empty list must be left out (RFC 5280 §5.1.2.6).
            revoked: (!revoked.is_empty()).then_some(revoked),
            extensions: Some(self.extensions(&ca.key_id()).map_err(Asn1Error)?),
        })?;
        let signature = key.sign(&content)?;
        let signature = BitStringRef::from_bytes(&signature).map_err(Asn1Error)?;
        let der = asn1::encode(&Signed { content: asn1::element(&content)?, algorithm, signature })?;
        Crl::from_der(&der).map_err(IssueError::Reread)
    }

    fn extensions(&self, issuer: &KeyId) -> Result<Vec<Extension>, der::Error> {
        let mut list = ExtensionList::default();
        list.authority_key_id(issuer)?;
        list.add(rfc5280::ID_CE_CRL_NUMBER, false, &Uint::new(&self.number.to_be_bytes())?)?;
        Ok(list.0)
    }
}

impl Crl {
    /// Reads one list.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, ReadError> {
        let what = Document::Crl;
        if der.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { what, bytes: der.len(), limit: MAX_BYTES });
        }
        let malformed = |error: der::Error| ReadError::Malformed { what, source: error.into() };
        let signed: Signed<'_> = asn1::decode(der, what)?;
        let content = asn1::whole(&signed.content, what)?;
        let list: TbsCertList<'_> = asn1::decode(&content, what)?;
        let extensions = list.extensions.unwrap_or_default();
        let extension = |oid| extensions.iter().find(|extension| extension.extn_id == oid);
        let number = match extension(rfc5280::ID_CE_CRL_NUMBER) {
            Some(number) => Some(Uint::from_der(number.extn_value.as_bytes()).map_err(malformed)?.as_bytes().to_vec()),
            None => None,
        };
        let authority = match extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER) {
            Some(id) => AuthorityKeyIdentifier::from_der(id.extn_value.as_bytes()).map_err(malformed)?.key_identifier,
            None => None,
        };
        let revocations = list.revoked.unwrap_or_default().into_iter().map(Revocation::from_asn1);
        Ok(Self {
            issuer: list.issuer.to_der().and_then(DistinguishedName::from_der).map_err(malformed)?,
            algorithm: signed.algorithm.to_der().map_err(malformed)?,
            signature: signed.signature.as_bytes().unwrap_or_default().to_vec(),
            this_update: validity::from_time(list.this_update),
            next_update: list.next_update.map(validity::from_time),
            number,
            authority_key_id: authority.map(|id| KeyId::from_bytes(id.as_bytes())),
            revocations: revocations.collect::<Result<_, _>>().map_err(malformed)?,
            content: content.clone(),
            der: der.to_vec(),
        })
    }

    /// Reads the one list in a PEM text.
    ///
    /// # Errors
    /// If there is not exactly one, or it can't be read.
    pub fn from_pem(text: &str) -> Result<Self, ReadError> {
        Self::from_der(&pem::document(text, Document::Crl)?.der)
    }

    /// Its bytes, the form that a distribution point serves.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// A PEM block `X509 CRL`.
    pub fn to_pem(&self) -> String {
        pem::encode("X509 CRL", &self.der)
    }

    /// The subject of the CA.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// The key identifier of the CA, if it says so.
    pub fn authority_key_id(&self) -> Option<&KeyId> {
        self.authority_key_id.as_ref()
    }

    /// When it was made.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Until when there will be the next one.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Its number in hexadecimal, if it has one.
    pub fn number_hex(&self) -> Option<String> {
        self.number.as_deref().map(hex::plain)
    }

    /// The certificates that were taken back.
    pub fn revocations(&self) -> &[Revocation] {
        &self.revocations
    }

    /// Does it take back this certificate? Only if it comes from the same CA.
    pub fn revokes(&self, certificate: &Certificate) -> bool {
        self.issuer == *certificate.issuer()
            && self.revocations.iter().any(|revocation| revocation.serial == *certificate.serial())
    }

    /// Was it signed by the key of this CA?
    ///
    /// # Errors
    /// If it was not, or by an algorithm that proves nothing or is not known.
    pub fn verify_signature(&self, issuer: &Certificate) -> Result<(), SignatureError> {
        let identifier = AlgorithmIdentifierRef::from_der(&self.algorithm).map_err(|_| SignatureError::Mismatch)?;
        issuer.public_key().verify(&identifier, &self.content, &self.signature)
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {} revocations)", self.issuer, self.revocations.len())
    }
}

/// TBSCertList (RFC 5280 §5.1).
#[derive(Sequence)]
struct TbsCertList<'a> {
    version: Option<u8>,
    signature: AlgorithmIdentifierRef<'a>,
    issuer: AnyRef<'a>,
    this_update: Time,
    next_update: Option<Time>,
    revoked: Option<Vec<RevokedCertificate>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<Extension>>,
}

/// One entry of revokedCertificates.
#[derive(Sequence)]
struct RevokedCertificate {
    serial: Int,
    date: Time,
    extensions: Option<Vec<Extension>>,
}

impl Revocation {
    fn to_asn1(&self) -> Result<RevokedCertificate, der::Error> {
        let mut list = ExtensionList::default();
        if self.reason != Reason::Unspecified {
            list.add(rfc5280::ID_CE_CRL_REASONS, false, &self.reason)?;
        }
        Ok(RevokedCertificate {
            serial: Int::new(self.serial.as_bytes())?,
            date: validity::to_time(self.revoked_at)?,
            extensions: (!list.0.is_empty()).then_some(list.0),
        })
    }

    fn from_asn1(entry: RevokedCertificate) -> Result<Self, der::Error> {
        let extensions = entry.extensions.unwrap_or_default();
        let reason = match extensions.iter().find(|extension| extension.extn_id == rfc5280::ID_CE_CRL_REASONS) {
            Some(reason) => Reason::from_der(reason.extn_value.as_bytes())?,
            None => Reason::Unspecified,
        };
        Ok(Self {
            serial: SerialNumber::from_content(entry.serial.as_bytes()),
            revoked_at: validity::from_time(entry.date),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_an_error(der in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert!(Crl::from_der(&der).is_err());
        }
    }
}
