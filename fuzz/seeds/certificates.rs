//! Certificates as hosts make them, with each kind of key that a TLS library knows.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, RsaKeySize, SanType, SigningKey, date_time_ymd,
};

use crate::Outcome;

/// A host's certificate.
pub(crate) struct HostCertificate {
    pub(crate) name: &'static str,
    pub(crate) pem: String,
    pub(crate) der: Vec<u8>,
    /// By its key, but of something else than a handshake.
    pub(crate) signature: Vec<u8>,
}

/// One of each kind, the kind that go-plugin makes first.
pub(crate) fn of_hosts() -> Outcome<Vec<HostCertificate>> {
    let keys = [
        ("p521", KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?),
        ("p256", KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?),
        ("p384", KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?),
        ("ed25519", KeyPair::generate_for(&PKCS_ED25519)?),
        ("rsa", KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?),
    ];
    keys.into_iter().map(|(name, key)| of_host(name, &key)).collect()
}

fn of_host(name: &'static str, key: &KeyPair) -> Outcome<HostCertificate> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "localhost");
    subject.push(DnType::OrganizationName, "Host");

    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = subject;
    parameters.subject_alt_names = vec![SanType::DnsName("localhost".try_into()?)];
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
        KeyUsagePurpose::KeyCertSign,
    ];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    parameters.not_before = date_time_ymd(2026, 1, 1);
    parameters.not_after = date_time_ymd(2056, 1, 1);
    let certificate = parameters.self_signed(key)?;
    Ok(HostCertificate {
        name,
        // Hosts write it with line feeds alone.
        pem: certificate.pem().replace('\r', ""),
        der: certificate.der().to_vec(),
        signature: key.sign(b"something else")?,
    })
}
