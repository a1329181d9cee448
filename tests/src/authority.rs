//! A certificate authority for the servers of one test.
//!
//! Keys are ECDSA P-256, everything is valid from an hour ago for two days, and serial numbers never repeat within one
//! process. It moves over to the crate `pki` as soon as that exists.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};

const BACKDATED: Duration = Duration::from_secs(60 * 60);
const VALIDITY: Duration = Duration::from_secs(48 * 60 * 60);
const A_MINUTE: Duration = Duration::from_secs(60);

static SERIAL: AtomicU64 = AtomicU64::new(1);

/// A root whose certificate lies in `ca.crt`; its key stays in memory.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    certificate_file: PathBuf,
}

/// A certificate with its key, in memory and as files (the key with mode 0600).
#[derive(Clone)]
pub struct Identity {
    /// The certificate alone, without the root.
    pub certificate_pem: String,
    /// File with the certificate.
    pub certificate_file: PathBuf,
    /// File with the key.
    pub key_file: PathBuf,
    pub(crate) key_pem: String,
}

/// What differs between the certificates made here.
struct Profile {
    subject: DistinguishedName,
    names: Vec<SanType>,
    is_ca: IsCa,
    usages: Vec<KeyUsagePurpose>,
    extended_usages: Vec<ExtendedKeyUsagePurpose>,
    is_expired: bool,
}

impl Authority {
    /// A new root whose files go to `folder`.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn create(folder: &Path) -> Result<Self> {
        let key = KeyPair::generate().context("generating the key of the authority")?;
        // A name of its own, so that a stranger's certificate fails as one of an unknown issuer.
        let name = format!("Secret Zero test authority {}", SERIAL.fetch_add(1, Ordering::Relaxed));
        let params = parameters(Profile {
            subject: subject(&[(DnType::CommonName, &name)]),
            names: Vec::new(),
            is_ca: IsCa::Ca(BasicConstraints::Constrained(0)),
            usages: vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
            extended_usages: Vec::new(),
            is_expired: false,
        });
        let certificate_pem = params.self_signed(&key).context("signing the root")?.pem();
        let certificate_file = folder.join("ca.crt");
        write(&certificate_file, &certificate_pem, 0o644)?;
        Ok(Self { folder: folder.to_owned(), issuer: Issuer::new(params, key), certificate_pem, certificate_file })
    }

    /// The root certificate.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// File with the root certificate.
    pub fn certificate_file(&self) -> &Path {
        &self.certificate_file
    }

    /// A certificate for a server that is reached under these names, each a DNS name or an IP address.
    ///
    /// # Errors
    /// If a name is neither, or a file can't be written.
    pub fn server(&self, stem: &str, names: &[&str]) -> Result<Identity> {
        let names = names.iter().map(|name| alternative_name(name)).collect::<Result<_>>()?;
        let subject = subject(&[(DnType::CommonName, stem)]);
        self.issue(stem, subject, names, ExtendedKeyUsagePurpose::ServerAuth, false)
    }

    /// The same, and it has expired a minute ago.
    ///
    /// # Errors
    /// As for [`Self::server`].
    pub fn expired_server(&self, stem: &str, names: &[&str]) -> Result<Identity> {
        let names = names.iter().map(|name| alternative_name(name)).collect::<Result<_>>()?;
        let subject = subject(&[(DnType::CommonName, stem)]);
        self.issue(stem, subject, names, ExtendedKeyUsagePurpose::ServerAuth, true)
    }

    /// A client certificate; Kubernetes takes the organisation for a group.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn client(&self, stem: &str, common_name: &str, organisation: &str) -> Result<Identity> {
        let subject = subject(&[(DnType::OrganizationName, organisation), (DnType::CommonName, common_name)]);
        self.issue(stem, subject, Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, false)
    }

    fn issue(
        &self,
        stem: &str,
        subject: DistinguishedName,
        names: Vec<SanType>,
        purpose: ExtendedKeyUsagePurpose,
        is_expired: bool,
    ) -> Result<Identity> {
        let key = KeyPair::generate().with_context(|| format!("generating the key of {stem}"))?;
        let params = parameters(Profile {
            subject,
            names,
            is_ca: IsCa::ExplicitNoCa,
            usages: vec![KeyUsagePurpose::DigitalSignature],
            extended_usages: vec![purpose],
            is_expired,
        });
        let certificate = params.signed_by(&key, &self.issuer).with_context(|| format!("signing {stem}"))?;
        let identity = Identity {
            certificate_pem: certificate.pem(),
            certificate_file: self.folder.join(format!("{stem}.crt")),
            key_file: self.folder.join(format!("{stem}.key")),
            key_pem: key.serialize_pem(),
        };
        write(&identity.certificate_file, &identity.certificate_pem, 0o644)?;
        write(&identity.key_file, &identity.key_pem, 0o600)?;
        Ok(identity)
    }
}

/// Writes a file with exactly this mode; a key is never readable by others, not even for a moment.
pub(crate) fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let file = fs::File::options().write(true).create(true).truncate(true).mode(mode).open(path);
    file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))
}

/// The only place that begins with rcgen's defaults: every field is set, so that no validity from 1975 to 4096, no made-up
/// name and no serial number derived from the key gets into a certificate.
fn parameters(profile: Profile) -> CertificateParams {
    let Profile { subject, names, is_ca, usages, extended_usages, is_expired } = profile;
    #[expect(clippy::disallowed_methods, reason = "the servers compare a validity with the machine's time")]
    let now = SystemTime::now();
    let mut params = CertificateParams::default();
    params.not_before = (now - BACKDATED).into();
    params.not_after = if is_expired { now - A_MINUTE } else { now + VALIDITY }.into();
    params.serial_number = Some(next_serial(now));
    params.subject_alt_names = names;
    params.distinguished_name = subject;
    params.is_ca = is_ca;
    params.key_usages = usages;
    params.extended_key_usages = extended_usages;
    params.name_constraints = None;
    params.crl_distribution_points = Vec::new();
    params.custom_extensions = Vec::new();
    // Without it OpenSSL's strict mode and Python 3.13 refuse the certificate.
    params.use_authority_key_identifier_extension = true;
    params.key_identifier_method = KeyIdMethod::Sha256;
    params
}

/// The time in seconds and a counter: positive and below 20 bytes, which is all that a test needs of it.
fn next_serial(now: SystemTime) -> SerialNumber {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let counter = SERIAL.fetch_add(1, Ordering::Relaxed);
    SerialNumber::from([seconds.to_be_bytes(), counter.to_be_bytes()].concat())
}

fn subject(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in parts {
        name.push(kind.clone(), *value);
    }
    name
}

fn alternative_name(name: &str) -> Result<SanType> {
    match name.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(name.try_into().with_context(|| format!("{name:?} is no DNS name"))?)),
    }
}
