//! A small world with a fixed clock: roots, CAs and servers by one call each.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, IssueError, Issuer, KeyAlgorithm, PrivateKey, Profile, Random, RandomnessError, Request,
    Subject, SystemRandom, Validity,
};
use secrecy::{ExposeSecret as _, SecretSlice};

pub(crate) const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// From a day ago for so many days.
pub(crate) fn days(count: i32) -> Validity {
    Validity::starting(now(), DAY, DAY * count).unwrap()
}

/// Gives 1, 2, 3, …, so that a certificate comes out the same each time.
pub(crate) struct Counting(pub(crate) u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

pub(crate) fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap()
}

/// Who a key is for; each has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Root,
    Intermediate,
    Leaf,
}

/// A key of this kind. RSA keys take seconds in a debug build, so each is made once and then read again.
pub(crate) fn key_of(algorithm: KeyAlgorithm, owner: Owner) -> PrivateKey {
    static KEYS: Mutex<Vec<(KeyAlgorithm, Owner, SecretSlice<u8>)>> = Mutex::new(Vec::new());
    let mut keys = KEYS.lock().unwrap();
    if let Some((_, _, der)) = keys.iter().find(|(kind, of, _)| (*kind, *of) == (algorithm, owner)) {
        #[expect(clippy::disallowed_methods, reason = "a test key")]
        return PrivateKey::from_der(der.expose_secret(), None).unwrap();
    }
    let key = PrivateKey::generate(algorithm).unwrap();
    keys.push((algorithm, owner, key.to_pkcs8_der().unwrap()));
    key
}

pub(crate) fn root_request(options: CaOptions) -> Request {
    let subject = Subject { organization: vec!["Home".to_owned()], ..Subject::common_name("Home root") };
    Request { subject, ..Request::new(Profile::RootCa(options), days(3650)) }
}

pub(crate) fn intermediate_request(options: CaOptions) -> Request {
    let subject = Subject::common_name("Servers");
    Request { subject, ..Request::new(Profile::IntermediateCa(options), days(1825)) }
}

pub(crate) fn server_request() -> Request {
    Request {
        subject: Subject::common_name("vault"),
        dns_names: vec!["vault.home.arpa".to_owned(), "*.apps.home.arpa".to_owned(), "localhost".to_owned()],
        ip_addresses: vec!["127.0.0.1".to_owned(), "::1".to_owned()],
        ..Request::new(Profile::TlsServer, days(365))
    }
}

pub(crate) fn self_signed(request: Request, key: &PrivateKey) -> Certificate {
    request.validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap().self_signed(key).unwrap()
}

pub(crate) fn signed_by(request: Request, key: &PrivateKey, issuer: &Issuer) -> Result<Certificate, IssueError> {
    request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.signed_by(issuer, now())
}

/// A root with a key of its own.
pub(crate) fn root(options: CaOptions) -> Issuer {
    let key = key();
    Issuer::new(vec![self_signed(root_request(options), &key)], key).unwrap()
}

pub(crate) fn root_with(request: Request, algorithm: KeyAlgorithm) -> Issuer {
    let key = key_of(algorithm, Owner::Root);
    Issuer::new(vec![self_signed(request, &key)], key).unwrap()
}

pub(crate) fn below(issuer: &Issuer, request: Request, algorithm: KeyAlgorithm) -> Issuer {
    let key = key_of(algorithm, Owner::Intermediate);
    let certificate = signed_by(request, &key, issuer).unwrap();
    let chain = std::iter::once(certificate).chain(issuer.chain().cloned()).collect();
    Issuer::new(chain, key).unwrap()
}
