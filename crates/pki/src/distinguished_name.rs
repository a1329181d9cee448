//! Distinguished names, kept byte for byte.

use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};
use der::asn1::{Any, BmpString};
use der::{Decode as _, Tag, Tagged as _};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RelativeDistinguishedName};

/// A distinguished name with its exact encoding.
///
/// Certificates are chained by comparing the issuer's name with the CA's subject, and verifiers compare bytes. So a
/// name that was read is written back as it was: repeated attributes, their order and their string types included.
///
/// Displayed in the notation of RFC 4514, the most specific part first: `CN=Home root,O=Home`.
#[derive(Clone)]
pub struct DistinguishedName {
    der: Vec<u8>,
    name: Name,
}

impl DistinguishedName {
    pub(crate) fn from_der(der: Vec<u8>) -> Result<Self, der::Error> {
        let name = Name::from_der(&der)?;
        Ok(Self { der, name })
    }

    /// The encoding: a SEQUENCE.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Does it say nothing? Then the names are in the subject alternative names only.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    /// The last common name, the most specific one.
    pub fn common_name(&self) -> Option<String> {
        self.values(rfc4519::COMMON_NAME).pop()
    }

    /// The organisations, in order. Kubernetes takes those of a client certificate for its groups.
    pub fn organizations(&self) -> Vec<String> {
        self.values(rfc4519::ORGANIZATION_NAME)
    }

    /// The organisational units, in order.
    pub fn organizational_units(&self) -> Vec<String> {
        self.values(rfc4519::ORGANIZATIONAL_UNIT_NAME)
    }

    /// The e-mail addresses in it, which older certificates have here instead of among the alternative names.
    pub fn email_addresses(&self) -> Vec<String> {
        self.values(rfc3280::EMAIL_ADDRESS)
    }

    /// Type and value of each part, in order. `None` for a value that is not text.
    pub fn attributes(&self) -> Vec<(ObjectIdentifier, Option<String>)> {
        self.name.iter().map(|attribute| (attribute.oid, text(&attribute.value))).collect()
    }

    /// Does this name begin with all the parts of the other? Compared as name constraints are (RFC 5280 §7.1): whatever
    /// the string type, upper or lower case, and however many spaces there are.
    pub(crate) fn is_within(&self, base: &Self) -> bool {
        let same = |one: &RelativeDistinguishedName, other: &RelativeDistinguishedName| {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| same_part(one, other))
        };
        self.name.len() >= base.name.len() && base.name.iter_rdn().zip(self.name.iter_rdn()).all(|(a, b)| same(a, b))
    }

    /// Kind and content of each part that is text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (ObjectIdentifier, String)> {
        self.name.iter().filter_map(|attribute| Some((attribute.oid, text(&attribute.value)?)))
    }

    fn values(&self, oid: ObjectIdentifier) -> Vec<String> {
        self.texts().filter(|(kind, _)| *kind == oid).map(|(_, text)| text).collect()
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for DistinguishedName {}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({self})")
    }
}

fn same_part(one: &AttributeTypeAndValue, other: &AttributeTypeAndValue) -> bool {
    let prepared =
        |value: &Any| text(value).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
    one.oid == other.oid
        && match (prepared(&one.value), prepared(&other.value)) {
            (Some(one), Some(other)) => one == other,
            _ => one.value == other.value,
        }
}

fn text(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => String::from_utf8(value.value().to_vec()).ok(),
        // Old certificates put Latin-1 into it, whatever the standard says.
        Tag::TeletexString => Some(value.value().iter().copied().map(char::from).collect()),
        Tag::BmpString => value.decode_as::<BmpString>().ok().map(|text| text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(der in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(name) = DistinguishedName::from_der(der) {
                drop((name.to_string(), name.attributes(), name.common_name()));
            }
        }
    }
}
