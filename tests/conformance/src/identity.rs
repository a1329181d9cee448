//! Certificates as a go-plugin host makes them, and those that a stranger could try instead.

use anyhow::{Context as _, Result};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, SanType, SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// What Go's hosts use.
    P521,
    /// What our plugin uses.
    P256,
    /// Edwards curve 25519.
    Ed25519,
    /// RSA with 2048 bits.
    Rsa,
}

/// A certificate with its key.
pub struct Identity {
    /// What the other end is shown.
    pub certificate: CertificateDer<'static>,
    parameters: CertificateParams,
    key: KeyPair,
}

impl Identity {
    /// A fresh one with every property that Go's hosts give theirs.
    ///
    /// # Errors
    /// The key can't be made.
    pub fn of_host() -> Result<Self> {
        Self::new(Algorithm::P521, (2020, 2050))
    }

    /// A fresh one with the subject of every host, another kind of key, and valid between the first days of two years.
    ///
    /// # Errors
    /// The key can't be made.
    pub fn new(algorithm: Algorithm, validity: (i32, i32)) -> Result<Self> {
        let key = KeyPair::generate_for(algorithm.of_rcgen()).context("making a key")?;
        let parameters = parameters(key.subject_public_key_info(), validity)?;
        Self::issue(parameters, key)
    }

    /// A fresh one that agrees with `self` in everything but the key.
    ///
    /// # Errors
    /// The key can't be made.
    pub fn imitated(&self) -> Result<Self> {
        let key = KeyPair::generate_for(self.key.algorithm()).context("making a key")?;
        Self::issue(self.parameters.clone(), key)
    }

    /// Another certificate for the same key.
    ///
    /// # Errors
    /// The certificate can't be made.
    pub fn reissued(&self) -> Result<Self> {
        let mut parameters = self.parameters.clone();
        parameters.serial_number = Some(SerialNumber::from(7));
        let key = KeyPair::try_from(self.key.serialize_der()).context("copying a key")?;
        Self::issue(parameters, key)
    }

    /// A certificate for another key that `self` has signed as the certificate authority that it claims to be.
    ///
    /// # Errors
    /// The key can't be made.
    pub fn delegated(&self) -> Result<Self> {
        let key = KeyPair::generate_for(self.key.algorithm()).context("making a key")?;
        let parameters = parameters(key.subject_public_key_info(), (2020, 2050))?;
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let certificate = parameters.signed_by(&key, &issuer).context("signing a certificate")?.der().clone();
        Ok(Self { certificate, parameters, key })
    }

    fn issue(parameters: CertificateParams, key: KeyPair) -> Result<Self> {
        let certificate = parameters.self_signed(&key).context("signing a certificate")?.der().clone();
        Ok(Self { certificate, parameters, key })
    }

    /// The certificate as the value of `PLUGIN_CLIENT_CERT`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(&self.certificate);
        let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| str::from_utf8(line).ok()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// What TLS signs with.
    ///
    /// # Errors
    /// aws-lc-rs does not take the key.
    pub fn signing_key(&self) -> Result<Arc<dyn SigningKey>> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        rustls::crypto::aws_lc_rs::default_provider().key_provider.load_private_key(key).context("loading a key")
    }

    /// Certificate and key, to be shown alone.
    ///
    /// # Errors
    /// aws-lc-rs does not take the key.
    pub fn certified(&self) -> Result<CertifiedKey> {
        Ok(CertifiedKey::new(vec![self.certificate.clone()], self.signing_key()?))
    }
}

impl Algorithm {
    fn of_rcgen(self) -> &'static SignatureAlgorithm {
        match self {
            Self::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
            Self::Rsa => &rcgen::PKCS_RSA_SHA256,
        }
    }
}

/// Subject, extensions and usages of Go's hosts. The serial is drawn from the public key, which is new each time.
fn parameters(public_key: Vec<u8>, (first, last): (i32, i32)) -> Result<CertificateParams> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "localhost");
    subject.push(DnType::OrganizationName, "HashiCorp");
    let mut serial: Vec<u8> = public_key.into_iter().rev().take(16).collect();
    serial.insert(0, 1);

    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(first, 1, 1);
    parameters.not_after = date_time_ymd(last, 1, 1);
    parameters.serial_number = Some(SerialNumber::from(serial));
    parameters.subject_alt_names = vec![SanType::DnsName(Ia5String::try_from("localhost")?)];
    parameters.distinguished_name = subject;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
        KeyUsagePurpose::KeyCertSign,
    ];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}
