//! Which names a CA may certify, and whether a name is one of them (RFC 5280 §4.2.1.10).

use std::fmt;

use der::Encode as _;
use der::asn1::{Ia5String, OctetString};
use x509_cert::ext::pkix;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;

use crate::distinguished_name::DistinguishedName;
use crate::ip_name::IpRange;
use crate::subject_name::FoundName;

/// The constraints of a CA certificate.
///
/// A kind of name that is not among the permitted ones is not restricted at all: a CA that is permitted `home.arpa` can
/// still certify every IP address. To rule out addresses, exclude `0.0.0.0/0` and `::/0`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// If there is one of a kind, names of that kind must be within one of them.
    pub permitted: Vec<Subtree>,
    /// No name may be within one of these.
    pub excluded: Vec<Subtree>,
}

/// A set of names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subtree {
    /// The host and everything below it, in lower case. With a leading dot, as some CAs write it, only what is below.
    Dns(String),
    /// A range of addresses.
    Ip(IpRange),
    /// One mailbox (`me@home.arpa`), all of a host (`home.arpa`), or all of the hosts below (`.home.arpa`).
    Email(String),
    /// All URIs of a host, or of the hosts below (`.home.arpa`).
    Uri(String),
    /// All distinguished names that begin with this one.
    Directory(DistinguishedName),
    /// A kind of name that is not read here.
    Other,
}

/// Why a name is not allowed by a CA's constraints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// Within this one.
    Excluded(Subtree),
    /// Outside of all these.
    NotPermitted(Vec<Subtree>),
}

impl NameConstraints {
    /// Nothing permitted or excluded in particular?
    pub fn is_empty(&self) -> bool {
        self.permitted.is_empty() && self.excluded.is_empty()
    }

    pub(crate) fn check(&self, name: &FoundName) -> Result<(), Forbidden> {
        if let Some(subtree) = self.excluded.iter().find(|subtree| subtree.may_meet(name)) {
            return Err(Forbidden::Excluded(subtree.clone()));
        }
        let permitted: Vec<_> = self.permitted.iter().filter(|subtree| subtree.is_of_kind(name)).collect();
        if permitted.is_empty() || permitted.iter().any(|subtree| subtree.contains(name)) {
            return Ok(());
        }
        Err(Forbidden::NotPermitted(permitted.into_iter().cloned().collect()))
    }

    /// The subject counts as a directory name, and an e-mail address in it as one.
    pub(crate) fn check_subject(&self, subject: &DistinguishedName) -> Result<(), Forbidden> {
        if subject.is_empty() {
            return Ok(());
        }
        let is_directory = |subtree: &&Subtree| matches!(subtree, Subtree::Directory(_));
        let within = |subtree: &Subtree| matches!(subtree, Subtree::Directory(base) if subject.is_within(base));
        if let Some(subtree) = self.excluded.iter().find(|subtree| within(subtree)) {
            return Err(Forbidden::Excluded(subtree.clone()));
        }
        let permitted: Vec<_> = self.permitted.iter().filter(is_directory).cloned().collect();
        if !permitted.is_empty() && !permitted.iter().any(within) {
            return Err(Forbidden::NotPermitted(permitted));
        }
        subject.email_addresses().into_iter().map(FoundName::Email).try_for_each(|email| self.check(&email))
    }

    pub(crate) fn from_asn1(constraints: &pkix::NameConstraints) -> Self {
        let read = |subtrees: &Option<Vec<GeneralSubtree>>| {
            subtrees.iter().flatten().map(|subtree| Subtree::from_general_name(&subtree.base)).collect()
        };
        Self { permitted: read(&constraints.permitted_subtrees), excluded: read(&constraints.excluded_subtrees) }
    }

    pub(crate) fn to_asn1(&self) -> Result<pkix::NameConstraints, der::Error> {
        let write = |subtrees: &[Subtree]| -> Result<Option<Vec<GeneralSubtree>>, der::Error> {
            let subtrees: Vec<_> = subtrees.iter().map(Subtree::to_asn1).collect::<Result<_, _>>()?;
            // An empty list would be against the syntax: SIZE (1..MAX).
            Ok((!subtrees.is_empty()).then_some(subtrees))
        };
        Ok(pkix::NameConstraints {
            permitted_subtrees: write(&self.permitted)?,
            excluded_subtrees: write(&self.excluded)?,
        })
    }
}

impl Subtree {
    fn contains(&self, name: &FoundName) -> bool {
        match (self, name) {
            (Self::Dns(base), FoundName::Dns(name)) => dns_contains(base, &name.to_ascii_lowercase()),
            (Self::Ip(range), FoundName::Ip(ip)) => range.contains(*ip),
            (Self::Email(base), FoundName::Email(address)) => email_contains(base, address),
            (Self::Uri(base), FoundName::Uri(uri)) => uri_host(uri).is_some_and(|host| host_contains(base, &host)),
            _ => false,
        }
    }

    /// As [`contains`](Self::contains), and for a wildcard also if one of the hosts that it stands for is contained.
    fn may_meet(&self, name: &FoundName) -> bool {
        let wildcard_meets = match (self, name) {
            (Self::Dns(base), FoundName::Dns(name)) => {
                let host = name.strip_prefix("*.").map(str::to_ascii_lowercase);
                host.is_some() && base.split_once('.').map(|(_, parent)| parent.to_owned()) == host
            }
            _ => false,
        };
        wildcard_meets || self.contains(name) || (matches!(self, Self::Other) && *name == FoundName::Other)
    }

    fn is_of_kind(&self, name: &FoundName) -> bool {
        match self {
            Self::Dns(_) => matches!(name, FoundName::Dns(_)),
            Self::Ip(_) => matches!(name, FoundName::Ip(_) | FoundName::MalformedIp(_)),
            Self::Email(_) => matches!(name, FoundName::Email(_)),
            Self::Uri(_) => matches!(name, FoundName::Uri(_)),
            Self::Directory(_) => matches!(name, FoundName::Directory(_)),
            Self::Other => matches!(name, FoundName::Other),
        }
    }

    fn from_general_name(name: &GeneralName) -> Self {
        match name {
            GeneralName::DnsName(base) => Self::Dns(base.as_str().to_ascii_lowercase()),
            GeneralName::Rfc822Name(base) => Self::Email(base.to_string()),
            GeneralName::UniformResourceIdentifier(base) => Self::Uri(base.as_str().to_ascii_lowercase()),
            GeneralName::IpAddress(octets) => IpRange::from_octets(octets.as_bytes()).map_or(Self::Other, Self::Ip),
            GeneralName::DirectoryName(name) => {
                let name = name.to_der().and_then(DistinguishedName::from_der);
                name.map_or(Self::Other, Self::Directory)
            }
            GeneralName::OtherName(_) | GeneralName::EdiPartyName(_) | GeneralName::RegisteredId(_) => Self::Other,
        }
    }

    fn to_asn1(&self) -> Result<GeneralSubtree, der::Error> {
        let base = match self {
            Self::Dns(base) => GeneralName::DnsName(Ia5String::new(base)?),
            Self::Ip(range) => GeneralName::IpAddress(OctetString::new(range.octets())?),
            Self::Email(base) => GeneralName::Rfc822Name(Ia5String::new(base)?),
            Self::Uri(base) => GeneralName::UniformResourceIdentifier(Ia5String::new(base)?),
            Self::Directory(_) | Self::Other => return Err(der::ErrorKind::Failed.into()),
        };
        Ok(GeneralSubtree { base, minimum: 0, maximum: None })
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(base) | Self::Email(base) | Self::Uri(base) => f.write_str(base),
            Self::Ip(range) => range.fmt(f),
            Self::Directory(base) => base.fmt(f),
            Self::Other => f.write_str("names of another kind"),
        }
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(subtree) => write!(f, "{subtree} is excluded"),
            Self::NotPermitted(subtrees) => {
                f.write_str("permitted are only ")?;
                for (index, subtree) in subtrees.iter().enumerate() {
                    write!(f, "{}{subtree}", if index > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

/// An empty base is everything.
fn dns_contains(base: &str, name: &str) -> bool {
    match name.strip_suffix(base) {
        Some("") => !base.starts_with('.'),
        Some(rest) => base.is_empty() || base.starts_with('.') || rest.ends_with('.'),
        None => false,
    }
}

fn email_contains(base: &str, address: &str) -> bool {
    if base.contains('@') {
        return base == address;
    }
    address
        .rsplit_once('@')
        .is_some_and(|(_, host)| host_contains(&base.to_ascii_lowercase(), &host.to_ascii_lowercase()))
}

/// For e-mail and URIs a base without a leading dot is one host, not the hosts below.
fn host_contains(base: &str, host: &str) -> bool {
    if base.starts_with('.') { host.len() > base.len() && host.ends_with(base) } else { base == host }
}

fn uri_host(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(host.split(':').next()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(name: &str) -> FoundName {
        FoundName::Dns(name.to_owned())
    }

    fn constraints(permitted: &[&str], excluded: &[&str]) -> NameConstraints {
        let subtrees = |bases: &[&str]| bases.iter().map(|base| Subtree::Dns((*base).to_owned())).collect();
        NameConstraints { permitted: subtrees(permitted), excluded: subtrees(excluded) }
    }

    #[test]
    fn dns_subtrees() {
        let inside = constraints(&["home.arpa"], &[]);
        for name in ["home.arpa", "a.home.arpa", "a.b.home.arpa", "*.home.arpa", "A.Home.Arpa"] {
            assert_eq!(inside.check(&dns(name)), Ok(()), "{name}");
        }
        for name in ["arpa", "myhome.arpa", "home.arpa.example", "*.arpa"] {
            assert!(inside.check(&dns(name)).is_err(), "{name}");
        }
        let below = constraints(&[".home.arpa"], &[]);
        assert!(below.check(&dns("home.arpa")).is_err());
        assert_eq!(below.check(&dns("a.home.arpa")), Ok(()));
        assert_eq!(constraints(&[""], &[]).check(&dns("anything.example")), Ok(()));
    }

    #[test]
    fn exclusion_wins_and_counts_what_a_wildcard_may_stand_for() {
        let constraints = constraints(&["home.arpa"], &["secret.home.arpa"]);
        assert_eq!(constraints.check(&dns("a.home.arpa")), Ok(()));
        for name in ["secret.home.arpa", "a.secret.home.arpa", "*.home.arpa", "*.secret.home.arpa"] {
            assert!(matches!(constraints.check(&dns(name)), Err(Forbidden::Excluded(_))), "{name}");
        }
    }

    #[test]
    fn other_kinds_of_names_are_not_restricted() {
        let only_dns = constraints(&["home.arpa"], &[]);
        assert_eq!(only_dns.check(&FoundName::Ip([10, 0, 0, 1].into())), Ok(()));
        let no_addresses =
            NameConstraints { excluded: vec![Subtree::Ip(IpRange::parse("0.0.0.0/0").unwrap())], ..only_dns };
        assert!(no_addresses.check(&FoundName::Ip([10, 0, 0, 1].into())).is_err());
    }

    #[test]
    fn e_mail_and_uri_bases_are_hosts() {
        let email = |base: &str, address: &str| {
            let subtree = Subtree::Email(base.to_owned());
            subtree.contains(&FoundName::Email(address.to_owned()))
        };
        assert!(email("home.arpa", "a@Home.arpa") && !email("home.arpa", "a@b.home.arpa"));
        assert!(email(".home.arpa", "a@b.home.arpa") && !email(".home.arpa", "a@home.arpa"));
        assert!(email("a@home.arpa", "a@home.arpa") && !email("a@home.arpa", "b@home.arpa"));
        let uri = Subtree::Uri("home.arpa".to_owned());
        assert!(uri.contains(&FoundName::Uri("https://me@home.arpa:80/x".to_owned())));
        assert!(!uri.contains(&FoundName::Uri("https://b.home.arpa/".to_owned())));
    }
}
