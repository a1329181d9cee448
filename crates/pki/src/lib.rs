//! X.509 by the letter of RFC 5280, without input or output.
//!
//! It makes the keys and certificates of a small certificate authority, reads those of others, and says what is wrong
//! with either. Nothing here opens a file, looks at a clock or waits: the time and the randomness are parameters, so
//! that a test can fix both and get the same bytes each time.
//!
//! # Issuing
//!
//! A wish becomes a certificate in three steps, each of which consumes what it starts from:
//!
//! | from | by | to | refused are |
//! |---|---|---|---|
//! | [`Request`] (text), or a [`Csr`] | [`Request::validate`], [`Csr::template`] | [`Template`] | names, subjects and constraints that are none |
//! | [`Template`] | [`Template::for_key`] | [`Unsigned`] | weak keys |
//! | [`Unsigned`] | [`Unsigned::signed_by`], [`Unsigned::self_signed`] | [`Certificate`] | what the CA may not certify |
//!
//! A refusal holds every reason at once, each with the input at fault, the paragraph that it breaks and the remedy
//! ([`Violation`]). What a certificate has in it follows from its [`Profile`]; there is no way to issue one without its
//! critical basicConstraints and keyUsage, its key identifiers, or a random positive serial number. [`Request`] has an
//! example.
//!
//! # Reading
//!
//! [`Certificate`], [`Csr`], [`Crl`], [`Chain`], [`PrivateKey`] and [`PublicKey`] read PEM and DER from anywhere: bytes
//! never panic, sizes are limited, and names survive byte for byte, since that is how chains are compared. [`lint()`]
//! tells what strict verifiers will say.
//!
//! # Secrets
//!
//! A [`PrivateKey`] can't be printed, compared or copied. It leaves as a secret type of the crate `secrecy` or
//! encrypted, and its memory is wiped by aws-lc or `zeroize`.
//!
//! # Built on
//!
//! aws-lc-rs for all cryptography, the ASN.1 of RustCrypto (`der`, `x509-cert`) for the encoding. Not on rcgen: it
//! keeps of repeated attributes in a name only the last, so that what it issues below such a CA does not chain.

mod algorithm;
mod asn1;
mod certificate;
mod chain;
mod crl;
mod csr;
mod distinguished_name;
mod dns_name;
mod error;
mod extensions;
mod fingerprint;
mod hex;
mod identity;
mod ip_name;
mod issuer;
mod key_id;
mod lint;
mod name_constraints;
mod openssh;
mod pem;
mod pkcs12;
mod private_key;
mod profile;
mod public_key;
mod random;
mod renewal;
mod request;
mod rules;
mod secret;
mod serial_number;
mod subject;
mod subject_name;
mod template;
mod validity;
mod violation;

pub use algorithm::{Curve, KeyAlgorithm, UnknownAlgorithm};
pub use certificate::{Certificate, same_subject_and_key};
pub use chain::{Chain, ChainError};
pub use crl::{Crl, CrlRequest, Reason, Revocation};
pub use csr::{Csr, CsrError, CsrRequest, CsrTemplate};
pub use distinguished_name::DistinguishedName;
pub use dns_name::{DnsName, DnsNameError};
pub use error::{Asn1Error, Document, RandomnessError, ReadError, SignatureError};
pub use fingerprint::Fingerprint;
pub use ip_name::{IpName, IpNameError, IpRange};
pub use issuer::Issuer;
pub use key_id::KeyId;
pub use lint::{Finding, Severity, lint};
pub use name_constraints::{NameConstraints, Subtree};
pub use pkcs12::{Pkcs12Error, to_pkcs12};
pub use private_key::{KeyError, PrivateKey};
pub use profile::{CaOptions, Profile};
pub use public_key::{KeyKind, PublicKey};
pub use random::{Random, SystemRandom};
pub use renewal::ready_for_renewal;
pub use request::{Request, SubtreeLists};
pub use serial_number::SerialNumber;
pub use subject::{Subject, SubjectError};
pub use subject_name::{EmailName, EmailNameError, FoundName, SubjectName, UriName, UriNameError};
pub use template::{IssueError, Template, Unsigned};
pub use validity::{Validity, ValidityError};
pub use violation::{Field, Problem, Refusal, Violation};
