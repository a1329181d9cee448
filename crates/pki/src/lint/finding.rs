//! The findings of the lint report, each with what it leads to and what to do.

use const_oid::ObjectIdentifier;
use jiff::Timestamp;
use thiserror::Error;

use crate::dns_name::DnsNameError;
use crate::subject::SubjectError;

/// How bad a finding is. Sorts with the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A strict verifier refuses it, or RFC 5280 forbids it.
    Error,
    /// It works, and will hurt one day or somewhere.
    Warning,
    /// Good to know.
    Notice,
}

/// One thing that is wrong with a certificate. Its text is for people; programs look at [`code`](Self::code).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Finding {
    /// MicroK8s' own CA is like this.
    #[error(
        "the CA has no keyUsage: Python 3.13 and every other strict verifier refuse all certificates below it; replace the CA"
    )]
    CaWithoutKeyUsage,
    /// keyUsage without keyCertSign.
    #[error("the keyUsage of the CA lacks keyCertSign, so that it may not sign certificates; replace the CA")]
    CaMayNotSign,
    /// keyUsage without cRLSign.
    #[error("the keyUsage of the CA lacks cRLSign, so that it can't revoke; Vault's PKI engine refuses such a CA")]
    CaMayNotRevoke,
    /// pathLenConstraint without keyCertSign.
    #[error("the CA has a pathLenConstraint and may not sign certificates, which contradict each other")]
    PathLengthWithoutCertSign,
    /// pathLenConstraint in a certificate that is no CA.
    #[error("there is a pathLenConstraint in a certificate that is not a CA")]
    PathLengthWithoutCa,
    /// basicConstraints not critical.
    #[error("the basicConstraints of the CA are not critical: strict verifiers refuse it")]
    BasicConstraintsNotCritical,
    /// A CA without subject key identifier.
    #[error("the CA has no subjectKeyIdentifier: strict verifiers refuse it")]
    CaWithoutKeyIdentifier,
    /// A leaf without subject key identifier.
    #[error("there is no subjectKeyIdentifier")]
    LeafWithoutKeyIdentifier,
    /// A certificate of a CA above without authority key identifier.
    #[error(
        "there is no authorityKeyIdentifier, which every certificate but a root must have: strict verifiers refuse it"
    )]
    NoAuthorityKeyIdentifier,
    /// A key identifier marked critical.
    #[error("{extension} is critical, which it must not be")]
    CriticalKeyIdentifier {
        /// Its name.
        extension: &'static str,
    },
    /// keyCertSign in a certificate that is no CA.
    #[error("the keyUsage has keyCertSign, and the certificate is not a CA")]
    CertSignWithoutCa,
    /// keyUsage not critical.
    #[error("keyUsage is not critical, as it should be")]
    KeyUsageNotCritical,
    /// keyEncipherment with a key that can't encipher.
    #[error("the keyUsage has keyEncipherment, which only RSA keys can do")]
    EnciphermentWithoutRsa,
    /// No extended key usage.
    #[error("there is no extendedKeyUsage, so that it is good for any purpose")]
    AnyPurpose,
    /// An empty issuer.
    #[error("the issuer is empty, so that no CA can be found for it")]
    EmptyIssuer,
    /// A CA with an empty subject.
    #[error("the CA has no subject, so that nothing can name it as its issuer; replace the CA")]
    NamelessCa,
    /// An empty subject, and alternative names that are missing or not critical.
    #[error("the subject is empty, and there is no critical subjectAltName")]
    NamelessWithoutCriticalNames,
    /// A part of the subject that breaks a rule.
    #[error("in the subject: {0}")]
    Subject(SubjectError),
    /// A DNS name that is none.
    #[error("among the names: {0}")]
    DnsName(DnsNameError),
    /// An IP address of a wrong length: text instead of octets.
    #[error("among the names is an IP address of {octets} octets; 4 or 16 are right, text is not")]
    MalformedIp {
        /// How many.
        octets: usize,
    },
    /// A server without alternative names.
    #[error("no DNS name and no IP address among the subjectAltNames: no client of today accepts it as a server{}", common_name_hint(common_name.as_deref()))]
    NoServerName {
        /// The common name, which looks as if it were enough.
        common_name: Option<String>,
    },
    /// A host as common name that no client looks at.
    #[error("the common name {common_name} is not among the subjectAltNames, and clients look only there")]
    CommonNameNotAmongNames {
        /// The common name.
        common_name: String,
    },
    /// Name constraints that a verifier may pass over.
    #[error("the name constraints are not critical, so that a verifier may pass over them")]
    ConstraintsNotCritical,
    /// Name constraints in a certificate that is no CA.
    #[error("there are name constraints in a certificate that is not a CA")]
    ConstraintsWithoutCa,
    /// A certificate of version 1 or 2.
    #[error("it is of version {version}, which can't say what it is for; replace it")]
    OldVersion {
        /// 1 or 2.
        version: u8,
    },
    /// Extensions before version 3.
    #[error("it has extensions and is of version {version}; only version 3 may have them")]
    ExtensionsInOldVersion {
        /// 1 or 2.
        version: u8,
    },
    /// Zero or negative.
    #[error("the serial number is not positive")]
    SerialNotPositive,
    /// More than 20 octets.
    #[error("the serial number has {octets} octets, 20 are the limit")]
    SerialTooLong {
        /// How many.
        octets: usize,
    },
    /// Fewer than 64 bits.
    #[error("the serial number has {octets} octets only, so that it was counted, not drawn")]
    SerialGuessable {
        /// How many.
        octets: usize,
    },
    /// An extension twice.
    #[error("the extension {oid} is there twice")]
    DuplicateExtension {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// A critical extension that is not known.
    #[error("the critical extension {oid} is not known, so that verifiers refuse the certificate")]
    UnknownCriticalExtension {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// An extension whose content can't be read.
    #[error("the content of the extension {oid} is damaged")]
    MalformedExtension {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// The signature algorithm inside differs from the one outside.
    #[error("the two fields for the signature algorithm differ")]
    AlgorithmsDiffer,
    /// SHA-1 and older.
    #[error("it was signed with {hash}, which no longer proves anything; issue it anew")]
    WeakSignature {
        /// The hash.
        hash: &'static str,
    },
    /// A root that its own key has not signed.
    #[error("it says that it is a root, and is not signed by its own key; it is damaged or not what it says")]
    BrokenSelfSignature,
    /// A weak or unknown key.
    #[error("the key {reason}")]
    WeakKey {
        /// Finishes the sentence.
        reason: String,
    },
    /// RSA with a small or even exponent.
    #[error("the public exponent of the RSA key is not 65537 or larger")]
    UnusualExponent,
    /// Its time has not come.
    #[error("it is not valid before {not_before}")]
    NotYetValid {
        /// When it begins.
        not_before: Timestamp,
    },
    /// Its time is over.
    #[error("it has expired at {not_after}")]
    Expired {
        /// When it ended.
        not_after: Timestamp,
    },
    /// Ends before it begins.
    #[error("its validity ends before it begins")]
    ReversedValidity,
    /// GeneralizedTime before 2050.
    #[error("a date before 2050 is written as GeneralizedTime; it must be a UTCTime")]
    WrongTimeForm,
    /// OpenSSL's thirty days.
    #[error(
        "the root lives for {days} days in all, and everything below it ends with it; openssl gives 30 days when -days is left out"
    )]
    ShortLivedRoot {
        /// Its whole life.
        days: i64,
    },
    /// More than Apple's systems accept.
    #[error("the server certificate lives for {days} days; Apple's systems refuse more than 825")]
    LongLivedServer {
        /// Its whole life.
        days: i64,
    },
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::CaWithoutKeyUsage
            | Self::CaMayNotSign
            | Self::PathLengthWithoutCertSign
            | Self::PathLengthWithoutCa
            | Self::BasicConstraintsNotCritical
            | Self::CaWithoutKeyIdentifier
            | Self::NoAuthorityKeyIdentifier
            | Self::CriticalKeyIdentifier { .. }
            | Self::CertSignWithoutCa
            | Self::EnciphermentWithoutRsa
            | Self::EmptyIssuer
            | Self::NamelessCa
            | Self::NamelessWithoutCriticalNames
            | Self::MalformedIp { .. }
            | Self::NoServerName { .. }
            | Self::ConstraintsNotCritical
            | Self::ConstraintsWithoutCa
            | Self::OldVersion { .. }
            | Self::ExtensionsInOldVersion { .. }
            | Self::SerialNotPositive
            | Self::SerialTooLong { .. }
            | Self::DuplicateExtension { .. }
            | Self::UnknownCriticalExtension { .. }
            | Self::MalformedExtension { .. }
            | Self::AlgorithmsDiffer
            | Self::WeakSignature { .. }
            | Self::BrokenSelfSignature
            | Self::WeakKey { .. }
            | Self::NotYetValid { .. }
            | Self::Expired { .. }
            | Self::ReversedValidity
            | Self::WrongTimeForm => Severity::Error,
            Self::CaMayNotRevoke
            | Self::LeafWithoutKeyIdentifier
            | Self::KeyUsageNotCritical
            | Self::Subject(_)
            | Self::DnsName(_)
            | Self::CommonNameNotAmongNames { .. }
            | Self::UnusualExponent
            | Self::ShortLivedRoot { .. } => Severity::Warning,
            Self::AnyPurpose | Self::SerialGuessable { .. } | Self::LongLivedServer { .. } => Severity::Notice,
        }
    }

    /// A name for programs, which stays when the text changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CaWithoutKeyUsage => "ca_without_key_usage",
            Self::CaMayNotSign => "ca_may_not_sign",
            Self::CaMayNotRevoke => "ca_may_not_revoke",
            Self::PathLengthWithoutCertSign => "path_length_without_cert_sign",
            Self::PathLengthWithoutCa => "path_length_without_ca",
            Self::BasicConstraintsNotCritical => "basic_constraints_not_critical",
            Self::CaWithoutKeyIdentifier => "ca_without_key_identifier",
            Self::LeafWithoutKeyIdentifier => "leaf_without_key_identifier",
            Self::NoAuthorityKeyIdentifier => "no_authority_key_identifier",
            Self::CriticalKeyIdentifier { .. } => "critical_key_identifier",
            Self::CertSignWithoutCa => "cert_sign_without_ca",
            Self::KeyUsageNotCritical => "key_usage_not_critical",
            Self::EnciphermentWithoutRsa => "encipherment_without_rsa",
            Self::AnyPurpose => "any_purpose",
            Self::EmptyIssuer => "empty_issuer",
            Self::NamelessCa => "nameless_ca",
            Self::NamelessWithoutCriticalNames => "nameless_without_critical_names",
            Self::Subject(_) => "subject",
            Self::DnsName(_) => "dns_name",
            Self::MalformedIp { .. } => "malformed_ip",
            Self::NoServerName { .. } => "no_server_name",
            Self::CommonNameNotAmongNames { .. } => "common_name_not_among_names",
            Self::ConstraintsNotCritical => "constraints_not_critical",
            Self::ConstraintsWithoutCa => "constraints_without_ca",
            Self::OldVersion { .. } => "old_version",
            Self::ExtensionsInOldVersion { .. } => "extensions_in_old_version",
            Self::SerialNotPositive => "serial_not_positive",
            Self::SerialTooLong { .. } => "serial_too_long",
            Self::SerialGuessable { .. } => "serial_guessable",
            Self::DuplicateExtension { .. } => "duplicate_extension",
            Self::UnknownCriticalExtension { .. } => "unknown_critical_extension",
            Self::MalformedExtension { .. } => "malformed_extension",
            Self::AlgorithmsDiffer => "algorithms_differ",
            Self::WeakSignature { .. } => "weak_signature",
            Self::BrokenSelfSignature => "broken_self_signature",
            Self::WeakKey { .. } => "weak_key",
            Self::UnusualExponent => "unusual_exponent",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Expired { .. } => "expired",
            Self::ReversedValidity => "reversed_validity",
            Self::WrongTimeForm => "wrong_time_form",
            Self::ShortLivedRoot { .. } => "short_lived_root",
            Self::LongLivedServer { .. } => "long_lived_server",
        }
    }

    /// The paragraph behind it, if there is one.
    pub fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::CaWithoutKeyUsage | Self::CaMayNotSign | Self::CaMayNotRevoke | Self::KeyUsageNotCritical => {
                "RFC 5280 §4.2.1.3"
            }
            Self::PathLengthWithoutCertSign
            | Self::PathLengthWithoutCa
            | Self::BasicConstraintsNotCritical
            | Self::CertSignWithoutCa => "RFC 5280 §4.2.1.9",
            Self::CaWithoutKeyIdentifier | Self::LeafWithoutKeyIdentifier => "RFC 5280 §4.2.1.2",
            Self::NoAuthorityKeyIdentifier => "RFC 5280 §4.2.1.1",
            Self::CriticalKeyIdentifier { .. } => "RFC 5280 §4.2.1.1, §4.2.1.2",
            Self::EnciphermentWithoutRsa => "RFC 8813 §3",
            Self::AnyPurpose => "RFC 5280 §4.2.1.12",
            Self::EmptyIssuer => "RFC 5280 §4.1.2.4",
            Self::NamelessCa | Self::NamelessWithoutCriticalNames => "RFC 5280 §4.1.2.6",
            Self::Subject(_) => "RFC 5280 appendix A",
            Self::DnsName(_) | Self::MalformedIp { .. } => "RFC 5280 §4.2.1.6",
            Self::NoServerName { .. } | Self::CommonNameNotAmongNames { .. } => "RFC 9525 §6.3",
            Self::ConstraintsNotCritical | Self::ConstraintsWithoutCa => "RFC 5280 §4.2.1.10",
            Self::OldVersion { .. } | Self::ExtensionsInOldVersion { .. } => "RFC 5280 §4.1.2.1",
            Self::SerialNotPositive | Self::SerialTooLong { .. } => "RFC 5280 §4.1.2.2",
            Self::DuplicateExtension { .. } | Self::UnknownCriticalExtension { .. } => "RFC 5280 §4.2",
            Self::AlgorithmsDiffer => "RFC 5280 §4.1.1.2",
            Self::NotYetValid { .. } | Self::Expired { .. } | Self::ReversedValidity | Self::WrongTimeForm => {
                "RFC 5280 §4.1.2.5"
            }
            Self::MalformedExtension { .. }
            | Self::WeakSignature { .. }
            | Self::BrokenSelfSignature
            | Self::WeakKey { .. }
            | Self::UnusualExponent
            | Self::SerialGuessable { .. }
            | Self::ShortLivedRoot { .. }
            | Self::LongLivedServer { .. } => return None,
        })
    }
}

fn common_name_hint(common_name: Option<&str>) -> String {
    common_name.map_or_else(String::new, |name| format!("; the common name {name:?} is not looked at"))
}
