//! Chains: certificates in the order in which each was issued by the next.

use std::collections::VecDeque;

use thiserror::Error;

use crate::certificate::Certificate;
use crate::error::SignatureError;

/// Longer ones are not in use, and sorting compares each with each.
const MAX_LENGTH: usize = 20;

/// Certificates of which each is signed by the next, the most specific first. The root may be the last one or be
/// missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain(Vec<Certificate>);

impl Chain {
    /// Sorts the certificates of one chain, in whatever order and however often they are there, and checks every
    /// signature.
    ///
    /// Dates, rights and names are for a verifier, or for [`lint`](crate::lint()).
    ///
    /// # Errors
    /// If they are not one chain: nothing there, a branch, a link that is missing, or a signature that does not hold.
    pub fn sort(certificates: Vec<Certificate>) -> Result<Self, ChainError> {
        let mut rest = distinct(certificates)?;
        let first = first(&rest)?;
        let mut chain = Vec::from_iter(rest.remove(first));
        while let Some(below) = chain.last() {
            let Some(index) = rest.iter().position(|above| names(below, above)) else { break };
            chain.extend(rest.remove(index));
        }
        if let Some(stray) = rest.front() {
            return Err(ChainError::Stray { subject: stray.subject().to_string() });
        }
        let chain = Self(chain);
        chain.verify()?;
        Ok(chain)
    }

    /// The certificates, the most specific first.
    pub fn certificates(&self) -> &[Certificate] {
        &self.0
    }

    /// The certificates, the most specific first.
    pub fn into_certificates(self) -> Vec<Certificate> {
        self.0
    }

    /// All of them as PEM, in the order in which TLS servers want them.
    pub fn to_pem(&self) -> String {
        self.0.iter().map(Certificate::to_pem).collect()
    }

    /// Does it end with a certificate that issued itself?
    pub fn has_root(&self) -> bool {
        self.0.last().is_some_and(Certificate::is_self_issued_by_own_key)
    }

    fn verify(&self) -> Result<(), ChainError> {
        let root = self.0.last().filter(|last| last.is_self_issued_by_own_key());
        let above = self.0.iter().skip(1).chain(root);
        for (below, above) in self.0.iter().zip(above) {
            below.verify_signature(above).map_err(|source| ChainError::Signature {
                subject: below.subject().to_string(),
                issuer: above.subject().to_string(),
                source,
            })?;
        }
        Ok(())
    }
}

/// Certificates that are no chain.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// None there.
    #[error("there is no certificate")]
    Empty,
    /// Too many.
    #[error("{count} certificates are no chain, at most {MAX_LENGTH} are read")]
    TooLong {
        /// How many.
        count: usize,
    },
    /// Two certificates that have issued none of the others.
    #[error("{one} and {other} are both issued by others and issue none, so that they are not of one chain")]
    Branch {
        /// The subject of one.
        one: String,
        /// The subject of another.
        other: String,
    },
    /// Each has issued another one.
    #[error("the certificates have issued each other in a circle")]
    Circle,
    /// A certificate that has issued none of the chain, because one between is missing.
    #[error("{subject} does not belong to the chain, or a certificate between is missing")]
    Stray {
        /// Its subject.
        subject: String,
    },
    /// A name fits and a signature does not.
    #[error("{subject} is not signed by the key of {issuer}")]
    Signature {
        /// The subject of the lower one.
        subject: String,
        /// The subject of the upper one.
        issuer: String,
        /// Why.
        #[source]
        source: SignatureError,
    },
}

fn distinct(certificates: Vec<Certificate>) -> Result<VecDeque<Certificate>, ChainError> {
    let mut distinct = VecDeque::new();
    for certificate in certificates {
        if !distinct.contains(&certificate) {
            distinct.push_back(certificate);
        }
        if distinct.len() > MAX_LENGTH {
            return Err(ChainError::TooLong { count: distinct.len() });
        }
    }
    Ok(distinct)
}

/// The place of the one that has issued none of the others.
fn first(certificates: &VecDeque<Certificate>) -> Result<usize, ChainError> {
    let issues_none = |above: &Certificate| !certificates.iter().any(|below| below != above && names(below, above));
    let mut candidates = certificates.iter().enumerate().filter(|(_, certificate)| issues_none(certificate));
    match (candidates.next(), candidates.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some((_, one)), Some((_, other))) => {
            Err(ChainError::Branch { one: one.subject().to_string(), other: other.subject().to_string() })
        }
        (None, _) if certificates.is_empty() => Err(ChainError::Empty),
        (None, _) => Err(ChainError::Circle),
    }
}

/// Does `below` name `above` as its issuer? By name, and by key identifier where both have one (RFC 5280 §6.1).
fn names(below: &Certificate, above: &Certificate) -> bool {
    let by_key = |id| above.extensions.subject_key_id.as_ref().is_none_or(|above| *above == id);
    !below.is_self_issued_by_own_key()
        && below.issuer() == above.subject()
        && below.authority_key_id().is_none_or(by_key)
}
