//! The frames of what is signed: certificates, requests and revocation lists.
//!
//! The crate `x509-cert` has these types too, but decodes names into parts and writes them back sorted, which breaks a
//! chain whose CA has written them otherwise. Here what must survive byte for byte is kept as it came. The extensions
//! are those of `x509-cert`.

use der::asn1::{AnyRef, BitStringRef, IntRef};
use der::{Decode as _, Encode, Sequence};
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::Extension;
use x509_cert::time::Time;

use crate::error::{Asn1Error, Document, ReadError};

/// Certificate, CertificationRequest and CertificateList are the same from outside (RFC 5280 §4.1 and §5.1, RFC 2986
/// §4.2).
#[derive(Sequence)]
pub(crate) struct Signed<'a> {
    pub(crate) content: AnyRef<'a>,
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: BitStringRef<'a>,
}

/// TBSCertificate (RFC 5280 §4.1).
#[derive(Sequence)]
pub(crate) struct TbsCertificate<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", default = "Default::default")]
    pub(crate) version: u8,
    pub(crate) serial: IntRef<'a>,
    pub(crate) signature: AlgorithmIdentifierRef<'a>,
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) validity: Validity,
    pub(crate) subject: AnyRef<'a>,
    pub(crate) public_key: AnyRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) issuer_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) subject_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension>>,
}

/// Validity (RFC 5280 §4.1.2.5).
#[derive(Clone, Copy, Sequence)]
pub(crate) struct Validity {
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
}

pub(crate) fn decode<'a, T>(der: &'a [u8], what: Document) -> Result<T, ReadError>
where
    T: der::Decode<'a, Error = der::Error>,
{
    T::from_der(der).map_err(|error| ReadError::Malformed { what, source: error.into() })
}

pub(crate) fn encode(value: &impl Encode) -> Result<Vec<u8>, Asn1Error> {
    value.to_der().map_err(Asn1Error::from)
}

/// The whole encoding of an element whose header was decoded: DER has only one.
pub(crate) fn whole(element: &AnyRef<'_>, what: Document) -> Result<Vec<u8>, ReadError> {
    element.to_der().map_err(|error| ReadError::Malformed { what, source: error.into() })
}

/// A borrowed element from bytes that were encoded here.
pub(crate) fn element(der: &[u8]) -> Result<AnyRef<'_>, Asn1Error> {
    AnyRef::from_der(der).map_err(Asn1Error::from)
}
