//! Why a certificate is not issued: each reason with the input at fault, the paragraph it breaks, and the remedy.
//!
//! All of them are collected, so that a user sees five mistakes at once and not one after the other.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::dns_name::DnsNameError;
use crate::ip_name::IpNameError;
use crate::subject::SubjectError;
use crate::subject_name::{EmailNameError, UriNameError};

/// All reasons why a certificate is not issued; at least one.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(Vec<Violation>);

impl Refusal {
    /// One reason alone.
    pub(crate) fn of(field: Field, problem: Problem) -> Self {
        Self(vec![Violation { field, problem }])
    }

    /// The reasons, in the order of the input.
    pub fn violations(&self) -> &[Violation] {
        &self.0
    }

    /// The reasons, to be turned into diagnostics.
    pub fn into_violations(self) -> Vec<Violation> {
        self.0
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is not issued")?;
        for violation in &self.0 {
            write!(f, "\n- {violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// One reason why a certificate is not issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    field: Field,
    problem: Problem,
}

impl Violation {
    /// The input at fault.
    pub fn field(&self) -> Field {
        self.field
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The paragraph that is broken, such as `RFC 5280 §4.2.1.9`.
    pub fn rule(&self) -> Option<&'static str> {
        self.problem.rule()
    }
}

/// Place, problem and paragraph.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)?;
        match self.rule() {
            Some(rule) => write!(f, " ({rule})"),
            None => Ok(()),
        }
    }
}

/// Collects violations while values are checked.
#[derive(Default)]
pub(crate) struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn add(&mut self, field: Field, problem: impl Into<Problem>) {
        self.0.push(Violation { field, problem: problem.into() });
    }

    /// The value of a good result; the reason of a bad one is kept.
    pub(crate) fn keep<T, E: Into<Problem>>(&mut self, field: Field, result: Result<T, E>) -> Option<T> {
        result.map_err(|problem| self.add(field, problem)).ok()
    }

    /// The value, if nothing speaks against it.
    pub(crate) fn result<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Refusal(self.0)),
        }
    }
}

/// A field of the [`Request`](crate::Request), or another input to the issuing, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The profile.
    Profile,
    /// A part of the subject, by the name of its field, or the whole.
    Subject(Option<&'static str>),
    /// A DNS name.
    DnsNames(usize),
    /// An IP address.
    IpAddresses(usize),
    /// A URI.
    Uris(usize),
    /// An e-mail address.
    EmailAddresses(usize),
    /// All names together.
    Names,
    /// A permitted subtree: the list (`dns`, `ip`, `email`) and the place in it.
    Permitted(&'static str, usize),
    /// An excluded subtree, the same way.
    Excluded(&'static str, usize),
    /// The validity.
    Validity,
    /// An address of a revocation list.
    CrlUrls(usize),
    /// The key that is certified.
    PublicKey,
    /// The certificate request.
    CertificateRequest,
    /// The CA that is to sign, or one above it.
    Issuer,
    /// The private key that is to sign.
    PrivateKey,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => f.write_str("profile"),
            Self::Subject(None) => f.write_str("subject"),
            Self::Subject(Some(part)) => write!(f, "subject.{part}"),
            Self::DnsNames(index) => write!(f, "dns_names[{index}]"),
            Self::IpAddresses(index) => write!(f, "ip_addresses[{index}]"),
            Self::Uris(index) => write!(f, "uris[{index}]"),
            Self::EmailAddresses(index) => write!(f, "email_addresses[{index}]"),
            Self::Names => f.write_str("names"),
            Self::Permitted(list, index) => write!(f, "permitted.{list}[{index}]"),
            Self::Excluded(list, index) => write!(f, "excluded.{list}[{index}]"),
            Self::Validity => f.write_str("validity"),
            Self::CrlUrls(index) => write!(f, "crl_urls[{index}]"),
            Self::PublicKey => f.write_str("public key"),
            Self::CertificateRequest => f.write_str("certificate request"),
            Self::Issuer => f.write_str("issuer"),
            Self::PrivateKey => f.write_str("private key"),
        }
    }
}

/// What is wrong, with the remedy if the reason alone doesn't say it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// No DNS name.
    #[error(transparent)]
    DnsName(#[from] DnsNameError),
    /// No IP address or range.
    #[error(transparent)]
    IpName(#[from] IpNameError),
    /// No URI.
    #[error(transparent)]
    Uri(#[from] UriNameError),
    /// No e-mail address.
    #[error(transparent)]
    Email(#[from] EmailNameError),
    /// A part of the subject that can't be written.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A constraint that is no name.
    #[error(
        "{text:?} is no base for a name constraint: write the host alone, such as home.arpa; it covers what is below, too"
    )]
    Subtree {
        /// The text.
        text: String,
    },
    /// The same name twice, after normalisation.
    #[error("{name} is there twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A server without an alternative name.
    #[error("a TLS server needs a DNS name or an IP address; clients don't look at the common name")]
    NoServerName,
    /// Neither subject nor alternative name.
    #[error("the subject is empty and there is no alternative name, so that the certificate would say nothing")]
    NoIdentity,
    /// A CA without a subject.
    #[error("a CA must have a subject, since the certificates that it issues name it as their issuer")]
    NamelessCa,
    /// Name constraints for a certificate that is no CA.
    #[error("name constraints are possible for a CA only, not for a {profile}")]
    ConstraintsWithoutCa {
        /// The name of the profile.
        profile: &'static str,
    },
    /// A kind of name in a request that can't be taken over.
    #[error("the request asks for {name}, which is not issued here")]
    UnsupportedName {
        /// The name.
        name: String,
    },
    /// A key that is too weak or unknown.
    #[error("the key {reason}")]
    WeakKey {
        /// Finishes the sentence.
        reason: String,
    },
    /// The key is not the one in the certificate.
    #[error("the private key ({key}) does not belong to the certificate of {certificate}, whose key is {expected}")]
    WrongKey {
        /// Kind and identifier of the private key.
        key: String,
        /// The subject of the certificate.
        certificate: String,
        /// Kind and identifier of the key in the certificate.
        expected: String,
    },
    /// A chain in which a certificate is not named as the issuer of the one before.
    #[error("the chain is not in order: {above} follows {below}, and is not its issuer")]
    ChainOutOfOrder {
        /// The subject of one certificate.
        below: String,
        /// The subject of the next one.
        above: String,
    },
    /// A root that is to be signed by another CA.
    #[error("a root CA signs its own certificate; below another CA it is an intermediate CA")]
    RootWithIssuer,
    /// Something else than a root that is to sign itself.
    #[error("only a root CA signs its own certificate; a {profile} needs an issuer")]
    NoIssuer {
        /// The name of the profile.
        profile: &'static str,
    },
    /// The issuer's certificate is none of a CA.
    #[error("{issuer} is not a CA: its basicConstraints don't say so")]
    IssuerNotCa {
        /// Its subject.
        issuer: String,
    },
    /// The issuer's key usage lacks keyCertSign.
    #[error("{issuer} may not sign certificates: its keyUsage lacks keyCertSign")]
    IssuerMayNotSign {
        /// Its subject.
        issuer: String,
    },
    /// The issuer's key usage lacks cRLSign.
    #[error("{issuer} may not sign revocation lists: its keyUsage lacks cRLSign")]
    IssuerMayNotRevoke {
        /// Its subject.
        issuer: String,
    },
    /// The issuer's purposes rule out the wanted one.
    #[error("{issuer} certifies only for the purposes in its extendedKeyUsage, and {purpose} is not among them")]
    IssuerPurpose {
        /// Its subject.
        issuer: String,
        /// The missing purpose.
        purpose: &'static str,
    },
    /// The issuer has no subject.
    #[error("the CA has an empty subject, so that nothing can name it as its issuer; it must be replaced")]
    IssuerNameless,
    /// An extension of the issuer can't be read, so that nobody knows what it limits.
    #[error("the extension {oid} of {issuer} is damaged; the CA must be replaced")]
    IssuerDamaged {
        /// Its subject.
        issuer: String,
        /// The object identifier of the extension.
        oid: String,
    },
    /// The issuer's time has not come.
    #[error("{issuer} is not valid before {not_before}, and it is {now}; check the clock of this machine")]
    IssuerNotYetValid {
        /// Its subject.
        issuer: String,
        /// When it begins.
        not_before: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// The issuer's time is over.
    #[error("{issuer} has expired at {not_after}; renew it first")]
    IssuerExpired {
        /// Its subject.
        issuer: String,
        /// When it ended.
        not_after: Timestamp,
    },
    /// The certificate would outlive its CA.
    #[error(
        "the certificate would be valid until {not_after}, longer than {issuer}, which ends at {limit}; shorten its validity or renew the CA first"
    )]
    OutlivesIssuer {
        /// The CA's subject.
        issuer: String,
        /// The end that was asked for.
        not_after: Timestamp,
        /// The end of the CA.
        limit: Timestamp,
    },
    /// Too many CAs below one another.
    #[error("{issuer} allows {limit} CAs below it (pathLenConstraint), and this would be number {depth}")]
    PathLength {
        /// The CA's subject.
        issuer: String,
        /// Its constraint.
        limit: u8,
        /// The CAs below it, with the new one.
        depth: usize,
    },
    /// A name that the CA may not certify.
    #[error("{issuer} may not certify {name}: {reason}")]
    NameConstraint {
        /// The CA's subject.
        issuer: String,
        /// The name.
        name: String,
        /// What its constraints say.
        reason: String,
    },
    /// The subject of the CA itself.
    #[error("{subject} is the name of the CA itself; give the certificate a name of its own")]
    NameOfIssuer {
        /// The subject.
        subject: String,
    },
    /// The key of the CA itself.
    #[error("this is the key of the CA itself; generate a key for the certificate")]
    KeyOfIssuer,
}

impl Problem {
    /// The paragraph that is broken.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::DnsName(_) | Self::IpName(_) | Self::Uri(_) | Self::Email(_) => Some("RFC 5280 §4.2.1.6"),
            Self::NoServerName => Some("RFC 9525 §6.3"),
            Self::NoIdentity | Self::NamelessCa | Self::IssuerNameless => Some("RFC 5280 §4.1.2.6"),
            Self::Subtree { .. } | Self::ConstraintsWithoutCa { .. } | Self::NameConstraint { .. } => {
                Some("RFC 5280 §4.2.1.10")
            }
            Self::IssuerNotCa { .. } | Self::PathLength { .. } => Some("RFC 5280 §4.2.1.9"),
            Self::IssuerMayNotSign { .. } | Self::IssuerMayNotRevoke { .. } => Some("RFC 5280 §4.2.1.3"),
            Self::IssuerPurpose { .. } => Some("RFC 5280 §4.2.1.12"),
            Self::IssuerNotYetValid { .. } | Self::IssuerExpired { .. } => Some("RFC 5280 §4.1.2.5"),
            Self::IssuerDamaged { .. } => Some("RFC 5280 §4.2"),
            Self::OutlivesIssuer { .. } => Some("RFC 5280 §6.1.3"),
            Self::NameOfIssuer { .. } => Some("RFC 5280 §3.2"),
            Self::Subject(_)
            | Self::Duplicate { .. }
            | Self::UnsupportedName { .. }
            | Self::WeakKey { .. }
            | Self::WrongKey { .. }
            | Self::ChainOutOfOrder { .. }
            | Self::RootWithIssuer
            | Self::NoIssuer { .. }
            | Self::KeyOfIssuer => None,
        }
    }
}
