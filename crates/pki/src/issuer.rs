//! A CA that can sign: its certificate, the ones above it, and its key.

use crate::certificate::Certificate;
use crate::private_key::PrivateKey;
use crate::violation::{Field, Problem, Refusal};

/// A CA with its key.
///
/// It is made from a chain that begins with the CA's own certificate. The limits of all certificates in it are kept, so
/// a chain up to the root catches what a CA alone does not know, such as name constraints further up.
#[derive(Debug)]
pub struct Issuer {
    certificate: Certificate,
    above: Vec<Certificate>,
    key: PrivateKey,
}

impl Issuer {
    /// Puts a CA and its key together.
    ///
    /// Whether the CA may sign at all is found out when it is to do so, since that depends on the time.
    ///
    /// # Errors
    /// If the chain is empty or not in order, or the key is not that of the first certificate.
    pub fn new(chain: Vec<Certificate>, key: PrivateKey) -> Result<Self, Refusal> {
        let mut chain = chain.into_iter();
        let Some(certificate) = chain.next() else {
            return Err(Refusal::of(Field::Issuer, Problem::NoIssuer { profile: "certificate" }));
        };
        if certificate.public_key() != key.public_key() {
            return Err(Refusal::of(Field::PrivateKey, wrong_key(&certificate, &key)));
        }
        let issuer = Self { certificate, above: chain.collect(), key };
        let out_of_order = issuer.chain().zip(&issuer.above).find(|(below, above)| below.issuer() != above.subject());
        match out_of_order.map(|(below, above)| (below.subject().to_string(), above.subject().to_string())) {
            Some((below, above)) => Err(Refusal::of(Field::Issuer, Problem::ChainOutOfOrder { below, above })),
            None => Ok(issuer),
        }
    }

    /// The CA's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The CA's certificate and those above it, in order.
    pub fn chain(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.above)
    }

    pub(crate) fn key(&self) -> &PrivateKey {
        &self.key
    }
}

fn wrong_key(certificate: &Certificate, key: &PrivateKey) -> Problem {
    let describe = |key: &crate::PublicKey| format!("{} {}", key.kind(), key.key_id());
    Problem::WrongKey {
        key: describe(key.public_key()),
        certificate: certificate.subject().to_string(),
        expected: describe(certificate.public_key()),
    }
}
