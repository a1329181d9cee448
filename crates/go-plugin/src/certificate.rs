//! Our own certificate: made afresh for each start, shown to the host in the handshake line, gone with the process.

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::ServeError;

/// A certificate and its key, used in both roles: server on our socket, client when we dial the host's broker.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Identity {
    /// Makes a self-signed P-256 certificate that Go's TLS accepts in both roles.
    ///
    /// Go verifies it as a root that it was handed: it must name `localhost` and allow both uses. It is valid from 2000
    /// to 9999 (RFC 5280 §4.1.2.5: "no well-defined expiration date"), since the two processes share one clock and a
    /// machine that has none, or the wrong one, must still be able to start its plugins.
    pub(crate) fn generate() -> Result<Self, ServeError> {
        let serial = serial()?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(ServeError::Certificate)?;
        let certificate = parameters(serial).and_then(|new| new.self_signed(&key)).map_err(ServeError::Certificate)?;
        Ok(Self { certificate: certificate.der().clone(), key: PrivatePkcs8KeyDer::from(key.serialize_der()) })
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.clone_key())
    }

    #[cfg(test)]
    pub(crate) fn to_pem(&self) -> String {
        use base64::Engine;
        let body = base64::engine::general_purpose::STANDARD.encode(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    }
}

/// 16 random bytes that make a positive number (RFC 5280 §4.1.2.2): the clear top bit keeps it so, the set next one
/// keeps it from being zero. rcgen would derive the serial from the key.
fn serial() -> Result<SerialNumber, ServeError> {
    let mut serial = [0; 16];
    let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;
    random.fill(&mut serial).map_err(|_| ServeError::Randomness)?;
    let [first, ..] = &mut serial;
    *first = *first & 0x3f | 0x40;
    Ok(SerialNumber::from_slice(&serial))
}

/// The one place that starts from rcgen's defaults: its struct can't be built otherwise. Every field is set.
fn parameters(serial: SerialNumber) -> Result<CertificateParams, rcgen::Error> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "localhost");
    subject.push(DnType::OrganizationName, "go-plugin");

    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(9999, 12, 31);
    parameters.serial_number = Some(serial);
    parameters.subject_alt_names = vec![SanType::DnsName(Ia5String::try_from("localhost")?)];
    parameters.distinguished_name = subject;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    parameters.name_constraints = None;
    parameters.crl_distribution_points = Vec::new();
    parameters.custom_extensions = Vec::new();
    parameters.use_authority_key_identifier_extension = false;
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_has_its_own() {
        let (one, other) = (Identity::generate().unwrap(), Identity::generate().unwrap());
        assert_ne!(one.certificate, other.certificate);
        assert_ne!(one.key.secret_pkcs8_der(), other.key.secret_pkcs8_der());
    }

    #[test]
    fn validity_covers_machines_without_a_clock() {
        let parameters = parameters(serial().unwrap()).unwrap();
        assert_eq!((parameters.not_before.year(), parameters.not_after.year()), (2000, 9999));
    }
}
