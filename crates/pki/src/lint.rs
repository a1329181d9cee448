//! What is wrong with a certificate, judged by itself: for those that are imported, and as a second look at our own.
//!
//! The rules are those that strict verifiers enforce (OpenSSL's `-x509_strict`, which Python 3.13 has on by default,
//! Go, browsers), the musts of RFC 5280 behind them, and the habits that hurt: roots of thirty days, names in the wrong
//! place.

mod finding;

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use jiff::{SignedDuration, Timestamp};
use x509_cert::ext::pkix::KeyUsages;
use x509_cert::time::Time;

pub use self::finding::{Finding, Severity};

use crate::algorithm;
use crate::certificate::Certificate;
use crate::dns_name::DnsName;
use crate::error::SignatureError;
use crate::public_key::KeyKind;
use crate::subject;
use crate::subject_name::FoundName;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A root below a year: OpenSSL gives thirty days when nobody says how many, guides have 360.
const SHORT_ROOT: SignedDuration = SignedDuration::from_hours(24 * 366);
/// What Apple's systems accept at most from private CAs.
const LONG_LEAF: SignedDuration = SignedDuration::from_hours(24 * 825);
/// Octets for 64 random bits.
const SHORT_SERIAL: usize = 8;

/// Everything that speaks against a certificate at this time, the worst first. Empty for what is issued here.
///
/// ```
/// # use jiff::{SignedDuration, Timestamp};
/// # use pki::{CaOptions, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};
/// # let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// # let mut request = Request::new(
/// #     Profile::RootCa(CaOptions::default()),
/// #     Validity::starting(now, SignedDuration::ZERO, SignedDuration::from_hours(24 * 30))?,
/// # );
/// # request.subject = Subject::common_name("My CA");
/// # let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
/// # let root_of_30_days = request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.self_signed(&key)?;
/// let findings = pki::lint(&root_of_30_days, now);
/// assert_eq!(findings[0].code(), "short_lived_root");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn lint(certificate: &Certificate, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    encoding(certificate, &mut findings);
    signature(certificate, &mut findings);
    validity(certificate, now, &mut findings);
    key_identifiers(certificate, &mut findings);
    naming(certificate, &mut findings);
    names(certificate, &mut findings);
    if certificate.is_ca() {
        authority(certificate, &mut findings);
    } else {
        end_entity(certificate, now, &mut findings);
    }
    findings.sort_by_key(Finding::severity);
    findings
}

fn encoding(certificate: &Certificate, findings: &mut Vec<Finding>) {
    let extensions = &certificate.extensions;
    match certificate.version {
        2 => {}
        version if !extensions.all.is_empty() => {
            findings.push(Finding::ExtensionsInOldVersion { version: version + 1 })
        }
        version => findings.push(Finding::OldVersion { version: version + 1 }),
    }
    let serial = certificate.serial();
    if !serial.is_positive() {
        findings.push(Finding::SerialNotPositive);
    } else if serial.as_bytes().len() > 20 {
        findings.push(Finding::SerialTooLong { octets: serial.as_bytes().len() });
    } else if serial.as_bytes().len() < SHORT_SERIAL {
        findings.push(Finding::SerialGuessable { octets: serial.as_bytes().len() });
    }
    let mut seen = BTreeSet::new();
    for extension in &extensions.all {
        let oid = extension.extn_id;
        if !seen.insert(oid) {
            findings.push(Finding::DuplicateExtension { oid });
        }
        if extension.critical && !is_known(oid) {
            findings.push(Finding::UnknownCriticalExtension { oid });
        }
    }
    findings.extend(extensions.malformed.iter().map(|oid| Finding::MalformedExtension { oid: *oid }));
}

/// Critical ones that the verifiers of the field understand.
fn is_known(oid: ObjectIdentifier) -> bool {
    [
        rfc5280::ID_CE_BASIC_CONSTRAINTS,
        rfc5280::ID_CE_KEY_USAGE,
        rfc5280::ID_CE_EXT_KEY_USAGE,
        rfc5280::ID_CE_SUBJECT_ALT_NAME,
        rfc5280::ID_CE_NAME_CONSTRAINTS,
        rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER,
        rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
        rfc5280::ID_CE_CERTIFICATE_POLICIES,
        rfc5280::ID_CE_POLICY_CONSTRAINTS,
        rfc5280::ID_CE_POLICY_MAPPINGS,
        rfc5280::ID_CE_INHIBIT_ANY_POLICY,
        rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS,
    ]
    .contains(&oid)
}

fn signature(certificate: &Certificate, findings: &mut Vec<Finding>) {
    if !certificate.algorithms_agree {
        findings.push(Finding::AlgorithmsDiffer);
    }
    let weak = certificate.signature_identifier().and_then(|identifier| algorithm::weak_hash(identifier.oid));
    if let Some(hash) = weak {
        // What a root has in it is never checked, it is trusted as it is.
        if !certificate.is_self_issued() {
            findings.push(Finding::WeakSignature { hash });
        }
    }
    if certificate.is_self_issued_by_own_key()
        && certificate.verify_signature(certificate) == Err(SignatureError::Mismatch)
        && certificate.public_key().weakness().is_none()
    {
        findings.push(Finding::BrokenSelfSignature);
    }
    match (certificate.public_key().weakness(), certificate.public_key().kind()) {
        (Some(reason), _) => findings.push(Finding::WeakKey { reason }),
        (None, KeyKind::Rsa { usual_exponent: false, .. }) => findings.push(Finding::UnusualExponent),
        (None, _) => {}
    }
}

fn validity(certificate: &Certificate, now: Timestamp, findings: &mut Vec<Finding>) {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if not_after < not_before {
        findings.push(Finding::ReversedValidity);
    } else if now < not_before {
        findings.push(Finding::NotYetValid { not_before });
    } else if now > not_after {
        findings.push(Finding::Expired { not_after });
    }
    let is_early_general = |time: Time| matches!(time, Time::GeneralTime(_)) && time.to_date_time().year() < 2050;
    if is_early_general(certificate.not_before) || is_early_general(certificate.not_after) {
        findings.push(Finding::WrongTimeForm);
    }
    let span = not_after.duration_since(not_before);
    if certificate.is_self_issued() && span.is_positive() && span < SHORT_ROOT {
        findings.push(Finding::ShortLivedRoot { days: days(span) });
    }
}

fn days(span: SignedDuration) -> i64 {
    (span.as_secs() + DAY.as_secs() / 2) / DAY.as_secs()
}

fn key_identifiers(certificate: &Certificate, findings: &mut Vec<Finding>) {
    let extensions = &certificate.extensions;
    match extensions.criticality(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER) {
        Some(true) => findings.push(Finding::CriticalKeyIdentifier { extension: "subjectKeyIdentifier" }),
        None if certificate.is_ca() => findings.push(Finding::CaWithoutKeyIdentifier),
        None => findings.push(Finding::LeafWithoutKeyIdentifier),
        Some(false) => {}
    }
    match extensions.criticality(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER) {
        Some(true) => findings.push(Finding::CriticalKeyIdentifier { extension: "authorityKeyIdentifier" }),
        None if !certificate.is_self_issued() => findings.push(Finding::NoAuthorityKeyIdentifier),
        None | Some(false) => {}
    }
}

fn naming(certificate: &Certificate, findings: &mut Vec<Finding>) {
    if certificate.issuer().is_empty() {
        findings.push(Finding::EmptyIssuer);
    }
    let critical_names = certificate.extensions.criticality(rfc5280::ID_CE_SUBJECT_ALT_NAME) == Some(true);
    if certificate.subject().is_empty() {
        if certificate.is_ca() {
            findings.push(Finding::NamelessCa);
        } else if !critical_names {
            findings.push(Finding::NamelessWithoutCriticalNames);
        }
    }
    findings.extend(subject::faults(certificate.subject()).into_iter().map(Finding::Subject));
}

fn names(certificate: &Certificate, findings: &mut Vec<Finding>) {
    for name in certificate.names() {
        match name {
            FoundName::Dns(text) => findings.extend(DnsName::parse(text).err().map(Finding::DnsName)),
            FoundName::MalformedIp(octets) => findings.push(Finding::MalformedIp { octets: octets.len() }),
            FoundName::Ip(_) | FoundName::Uri(_) | FoundName::Email(_) | FoundName::Directory(_) | FoundName::Other => {
            }
        }
    }
    match (certificate.extensions.criticality(rfc5280::ID_CE_NAME_CONSTRAINTS), certificate.is_ca()) {
        (Some(_), false) => findings.push(Finding::ConstraintsWithoutCa),
        (Some(false), true) => findings.push(Finding::ConstraintsNotCritical),
        (Some(true), true) | (None, _) => {}
    }
}

fn authority(certificate: &Certificate, findings: &mut Vec<Finding>) {
    let extensions = &certificate.extensions;
    if extensions.criticality(rfc5280::ID_CE_BASIC_CONSTRAINTS) == Some(false) {
        findings.push(Finding::BasicConstraintsNotCritical);
    }
    match extensions.criticality(rfc5280::ID_CE_KEY_USAGE) {
        None => findings.push(Finding::CaWithoutKeyUsage),
        Some(critical) => {
            if !critical {
                findings.push(Finding::KeyUsageNotCritical);
            }
            if !extensions.allows(KeyUsages::KeyCertSign) {
                findings.push(match certificate.path_length() {
                    Some(_) => Finding::PathLengthWithoutCertSign,
                    None => Finding::CaMayNotSign,
                });
            }
            if !extensions.allows(KeyUsages::CRLSign) {
                findings.push(Finding::CaMayNotRevoke);
            }
        }
    }
}

fn end_entity(certificate: &Certificate, now: Timestamp, findings: &mut Vec<Finding>) {
    let extensions = &certificate.extensions;
    if certificate.path_length().is_some() {
        findings.push(Finding::PathLengthWithoutCa);
    }
    match &extensions.key_usage {
        Some(usage) if usage.key_cert_sign() => findings.push(Finding::CertSignWithoutCa),
        Some(_) if extensions.criticality(rfc5280::ID_CE_KEY_USAGE) == Some(false) => {
            findings.push(Finding::KeyUsageNotCritical);
        }
        Some(_) | None => {}
    }
    let is_rsa = matches!(certificate.public_key().kind(), KeyKind::Rsa { .. });
    if !is_rsa && extensions.key_usage.as_ref().is_some_and(|usage| usage.key_encipherment()) {
        findings.push(Finding::EnciphermentWithoutRsa);
    }
    let purposes = extensions.extended_key_usage.as_deref();
    if purposes.is_none() {
        findings.push(Finding::AnyPurpose);
    }
    if purposes.is_none_or(|purposes| purposes.contains(&rfc5280::ID_KP_SERVER_AUTH)) {
        server(certificate, now, findings);
    }
}

fn server(certificate: &Certificate, now: Timestamp, findings: &mut Vec<Finding>) {
    let is_server_name = |name: &&FoundName| matches!(name, FoundName::Dns(_) | FoundName::Ip(_));
    let names: Vec<_> = certificate.names().iter().filter(is_server_name).map(ToString::to_string).collect();
    let common_name = certificate.subject().common_name();
    if names.is_empty() {
        findings.push(Finding::NoServerName { common_name });
    } else {
        let is_host = |name: &String| name.contains('.') && DnsName::parse(name).is_ok();
        let is_missing = |host: &String| !names.iter().any(|name| name.eq_ignore_ascii_case(host));
        let missing = common_name.filter(is_host).filter(is_missing);
        findings.extend(missing.map(|common_name| Finding::CommonNameNotAmongNames { common_name }));
    }
    let span = certificate.not_after().duration_since(certificate.not_before());
    if span > LONG_LEAF && now <= certificate.not_after() {
        findings.push(Finding::LongLivedServer { days: days(span) });
    }
}
