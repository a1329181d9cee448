//! What a certificate is for, and the extensions that follow from it.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH};
use der::flagset::FlagSet;
use x509_cert::ext::pkix::KeyUsages;

use crate::public_key::KeyKind;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A CA that signs its own certificate.
    RootCa(CaOptions),
    /// A CA below another one.
    IntermediateCa(CaOptions),
    /// A TLS server.
    TlsServer,
    /// A TLS client.
    TlsClient,
    /// Both, as the members of a cluster are.
    TlsServerAndClient,
}

/// What differs between CAs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaOptions {
    /// How many CAs may follow below this one (RFC 5280 §4.2.1.9): 0 = it certifies servers and clients only, `None` =
    /// any number.
    pub path_length: Option<u8>,
    /// The key may also sign other things than certificates and revocation lists. Old Vault versions and some clients
    /// want it.
    pub digital_signature: bool,
}

impl Default for CaOptions {
    fn default() -> Self {
        Self { path_length: None, digital_signature: true }
    }
}

impl Profile {
    /// The name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RootCa(_) => "root CA",
            Self::IntermediateCa(_) => "intermediate CA",
            Self::TlsServer => "TLS server",
            Self::TlsClient => "TLS client",
            Self::TlsServerAndClient => "TLS server and client",
        }
    }

    /// Is it for a CA?
    pub fn is_ca(self) -> bool {
        self.ca_options().is_some()
    }

    pub(crate) fn ca_options(self) -> Option<CaOptions> {
        match self {
            Self::RootCa(options) | Self::IntermediateCa(options) => Some(options),
            Self::TlsServer | Self::TlsClient | Self::TlsServerAndClient => None,
        }
    }

    pub(crate) fn is_server(self) -> bool {
        matches!(self, Self::TlsServer | Self::TlsServerAndClient)
    }

    /// Encipherment is for the RSA key exchange of TLS 1.2 servers; no other kind of key can do it (RFC 8813 §3, RFC
    /// 8410 §5).
    pub(crate) fn key_usage(self, key: KeyKind) -> FlagSet<KeyUsages> {
        if let Some(options) = self.ca_options() {
            let signs = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
            return if options.digital_signature { signs | KeyUsages::DigitalSignature } else { signs };
        }
        if self.is_server() && matches!(key, KeyKind::Rsa { .. }) {
            KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment
        } else {
            KeyUsages::DigitalSignature.into()
        }
    }

    /// Purposes. None for a CA, since verifiers take those of a CA for a limit on what it certifies.
    pub(crate) fn extended_key_usage(self) -> &'static [ObjectIdentifier] {
        match self {
            Self::RootCa(_) | Self::IntermediateCa(_) => &[],
            Self::TlsServer => &[ID_KP_SERVER_AUTH],
            Self::TlsClient => &[ID_KP_CLIENT_AUTH],
            Self::TlsServerAndClient => &[ID_KP_SERVER_AUTH, ID_KP_CLIENT_AUTH],
        }
    }
}
