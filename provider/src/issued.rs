//! A certificate with the authorities above it, and everything that states and files say of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki::Certificate;

/// A certificate, and the certificates above it in order, up to the root.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// Those above it. Empty for a root.
    pub above: Vec<Certificate>,
}

impl Issued {
    /// What a server presents: the certificate and the authorities between it and the root. The root is left out, since
    /// whoever verifies has it or trusts nothing; unless it is the certificate itself.
    pub fn chain_pem(&self) -> String {
        let between = self.above.iter().filter(|certificate| !certificate.is_self_issued());
        std::iter::once(&self.certificate).chain(between).map(Certificate::to_pem).collect()
    }

    /// The certificate and all those above it.
    pub fn whole_pem(&self) -> String {
        std::iter::once(&self.certificate).chain(&self.above).map(Certificate::to_pem).collect()
    }

    /// What whoever verifies must trust: the last of the chain, which is the root if the chain is whole.
    pub fn root_pem(&self) -> String {
        self.above.last().unwrap_or(&self.certificate).to_pem()
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> String {
        self.certificate.to_pem()
    }

    /// The PEM in base64 on one line, as the field `caBundle` of Kubernetes takes it.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.pem())
    }

    /// SHA-256 of the certificate, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        self.certificate.fingerprint().to_hex()
    }

    /// The key identifier, in hexadecimal.
    pub fn key_id(&self) -> String {
        self.certificate.key_id().to_hex()
    }

    /// The serial number, in hexadecimal.
    pub fn serial_number(&self) -> String {
        self.certificate.serial().to_hex()
    }

    /// From when it is valid, as RFC 3339 writes it.
    pub fn not_before(&self) -> String {
        self.certificate.not_before().to_string()
    }

    /// Until when it is valid, as RFC 3339 writes it.
    pub fn not_after(&self) -> String {
        self.certificate.not_after().to_string()
    }
}
