//! What a CA may certify: the last check before a signature, over everything that a verifier will look at.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{self, ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH};
use jiff::Timestamp;
use x509_cert::ext::pkix::KeyUsages;

use crate::certificate::Certificate;
use crate::dns_name::DnsName;
use crate::issuer::Issuer;
use crate::name_constraints::Forbidden;
use crate::profile::Profile;
use crate::public_key::PublicKey;
use crate::subject_name::{FoundName, SubjectName};
use crate::template::Template;
use crate::violation::{Field, Problem, Refusal, Violations};

/// May this CA sign this certificate at this time? Without a key, whether it may for a key of its own.
pub(crate) fn enforce(
    template: &Template,
    public_key: Option<&PublicKey>,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut violations = Violations::default();
    let ca = issuer.certificate();
    authority(&mut violations, ca, now);
    for ca in issuer.chain() {
        validity(&mut violations, template, ca);
    }
    limits(&mut violations, template, ca, issuer.chain());
    if public_key == Some(ca.public_key()) {
        violations.add(Field::PublicKey, Problem::KeyOfIssuer);
    }
    violations.result(Some(()))
}

/// Might this CA sign such a certificate at some time? Leaves out what depends on the time and on the keys.
pub(crate) fn consider(template: &Template, chain: &[Certificate]) -> Result<(), Refusal> {
    let mut violations = Violations::default();
    match chain.first() {
        Some(ca) => {
            nature(&mut violations, ca);
            limits(&mut violations, template, ca, chain.iter());
        }
        None => violations.add(Field::Issuer, Problem::NoIssuer { profile: template.profile.as_str() }),
    }
    violations.result(Some(()))
}

/// What neither time nor key changes.
fn limits<'a>(
    violations: &mut Violations,
    template: &Template,
    ca: &Certificate,
    chain: impl Iterator<Item = &'a Certificate>,
) {
    if matches!(template.profile, Profile::RootCa(_)) {
        violations.add(Field::Profile, Problem::RootWithIssuer);
    }
    if !ca.extensions.allows(KeyUsages::KeyCertSign) {
        violations.add(Field::Issuer, Problem::IssuerMayNotSign { issuer: name_of(ca) });
    }
    if !ca.subject().is_empty() && template.subject == *ca.subject() {
        violations.add(Field::Subject(None), Problem::NameOfIssuer { subject: name_of(ca) });
    }
    for (below, ca) in chain.enumerate() {
        path_length(violations, template.profile, ca, below);
        names(violations, template, ca);
        purposes(violations, template.profile, ca);
    }
}

/// Is it a CA at all, and is this its time?
pub(crate) fn authority(violations: &mut Violations, ca: &Certificate, now: Timestamp) {
    nature(violations, ca);
    if now < ca.not_before() {
        let not_before = ca.not_before();
        violations.add(Field::Issuer, Problem::IssuerNotYetValid { issuer: name_of(ca), not_before, now });
    }
    if now > ca.not_after() {
        violations.add(Field::Issuer, Problem::IssuerExpired { issuer: name_of(ca), not_after: ca.not_after() });
    }
}

/// Is it a CA at all?
fn nature(violations: &mut Violations, ca: &Certificate) {
    let issuer = || name_of(ca);
    if ca.subject().is_empty() {
        violations.add(Field::Issuer, Problem::IssuerNameless);
    }
    if !ca.is_ca() {
        violations.add(Field::Issuer, Problem::IssuerNotCa { issuer: issuer() });
    }
    if let Some(oid) = ca.extensions.malformed.first() {
        violations.add(Field::Issuer, Problem::IssuerDamaged { issuer: issuer(), oid: oid.to_string() });
    }
}

pub(crate) fn name_of(certificate: &Certificate) -> String {
    certificate.subject().to_string()
}

fn validity(violations: &mut Violations, template: &Template, ca: &Certificate) {
    let not_after = template.validity.not_after();
    if not_after > ca.not_after() {
        violations
            .add(Field::Validity, Problem::OutlivesIssuer { issuer: name_of(ca), not_after, limit: ca.not_after() });
    }
}

/// `below` counts the CAs between this one and the new certificate.
fn path_length(violations: &mut Violations, profile: Profile, ca: &Certificate, below: usize) {
    let depth = below + usize::from(profile.is_ca());
    if let Some(limit) = ca.path_length().filter(|limit| depth > usize::from(*limit)) {
        violations.add(Field::Issuer, Problem::PathLength { issuer: name_of(ca), limit, depth });
    }
}

fn names(violations: &mut Violations, template: &Template, ca: &Certificate) {
    let Some(constraints) = ca.name_constraints() else { return };
    let problem = |name: String, forbidden: Forbidden| Problem::NameConstraint {
        issuer: name_of(ca),
        name,
        reason: forbidden.to_string(),
    };
    let subject = &template.subject;
    if let Err(forbidden) = constraints.check_subject(subject) {
        violations.add(Field::Subject(None), problem(subject.to_string(), forbidden));
    }
    if let Some(host) = host_in_subject(template)
        && let Err(forbidden) = constraints.check(&FoundName::Dns(host.clone()))
    {
        violations.add(Field::Subject(Some("common_name")), problem(host, forbidden));
    }
    for (field, name) in &template.names {
        if let Err(forbidden) = constraints.check(&found(name)) {
            violations.add(*field, problem(name.to_string(), forbidden));
        }
    }
}

/// Not in RFC 5280: OpenSSL takes the common name for a DNS name if there is none among the alternative names and it
/// looks like one.
fn host_in_subject(template: &Template) -> Option<String> {
    let has_host = template.names.iter().any(|(_, name)| matches!(name, SubjectName::Dns(_)));
    let host = template.subject.common_name().filter(|name| !has_host && name.contains('.'))?;
    DnsName::parse(&host).ok().map(|host| host.as_str().to_owned())
}

fn found(name: &SubjectName) -> FoundName {
    match name {
        SubjectName::Dns(name) => FoundName::Dns(name.as_str().to_owned()),
        SubjectName::Ip(name) => FoundName::Ip(name.address()),
        SubjectName::Uri(name) => FoundName::Uri(name.as_str().to_owned()),
        SubjectName::Email(name) => FoundName::Email(name.as_str().to_owned()),
    }
}

/// Not in RFC 5280, but what OpenSSL, Go, GnuTLS and Windows do: the purposes of a CA limit what it certifies.
fn purposes(violations: &mut Violations, profile: Profile, ca: &Certificate) {
    let Some(allowed) = &ca.extensions.extended_key_usage else { return };
    if allowed.contains(&rfc5280::ANY_EXTENDED_KEY_USAGE) {
        return;
    }
    for purpose in profile.extended_key_usage().iter().filter(|purpose| !allowed.contains(purpose)) {
        let purpose = purpose_name(*purpose);
        violations.add(Field::Issuer, Problem::IssuerPurpose { issuer: name_of(ca), purpose });
    }
}

fn purpose_name(oid: ObjectIdentifier) -> &'static str {
    match oid {
        ID_KP_SERVER_AUTH => "serverAuth",
        ID_KP_CLIENT_AUTH => "clientAuth",
        _ => "another one",
    }
}
