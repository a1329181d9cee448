//! The extensions of certificates: those that follow from a template, and those that are found.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::asn1::{Ia5String, OctetString};
use der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::CrlDistributionPoints;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    NameConstraints as NameConstraintsExt, SubjectAltName, SubjectKeyIdentifier,
};

use crate::key_id::KeyId;
use crate::name_constraints::NameConstraints;
use crate::subject_name::{FoundName, SubjectName, UriName};

/// Collects the extensions of a new certificate.
#[derive(Default)]
pub(crate) struct ExtensionList(pub(crate) Vec<Extension>);

impl ExtensionList {
    /// Critical in every certificate, with `cA` false for servers and clients, so that no verifier has to guess
    /// (RFC 5280 §4.2.1.9).
    pub(crate) fn basic_constraints(&mut self, ca: bool, path_length: Option<u8>) -> Result<(), der::Error> {
        let constraints = BasicConstraints { ca, path_len_constraint: path_length };
        self.add(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, &constraints)
    }

    /// RFC 5280 §4.2.1.3.
    pub(crate) fn key_usage(&mut self, usages: impl Into<der::flagset::FlagSet<KeyUsages>>) -> Result<(), der::Error> {
        self.add(rfc5280::ID_CE_KEY_USAGE, true, &KeyUsage(usages.into()))
    }

    /// RFC 5280 §4.2.1.12.
    pub(crate) fn extended_key_usage(&mut self, purposes: &[ObjectIdentifier]) -> Result<(), der::Error> {
        if purposes.is_empty() {
            return Ok(());
        }
        self.add(rfc5280::ID_CE_EXT_KEY_USAGE, false, &ExtendedKeyUsage(purposes.to_vec()))
    }

    /// RFC 5280 §4.2.1.2.
    pub(crate) fn subject_key_id(&mut self, id: &KeyId) -> Result<(), der::Error> {
        let id = SubjectKeyIdentifier(OctetString::new(id.as_bytes())?);
        self.add(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER, false, &id)
    }

    /// By key id only (RFC 5280 §4.2.1.1): with the CA's name and serial number in it, a renewed CA would break the
    /// chain.
    pub(crate) fn authority_key_id(&mut self, id: &KeyId) -> Result<(), der::Error> {
        let id = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(id.as_bytes())?),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        self.add(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &id)
    }

    /// Critical only if the subject is empty (RFC 5280 §4.2.1.6).
    pub(crate) fn subject_names<'a>(
        &mut self,
        names: impl Iterator<Item = &'a SubjectName>,
        subject_is_empty: bool,
    ) -> Result<(), der::Error> {
        let names: Vec<_> = names.map(SubjectName::to_general_name).collect::<Result<_, _>>()?;
        if names.is_empty() {
            return Ok(());
        }
        self.add(rfc5280::ID_CE_SUBJECT_ALT_NAME, subject_is_empty, &SubjectAltName(names))
    }

    /// RFC 5280 §4.2.1.10.
    pub(crate) fn name_constraints(&mut self, constraints: &NameConstraints) -> Result<(), der::Error> {
        if constraints.is_empty() {
            return Ok(());
        }
        self.add(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &constraints.to_asn1()?)
    }

    /// RFC 5280 §4.2.1.13.
    pub(crate) fn crl_distribution_points(&mut self, urls: &[UriName]) -> Result<(), der::Error> {
        if urls.is_empty() {
            return Ok(());
        }
        let point = |url: &UriName| {
            let url = GeneralName::UniformResourceIdentifier(Ia5String::new(url.as_str())?);
            let name = DistributionPointName::FullName(vec![url]);
            Ok(DistributionPoint { distribution_point: Some(name), reasons: None, crl_issuer: None })
        };
        let points = urls.iter().map(point).collect::<Result<Vec<_>, der::Error>>()?;
        self.add(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &CrlDistributionPoints(points))
    }

    pub(crate) fn add(&mut self, oid: ObjectIdentifier, critical: bool, value: &impl Encode) -> Result<(), der::Error> {
        self.0.push(Extension { extn_id: oid, critical, extn_value: OctetString::new(value.to_der()?)? });
        Ok(())
    }
}

/// The extensions of a certificate or request, as far as they are understood here.
#[derive(Clone, Default)]
pub(crate) struct Extensions {
    pub(crate) all: Vec<Extension>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(crate) subject_key_id: Option<KeyId>,
    pub(crate) authority_key_id: Option<AuthorityKeyIdentifier>,
    pub(crate) names: Vec<FoundName>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) crl_distribution_points: Option<CrlDistributionPoints>,
    /// Those of the above whose content can't be read.
    pub(crate) malformed: Vec<ObjectIdentifier>,
}

impl Extensions {
    /// Never fails: what can't be read is listed, so that a certificate with a fault can still be shown and judged.
    pub(crate) fn read(all: Vec<Extension>) -> Self {
        let mut read = Self::default();
        for extension in &all {
            let (oid, value) = (extension.extn_id, extension.extn_value.as_bytes());
            let known = match oid {
                rfc5280::ID_CE_BASIC_CONSTRAINTS => keep(&mut read.basic_constraints, value),
                rfc5280::ID_CE_KEY_USAGE => keep(&mut read.key_usage, value),
                rfc5280::ID_CE_EXT_KEY_USAGE => {
                    keep_as(&mut read.extended_key_usage, value, |usage: ExtendedKeyUsage| usage.0)
                }
                rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => {
                    keep_as(&mut read.subject_key_id, value, |id: SubjectKeyIdentifier| {
                        KeyId::from_bytes(id.0.as_bytes())
                    })
                }
                rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => keep(&mut read.authority_key_id, value),
                rfc5280::ID_CE_SUBJECT_ALT_NAME => {
                    let mut names = None;
                    let known = keep(&mut names, value);
                    read.names.extend(
                        names.iter().flat_map(|names: &SubjectAltName| &names.0).map(FoundName::from_general_name),
                    );
                    known
                }
                rfc5280::ID_CE_NAME_CONSTRAINTS => {
                    keep_as(&mut read.name_constraints, value, |found: NameConstraintsExt| {
                        NameConstraints::from_asn1(&found)
                    })
                }
                rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS => keep(&mut read.crl_distribution_points, value),
                _ => true,
            };
            if !known {
                read.malformed.push(oid);
            }
        }
        read.all = all;
        read
    }

    /// Is it there, and critical?
    pub(crate) fn criticality(&self, oid: ObjectIdentifier) -> Option<bool> {
        self.all.iter().find(|extension| extension.extn_id == oid).map(|extension| extension.critical)
    }

    /// A CA is what says so in readable basicConstraints.
    pub(crate) fn is_ca(&self) -> bool {
        self.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca)
    }

    /// Without the extension a key may be used for everything (RFC 5280 §4.2.1.3), except that an unreadable one allows
    /// nothing.
    pub(crate) fn allows(&self, usage: KeyUsages) -> bool {
        match &self.key_usage {
            Some(usages) => usages.0.contains(usage),
            None => !self.malformed.contains(&rfc5280::ID_CE_KEY_USAGE),
        }
    }
}

/// The last one of several wins; that there are several is a finding of its own.
fn keep<'a, T: Decode<'a>>(slot: &mut Option<T>, value: &'a [u8]) -> bool {
    keep_as(slot, value, |value| value)
}

fn keep_as<'a, D: Decode<'a>, T>(slot: &mut Option<T>, value: &'a [u8], convert: impl FnOnce(D) -> T) -> bool {
    match D::from_der(value) {
        Ok(value) => {
            *slot = Some(convert(value));
            true
        }
        Err(_) => false,
    }
}
