//! The handshake line: the one line on standard output by which the host learns where and how to connect.

use std::fmt::{Display, Formatter, Result};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls_pki_types::CertificateDer;

use crate::listener::Address;

/// The version of go-plugin's own protocol, unchanged since its beginning.
const CORE_VERSION: u32 = 1;

/// The fields of the line, joined by `|`. Hosts read the first line only.
pub(crate) struct HandshakeLine<'a> {
    /// The negotiated version of the author's protocol.
    pub(crate) version: u32,
    /// Where we listen.
    pub(crate) address: &'a Address,
    /// Our certificate; `None` in plaintext, which leaves the field empty but keeps its place.
    pub(crate) certificate: Option<&'a CertificateDer<'static>>,
    /// Whether the host asked for multiplexing. Only then may there be a seventh field: older hosts would take it for
    /// a part of the certificate.
    pub(crate) answers_multiplexing: bool,
}

impl Display for HandshakeLine<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { version, address, certificate, answers_multiplexing } = self;
        // Go decodes with its raw alphabet, which refuses padding.
        let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        write!(f, "{CORE_VERSION}|{version}|{}|{address}|grpc|{certificate}", address.network())?;
        if *answers_multiplexing {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_fields_and_a_seventh_only_when_asked() {
        let address = Address::Unix("/tmp/plugin-x/s".into());
        let certificate = CertificateDer::from(vec![0xfb; 64]);
        let mut line = HandshakeLine {
            version: 5,
            address: &address,
            certificate: Some(&certificate),
            answers_multiplexing: false,
        };
        let text = line.to_string();
        assert!(text.starts_with("1|5|unix|/tmp/plugin-x/s|grpc|"), "{text}");
        assert_eq!(text.matches('|').count(), 5, "{text}");
        assert!(!text.contains('='), "{text}");
        line.answers_multiplexing = true;
        assert_eq!(line.to_string(), format!("{text}|false"));
    }

    #[test]
    fn plaintext_leaves_the_certificate_empty() {
        let address = Address::Tcp(([127, 0, 0, 1], 12_345).into());
        let line = HandshakeLine { version: 6, address: &address, certificate: None, answers_multiplexing: false };
        assert_eq!(line.to_string(), "1|6|tcp|127.0.0.1:12345|grpc|");
    }
}
