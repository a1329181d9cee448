//! IP addresses and ranges as certificates carry them: octets, never text.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;

/// An IP address a server is reached under: 4 or 16 octets in the certificate (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpName(IpAddr);

impl IpName {
    /// Reads `192.168.86.9` or `2001:db8::1`.
    ///
    /// # Errors
    /// If it is no single address; the error says what it looks like instead.
    pub fn parse(text: &str) -> Result<Self, IpNameError> {
        let address = || shortened(text);
        match text.parse::<IpAddr>() {
            Ok(ip) => Self::new(ip),
            Err(_) if text.is_empty() => Err(IpNameError::Empty),
            Err(_) if text.starts_with('[') || text.parse::<SocketAddr>().is_ok() => {
                Err(IpNameError::NotBare { address: address() })
            }
            Err(_) if text.contains('%') => Err(IpNameError::Zone { address: address() }),
            Err(_) if text.contains('/') => Err(IpNameError::Range { address: address() }),
            Err(_) if is_name(text) => Err(IpNameError::Name { address: address() }),
            Err(_) => Err(IpNameError::Malformed { address: address() }),
        }
    }

    /// For an address that is one already.
    ///
    /// # Errors
    /// If it is an IPv4 address in IPv6 form: clients look for the four octets, so that it would never match.
    pub fn new(ip: IpAddr) -> Result<Self, IpNameError> {
        match ip {
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => Err(IpNameError::Mapped { address: v6, v4 }),
                None => Ok(Self(ip)),
            },
            IpAddr::V4(_) => Ok(Self(ip)),
        }
    }

    /// The address.
    pub fn address(self) -> IpAddr {
        self.0
    }

    pub(crate) fn octets(self) -> Vec<u8> {
        octets(self.0)
    }
}

impl fmt::Display for IpName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A range of addresses for name constraints: `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpRange {
    network: IpAddr,
    prefix: u8,
}

impl IpRange {
    /// Reads the CIDR form. A single address is the range of just that address.
    ///
    /// # Errors
    /// If it is none, or has bits set behind the prefix.
    pub fn parse(text: &str) -> Result<Self, IpNameError> {
        let malformed = || IpNameError::Malformed { address: shortened(text) };
        let (network, prefix) = match text.split_once('/') {
            Some((network, prefix)) => (network, Some(prefix)),
            None => (text, None),
        };
        let network = IpName::parse(network)?.address();
        let width = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().map_err(|_| malformed())?,
            Some(_) => return Err(malformed()),
            None => width,
        };
        if prefix > width {
            return Err(malformed());
        }
        let range = Self { network, prefix };
        let first = range.first();
        if first != network {
            return Err(IpNameError::HostBits { address: shortened(text), suggestion: format!("{first}/{prefix}") });
        }
        Ok(range)
    }

    /// Is the address in the range? Never, if one is IPv4 and the other IPv6.
    pub fn contains(self, ip: IpAddr) -> bool {
        self.network.is_ipv4() == ip.is_ipv4() && Self { network: ip, prefix: self.prefix }.first() == self.network
    }

    /// Address and mask, as name constraints have them (RFC 5280 §4.2.1.10).
    pub(crate) fn octets(self) -> Vec<u8> {
        let mut octets = octets(self.network);
        octets.extend(match self.network {
            IpAddr::V4(_) => self::octets(Ipv4Addr::from(mask_v4(self.prefix)).into()),
            IpAddr::V6(_) => self::octets(Ipv6Addr::from(mask_v6(self.prefix)).into()),
        });
        octets
    }

    /// From address and mask; `None` if the lengths are wrong or the mask has a gap.
    pub(crate) fn from_octets(octets: &[u8]) -> Option<Self> {
        let (network, mask) = octets.split_at_checked(octets.len() / 2)?;
        let prefix = mask.iter().map(|byte| byte.leading_ones()).sum::<u32>();
        let range = Self { network: address(network)?, prefix: u8::try_from(prefix).ok()? };
        let canonical = Self { network: range.first(), ..range };
        // Compared with its own encoding, which has no gap in the mask.
        canonical.octets().ends_with(mask).then_some(canonical)
    }

    fn first(self) -> IpAddr {
        match self.network {
            IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) & mask_v4(self.prefix)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & mask_v6(self.prefix)).into(),
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// Why a text is no IP address, or no range, for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IpNameError {
    /// Nothing there.
    #[error("an IP address must not be empty")]
    Empty,
    /// A host name.
    #[error("{address:?} is a host name; list it among the DNS names")]
    Name {
        /// The text.
        address: String,
    },
    /// Brackets or a port.
    #[error("{address:?} is no bare IP address; write it without brackets and port")]
    NotBare {
        /// The text.
        address: String,
    },
    /// A range where a single address is required.
    #[error("{address:?} is a range; a certificate names single addresses")]
    Range {
        /// The text.
        address: String,
    },
    /// A zone, which exists on one machine only.
    #[error("{address:?} has a zone; write the address without the % and what follows")]
    Zone {
        /// The text.
        address: String,
    },
    /// An IPv4 address in IPv6 form.
    #[error("{address} would never be matched: clients compare the IPv4 address; write {v4}")]
    Mapped {
        /// As written.
        address: Ipv6Addr,
        /// What it stands for.
        v4: Ipv4Addr,
    },
    /// A range whose address is not its first one.
    #[error("{address:?} has bits set behind its prefix; write {suggestion:?}")]
    HostBits {
        /// The text.
        address: String,
        /// The range it lies in.
        suggestion: String,
    },
    /// Neither.
    #[error("{address:?} is no IP address")]
    Malformed {
        /// The text.
        address: String,
    },
}

pub(crate) fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Some(v4.into());
    }
    <[u8; 16]>::try_from(octets).ok().map(IpAddr::from)
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

fn mask_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0)
}

/// A letter that no IPv6 address has, or a label that is not a number.
fn is_name(text: &str) -> bool {
    !text.contains(':') && text.chars().any(char::is_alphabetic)
}

/// Foreign text ends up in diagnostics.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted() {
        for text in ["127.0.0.1", "192.168.86.9", "::1", "2001:db8::1", "fe80::1"] {
            assert_eq!(IpName::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(IpName::parse("10.0.0.1").unwrap().octets(), [10, 0, 0, 1]);
        assert_eq!(IpName::parse("::1").unwrap().octets().len(), 16);
    }

    #[test]
    fn refused_with_the_reason() {
        use IpNameError as E;
        let address = |text: &str| text.to_owned();
        for (text, expected) in [
            ("", E::Empty),
            ("vault.home.arpa", E::Name { address: address("vault.home.arpa") }),
            ("localhost", E::Name { address: address("localhost") }),
            ("10.0.0.1:8200", E::NotBare { address: address("10.0.0.1:8200") }),
            ("[::1]", E::NotBare { address: address("[::1]") }),
            ("10.0.0.0/8", E::Range { address: address("10.0.0.0/8") }),
            ("fe80::1%eth0", E::Zone { address: address("fe80::1%eth0") }),
            ("010.0.0.1", E::Malformed { address: address("010.0.0.1") }),
            ("10.0.0", E::Malformed { address: address("10.0.0") }),
        ] {
            assert_eq!(IpName::parse(text), Err(expected), "{text:?}");
        }
        assert!(
            matches!(IpName::parse("::ffff:10.0.0.1"), Err(E::Mapped { v4, .. }) if v4 == Ipv4Addr::new(10, 0, 0, 1))
        );
        assert!(
            matches!(IpRange::parse("10.0.0.1/8"), Err(E::HostBits { suggestion, .. }) if suggestion == "10.0.0.0/8")
        );
        assert!(matches!(IpRange::parse("10.0.0.0/33"), Err(E::Malformed { .. })));
        assert!(matches!(IpRange::parse("10.0.0.0/+8"), Err(E::Malformed { .. })));
    }

    #[test]
    fn ranges_know_their_addresses() {
        let range = IpRange::parse("10.0.0.0/8").unwrap();
        assert!(range.contains([10, 255, 0, 1].into()) && !range.contains([11, 0, 0, 1].into()));
        assert!(!range.contains(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        assert_eq!(range.octets(), [10, 0, 0, 0, 255, 0, 0, 0]);
        let all = IpRange::parse("0.0.0.0/0").unwrap();
        assert!(all.contains([1, 2, 3, 4].into()));
        assert_eq!(IpRange::from_octets(&[0; 8]), Some(all));
        assert_eq!(IpRange::from_octets(&[10, 0, 0, 0, 255, 0, 255, 0]), None);
        assert_eq!(IpRange::from_octets(&[10, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn any_text_gives_an_address_or_an_error(text in "\\PC{0,40}|[0-9a-f:./%\\[\\]]{0,40}") {
            drop(IpName::parse(&text));
            drop(IpRange::parse(&text));
        }

        #[test]
        fn ranges_survive_their_encoding(bytes: [u8; 16], v4: bool, prefix in 0u8..=128) {
            let ip = if v4 { address(&bytes[..4]) } else { address(&bytes) }.unwrap();
            let range = IpRange { network: ip, prefix: if v4 { prefix / 4 } else { prefix } };
            let range = IpRange { network: range.first(), ..range };
            prop_assert!(range.contains(ip));
            prop_assert_eq!(IpRange::from_octets(&range.octets()), Some(range));
        }

        #[test]
        fn foreign_octets_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = IpRange::from_octets(&bytes);
        }
    }
}
