//! Networks and single addresses, as lists of who may come from where have them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use tf_value::Text;

use super::Normalization;
use crate::model::{AttributeType, DecodeError};

const EXPECTED: &str =
    "must be an address such as 10.0.0.1 or 2001:db8::1, or a network such as 10.0.0.0/8 or 2001:db8::/32";

/// An IPv4 or IPv6 network, or a single address, which is a network of one.
///
/// Two are equal if they contain the same addresses, whatever they were written as. So, with Vault and OpenBao, which print
/// the first of each pair for the second:
///
/// * `10.0.0.1` is `10.0.0.1/32`, and `2001:db8::1` is `2001:db8::1/128`.
/// * `2001:db8::1` is `2001:0DB8:0:0:0:0:0:1`.
/// * `10.0.0.1` is `::ffff:10.0.0.1`: an IPv4 address in IPv6 notation is an IPv4 address.
///
/// Bits after the prefix are allowed, because the servers keep them, and mean nothing: `10.0.0.7/8` is `10.0.0.0/8`.
///
/// ```
/// use tf_framework::semantic::Cidr;
///
/// let network: Cidr = "10.0.0.7/8".parse()?;
/// assert_eq!(network, "10.0.0.0/8".parse()?);
/// assert_eq!(network.as_str(), "10.0.0.7/8");
/// assert_eq!(network.to_string(), "10.0.0.0/8");
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cidr {
    spelling: Text,
    network: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Its first address.
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// How many bits all its addresses have in common: up to 32 for IPv4, 128 for IPv6.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    fn meaning(&self) -> (IpAddr, u8) {
        (self.network, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let (network, prefix) = parse(text)?;
        Ok(Self { spelling: text.into(), network, prefix })
    }
}

/// Without bits after the prefix, and without prefix if it is a single address.
impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = if self.network.is_ipv4() { 32 } else { 128 };
        if self.prefix == single { self.network.fmt(f) } else { write!(f, "{}/{}", self.network, self.prefix) }
    }
}

impl PartialEq for Cidr {
    fn eq(&self, other: &Self) -> bool {
        self.meaning() == other.meaning()
    }
}

impl Eq for Cidr {}

impl PartialOrd for Cidr {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cidr {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.meaning().cmp(&other.meaning())
    }
}

impl Hash for Cidr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.meaning().hash(state);
    }
}

impl AttributeType for Cidr {
    spelled_attribute_type!("a string");
}

/// For a set of networks: `NormalizedSet<Cidr>`.
impl Normalization for Cidr {
    fn normalize(element: &str) -> Result<String, DecodeError> {
        element.parse::<Self>().map(|network| network.to_string())
    }
}

fn parse(text: &str) -> Result<(IpAddr, u8), DecodeError> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| DecodeError::new(EXPECTED))?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => longest,
        Some(digits) => bits(digits, longest).ok_or_else(|| {
            DecodeError::new(format!("must have a prefix length from 0 to {longest} after the slash"))
        })?,
    };
    match address {
        IpAddr::V4(address) => Ok((IpAddr::V4(v4_network(address, prefix)), prefix)),
        IpAddr::V6(address) => match (address.to_ipv4_mapped(), prefix.checked_sub(96)) {
            (None, _) => Ok((IpAddr::V6(v6_network(address, prefix)), prefix)),
            (Some(address), Some(prefix)) => Ok((IpAddr::V4(v4_network(address, prefix)), prefix)),
            (Some(_), None) => Err(DecodeError::new(
                "must have a prefix length of at least 96, because ::ffff:0:0/96 is all of IPv4 in IPv6 notation",
            )),
        },
    }
}

/// A prefix length in the one spelling that all readers agree on.
fn bits(digits: &str, longest: u8) -> Option<u8> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|&bits| is_plain && bits <= longest)
}

fn v4_network(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

fn v6_network(address: Ipv6Addr, prefix: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_form() {
        let table = [
            ("10.0.0.1", "10.0.0.1"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("10.0.0.7/8", "10.0.0.0/8"),
            ("10.255.255.255/31", "10.255.255.254/31"),
            ("1.2.3.4/0", "0.0.0.0/0"),
            ("::", "::"),
            ("::/0", "::/0"),
            ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("2001:db8:ffff::/33", "2001:db8:8000::/33"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::ffff:a00:1", "10.0.0.1"),
            ("::ffff:10.0.0.9/120", "10.0.0.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            // Not in the mapped range: an IPv6 address that happens to end in the notation of IPv4.
            ("::10.0.0.1", "::a00:1"),
        ];
        for (text, normal) in table {
            let network: Cidr = text.parse().unwrap();
            assert_eq!(network.to_string(), normal, "{text}");
            assert_eq!(network.as_str(), text);
        }
    }

    #[test]
    fn refuses_everything_else() {
        let table = [
            "",
            "/",
            "10.0.0.1/",
            "/8",
            "10.0.0.1/33",
            "10.0.0.1/+8",
            "10.0.0.1/08",
            "10.0.0.1/-1",
            "10.0.0.1/8/8",
            "10.0.0.1/255.0.0.0",
            "10.0.0",
            "10.0.0.01",
            "10.0.0.256",
            " 10.0.0.1",
            "10.0.0.1 ",
            "10.0.0.1:80",
            "[::1]",
            "[::1]:80",
            "fe80::1%eth0",
            "::1/129",
            "::1/64 ",
            "localhost",
            "::ffff:10.0.0.1/95",
            "0x0a.0.0.1",
            "::/256",
        ];
        for text in table {
            assert!(text.parse::<Cidr>().unwrap_err().to_string().starts_with("must "), "{text}");
        }
    }
}
