//! Certificate requests (PKCS#10, RFC 2986): made for other CAs, and taken from others.

use std::fmt;

use const_oid::db::rfc5912;
use der::asn1::{Any, AnyRef, BitStringRef, SetOfVec};
use der::{Encode as _, Sequence};
use thiserror::Error;
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;

use crate::asn1::{self, Signed};
use crate::distinguished_name::DistinguishedName;
use crate::error::{Asn1Error, Document, ReadError, SignatureError};
use crate::extensions::{ExtensionList, Extensions};
use crate::identity::{Identity, NameLists};
use crate::name_constraints::NameConstraints;
use crate::pem;
use crate::private_key::PrivateKey;
use crate::profile::Profile;
use crate::public_key::PublicKey;
use crate::subject::Subject;
use crate::subject_name::FoundName;
use crate::template::{IssueError, Template};
use crate::validity::Validity;
use crate::violation::{Refusal, Violations};

const MAX_BYTES: usize = 256 << 10;

/// A certificate request whose signature was checked: whoever made it has the private key.
#[derive(Clone)]
pub struct Csr {
    der: Vec<u8>,
    subject: DistinguishedName,
    public_key: PublicKey,
    extensions: Extensions,
}

impl Csr {
    /// Reads a request and checks its signature.
    ///
    /// # Errors
    /// If it is none, its key is too weak, or the signature does not fit.
    pub fn from_der(der: &[u8]) -> Result<Self, CsrError> {
        let what = Document::CertificateRequest;
        if der.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { what, bytes: der.len(), limit: MAX_BYTES }.into());
        }
        let malformed = |error: der::Error| ReadError::Malformed { what, source: error.into() };
        let signed: Signed<'_> = asn1::decode(der, what)?;
        let content = asn1::whole(&signed.content, what)?;
        let info: RequestInfo<'_> = asn1::decode(&content, what)?;
        let subject = info.subject.to_der().and_then(DistinguishedName::from_der).map_err(malformed)?;
        let public_key = PublicKey::from_der(&asn1::whole(&info.public_key, what)?)?;
        if let Some(reason) = public_key.weakness() {
            return Err(CsrError::WeakKey { reason });
        }
        let signature = signed.signature.as_bytes().ok_or(CsrError::Signature(SignatureError::Mismatch))?;
        public_key.verify(&signed.algorithm, &content, signature).map_err(CsrError::Signature)?;
        let extensions = requested(info.attributes.as_ref()).map_err(malformed)?;
        Ok(Self { der: der.to_vec(), subject, public_key, extensions: Extensions::read(extensions) })
    }

    /// Reads the one request in a PEM text.
    ///
    /// # Errors
    /// As [`from_der`](Self::from_der), and if there is not exactly one.
    pub fn from_pem(text: &str) -> Result<Self, CsrError> {
        Self::from_der(&pem::document(text, Document::CertificateRequest)?.der)
    }

    /// Its bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// A PEM block `CERTIFICATE REQUEST`.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE REQUEST", &self.der)
    }

    /// Who it is for.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// The key that is to be certified.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The alternative names that it asks for.
    pub fn names(&self) -> &[FoundName] {
        &self.extensions.names
    }

    /// Does it ask for the certificate of a CA?
    pub fn asks_for_ca(&self) -> bool {
        self.extensions.is_ca()
    }

    /// A template with the subject and the names of the request. Everything else that it asks for is passed over: what
    /// a certificate may do is for its CA to say.
    ///
    /// # Errors
    /// Every name in it that is not issued here, and the lack of one.
    pub fn template(&self, profile: Profile, validity: Validity) -> Result<Template, Refusal> {
        let mut violations = Violations::default();
        let identity = Identity::take_over(&mut violations, profile, &self.subject, self.names());
        let Identity { subject, names } = violations.result(identity)?;
        Ok(Template {
            profile,
            validity,
            subject,
            names,
            constraints: NameConstraints::default(),
            crl_urls: Vec::new(),
        })
    }
}

impl fmt::Debug for Csr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Csr({}, {:?})", self.subject, self.public_key)
    }
}

/// What a new request is to say, as text.
#[derive(Debug, Clone, Default)]
pub struct CsrRequest {
    /// What the certificate will be for. Then the request asks for the usages that go with it, and names are demanded
    /// that it needs.
    pub profile: Option<Profile>,
    /// The subject; it may be empty, except for a CA.
    pub subject: Subject,
    /// Host names and wildcards.
    pub dns_names: Vec<String>,
    /// Single addresses, IPv4 or IPv6.
    pub ip_addresses: Vec<String>,
    /// Absolute URIs.
    pub uris: Vec<String>,
    /// E-mail addresses.
    pub email_addresses: Vec<String>,
}

impl CsrRequest {
    /// Reads all texts.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn validate(self) -> Result<CsrTemplate, Refusal> {
        let Self { profile, subject, dns_names, ip_addresses, uris, email_addresses } = self;
        let mut violations = Violations::default();
        let lists = NameLists { dns_names, ip_addresses, uris, email_addresses };
        let identity = Identity::read(&mut violations, profile, &subject, &lists);
        Ok(CsrTemplate { profile, identity: violations.result(identity)? })
    }
}

/// A request that lacks only key and signature.
pub struct CsrTemplate {
    profile: Option<Profile>,
    identity: Identity,
}

impl CsrTemplate {
    /// Signs it with the key that is to be certified.
    ///
    /// # Errors
    /// If signing or encoding fails.
    pub fn sign(self, key: &PrivateKey) -> Result<Csr, IssueError> {
        let attributes = self.attributes(key.public_key()).map_err(Asn1Error)?;
        let algorithm = key.signature_identifier()?;
        let content = asn1::encode(&RequestInfo {
            version: 0,
            subject: asn1::element(self.identity.subject.as_der())?,
            public_key: asn1::element(key.public_key().as_der())?,
            attributes: Some(attributes),
        })?;
        let signature = key.sign(&content)?;
        let signature = BitStringRef::from_bytes(&signature).map_err(Asn1Error)?;
        let der = asn1::encode(&Signed { content: asn1::element(&content)?, algorithm, signature })?;
        Csr::from_der(&der).map_err(|error| match error {
            CsrError::Read(error) => IssueError::Reread(error),
            CsrError::WeakKey { .. } | CsrError::Signature(_) => IssueError::Key(crate::KeyError::Sign),
        })
    }

    fn attributes(&self, public_key: &PublicKey) -> Result<SetOfVec<Attribute>, der::Error> {
        let mut list = ExtensionList::default();
        if let Some(profile) = self.profile {
            list.basic_constraints(profile.is_ca(), profile.ca_options().and_then(|options| options.path_length))?;
            list.key_usage(profile.key_usage(public_key.kind()))?;
            list.extended_key_usage(profile.extended_key_usage())?;
        }
        let Identity { subject, names } = &self.identity;
        list.subject_names(names.iter().map(|(_, name)| name), subject.is_empty())?;
        if list.0.is_empty() {
            return Ok(SetOfVec::new());
        }
        let values = SetOfVec::try_from(vec![Any::encode_from(&list.0)?])?;
        SetOfVec::try_from(vec![Attribute { oid: rfc5912::ID_EXTENSION_REQ, values }])
    }
}

impl fmt::Debug for CsrTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CsrTemplate({})", self.identity.subject)
    }
}

/// A certificate request that is not accepted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsrError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its key would not be certified.
    #[error("the key of the certificate request {reason}")]
    WeakKey {
        /// Finishes the sentence.
        reason: String,
    },
    /// It is not signed by its own key.
    #[error(
        "the signature of the certificate request does not hold, so that nobody knows whether its sender has the key"
    )]
    Signature(#[source] SignatureError),
}

/// CertificationRequestInfo (RFC 2986 §4.1). The attributes are mandatory there, and missing in what some tools make.
#[derive(Sequence)]
struct RequestInfo<'a> {
    version: u8,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    attributes: Option<SetOfVec<Attribute>>,
}

fn requested(attributes: Option<&SetOfVec<Attribute>>) -> Result<Vec<Extension>, der::Error> {
    let mut extensions = Vec::new();
    for attribute in attributes.iter().flat_map(|attributes| attributes.iter()) {
        if attribute.oid == rfc5912::ID_EXTENSION_REQ {
            for value in attribute.values.iter() {
                extensions.extend(value.decode_as::<Vec<Extension>>()?);
            }
        }
    }
    Ok(extensions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_an_error(der in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert!(Csr::from_der(&der).is_err());
        }
    }
}
