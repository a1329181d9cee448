//! What can be wrong with bytes from outside: certificates, requests, lists and keys that can't be read.
//!
//! None of these texts has a piece of the input in it, since a key file is read by the same code.

use std::fmt;

use thiserror::Error;

/// What a piece of PEM or DER is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// An X.509 certificate.
    Certificate,
    /// A PKCS#10 certificate request.
    CertificateRequest,
    /// An X.509 certificate revocation list.
    Crl,
    /// A private key in any of the accepted formats.
    PrivateKey,
    /// A public key (SubjectPublicKeyInfo).
    PublicKey,
}

impl Document {
    /// The labels of its PEM blocks, the usual one first.
    pub(crate) fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Certificate => &["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"],
            Self::CertificateRequest => &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"],
            Self::Crl => &["X509 CRL"],
            Self::PrivateKey => &["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"],
            Self::PublicKey => &["PUBLIC KEY"],
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::CertificateRequest => "certificate request",
            Self::Crl => "certificate revocation list",
            Self::PrivateKey => "private key",
            Self::PublicKey => "public key",
        })
    }
}

/// Bytes that can't be read as what they should be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More input than any honest one has.
    #[error("{bytes} bytes are too many for a {what}, the limit is {limit}")]
    TooLarge {
        /// What was to be read.
        what: Document,
        /// How many bytes there are.
        bytes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Text without a single `-----BEGIN` line.
    #[error("this is no PEM: a {what} in PEM begins with the line -----BEGIN {}-----", what.labels().first().copied().unwrap_or_default())]
    NoPem {
        /// What was to be read.
        what: Document,
    },
    /// PEM, but of other things.
    #[error("there is no {what} in this PEM, only: {found}")]
    OtherPem {
        /// What was to be read.
        what: Document,
        /// The labels that are there, joined with commas.
        found: String,
    },
    /// Exactly one was to be there.
    #[error("one {what} is required, the PEM has {count}")]
    Several {
        /// What was to be read.
        what: Document,
        /// How many there are.
        count: usize,
    },
    /// A PEM block without an end.
    #[error("the PEM block {label:?} that begins in line {line} has no matching -----END line; is the text cut off?")]
    Unfinished {
        /// The label of its first line.
        label: String,
        /// The line of `-----BEGIN`, counted from 1.
        line: usize,
    },
    /// The body of a PEM block is no base64.
    #[error("the PEM block that begins in line {line} is damaged: its body is no base64")]
    Base64 {
        /// The line of `-----BEGIN`, counted from 1.
        line: usize,
    },
    /// The bytes are no DER of this kind.
    #[error("the {what} is damaged or no {what} at all")]
    Malformed {
        /// What was to be read.
        what: Document,
        /// What the decoder says.
        #[source]
        source: Asn1Error,
    },
    /// A well-formed document with something in it that is not read here.
    #[error("the {what} can't be used: {reason}")]
    Unsupported {
        /// What was to be read.
        what: Document,
        /// What it has.
        reason: &'static str,
    },
}

/// What is wrong with an encoding, in the words of the ASN.1 decoder: a kind and a position, never content.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Asn1Error(pub(crate) der::Error);

impl From<der::Error> for Asn1Error {
    fn from(error: der::Error) -> Self {
        Self(error)
    }
}

/// The operating system gave no random bytes.
#[derive(Debug, Error)]
#[error("the source of randomness gave nothing")]
pub struct RandomnessError;

/// A signature that does not hold, or can't be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature is not by this key over these bytes.
    #[error("the signature does not fit: the content was changed, or another key has signed it")]
    Mismatch,
    /// Made with a hash in which collisions can be produced.
    #[error("the signature was made with {hash}, which no longer proves anything")]
    Weak {
        /// The hash.
        hash: &'static str,
    },
    /// Neither RSA, nor ECDSA on a NIST curve, nor Ed25519.
    #[error("the signature algorithm {oid} is not known here")]
    Unknown {
        /// Its object identifier.
        oid: const_oid::ObjectIdentifier,
    },
    /// The algorithm is of another family than the key.
    #[error("the signature algorithm does not belong to the signer's kind of key")]
    OtherKey,
}
