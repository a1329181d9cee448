//! Who a certificate is for: subject and alternative names together, from text or from a request.

use std::collections::BTreeSet;

use crate::distinguished_name::DistinguishedName;
use crate::dns_name::DnsName;
use crate::ip_name::IpName;
use crate::profile::Profile;
use crate::subject::{self, Subject};
use crate::subject_name::{EmailName, FoundName, SubjectName, UriName};
use crate::violation::{Field, Problem, Violations};

/// A subject and names that are valid, each with the place that it came from.
pub(crate) struct Identity {
    pub(crate) subject: DistinguishedName,
    pub(crate) names: Vec<(Field, SubjectName)>,
}

/// Names as text.
pub(crate) struct NameLists {
    pub(crate) dns_names: Vec<String>,
    pub(crate) ip_addresses: Vec<String>,
    pub(crate) uris: Vec<String>,
    pub(crate) email_addresses: Vec<String>,
}

impl Identity {
    /// Reads the texts of a configuration. `None` only if something was added to the violations.
    pub(crate) fn read(
        violations: &mut Violations,
        profile: Option<Profile>,
        subject: &Subject,
        lists: &NameLists,
    ) -> Option<Self> {
        let NameLists { dns_names, ip_addresses, uris, email_addresses } = lists;
        let subject = subject.to_name().map_err(|errors| {
            for error in errors {
                violations.add(Field::Subject(Some(error.part())), error);
            }
        });
        let mut names = Names::default();
        names.read(violations, dns_names, Field::DnsNames, |text| DnsName::parse(text).map(SubjectName::Dns));
        names.read(violations, ip_addresses, Field::IpAddresses, |text| IpName::parse(text).map(SubjectName::Ip));
        names.read(violations, uris, Field::Uris, |text| UriName::parse(text).map(SubjectName::Uri));
        names.read(violations, email_addresses, Field::EmailAddresses, |text| {
            EmailName::parse(text).map(SubjectName::Email)
        });

        let subject = subject.ok()?;
        // Counted before they were checked: a wrong name is one mistake, not two.
        let has_server_names = !dns_names.is_empty() || !ip_addresses.is_empty();
        let has_names = has_server_names || !uris.is_empty() || !email_addresses.is_empty();
        completeness(violations, profile, subject.is_empty(), has_names, has_server_names);
        Some(Self { subject, names: names.list })
    }

    /// Takes over what a certificate request has, if new certificates may have it. `None` only if something was added
    /// to the violations.
    pub(crate) fn take_over(
        violations: &mut Violations,
        profile: Profile,
        subject: &DistinguishedName,
        found: &[FoundName],
    ) -> Option<Self> {
        let field = Field::CertificateRequest;
        for fault in subject::faults(subject) {
            violations.add(field, fault);
        }
        let mut names = Names::default();
        for name in found {
            let checked = match name {
                FoundName::Dns(text) => DnsName::parse(text).map(SubjectName::Dns).map_err(Problem::from),
                FoundName::Ip(ip) => IpName::new(*ip).map(SubjectName::Ip).map_err(Problem::from),
                FoundName::Uri(text) => UriName::parse(text).map(SubjectName::Uri).map_err(Problem::from),
                FoundName::Email(text) => EmailName::parse(text).map(SubjectName::Email).map_err(Problem::from),
                FoundName::MalformedIp(_) | FoundName::Directory(_) | FoundName::Other => {
                    Err(Problem::UnsupportedName { name: name.to_string() })
                }
            };
            if let Some(name) = violations.keep(field, checked) {
                // A request may say a name twice, and often does.
                names.add(field, name);
            }
        }
        let is_server_name = |name: &FoundName| matches!(name, FoundName::Dns(_) | FoundName::Ip(_));
        completeness(
            violations,
            Some(profile),
            subject.is_empty(),
            !found.is_empty(),
            found.iter().any(is_server_name),
        );
        Some(Self { subject: subject.clone(), names: names.list })
    }
}

/// Every certificate says who it is for, in the place where verifiers look.
fn completeness(
    violations: &mut Violations,
    profile: Option<Profile>,
    subject_is_empty: bool,
    has_names: bool,
    has_server_names: bool,
) {
    if profile.is_some_and(Profile::is_ca) && subject_is_empty {
        violations.add(Field::Subject(None), Problem::NamelessCa);
    } else if profile.is_some_and(Profile::is_server) && !has_server_names {
        violations.add(Field::Names, Problem::NoServerName);
    } else if subject_is_empty && !has_names {
        violations.add(Field::Names, Problem::NoIdentity);
    }
}

/// Names in their order, none twice.
#[derive(Default)]
struct Names {
    list: Vec<(Field, SubjectName)>,
    seen: BTreeSet<SubjectName>,
}

impl Names {
    /// A user who says a name twice is told.
    fn read<E: Into<Problem>>(
        &mut self,
        violations: &mut Violations,
        texts: &[String],
        field: fn(usize) -> Field,
        parse: impl Fn(&str) -> Result<SubjectName, E>,
    ) {
        for (index, text) in texts.iter().enumerate() {
            let field = field(index);
            let Some(name) = violations.keep(field, parse(text)) else { continue };
            if let Some(name) = self.add(field, name) {
                violations.add(field, Problem::Duplicate { name: name.to_string() });
            }
        }
    }

    /// Gives a name back that is there already.
    fn add(&mut self, field: Field, name: SubjectName) -> Option<SubjectName> {
        if !self.seen.insert(name.clone()) {
            return Some(name);
        }
        self.list.push((field, name));
        None
    }
}
