//! Chains with exactly one fault each: a good one, of which one part is spoilt before it is signed again.

mod authority;
mod encoding;
mod extensions;
mod names;
mod signatures;
mod validity;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use pki::{CaOptions, Certificate, Issuer, KeyAlgorithm, Profile, Request, Subject, Validity};
use tempfile::TempDir;

use crate::case::{Case, Purpose, Question};
use crate::issue;
use crate::keys::{Keys, Owner};
use crate::parts::{Parts, Signer};

/// The name that clients ask for, and that every good leaf has.
const HOST: &str = "vault.home.arpa";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// One way to be wrong.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    /// Its name in the table of verdicts.
    id: &'static str,
    make: fn(&World) -> Result<Broken>,
}

/// A chain, and what a client asks of it.
struct Broken {
    chain: Vec<Vec<u8>>,
    name: &'static str,
    key: Vec<u8>,
}

/// The good chains that are spoilt.
struct World {
    now: Timestamp,
    keys: Keyring,
    root: Certificate,
    intermediate: Certificate,
    /// Below the root.
    leaf: Certificate,
    /// Below the intermediate, for the same host and key.
    far_leaf: Certificate,
    /// A root and a leaf with RSA keys.
    rsa_root: Certificate,
    rsa_leaf: Certificate,
    /// Where OpenSSL works, for signatures that aws-lc no longer makes.
    folder: TempDir,
}

struct Keyring {
    root: Vec<u8>,
    intermediate: Vec<u8>,
    lower: Vec<u8>,
    leaf: Vec<u8>,
    rsa_root: Vec<u8>,
    rsa_leaf: Vec<u8>,
}

/// The good chains, to show that nothing but the fault is rejected; then every fault, with its name.
///
/// # Errors
/// If one can't be made.
pub(crate) fn cases(keys: &Keys, now: Timestamp) -> Result<Vec<Case>> {
    let world = World::new(keys, now)?;
    let faults = groups().into_iter().flatten();
    let good = [
        ("good-pair", world.broken(vec![world.leaf.as_der().to_vec(), world.root.as_der().to_vec()])),
        ("good-three", world.through(world.intermediate.as_der().to_vec())),
        ("good-rsa", world.rsa(world.rsa_leaf.as_der().to_vec())),
    ];
    let good = good.into_iter().map(|(id, broken)| Ok((id, broken)));
    let broken = faults.map(|fault| Ok((fault.id, (fault.make)(&world).with_context(|| fault.id.to_owned())?)));
    good.chain(broken).map(|made| made.map(|(id, broken)| broken.into_case(id))).collect()
}

/// The names of all faults.
#[cfg(test)]
pub(crate) fn ids() -> Vec<&'static str> {
    groups().into_iter().flatten().map(|fault| fault.id).collect()
}

fn groups() -> [&'static [Fault]; 6] {
    [authority::FAULTS, encoding::FAULTS, extensions::FAULTS, names::FAULTS, signatures::FAULTS, validity::FAULTS]
}

impl Broken {
    fn into_case(self, id: &str) -> Case {
        let question = Question::Chain {
            purpose: Purpose::Server,
            name: self.name.to_owned(),
            key: self.key,
            allowed_names: Vec::new(),
        };
        Case { id: id.to_owned(), question, chain: self.chain, features: Vec::new() }
    }

    fn asked_for(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }
}

impl World {
    fn new(keys: &Keys, now: Timestamp) -> Result<Self> {
        let ec = |owner| keys.get(KeyAlgorithm::EcdsaP256, owner);
        let raw = |algorithm, owner| keys.pkcs8(algorithm, owner).map(<[u8]>::to_vec);
        let request = |profile, name: &str, years: i32| -> Result<Request> {
            let validity = Validity::starting(now, DAY, DAY * 365 * years)?;
            Ok(Request { subject: Subject::common_name(name), ..Request::new(profile, validity) })
        };
        let options = CaOptions { path_length: None, digital_signature: false };
        let root_of = |name: &str, algorithm| {
            let key = keys.get(algorithm, Owner::Root)?;
            issue::certificate(request(Profile::RootCa(options), name, 10)?, &key, None, now)
        };
        let leaf_below = |chain: Vec<Certificate>, key, algorithm| {
            let mut request = request(Profile::TlsServer, "vault", 1)?;
            request.dns_names = vec![HOST.to_owned()];
            let leaf = keys.get(algorithm, Owner::Leaf)?;
            issue::certificate(request, &leaf, Some(&Issuer::new(chain, key)?), now)
        };
        let root = root_of("Home root", KeyAlgorithm::EcdsaP256)?;
        let rsa_root = root_of("Home RSA root", KeyAlgorithm::Rsa2048)?;
        let issuer = Issuer::new(vec![root.clone()], ec(Owner::Root)?)?;
        let intermediate = request(Profile::IntermediateCa(options), "Servers", 5)?;
        let intermediate = issue::certificate(intermediate, &ec(Owner::Upper)?, Some(&issuer), now)?;
        let far_chain = vec![intermediate.clone(), root.clone()];
        let rsa_key = keys.get(KeyAlgorithm::Rsa2048, Owner::Root)?;
        Ok(Self {
            now,
            leaf: leaf_below(vec![root.clone()], ec(Owner::Root)?, KeyAlgorithm::EcdsaP256)?,
            far_leaf: leaf_below(far_chain, ec(Owner::Upper)?, KeyAlgorithm::EcdsaP256)?,
            rsa_leaf: leaf_below(vec![rsa_root.clone()], rsa_key, KeyAlgorithm::Rsa2048)?,
            keys: Keyring {
                root: raw(KeyAlgorithm::EcdsaP256, Owner::Root)?,
                intermediate: raw(KeyAlgorithm::EcdsaP256, Owner::Upper)?,
                lower: raw(KeyAlgorithm::EcdsaP256, Owner::Lower)?,
                leaf: raw(KeyAlgorithm::EcdsaP256, Owner::Leaf)?,
                rsa_root: raw(KeyAlgorithm::Rsa2048, Owner::Root)?,
                rsa_leaf: raw(KeyAlgorithm::Rsa2048, Owner::Leaf)?,
            },
            root,
            intermediate,
            rsa_root,
            folder: TempDir::new()?,
        })
    }

    /// A spoilt leaf below the good root.
    fn leaf(&self, spoil: impl FnOnce(&mut Parts) -> Result<()>) -> Result<Broken> {
        let mut parts = Parts::of(&self.leaf)?;
        spoil(&mut parts)?;
        self.leaf_of(&parts)
    }

    fn leaf_of(&self, parts: &Parts) -> Result<Broken> {
        let leaf = parts.signed(&Signer::Ecdsa(&self.keys.root))?;
        Ok(self.broken(vec![leaf, self.root.as_der().to_vec()]))
    }

    /// A leaf of which bytes are spoilt after it was signed.
    fn leaf_bytes(&self, spoil: impl FnOnce(Vec<u8>) -> Result<Vec<u8>>) -> Result<Broken> {
        let leaf = spoil(self.leaf.as_der().to_vec())?;
        Ok(self.broken(vec![leaf, self.root.as_der().to_vec()]))
    }

    /// A good leaf below a spoilt root.
    fn root(&self, spoil: impl FnOnce(&mut Parts) -> Result<()>) -> Result<Broken> {
        let mut parts = Parts::of(&self.root)?;
        spoil(&mut parts)?;
        let root = parts.signed(&Signer::Ecdsa(&self.keys.root))?;
        Ok(self.broken(vec![self.leaf.as_der().to_vec(), root]))
    }

    /// A good leaf below a spoilt intermediate below a good root.
    fn intermediate(&self, spoil: impl FnOnce(&mut Parts) -> Result<()>) -> Result<Broken> {
        self.both(spoil, |_| Ok(()))
    }

    /// An intermediate that is changed, and a leaf that is, too: what one allows and the other has.
    fn both(
        &self,
        intermediate: impl FnOnce(&mut Parts) -> Result<()>,
        leaf: impl FnOnce(&mut Parts) -> Result<()>,
    ) -> Result<Broken> {
        let (mut ca, mut below) = (Parts::of(&self.intermediate)?, Parts::of(&self.far_leaf)?);
        intermediate(&mut ca)?;
        leaf(&mut below)?;
        let chain = vec![
            below.signed(&Signer::Ecdsa(&self.keys.intermediate))?,
            ca.signed(&Signer::Ecdsa(&self.keys.root))?,
            self.root.as_der().to_vec(),
        ];
        Ok(self.broken(chain))
    }

    fn through(&self, intermediate: Vec<u8>) -> Broken {
        self.broken(vec![self.far_leaf.as_der().to_vec(), intermediate, self.root.as_der().to_vec()])
    }

    fn broken(&self, chain: Vec<Vec<u8>>) -> Broken {
        Broken { chain, name: HOST, key: self.keys.leaf.clone() }
    }

    fn rsa(&self, leaf: Vec<u8>) -> Broken {
        let chain = vec![leaf, self.rsa_root.as_der().to_vec()];
        Broken { chain, name: HOST, key: self.keys.rsa_leaf.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own() {
        let mut ids = ids();
        assert!(ids.len() >= 50, "{}", ids.len());
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), groups().into_iter().flatten().count());
    }
}
