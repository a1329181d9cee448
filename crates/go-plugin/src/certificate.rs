//! Our own certificate: made afresh for each start, shown to the host in the handshake line, gone with the process.

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

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
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = parameters()?.self_signed(&key)?;
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

/// The one place that starts from rcgen's defaults: its struct can't be built otherwise. Every field is set.
fn parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "localhost");
    subject.push(DnType::OrganizationName, "go-plugin");

    // rcgen would derive the serial from the key. The key is new each time, so the serial would be too; drawing it
    // says so without relying on it. The clear top bit keeps it positive, the set next one non-zero.
    let mut serial = [0; 16];
    rustls::crypto::aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut serial)
        .map_err(|_| rcgen::Error::RingUnspecified)?;
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3f | 0x40;
    }

    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(9999, 12, 31);
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
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
        let parameters = parameters().unwrap();
        assert_eq!((parameters.not_before.year(), parameters.not_after.year()), (2000, 9999));
    }
}
