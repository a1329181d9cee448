//! What a user asks for, in text, and the first step of issuing: every text becomes a type that can't be wrong.

use crate::dns_name::DnsName;
use crate::identity::{Identity, NameLists};
use crate::ip_name::IpRange;
use crate::name_constraints::{NameConstraints, Subtree};
use crate::profile::Profile;
use crate::subject::Subject;
use crate::subject_name::EmailName;
use crate::template::{Template, read_crl_urls};
use crate::validity::Validity;
use crate::violation::{Field, Problem, Refusal, Violations};

/// A wish for a certificate, as a configuration states it.
///
/// Issuing is a way with one direction: a request becomes a [`Template`] when its texts are valid, that becomes
/// [`Unsigned`](crate::Unsigned) with a key and a serial number, and that a [`Certificate`](crate::Certificate) when a
/// CA allows and signs it.
///
/// ```
/// use jiff::{SignedDuration, Timestamp};
/// use pki::{CaOptions, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};
///
/// let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// let day = SignedDuration::from_hours(24);
///
/// let mut request = Request::new(Profile::RootCa(CaOptions::default()), Validity::starting(now, day, day * 3650)?);
/// request.subject = Subject::common_name("Home root");
/// let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
/// let root = request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.self_signed(&key)?;
/// let issuer = Issuer::new(vec![root], key)?;
///
/// let mut request = Request::new(Profile::TlsServer, Validity::starting(now, day, day * 365)?);
/// request.dns_names = vec!["vault.home.arpa".to_owned()];
/// request.ip_addresses = vec!["127.0.0.1".to_owned()];
/// let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
/// let server = request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.signed_by(&issuer, now)?;
/// assert_eq!(server.names().len(), 2);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is for.
    pub profile: Profile,
    /// From when until when.
    pub validity: Validity,
    /// The subject; it may be empty, except for a CA.
    pub subject: Subject,
    /// Host names and wildcards.
    pub dns_names: Vec<String>,
    /// Single addresses, IPv4 or IPv6.
    pub ip_addresses: Vec<String>,
    /// Absolute URIs.
    pub uris: Vec<String>,
    /// E-mail addresses.
    pub email_addresses: Vec<String>,
    /// For a CA: the names that it may certify.
    pub permitted: SubtreeLists,
    /// For a CA: names that it may not certify.
    pub excluded: SubtreeLists,
    /// Where the issuer's revocation list can be fetched.
    pub crl_urls: Vec<String>,
}

/// Bases of name constraints, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubtreeLists {
    /// Hosts, each with everything below it: `home.arpa`.
    pub dns: Vec<String>,
    /// Ranges: `10.0.0.0/8`.
    pub ip: Vec<String>,
    /// Mailboxes, hosts, or `.home.arpa` for the hosts below.
    pub email: Vec<String>,
}

impl Request {
    /// A request with nothing in it but purpose and validity.
    pub fn new(profile: Profile, validity: Validity) -> Self {
        Self {
            profile,
            validity,
            subject: Subject::default(),
            dns_names: Vec::new(),
            ip_addresses: Vec::new(),
            uris: Vec::new(),
            email_addresses: Vec::new(),
            permitted: SubtreeLists::default(),
            excluded: SubtreeLists::default(),
            crl_urls: Vec::new(),
        }
    }

    /// Reads all texts.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn validate(self) -> Result<Template, Refusal> {
        let Self {
            profile,
            validity,
            subject,
            dns_names,
            ip_addresses,
            uris,
            email_addresses,
            permitted,
            excluded,
            crl_urls,
        } = self;
        let mut violations = Violations::default();
        let lists = NameLists { dns_names, ip_addresses, uris, email_addresses };
        let identity = Identity::read(&mut violations, Some(profile), &subject, &lists);
        let constraints = NameConstraints {
            permitted: permitted.read(&mut violations, Field::Permitted),
            excluded: excluded.read(&mut violations, Field::Excluded),
        };
        if !constraints.is_empty() && !profile.is_ca() {
            violations.add(Field::Profile, Problem::ConstraintsWithoutCa { profile: profile.as_str() });
        }
        let crl_urls = read_crl_urls(&mut violations, &crl_urls);

        let Identity { subject, names } = violations.result(identity)?;
        Ok(Template { profile, validity, subject, names, constraints, crl_urls })
    }
}

impl SubtreeLists {
    fn read(&self, violations: &mut Violations, field: fn(&'static str, usize) -> Field) -> Vec<Subtree> {
        let Self { dns, ip, email } = self;
        let mut subtrees = Vec::new();
        for (index, text) in dns.iter().enumerate() {
            subtrees.extend(violations.keep(field("dns", index), dns_base(text)).map(Subtree::Dns));
        }
        for (index, text) in ip.iter().enumerate() {
            subtrees.extend(violations.keep(field("ip", index), IpRange::parse(text)).map(Subtree::Ip));
        }
        for (index, text) in email.iter().enumerate() {
            subtrees.extend(violations.keep(field("email", index), email_base(text)).map(Subtree::Email));
        }
        subtrees
    }
}

/// A leading dot is not part of RFC 5280 for DNS names, and OpenSSL and Go read it differently.
fn dns_base(text: &str) -> Result<String, Problem> {
    match DnsName::parse(text) {
        Ok(name) if !name.is_wildcard() => Ok(name.as_str().to_owned()),
        Err(error @ (crate::DnsNameError::IpAddress { .. } | crate::DnsNameError::International { .. })) => {
            Err(error.into())
        }
        Ok(_) | Err(_) => Err(Problem::Subtree { text: text.to_owned() }),
    }
}

fn email_base(text: &str) -> Result<String, Problem> {
    if text.contains('@') {
        return Ok(EmailName::parse(text)?.as_str().to_owned());
    }
    let (dot, host) = match text.strip_prefix('.') {
        Some(host) => (".", host),
        None => ("", text),
    };
    dns_base(host).map(|host| format!("{dot}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::CaOptions;
    use jiff::SignedDuration;

    fn request(profile: Profile) -> Request {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let day = SignedDuration::from_hours(24);
        Request::new(profile, Validity::starting(now, day, day).unwrap())
    }

    #[track_caller]
    fn check(request: Request, expected: &[&str]) {
        let refusal = request.validate().expect_err("is refused");
        let violations: Vec<_> = refusal.violations().iter().map(ToString::to_string).collect();
        assert_eq!(violations.len(), expected.len(), "{violations:#?}");
        for (violation, expected) in violations.iter().zip(expected) {
            assert!(violation.starts_with(expected), "{violation}\ndoes not begin with\n{expected}");
        }
    }

    #[test]
    fn all_mistakes_are_reported_with_their_place() {
        let mut request = request(Profile::TlsServer);
        request.subject.country = Some("usa".to_owned());
        request.dns_names = ["ok.example", "10.0.0.1", "a.*.example", "OK.example"].map(str::to_owned).to_vec();
        request.ip_addresses = ["10.0.0.1", "ok.example", "10.0.0.1"].map(str::to_owned).to_vec();
        request.uris = vec!["no".to_owned()];
        request.email_addresses = vec!["no".to_owned()];
        request.permitted.dns = vec!["home.arpa".to_owned()];
        request.excluded.ip = vec!["10.0.0.1/8".to_owned()];
        request.crl_urls = vec!["pki.example/ca.crl".to_owned()];
        check(
            request,
            &[
                "subject.country: country must be the two-letter code",
                "dns_names[1]: \"10.0.0.1\" is an IP address; list it among the IP addresses",
                "dns_names[2]: the star in \"a.*.example\"",
                "dns_names[3]: ok.example is there twice",
                "ip_addresses[1]: \"ok.example\" is a host name; list it among the DNS names (RFC 5280 §4.2.1.6)",
                "ip_addresses[2]: 10.0.0.1 is there twice",
                "uris[0]: \"no\" has no scheme",
                "email_addresses[0]: \"no\" is no e-mail address",
                "excluded.ip[0]: \"10.0.0.1/8\" has bits set behind its prefix; write \"10.0.0.0/8\"",
                "profile: name constraints are possible for a CA only, not for a TLS server (RFC 5280 §4.2.1.10)",
                "crl_urls[0]: \"pki.example/ca.crl\" has no scheme",
            ],
        );
    }

    #[test]
    fn every_certificate_says_who_it_is_for() {
        check(request(Profile::TlsServer), &["names: a TLS server needs a DNS name or an IP address"]);
        check(request(Profile::TlsClient), &["names: the subject is empty and there is no alternative name"]);
        check(request(Profile::RootCa(CaOptions::default())), &["subject: a CA must have a subject"]);
        let only_common_name =
            Request { subject: Subject::common_name("vault.example"), ..request(Profile::TlsServer) };
        check(only_common_name, &["names: a TLS server needs a DNS name or an IP address; clients don't look"]);
        let client = Request { subject: Subject::common_name("operator"), ..request(Profile::TlsClient) };
        assert!(client.validate().is_ok());
    }

    #[test]
    fn constraints_are_hosts_without_dots_and_stars() {
        let mut request = request(Profile::IntermediateCa(CaOptions::default()));
        request.subject = Subject::common_name("Servers");
        request.permitted.dns = ["home.arpa", ".home.arpa", "*.home.arpa", "10.0.0.1"].map(str::to_owned).to_vec();
        request.excluded.email = ["me@home.arpa", ".home.arpa", "@"].map(str::to_owned).to_vec();
        check(
            request,
            &[
                "permitted.dns[1]: \".home.arpa\" is no base for a name constraint: write the host alone",
                "permitted.dns[2]: \"*.home.arpa\" is no base",
                "permitted.dns[3]: \"10.0.0.1\" is an IP address",
                "excluded.email[2]: \"@\" is no e-mail address",
            ],
        );
    }
}
