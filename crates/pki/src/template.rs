//! From a checked template to a signed certificate.

use der::asn1::{BitStringRef, IntRef};
use jiff::Timestamp;
use thiserror::Error;

use crate::asn1::{self, Signed, TbsCertificate};
use crate::certificate::Certificate;
use crate::distinguished_name::DistinguishedName;
use crate::error::{Asn1Error, RandomnessError, ReadError};
use crate::extensions::ExtensionList;
use crate::issuer::Issuer;
use crate::key_id::KeyId;
use crate::name_constraints::NameConstraints;
use crate::private_key::{KeyError, PrivateKey};
use crate::profile::Profile;
use crate::public_key::PublicKey;
use crate::random::Random;
use crate::rules;
use crate::serial_number::SerialNumber;
use crate::subject_name::{SubjectName, UriName};
use crate::validity::Validity;
use crate::violation::{Field, Problem, Refusal, Violations};

const VERSION_3: u8 = 2;

/// Everything that a certificate is to say, except for the key and the number. Comes from a [`Request`](crate::Request)
/// or a [`Csr`](crate::Csr).
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) profile: Profile,
    pub(crate) validity: Validity,
    pub(crate) subject: DistinguishedName,
    pub(crate) names: Vec<(Field, SubjectName)>,
    pub(crate) constraints: NameConstraints,
    pub(crate) crl_urls: Vec<UriName>,
}

impl Template {
    /// Adds the key and a new serial number.
    ///
    /// # Errors
    /// If the key is too weak or of a kind that is not certified, or there is no randomness.
    pub fn for_key(self, public_key: &PublicKey, random: &mut dyn Random) -> Result<Unsigned, IssueError> {
        if let Some(reason) = public_key.weakness() {
            return Err(Refusal::of(Field::PublicKey, Problem::WeakKey { reason }).into());
        }
        let serial = SerialNumber::random(random)?;
        let key_id = public_key.key_id();
        Ok(Unsigned { template: self, public_key: public_key.clone(), key_id, serial })
    }

    /// With addresses where the revocation list of its issuer can be fetched. A [`Csr`](crate::Csr) can't say them.
    ///
    /// # Errors
    /// Every address that is none.
    pub fn with_crl_urls(self, urls: &[String]) -> Result<Self, Refusal> {
        let mut violations = Violations::default();
        let crl_urls = read_crl_urls(&mut violations, urls);
        violations.result(Some(Self { crl_urls, ..self }))
    }

    /// Whether a CA might sign it, as far as that depends neither on the time nor on keys: the chain of the CA begins
    /// with its own certificate. For those who want to know before they ask for a signature.
    ///
    /// # Errors
    /// Everything that speaks against it.
    pub fn acceptable_to(&self, chain: &[Certificate]) -> Result<(), Refusal> {
        rules::consider(self, chain)
    }

    /// Whether a CA may sign it now, for any key but its own. For those who make the key only then.
    ///
    /// # Errors
    /// Everything that speaks against it.
    pub fn acceptable_now(&self, issuer: &Issuer, now: Timestamp) -> Result<(), Refusal> {
        rules::enforce(self, None, issuer, now)
    }
}

pub(crate) fn read_crl_urls(violations: &mut Violations, urls: &[String]) -> Vec<UriName> {
    let read = |(index, text): (usize, &String)| {
        violations.keep(Field::CrlUrls(index), UriName::parse(text).map_err(Problem::from))
    };
    urls.iter().enumerate().filter_map(read).collect()
}

/// A certificate that lacks nothing but an issuer and its signature.
#[derive(Debug)]
pub struct Unsigned {
    pub(crate) template: Template,
    pub(crate) public_key: PublicKey,
    key_id: KeyId,
    serial: SerialNumber,
}

impl Unsigned {
    /// Takes the place of an earlier certificate for the same key: with its subject, byte for byte, and its key
    /// identifier, so that what was issued below it chains to both. With another key nothing is taken over.
    #[must_use]
    pub fn succeeding(mut self, earlier: &Certificate) -> Self {
        if *earlier.public_key() == self.public_key {
            self.template.subject = earlier.subject().clone();
            self.key_id = earlier.key_id();
        }
        self
    }

    /// Signs a root with its own key.
    ///
    /// # Errors
    /// If it is no root, or the key is another one than it is for.
    pub fn self_signed(self, key: &PrivateKey) -> Result<Certificate, IssueError> {
        let profile = self.template.profile;
        if !matches!(profile, Profile::RootCa(_)) {
            return Err(Refusal::of(Field::Profile, Problem::NoIssuer { profile: profile.as_str() }).into());
        }
        if *key.public_key() != self.public_key {
            let describe = |key: &PublicKey| format!("{} {}", key.kind(), key.key_id());
            let problem = Problem::WrongKey {
                key: describe(key.public_key()),
                certificate: self.template.subject.to_string(),
                expected: describe(&self.public_key),
            };
            return Err(Refusal::of(Field::PrivateKey, problem).into());
        }
        let (subject, key_id) = (self.template.subject.clone(), self.key_id.clone());
        self.sign(&subject, &key_id, key)
    }

    /// Has a CA sign it, if all limits of the CA and of those above it are kept.
    ///
    /// # Errors
    /// Everything that speaks against it.
    pub fn signed_by(self, issuer: &Issuer, now: Timestamp) -> Result<Certificate, IssueError> {
        rules::enforce(&self.template, Some(&self.public_key), issuer, now)?;
        let ca = issuer.certificate();
        self.sign(ca.subject(), &ca.key_id(), issuer.key())
    }

    fn sign(
        self,
        issuer: &DistinguishedName,
        issuer_key_id: &KeyId,
        key: &PrivateKey,
    ) -> Result<Certificate, IssueError> {
        let signature = key.signature_identifier()?;
        let content = asn1::encode(&TbsCertificate {
            version: VERSION_3,
            serial: IntRef::new(self.serial.as_bytes()).map_err(Asn1Error)?,
            signature,
            issuer: asn1::element(issuer.as_der())?,
            validity: self.template.validity.to_asn1().map_err(Asn1Error)?,
            subject: asn1::element(self.template.subject.as_der())?,
            public_key: asn1::element(self.public_key.as_der())?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(self.extensions(issuer_key_id).map_err(Asn1Error)?),
        })?;
        let bits = key.sign(&content)?;
        let der = asn1::encode(&Signed {
            content: asn1::element(&content)?,
            algorithm: signature,
            signature: BitStringRef::from_bytes(&bits).map_err(Asn1Error)?,
        })?;
        // What was written is read by the same code that reads foreign certificates.
        Certificate::from_der(&der).map_err(IssueError::Reread)
    }

    fn extensions(&self, issuer_key_id: &KeyId) -> Result<Vec<x509_cert::ext::Extension>, der::Error> {
        let Template { profile, validity: _, subject, names, constraints, crl_urls } = &self.template;
        let mut list = ExtensionList::default();
        list.basic_constraints(profile.is_ca(), profile.ca_options().and_then(|options| options.path_length))?;
        list.key_usage(profile.key_usage(self.public_key.kind()))?;
        list.extended_key_usage(profile.extended_key_usage())?;
        list.subject_key_id(&self.key_id)?;
        list.authority_key_id(issuer_key_id)?;
        list.subject_names(names.iter().map(|(_, name)| name), subject.is_empty())?;
        list.name_constraints(constraints)?;
        list.crl_distribution_points(crl_urls)?;
        Ok(list.0)
    }
}

/// A certificate, request or list that is not issued.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The input or the CA speaks against it: the user's move.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No serial number.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It could not be written.
    #[error("encoding it failed")]
    Encode(#[from] Asn1Error),
    /// What was written can't be read: a bug of this crate.
    #[error("what was issued can't be read; this is a bug")]
    Reread(#[source] ReadError),
}
