//! DNS names as a certificate may carry them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use thiserror::Error;

const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;
/// Longer input is refused before anything is computed from it.
const MAX_INPUT: usize = 1024;

/// A DNS name in the preferred syntax (RFC 5280 §4.2.1.6, RFC 1034 §3.5), lower case, with international labels in
/// their ASCII form. It may begin with `*.`, which stands for exactly one label (RFC 9525 §6.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(String);

impl DnsName {
    /// Reads a name as people write it: `Vault.home.arpa`, `*.apps.example.org`, `bücher.example`.
    ///
    /// # Errors
    /// If it is no such name; the error says what it looks like instead and what to do.
    pub fn parse(text: &str) -> Result<Self, DnsNameError> {
        if text.is_empty() {
            return Err(DnsNameError::Empty);
        }
        if text.len() > MAX_INPUT {
            return Err(DnsNameError::TooLong { bytes: text.len() });
        }
        another_kind(text)?;
        let (is_wildcard, host) = match text.strip_prefix("*.") {
            Some(host) => (true, host),
            None => (false, text),
        };
        if host.contains('*') {
            return Err(DnsNameError::MisplacedWildcard { name: text.to_owned() });
        }
        let host = ascii(text, host)?;
        check(text, &host)?;
        if is_wildcard && !host.contains('.') {
            return Err(DnsNameError::WideWildcard { name: text.to_owned() });
        }
        let name = if is_wildcard { format!("*.{host}") } else { host };
        if name.len() > MAX_NAME {
            return Err(DnsNameError::TooLong { bytes: name.len() });
        }
        Ok(Self(name))
    }

    /// The name in ASCII, as it stands in the certificate.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it begin with `*.`?
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no DNS name for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DnsNameError {
    /// Nothing there.
    #[error("a DNS name must not be empty")]
    Empty,
    /// More than 253 characters.
    #[error("the DNS name has {bytes} characters, 253 are the limit")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// An IP address: verifiers compare those with another field of the certificate.
    #[error("{name:?} is an IP address; list it among the IP addresses, a DNS name is never compared with an address")]
    IpAddress {
        /// The text.
        name: String,
    },
    /// A URL, a path, a port or an e-mail address.
    #[error("{name:?} is no bare host name; write the host alone, without {surplus}")]
    NotBare {
        /// The text.
        name: String,
        /// What is there besides the host.
        surplus: &'static str,
    },
    /// A dot at one of its ends.
    #[error("{name:?} must not begin or end with a dot; write {suggestion:?}")]
    OuterDot {
        /// The text.
        name: String,
        /// The same without it.
        suggestion: String,
    },
    /// Two dots in a row.
    #[error("{name:?} has an empty label: two dots follow each other")]
    EmptyLabel {
        /// The text.
        name: String,
    },
    /// A star that is not the whole first label.
    #[error("the star in {name:?} is not the whole first label; verifiers accept only the form *.example.org")]
    MisplacedWildcard {
        /// The text.
        name: String,
    },
    /// A star directly below the last label.
    #[error("{name:?} is wider than verifiers accept: at least two labels must follow the star")]
    WideWildcard {
        /// The text.
        name: String,
    },
    /// A label of more than 63 characters.
    #[error("the label {label:?} in {name:?} is longer than 63 characters")]
    LongLabel {
        /// The text.
        name: String,
        /// The label.
        label: String,
    },
    /// A label with a hyphen at one of its ends.
    #[error("the label {label:?} in {name:?} must not begin or end with a hyphen")]
    OuterHyphen {
        /// The text.
        name: String,
        /// The label.
        label: String,
    },
    /// An underscore, legal in DNS but not in host names.
    #[error(
        "{name:?} has an underscore; host names in certificates are letters, digits and hyphens (RFC 5280 §4.2.1.6)"
    )]
    Underscore {
        /// The text.
        name: String,
    },
    /// Any other character that no host name has.
    #[error("{name:?} has the character {character:?}; host names are letters, digits and hyphens between dots")]
    Character {
        /// The text.
        name: String,
        /// The first that doesn't fit.
        character: char,
    },
    /// The last label is a number, so that resolvers read the name as an address.
    #[error("{name:?} ends in a number, so it is read as an IP address, and it is none")]
    NumericEnd {
        /// The text.
        name: String,
    },
    /// Not a valid international name.
    #[error("{name:?} is no valid international domain name (IDNA)")]
    International {
        /// The text.
        name: String,
    },
}

/// Recognises what people put here by mistake.
fn another_kind(text: &str) -> Result<(), DnsNameError> {
    let name = || text.to_owned();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.split(['/', '%']).next().unwrap_or(bare);
    if address.parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok() {
        return Err(DnsNameError::IpAddress { name: name() });
    }
    let surplus = if text.contains("://") {
        "the scheme"
    } else if text.contains('/') {
        "the path"
    } else if text.contains('@') {
        "the part up to the @"
    } else if text.contains(':') {
        "the port"
    } else {
        return Ok(());
    };
    Err(DnsNameError::NotBare { name: name(), surplus })
}

/// The A-labels of an international name; a name in plain ASCII only becomes lower case.
fn ascii(text: &str, host: &str) -> Result<String, DnsNameError> {
    let lower = host.to_ascii_lowercase();
    if lower.is_ascii() && !lower.split('.').any(|label| label.starts_with("xn--")) {
        return Ok(lower);
    }
    Uts46::new()
        .to_ascii(host.as_bytes(), AsciiDenyList::EMPTY, Hyphens::CheckFirstLast, DnsLength::Ignore)
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| DnsNameError::International { name: text.to_owned() })
}

fn check(text: &str, host: &str) -> Result<(), DnsNameError> {
    let name = || text.to_owned();
    if host.starts_with('.') || host.ends_with('.') {
        return Err(DnsNameError::OuterDot { name: name(), suggestion: text.trim_matches('.').to_owned() });
    }
    for label in host.split('.') {
        if label.is_empty() {
            return Err(DnsNameError::EmptyLabel { name: name() });
        }
        if label.len() > MAX_LABEL {
            return Err(DnsNameError::LongLabel { name: name(), label: label.to_owned() });
        }
        if label.contains('_') {
            return Err(DnsNameError::Underscore { name: name() });
        }
        if let Some(character) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(DnsNameError::Character { name: name(), character });
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(DnsNameError::OuterHyphen { name: name(), label: label.to_owned() });
        }
    }
    let last = host.rsplit('.').next().unwrap_or(host);
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DnsNameError::NumericEnd { name: name() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(DnsName::parse(text).unwrap().as_str(), expected);
    }

    #[test]
    fn accepted() {
        check("localhost", "localhost");
        check("Vault.Home.Arpa", "vault.home.arpa");
        check("vault.vault.svc", "vault.vault.svc");
        check("*.apps.internal", "*.apps.internal");
        check("bücher.example", "xn--bcher-kva.example");
        check("*.BÜCHER.example", "*.xn--bcher-kva.example");
        check("xn--bcher-kva.example", "xn--bcher-kva.example");
        check("r3---sn-4g5e.example", "r3---sn-4g5e.example");
        check("1.example", "1.example");
        check("例え。テスト", "xn--r8jz45g.xn--zckzah");
    }

    #[test]
    fn refused_with_the_reason() {
        use DnsNameError as E;
        let name = |text: &str| text.to_owned();
        for (text, expected) in [
            ("", E::Empty),
            ("192.168.86.9", E::IpAddress { name: name("192.168.86.9") }),
            ("::1", E::IpAddress { name: name("::1") }),
            ("[::1]", E::IpAddress { name: name("[::1]") }),
            ("[::1]:8200", E::IpAddress { name: name("[::1]:8200") }),
            ("10.0.0.0/8", E::IpAddress { name: name("10.0.0.0/8") }),
            ("fe80::1%eth0", E::IpAddress { name: name("fe80::1%eth0") }),
            ("https://a.example", E::NotBare { name: name("https://a.example"), surplus: "the scheme" }),
            ("a.example:8200", E::NotBare { name: name("a.example:8200"), surplus: "the port" }),
            ("a.example/x", E::NotBare { name: name("a.example/x"), surplus: "the path" }),
            ("me@a.example", E::NotBare { name: name("me@a.example"), surplus: "the part up to the @" }),
            ("a.example.", E::OuterDot { name: name("a.example."), suggestion: name("a.example") }),
            (".example", E::OuterDot { name: name(".example"), suggestion: name("example") }),
            ("a..example", E::EmptyLabel { name: name("a..example") }),
            ("*", E::MisplacedWildcard { name: name("*") }),
            ("a.*.example", E::MisplacedWildcard { name: name("a.*.example") }),
            ("w*.example.org", E::MisplacedWildcard { name: name("w*.example.org") }),
            ("*.*.example.org", E::MisplacedWildcard { name: name("*.*.example.org") }),
            ("*.local", E::WideWildcard { name: name("*.local") }),
            ("node_1.example", E::Underscore { name: name("node_1.example") }),
            ("a b.example", E::Character { name: name("a b.example"), character: ' ' }),
            ("a\n.example", E::Character { name: name("a\n.example"), character: '\n' }),
            ("-a.example", E::OuterHyphen { name: name("-a.example"), label: name("-a") }),
            ("300.1.1.1", E::NumericEnd { name: name("300.1.1.1") }),
            ("xn--a.example", E::International { name: name("xn--a.example") }),
        ] {
            assert_eq!(DnsName::parse(text), Err(expected), "{text:?}");
        }
        assert!(matches!(DnsName::parse(&"a".repeat(64)), Err(E::LongLabel { .. })));
        assert!(matches!(DnsName::parse(&"abcdefg.".repeat(32)[..255]), Err(E::TooLong { bytes: 255 })));
        assert!(matches!(DnsName::parse(&"a.".repeat(1000)), Err(E::TooLong { bytes: 2000 })));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_name_or_an_error(text in "\\PC{0,40}") {
            drop(DnsName::parse(&text));
        }

        #[test]
        fn names_are_stable_and_in_preferred_syntax(text in "(\\*\\.)?([a-zA-Z0-9äß例-]{1,9}\\.){0,4}[a-zA-Zé]{1,9}") {
            if let Ok(name) = DnsName::parse(&text) {
                prop_assert_eq!(&DnsName::parse(name.as_str()).unwrap(), &name);
                prop_assert!(name.as_str().len() <= 253);
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.*".contains(&b)));
            }
        }
    }
}
