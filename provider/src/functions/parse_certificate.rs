//! Function `parse_certificate`: what a certificate says, and what is wrong with it.
//!
//! A function has one result for the same arguments, so nothing here depends on the time: the findings are those of the
//! first second in which the certificate is valid.

use pki::{Certificate, FoundName, Severity, Subtree};
use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

/// Reads a certificate.
///
/// Of several certificates in the text, the first is read: in the file of a server that is its own one. Blocks of other
/// kinds are passed over.
///
/// The result is an object:
///
/// - `subject` and `issuer`: the names, as RFC 4514 writes them; the last part of the name comes first.
/// - `common_name`: the one of the subject; null if it has none.
/// - `serial_number`: in hexadecimal, without separators.
/// - `not_before` and `not_after`: the first and the last second in which it is valid, as RFC 3339 writes them.
/// - `dns_names`, `ip_addresses`, `uris`, `email_addresses`: its alternative names.
/// - `is_ca`: whether it is the certificate of a certificate authority.
/// - `path_length`: how many authorities may follow below it; null if that is not limited.
/// - `key_usage` and `extended_key_usage`: what the key is for, by the names of RFC 5280, such as `keyCertSign` and
///   `serverAuth`; null without such an extension.
/// - `key_algorithm`: such as `RSA 4096`, `ECDSA P-256`, `Ed25519`.
/// - `signature_algorithm`: such as `SHA256-RSA`, `ECDSA-SHA256`, `Ed25519`.
/// - `key_id`: the subject key identifier, in hexadecimal. If the certificate has none, the one that a new certificate of
///   the same key would get.
/// - `authority_key_id`: the key identifier of its issuer; null if it does not say.
/// - `fingerprint_sha256` and `fingerprint_sha1`: of the certificate, in hexadecimal. SHA-1 is for comparison with what
///   older tools show.
/// - `public_key_pem`: the key that it certifies.
/// - `permitted` and `excluded`: the names that it may certify and those that it may not, each with the lists `dns`, `ip`,
///   `email`, `uri` and `directory`; null without name constraints.
/// - `crl_urls`: where its issuer publishes revocation lists.
/// - `findings`: what speaks against it, the worst first. Each has a `code`, which stays when the text changes, a
///   `severity` (`error`: strict verifiers refuse it, or RFC 5280 forbids it; `warning`: it will hurt one day or somewhere;
///   `notice`), a `message`, and the `rule` that it breaks, such as `RFC 5280 §4.2.1.9`, or null.
///
/// A function always has the same result for the same text, so it does not look at the clock: the findings are those at the
/// time `not_before`. Whether a certificate has expired is for a `check` block to say, which can compare `not_after` with
/// `plantimestamp()`.
#[derive(Debug, Model)]
#[tf(function = "parse_certificate")]
pub struct ParseCertificate {
    /// The certificate in PEM, such as the content of a file.
    pub pem: String,
}

/// What a certificate says.
#[derive(Clone, Debug, Model, PartialEq, Eq)]
#[tf(object)]
pub struct ParsedCertificate {
    /// Who it is for.
    #[tf(computed)]
    pub subject: String,
    /// Who issued it.
    #[tf(computed)]
    pub issuer: String,
    /// The common name of the subject.
    #[tf(computed)]
    pub common_name: Option<String>,
    /// Its number among those of its issuer, in hexadecimal.
    #[tf(computed)]
    pub serial_number: String,
    /// Its first second.
    #[tf(computed)]
    pub not_before: String,
    /// Its last second.
    #[tf(computed)]
    pub not_after: String,
    /// Host names and wildcards.
    #[tf(computed)]
    pub dns_names: Vec<String>,
    /// IP addresses.
    #[tf(computed)]
    pub ip_addresses: Vec<String>,
    /// URIs.
    #[tf(computed)]
    pub uris: Vec<String>,
    /// E-mail addresses.
    #[tf(computed)]
    pub email_addresses: Vec<String>,
    /// Whether it is the certificate of a CA.
    #[tf(computed)]
    pub is_ca: bool,
    /// How many CAs may follow below it.
    #[tf(computed)]
    pub path_length: Option<i64>,
    /// What the key may do.
    #[tf(computed)]
    pub key_usage: Option<Vec<String>>,
    /// What the certificate is for.
    #[tf(computed)]
    pub extended_key_usage: Option<Vec<String>>,
    /// The kind of its key.
    #[tf(computed)]
    pub key_algorithm: String,
    /// How it was signed.
    #[tf(computed)]
    pub signature_algorithm: String,
    /// The identifier of its key.
    #[tf(computed)]
    pub key_id: String,
    /// The identifier of its issuer's key.
    #[tf(computed)]
    pub authority_key_id: Option<String>,
    /// Its SHA-256.
    #[tf(computed)]
    pub fingerprint_sha256: String,
    /// Its SHA-1.
    #[tf(computed)]
    pub fingerprint_sha1: String,
    /// Its key.
    #[tf(computed)]
    pub public_key_pem: String,
    /// The names that it may certify.
    #[tf(computed)]
    pub permitted: Option<ParsedSubtrees>,
    /// The names that it may not certify.
    #[tf(computed)]
    pub excluded: Option<ParsedSubtrees>,
    /// Where revocation lists are.
    #[tf(computed)]
    pub crl_urls: Vec<String>,
    /// What speaks against it.
    #[tf(computed)]
    pub findings: Vec<ParsedFinding>,
}

/// Names that a CA may certify, or may not.
#[derive(Clone, Debug, Default, Model, PartialEq, Eq)]
#[tf(object)]
pub struct ParsedSubtrees {
    /// Hosts with everything below.
    #[tf(computed)]
    pub dns: Vec<String>,
    /// Ranges of addresses.
    #[tf(computed)]
    pub ip: Vec<String>,
    /// Mailboxes and their hosts.
    #[tf(computed)]
    pub email: Vec<String>,
    /// Hosts in URIs.
    #[tf(computed)]
    pub uri: Vec<String>,
    /// Distinguished names.
    #[tf(computed)]
    pub directory: Vec<String>,
}

/// One thing that speaks against a certificate.
#[derive(Clone, Debug, Model, PartialEq, Eq)]
#[tf(object)]
pub struct ParsedFinding {
    /// A name that stays.
    #[tf(computed)]
    pub code: String,
    /// How bad it is.
    #[tf(computed)]
    pub severity: String,
    /// What it leads to, and what to do.
    #[tf(computed)]
    pub message: String,
    /// The paragraph that it breaks.
    #[tf(computed)]
    pub rule: Option<String>,
}

impl Function for ParseCertificate {
    type Output = ParsedCertificate;

    fn call(self) -> Result<ParsedCertificate, FunctionError> {
        let read = Certificate::all_from_pem(&self.pem).map_err(|error| FunctionError::at(Self::PEM, chain(&error)))?;
        let first = read.first().ok_or_else(|| FunctionError::at(Self::PEM, "there is no certificate in the text"))?;
        Ok(ParsedCertificate::of(first))
    }
}

impl ParsedCertificate {
    fn of(certificate: &Certificate) -> Self {
        let names = |pick: fn(&FoundName) -> Option<String>| certificate.names().iter().filter_map(pick).collect();
        let key = certificate.public_key();
        let constraints = certificate.name_constraints();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            common_name: certificate.subject().common_name(),
            serial_number: certificate.serial().to_hex(),
            not_before: certificate.not_before().to_string(),
            not_after: certificate.not_after().to_string(),
            dns_names: names(|name| if let FoundName::Dns(text) = name { Some(text.clone()) } else { None }),
            ip_addresses: names(
                |name| if let FoundName::Ip(address) = name { Some(address.to_string()) } else { None },
            ),
            uris: names(|name| if let FoundName::Uri(text) = name { Some(text.clone()) } else { None }),
            email_addresses: names(|name| if let FoundName::Email(text) = name { Some(text.clone()) } else { None }),
            is_ca: certificate.is_ca(),
            path_length: certificate.path_length().map(i64::from),
            key_usage: certificate.key_usage().map(|usage| usage.into_iter().map(str::to_owned).collect()),
            extended_key_usage: certificate.extended_key_usage(),
            key_algorithm: key.kind().to_string(),
            signature_algorithm: certificate.signature_algorithm(),
            key_id: certificate.key_id().to_hex(),
            authority_key_id: certificate.authority_key_id().map(|id| id.to_hex()),
            fingerprint_sha256: certificate.fingerprint().to_hex(),
            fingerprint_sha1: certificate.sha1_fingerprint().to_hex(),
            public_key_pem: key.to_pem(),
            permitted: constraints.map(|constraints| ParsedSubtrees::of(&constraints.permitted)),
            excluded: constraints.map(|constraints| ParsedSubtrees::of(&constraints.excluded)),
            crl_urls: certificate.crl_urls(),
            findings: pki::lint(certificate, certificate.not_before()).iter().map(ParsedFinding::of).collect(),
        }
    }
}

impl ParsedSubtrees {
    /// Kinds of names that are not read are left out; a finding says that there are such.
    fn of(subtrees: &[Subtree]) -> Self {
        let mut sorted = Self::default();
        for subtree in subtrees {
            match subtree {
                Subtree::Dns(base) => sorted.dns.push(base.clone()),
                Subtree::Ip(range) => sorted.ip.push(range.to_string()),
                Subtree::Email(base) => sorted.email.push(base.clone()),
                Subtree::Uri(base) => sorted.uri.push(base.clone()),
                Subtree::Directory(base) => sorted.directory.push(base.to_string()),
                _ => {}
            }
        }
        sorted
    }
}

impl ParsedFinding {
    fn of(finding: &pki::Finding) -> Self {
        let severity = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        Self {
            code: finding.code().to_owned(),
            severity: severity.to_owned(),
            message: finding.to_string(),
            rule: finding.rule().map(str::to_owned),
        }
    }
}

/// The error and its causes. The cores put words in front and a full stop behind.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
