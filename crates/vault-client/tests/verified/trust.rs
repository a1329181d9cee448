//! Authorities and certificates, good ones and bad ones.

use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity,
};
use secrecy::ExposeSecret as _;

/// An authority that signs with the key of a root.
pub(crate) struct Authority {
    issuer: Issuer,
    pub(crate) pem: String,
}

/// A chain and its key, as a listener wants them.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: Vec<u8>,
    pub(crate) key_pem: String,
}

/// What a certificate is for. By default as it should be for a listener on loopback.
pub(crate) struct Wish {
    pub(crate) dns_names: Vec<&'static str>,
    pub(crate) ip_addresses: Vec<&'static str>,
    pub(crate) profile: Profile,
    /// Hours from now: when it begins and ends.
    pub(crate) validity: (i64, i64),
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            dns_names: vec!["localhost"],
            ip_addresses: vec!["127.0.0.1"],
            profile: Profile::TlsServer,
            validity: (-1, 24),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "what is verified here is compared with the machine's time")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn between(from: i64, until: i64) -> Validity {
    let at = |hours| now() + SignedDuration::from_hours(hours);
    Validity::starting(at(from), SignedDuration::ZERO, at(until).duration_since(at(from))).unwrap()
}

impl Authority {
    pub(crate) fn create(name: &str) -> Self {
        Self::valid(name, (-1000, 1000))
    }

    pub(crate) fn valid(name: &str, (from, until): (i64, i64)) -> Self {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        let options = CaOptions { path_length: None, digital_signature: false };
        let request = Request::new(Profile::RootCa(options), between(from, until));
        let request = Request { subject: Subject::common_name(name), ..request }.validate().unwrap();
        let root = request.for_key(key.public_key(), &mut SystemRandom).unwrap().self_signed(&key).unwrap();
        let pem = root.to_pem();
        Self { issuer: Issuer::new(vec![root], key).unwrap(), pem }
    }

    pub(crate) fn issue(&self, wish: &Wish) -> Identity {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        let mut request = Request::new(wish.profile, between(wish.validity.0, wish.validity.1));
        request.subject = Subject::common_name("of a test");
        request.dns_names = wish.dns_names.iter().map(ToString::to_string).collect();
        request.ip_addresses = wish.ip_addresses.iter().map(ToString::to_string).collect();
        let unsigned = request.validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap();
        // Signed at a time at which it is valid: what it is good for is for the client to say.
        let signed_at = now() + SignedDuration::from_hours(wish.validity.0.min(0));
        Identity::of(&[unsigned.signed_by(&self.issuer, signed_at).unwrap()], &key)
    }
}

impl Identity {
    /// Signed by itself, for these names.
    pub(crate) fn self_signed() -> Self {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        let options = CaOptions { path_length: None, digital_signature: true };
        let request = Request::new(Profile::RootCa(options), between(-1, 24));
        let request = Request { subject: Subject::common_name("localhost"), ..request }.validate().unwrap();
        let root = request.for_key(key.public_key(), &mut SystemRandom).unwrap().self_signed(&key).unwrap();
        Self::of(&[root], &key)
    }

    #[expect(clippy::disallowed_methods, reason = "the key of a listener of this test")]
    fn of(chain: &[Certificate], key: &PrivateKey) -> Self {
        let key_pem = key.to_pkcs8_pem().unwrap().expose_secret().to_owned();
        let der = rustls_pki_types::PrivateKeyDer::from_pem(&key_pem);
        Self { chain: chain.iter().map(|certificate| certificate.as_der().to_vec()).collect(), key: der, key_pem }
    }
}

/// The DER in a PEM text.
trait FromPem {
    fn from_pem(pem: &str) -> Vec<u8>;
}

impl FromPem for rustls_pki_types::PrivateKeyDer<'_> {
    fn from_pem(pem: &str) -> Vec<u8> {
        use rustls_pki_types::pem::PemObject as _;
        rustls_pki_types::PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap().secret_pkcs8_der().to_vec()
    }
}
