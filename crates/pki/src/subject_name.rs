//! The names that a certificate is for: its subject alternative names.

use std::fmt;
use std::net::IpAddr;

use der::asn1::{Ia5String, OctetString};
use thiserror::Error;
use x509_cert::ext::pkix::name::GeneralName;

use crate::dns_name::DnsName;
use crate::ip_name::{self, IpName};

const MAX_URI: usize = 2048;

/// A name for a new certificate, checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SubjectName {
    /// A host name or wildcard.
    Dns(DnsName),
    /// An IP address.
    Ip(IpName),
    /// A URI, such as a SPIFFE id.
    Uri(UriName),
    /// An e-mail address.
    Email(EmailName),
}

impl SubjectName {
    pub(crate) fn to_general_name(&self) -> Result<GeneralName, der::Error> {
        Ok(match self {
            Self::Dns(name) => GeneralName::DnsName(Ia5String::new(name.as_str())?),
            Self::Ip(name) => GeneralName::IpAddress(OctetString::new(name.octets())?),
            Self::Uri(name) => GeneralName::UniformResourceIdentifier(Ia5String::new(name.as_str())?),
            Self::Email(name) => GeneralName::Rfc822Name(Ia5String::new(name.as_str())?),
        })
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => name.fmt(f),
            Self::Ip(name) => name.fmt(f),
            Self::Uri(name) => name.fmt(f),
            Self::Email(name) => name.fmt(f),
        }
    }
}

/// A name as it stands in a certificate or request, also when it breaks the rules for new ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundName {
    /// A DNS name.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
    /// An IP address of neither 4 nor 16 octets.
    MalformedIp(Vec<u8>),
    /// A URI.
    Uri(String),
    /// An e-mail address.
    Email(String),
    /// A distinguished name, in the notation of RFC 4514.
    Directory(String),
    /// A kind of name that is not read here: otherName, x400Address, ediPartyName, registeredID.
    Other,
}

impl FoundName {
    pub(crate) fn from_general_name(name: &GeneralName) -> Self {
        match name {
            GeneralName::DnsName(text) => Self::Dns(text.to_string()),
            GeneralName::Rfc822Name(text) => Self::Email(text.to_string()),
            GeneralName::UniformResourceIdentifier(text) => Self::Uri(text.to_string()),
            GeneralName::IpAddress(octets) => ip_name::address(octets.as_bytes())
                .map_or_else(|| Self::MalformedIp(octets.as_bytes().to_vec()), Self::Ip),
            GeneralName::DirectoryName(name) => Self::Directory(name.to_string()),
            GeneralName::OtherName(_) | GeneralName::EdiPartyName(_) | GeneralName::RegisteredId(_) => Self::Other,
        }
    }
}

impl fmt::Display for FoundName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(text) | Self::Uri(text) | Self::Email(text) | Self::Directory(text) => f.write_str(text),
            Self::Ip(ip) => ip.fmt(f),
            Self::MalformedIp(octets) => write!(f, "an IP address of {} octets", octets.len()),
            Self::Other => f.write_str("a name of another kind"),
        }
    }
}

/// An absolute URI in ASCII (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UriName(String);

impl UriName {
    /// Reads `spiffe://example.org/vault`.
    ///
    /// # Errors
    /// If it has no scheme, nothing behind it, or a character that must be escaped.
    pub fn parse(text: &str) -> Result<Self, UriNameError> {
        let uri = || text.chars().take(80).collect::<String>();
        if text.len() > MAX_URI {
            return Err(UriNameError::TooLong { bytes: text.len() });
        }
        if let Some(character) = text.chars().find(|c| !c.is_ascii_graphic() || r#"<>"{}|\^`"#.contains(*c)) {
            return Err(UriNameError::Character { uri: uri(), character });
        }
        let (scheme, rest) = text.split_once(':').ok_or_else(|| UriNameError::Relative { uri: uri() })?;
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !well_formed {
            return Err(UriNameError::Relative { uri: uri() });
        }
        if rest.trim_matches('/').is_empty() {
            return Err(UriNameError::Bare { uri: uri() });
        }
        Ok(Self(text.to_owned()))
    }

    /// As it stands in the certificate.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UriName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no URI for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UriNameError {
    /// Longer than 2048 characters.
    #[error("the URI has {bytes} characters, 2048 are the limit")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// No scheme.
    #[error("{uri:?} has no scheme; a URI in a certificate is absolute, such as spiffe://example.org/vault")]
    Relative {
        /// The text, cut off if it is long.
        uri: String,
    },
    /// Nothing after the scheme.
    #[error("{uri:?} has nothing after the scheme")]
    Bare {
        /// The text, cut off if it is long.
        uri: String,
    },
    /// A character that must be escaped, or a host that must be written in ASCII.
    #[error("{uri:?} has the character {character:?}; escape it with %, and write hosts in their ASCII form")]
    Character {
        /// The text, cut off if it is long.
        uri: String,
        /// The first that doesn't fit.
        character: char,
    },
}

/// An e-mail address with a host in ASCII (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailName(String);

impl EmailName {
    /// Reads `operator@home.arpa`. The host becomes lower case.
    ///
    /// # Errors
    /// If it is no plain address.
    pub fn parse(text: &str) -> Result<Self, EmailNameError> {
        let refuse = |reason| EmailNameError { address: text.chars().take(80).collect(), reason };
        let (local, host) = text.rsplit_once('@').ok_or_else(|| refuse("there is no @ in it"))?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        if local.is_empty() || local.len() > 64 || !local.chars().all(is_plain) {
            return Err(refuse("the part before the @ is not 1 to 64 plain ASCII characters"));
        }
        match DnsName::parse(host) {
            Ok(host) if !host.is_wildcard() => Ok(Self(format!("{local}@{host}"))),
            _ => Err(refuse("the part after the @ is no host name")),
        }
    }

    /// As it stands in the certificate.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no e-mail address for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{address:?} is no e-mail address for a certificate: {reason}")]
pub struct EmailNameError {
    /// The text, cut off if it is long.
    address: String,
    reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uris() {
        assert_eq!(UriName::parse("spiffe://example.org/ns/a").unwrap().as_str(), "spiffe://example.org/ns/a");
        assert_eq!(UriName::parse("urn:uuid:1234").unwrap().as_str(), "urn:uuid:1234");
        assert!(matches!(UriName::parse("example.org/a"), Err(UriNameError::Relative { .. })));
        assert!(matches!(UriName::parse("1a:b"), Err(UriNameError::Relative { .. })));
        assert!(matches!(UriName::parse("https://"), Err(UriNameError::Bare { .. })));
        assert!(matches!(UriName::parse("https://a b"), Err(UriNameError::Character { character: ' ', .. })));
        assert!(matches!(UriName::parse("https://bücher"), Err(UriNameError::Character { character: 'ü', .. })));
        assert!(matches!(UriName::parse(&"a:b".repeat(1000)), Err(UriNameError::TooLong { .. })));
    }

    #[test]
    fn e_mail_addresses() {
        assert_eq!(EmailName::parse("Op.er+a@Home.Arpa").unwrap().as_str(), "Op.er+a@home.arpa");
        for text in ["", "a", "@b.example", "a@", "a b@c.example", "a@*.c.example", "a@1.2.3.4", "ä@b.example"] {
            assert!(EmailName::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_name_or_an_error(text in "\\PC{0,40}|[a-z:/@.]{0,30}") {
            drop(UriName::parse(&text));
            drop(EmailName::parse(&text));
        }
    }
}
