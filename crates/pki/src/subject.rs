//! Subjects as a user names them: parts with the string types and upper bounds of RFC 5280.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};
use der::asn1::Any;
use der::{Encode as _, Tag};
use thiserror::Error;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};

use crate::distinguished_name::DistinguishedName;

/// The parts of a subject as a user names them. Empty parts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// C: two letters.
    pub country: Option<String>,
    /// ST.
    pub province: Option<String>,
    /// L.
    pub locality: Option<String>,
    /// STREET, in order.
    pub street_address: Vec<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// DC, the top level first: `org`, `example`.
    pub domain_components: Vec<String>,
    /// O, in order.
    pub organization: Vec<String>,
    /// OU, in order.
    pub organizational_unit: Vec<String>,
    /// CN. Never taken for a host name by today's clients.
    pub common_name: Option<String>,
    /// The serial number of a person or device, not that of the certificate.
    pub serial_number: Option<String>,
    /// An e-mail address.
    pub email_address: Option<String>,
}

impl Subject {
    /// A subject that has a common name only.
    pub fn common_name(name: impl Into<String>) -> Self {
        Self { common_name: Some(name.into()), ..Self::default() }
    }

    /// The name with these parts, one part a level, from the country down to the common name; or all that is wrong with
    /// them.
    pub(crate) fn to_name(&self) -> Result<DistinguishedName, Vec<SubjectError>> {
        let mut sequence = RdnSequence::default();
        let mut errors = Vec::new();
        for (kind, value) in self.parts() {
            match kind.attribute(value) {
                Ok(attribute) => sequence.push(attribute),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let name = sequence.to_der().and_then(DistinguishedName::from_der);
        name.map_err(|_| vec![SubjectError::TooLarge])
    }

    fn parts<'a>(&'a self) -> Vec<(&'static PartKind, &'a str)> {
        // Destructured, so that a new part can't be forgotten.
        let Self {
            country,
            province,
            locality,
            street_address,
            postal_code,
            domain_components,
            organization,
            organizational_unit,
            common_name,
            serial_number,
            email_address,
        } = self;
        let mut parts = Vec::new();
        let mut add = |kind: &'static PartKind, values: &'a [String]| {
            parts.extend(values.iter().map(|value| (kind, value.as_str())));
        };
        add(&DOMAIN_COMPONENT, domain_components);
        add(&COUNTRY, country.as_slice());
        add(&PROVINCE, province.as_slice());
        add(&LOCALITY, locality.as_slice());
        add(&STREET_ADDRESS, street_address);
        add(&POSTAL_CODE, postal_code.as_slice());
        add(&ORGANIZATION, organization);
        add(&ORGANIZATIONAL_UNIT, organizational_unit);
        add(&COMMON_NAME, common_name.as_slice());
        add(&SERIAL_NUMBER, serial_number.as_slice());
        add(&EMAIL_ADDRESS, email_address.as_slice());
        parts
    }
}

/// What is wrong with a part of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// A part that is there, with nothing in it.
    #[error("{part} must not be empty; leave it out instead")]
    Empty {
        /// The name of the part.
        part: &'static str,
    },
    /// Longer than the upper bound of RFC 5280 appendix A.
    #[error("{part} has {length} characters, {limit} are the limit (RFC 5280 appendix A)")]
    TooLong {
        /// The name of the part.
        part: &'static str,
        /// How many.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Not two letters.
    #[error("country must be the two-letter code of ISO 3166, such as DE, not {value:?}")]
    Country {
        /// The text.
        value: String,
    },
    /// A character that the part's string type does not have, or a control character.
    #[error("{part} has the character {character:?}, which is not possible there")]
    Character {
        /// The name of the part.
        part: &'static str,
        /// The first that doesn't fit.
        character: char,
    },
    /// More than any encoding can hold.
    #[error("the subject is too large")]
    TooLarge,
}

impl SubjectError {
    /// The name of the part at fault, that of the field in [`Subject`].
    pub fn part(&self) -> &'static str {
        match self {
            Self::Empty { part } | Self::TooLong { part, .. } | Self::Character { part, .. } => part,
            Self::Country { .. } => "country",
            Self::TooLarge => "subject",
        }
    }
}

/// What a name that was read has in it that a new one may not have. Kinds of parts that have no field in [`Subject`]
/// are free.
pub(crate) fn faults(name: &DistinguishedName) -> Vec<SubjectError> {
    let fault = |(oid, text): (ObjectIdentifier, String)| {
        PART_KINDS.into_iter().find(|kind| kind.oid == oid)?.check(&text).err()
    };
    name.texts().filter_map(fault).collect()
}

struct PartKind {
    name: &'static str,
    oid: ObjectIdentifier,
    tag: Tag,
    limit: usize,
}

impl PartKind {
    fn attribute(&self, value: &str) -> Result<RelativeDistinguishedName, SubjectError> {
        self.check(value)?;
        if let Some(character) = value.chars().find(|c| !fits(self.tag, *c)) {
            return Err(SubjectError::Character { part: self.name, character });
        }
        let value = Any::new(self.tag, value.as_bytes()).map_err(|_| SubjectError::TooLarge)?;
        RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid: self.oid, value }])
            .map_err(|_| SubjectError::TooLarge)
    }

    /// What holds whatever the string type is.
    fn check(&self, value: &str) -> Result<(), SubjectError> {
        let (part, limit) = (self.name, self.limit);
        if value.is_empty() {
            return Err(SubjectError::Empty { part });
        }
        let length = value.chars().count();
        if self.oid == rfc4519::COUNTRY_NAME && !(length == 2 && value.bytes().all(|b| b.is_ascii_uppercase())) {
            return Err(SubjectError::Country { value: value.chars().take(40).collect() });
        }
        if length > limit {
            return Err(SubjectError::TooLong { part, length, limit });
        }
        match value.chars().find(|c| c.is_control()) {
            Some(character) => Err(SubjectError::Character { part, character }),
            None => Ok(()),
        }
    }
}

const fn part(name: &'static str, oid: ObjectIdentifier, tag: Tag, limit: usize) -> PartKind {
    PartKind { name, oid, tag, limit }
}

// String types and upper bounds: RFC 5280 appendix A.1, RFC 4519 for the postal address.
static COMMON_NAME: PartKind = part("common_name", rfc4519::COMMON_NAME, Tag::Utf8String, 64);
static COUNTRY: PartKind = part("country", rfc4519::COUNTRY_NAME, Tag::PrintableString, 2);
static DOMAIN_COMPONENT: PartKind = part("domain_components", rfc4519::DOMAIN_COMPONENT, Tag::Ia5String, 63);
static EMAIL_ADDRESS: PartKind = part("email_address", rfc3280::EMAIL_ADDRESS, Tag::Ia5String, 255);
static LOCALITY: PartKind = part("locality", rfc4519::LOCALITY_NAME, Tag::Utf8String, 128);
static ORGANIZATION: PartKind = part("organization", rfc4519::ORGANIZATION_NAME, Tag::Utf8String, 64);
static ORGANIZATIONAL_UNIT: PartKind =
    part("organizational_unit", rfc4519::ORGANIZATIONAL_UNIT_NAME, Tag::Utf8String, 64);
static POSTAL_CODE: PartKind = part("postal_code", rfc4519::POSTAL_CODE, Tag::Utf8String, 40);
static PROVINCE: PartKind = part("province", rfc4519::ST, Tag::Utf8String, 128);
static SERIAL_NUMBER: PartKind = part("serial_number", rfc4519::SERIAL_NUMBER, Tag::PrintableString, 64);
static STREET_ADDRESS: PartKind = part("street_address", rfc4519::STREET, Tag::Utf8String, 128);

static PART_KINDS: [&PartKind; 11] = [
    &COMMON_NAME,
    &COUNTRY,
    &DOMAIN_COMPONENT,
    &EMAIL_ADDRESS,
    &LOCALITY,
    &ORGANIZATION,
    &ORGANIZATIONAL_UNIT,
    &POSTAL_CODE,
    &PROVINCE,
    &SERIAL_NUMBER,
    &STREET_ADDRESS,
];

fn fits(tag: Tag, character: char) -> bool {
    match tag {
        Tag::PrintableString => character.is_ascii_alphanumeric() || " '()+,-./:=?".contains(character),
        Tag::Ia5String => character.is_ascii(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{Decode as _, Tagged as _};
    use proptest::prelude::*;

    #[test]
    fn parts_have_their_order_and_type() {
        let subject = Subject {
            country: Some("DE".into()),
            domain_components: vec!["org".into(), "example".into()],
            organization: vec!["Home".into()],
            organizational_unit: vec!["a".into(), "b".into()],
            common_name: Some("Küche".into()),
            ..Subject::default()
        };
        let name = subject.to_name().unwrap();
        // rcgen trap 4: of repeated attributes all but the last are lost.
        assert_eq!(name.to_string(), "CN=Küche,OU=b,OU=a,O=Home,C=DE,DC=example,DC=org");
        assert_eq!(name.organizational_units(), ["a", "b"]);
        assert_eq!(name.common_name().as_deref(), Some("Küche"));
        let parts = x509_cert::name::Name::from_der(name.as_der()).unwrap();
        let tags: Vec<_> = parts.iter().map(|attribute| attribute.value.tag()).collect();
        assert_eq!(tags[..3], [Tag::Ia5String, Tag::Ia5String, Tag::PrintableString]);
        assert_eq!(tags[3..], [Tag::Utf8String; 4]);
    }

    #[test]
    fn every_mistake_is_named() {
        let subject = Subject {
            country: Some("usa".into()),
            organization: vec![String::new()],
            common_name: Some("x".repeat(65)),
            serial_number: Some("a_b".into()),
            email_address: Some("ä".into()),
            locality: Some("a\nb".into()),
            ..Subject::default()
        };
        let errors = subject.to_name().unwrap_err();
        let parts: Vec<_> = errors.iter().map(SubjectError::part).collect();
        assert_eq!(parts, ["country", "locality", "organization", "common_name", "serial_number", "email_address"]);
        assert_eq!(errors[3].to_string(), "common_name has 65 characters, 64 are the limit (RFC 5280 appendix A)");
        assert!(Subject { country: Some("de".into()), ..Subject::default() }.to_name().is_err());
    }

    #[test]
    fn an_empty_subject_is_an_empty_sequence() {
        let name = Subject::default().to_name().unwrap();
        assert!(name.is_empty());
        assert_eq!(name.as_der(), [0x30, 0]);
    }

    proptest! {
        #[test]
        fn names_survive_their_encoding(common_name in "[^\\p{C}]{1,64}", units in proptest::collection::vec("[^\\p{C}]{1,64}", 0..4)) {
            let subject = Subject { organizational_unit: units.clone(), ..Subject::common_name(common_name.clone()) };
            let name = subject.to_name().unwrap();
            let again = DistinguishedName::from_der(name.as_der().to_vec()).unwrap();
            prop_assert_eq!(&again, &name);
            prop_assert_eq!(again.common_name(), Some(common_name));
            prop_assert_eq!(again.organizational_units(), units);
        }
    }
}
