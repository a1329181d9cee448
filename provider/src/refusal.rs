//! What `pki` refuses, told at the attribute that is at fault.

use pki::{Field, IssueError, Refusal, Violation};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::value::Path;

/// The attributes that have another name in each resource.
#[derive(Clone, Debug)]
pub struct Places {
    /// Which names the authority.
    pub issuer: Path,
    /// Which says whose key the certificate is for.
    pub key: Path,
}

impl Default for Places {
    fn default() -> Self {
        let at = |name: &str| Path::root().attribute(name);
        Self { issuer: at("issuer"), key: at("key") }
    }
}

/// One diagnostic for each reason.
pub fn diagnostics(refusal: &Refusal, summary: &str, places: &Places) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for violation in refusal.violations() {
        diagnostics.push(diagnostic(violation, summary, places));
    }
    diagnostics
}

/// Why a certificate was not issued: refusals at their attributes, the rest without a place.
pub fn issue_error(error: &IssueError, summary: &str, places: &Places) -> Diagnostics {
    match error {
        IssueError::Refused(refusal) => diagnostics(refusal, summary, places),
        other => Diagnostic::error(summary).because(other).into(),
    }
}

fn diagnostic(violation: &Violation, summary: &str, places: &Places) -> Diagnostic {
    let diagnostic = Diagnostic::error(summary).because(violation.problem());
    let diagnostic = match violation.rule() {
        Some(rule) => diagnostic.detail(format!("The rule is {rule}.")),
        None => diagnostic,
    };
    match path(violation.field(), places) {
        Some(path) => diagnostic.at(path),
        None => diagnostic,
    }
}

/// The attribute that a field of a request comes from.
fn path(field: Field, places: &Places) -> Option<Path> {
    let at = |name: &str| Path::root().attribute(name);
    let element = |name: &str, index: usize| at(name).index(index);
    Some(match field {
        Field::Profile => at("profile"),
        Field::Subject(None) => at("subject"),
        Field::Subject(Some(part)) => at("subject").attribute(part),
        Field::DnsNames(index) => element("dns_names", index),
        Field::IpAddresses(index) => element("ip_addresses", index),
        Field::Uris(index) => element("uris", index),
        Field::EmailAddresses(index) => element("email_addresses", index),
        Field::Permitted(list, index) => at("permitted").attribute(list).index(index),
        Field::Excluded(list, index) => at("excluded").attribute(list).index(index),
        Field::Validity => at("validity_period_hours"),
        Field::CrlUrls(index) => element("crl_urls", index),
        Field::PublicKey => places.key.clone(),
        Field::CertificateRequest => at("csr_pem"),
        Field::Issuer => places.issuer.clone(),
        Field::PrivateKey => places.issuer.clone().attribute("key"),
        // All names together, and what a later version of the crate may bring.
        _ => return None,
    })
}
