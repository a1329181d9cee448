//! What the host offers: the environment it starts us with, read once and turned into types.
//!
//! Everything here is foreign bytes. It must never panic, and it decides who may connect later.

use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use rustls::server::ParsedCertificate;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use thiserror::Error;

/// The certificate variable is a few hundred bytes; more than this is no host's doing.
const MAX_CERTIFICATE_PEM_BYTES: usize = 64 * 1024;

/// How every PEM block begins (RFC 7468 §2).
const PEM_BLOCK: &[u8] = b"-----BEGIN ";

/// Ports that a host asks for unless it says otherwise. Only used where there are no unix sockets.
const DEFAULT_PORTS: RangeInclusive<u16> = 10_000..=25_000;

/// The host's side of the handshake, from its environment variables.
#[derive(Debug)]
pub(crate) struct Offer {
    /// Protocol versions that the host speaks, in no order. Empty if it did not say.
    pub(crate) versions: Vec<u32>,
    /// The one certificate that may connect. `None`: the host wants plaintext.
    pub(crate) client_certificate: Option<CertificateDer<'static>>,
    /// The host would like all connections over one socket, which we do not offer.
    pub(crate) asks_for_multiplexing: bool,
    /// Where sockets are to be made, if not in the temporary folder.
    pub(crate) socket_folder: Option<PathBuf>,
    /// A group that must be able to connect, by name or number.
    pub(crate) socket_group: Option<String>,
    /// Ports to choose from where there are no unix sockets.
    pub(crate) ports: RangeInclusive<u16>,
}

/// The environment that the host prepared can't be understood. The host, or what stands between it and us, is at fault.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum OfferError {
    /// `PLUGIN_CLIENT_CERT` holds no certificate, or something that is none.
    #[error("PLUGIN_CLIENT_CERT does not hold a certificate in PEM form: {0}")]
    NotACertificate(String),
    /// `PLUGIN_CLIENT_CERT` holds more than the one PEM block that could be pinned.
    #[error("PLUGIN_CLIENT_CERT holds {0} PEM blocks; exactly one certificate can be pinned")]
    SeveralCertificates(usize),
    /// `PLUGIN_CLIENT_CERT` is absent and the protocol's author does not allow plaintext.
    #[error(
        "the host offered no certificate (PLUGIN_CLIENT_CERT is not set) and this plugin never talks in plaintext; \
         let the host use AutoMTLS"
    )]
    PlaintextRefused,
}

impl Offer {
    /// Reads the offer through `variable`, which looks up one environment variable.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, OfferError> {
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let non_empty = |name: &str| text(name).filter(|value| !value.is_empty());

        // A variable that is set but empty still announces AutoMTLS: it is an error, not a wish for plaintext.
        let client_certificate = variable("PLUGIN_CLIENT_CERT").map(|pem| client_certificate(&pem)).transpose()?;

        Ok(Self {
            versions: versions(&text("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default()),
            client_certificate,
            asks_for_multiplexing: non_empty("PLUGIN_MULTIPLEX_GRPC").is_some(),
            socket_folder: variable("PLUGIN_UNIX_SOCKET_DIR").filter(|value| !value.is_empty()).map(PathBuf::from),
            socket_group: non_empty("PLUGIN_UNIX_SOCKET_GROUP"),
            ports: ports(non_empty("PLUGIN_MIN_PORT"), non_empty("PLUGIN_MAX_PORT")),
        })
    }

    /// The version to speak: the highest that both know, else our lowest, so that the host can say what it misses.
    ///
    /// A host that names no versions gets our lowest as well: it dates from before there were several.
    pub(crate) fn choose_version(&self, ours: impl Iterator<Item = u32> + Clone) -> Option<Choice> {
        let common = ours.clone().filter(|version| self.versions.contains(version)).max();
        match common {
            Some(version) => Some(Choice { version, is_common: true }),
            None => ours.min().map(|version| Choice { version, is_common: self.versions.is_empty() }),
        }
    }
}

/// The outcome of the version negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) version: u32,
    /// Whether the host can be expected to go on.
    pub(crate) is_common: bool,
}

/// A comma-separated list; entries that are no numbers are passed over, as Go does.
fn versions(list: &str) -> Vec<u32> {
    list.split(',').filter_map(|entry| entry.trim().parse().ok()).collect()
}

fn client_certificate(pem: &OsStr) -> Result<CertificateDer<'static>, OfferError> {
    let pem = pem.as_encoded_bytes();
    if pem.len() > MAX_CERTIFICATE_PEM_BYTES {
        return Err(OfferError::NotACertificate(format!("it is {} bytes long", pem.len())));
    }
    // Counted before it is parsed: readers differ in what they make of a block that is cut short by the next one.
    let blocks = pem.windows(PEM_BLOCK.len()).filter(|window| *window == PEM_BLOCK).count();
    if blocks > 1 {
        return Err(OfferError::SeveralCertificates(blocks));
    }
    let damaged = |error: String| OfferError::NotACertificate(error);
    let certificate = CertificateDer::from_pem_slice(pem).map_err(|error| damaged(error.to_string()))?;
    // Bytes that no TLS library can read would only fail later, in a handshake, where nobody sees why.
    ParsedCertificate::try_from(&certificate).map_err(|error| damaged(error.to_string()))?;
    Ok(certificate)
}

fn ports(min: Option<String>, max: Option<String>) -> RangeInclusive<u16> {
    let port = |text: Option<String>, default: &u16| text.and_then(|text| text.parse().ok()).unwrap_or(*default);
    port(min, DEFAULT_PORTS.start())..=port(max, DEFAULT_PORTS.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Identity;

    fn read(pairs: &[(&str, &str)]) -> Result<Offer, OfferError> {
        Offer::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
    }

    fn pem() -> String {
        Identity::generate().unwrap().to_pem()
    }

    #[test]
    fn versions_are_unordered_and_what_is_no_number_is_passed_over() {
        let offer = read(&[("PLUGIN_PROTOCOL_VERSIONS", "6, 5,x,,-1,99999999999,4")]).unwrap();
        assert_eq!(offer.versions, [6, 5, 4]);
    }

    #[test]
    fn the_highest_common_version_is_chosen() {
        let offer = read(&[("PLUGIN_PROTOCOL_VERSIONS", "4,6,5")]).unwrap();
        assert_eq!(offer.choose_version([5, 6, 7].into_iter()), Some(Choice { version: 6, is_common: true }));
    }

    #[test]
    fn without_a_common_version_the_lowest_of_ours_is_reported() {
        let offer = read(&[("PLUGIN_PROTOCOL_VERSIONS", "1,2")]).unwrap();
        assert_eq!(offer.choose_version([7, 5, 6].into_iter()), Some(Choice { version: 5, is_common: false }));
        let silent = read(&[]).unwrap();
        assert_eq!(silent.choose_version([7, 5].into_iter()), Some(Choice { version: 5, is_common: true }));
    }

    #[test]
    fn one_certificate_is_pinned() {
        let offer = read(&[("PLUGIN_CLIENT_CERT", &pem())]).unwrap();
        assert!(offer.client_certificate.is_some());
        assert!(read(&[]).unwrap().client_certificate.is_none());
    }

    #[test]
    fn none_several_or_damaged_certificates_are_refused() {
        assert_eq!(
            read(&[("PLUGIN_CLIENT_CERT", &format!("{}{}", pem(), pem()))]).unwrap_err(),
            OfferError::SeveralCertificates(2)
        );
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let half = pem().split_at(200).0.to_owned();
        for pem in ["", "no pem", garbage, &half, &"x".repeat(MAX_CERTIFICATE_PEM_BYTES + 1)] {
            let error = read(&[("PLUGIN_CLIENT_CERT", pem)]).unwrap_err();
            assert!(matches!(error, OfferError::NotACertificate(_)), "{error:?}");
        }
    }

    #[test]
    fn nonsense_in_the_port_range_falls_back_to_the_default() {
        assert_eq!(read(&[("PLUGIN_MIN_PORT", "x")]).unwrap().ports, DEFAULT_PORTS);
        let range = read(&[("PLUGIN_MIN_PORT", "7"), ("PLUGIN_MAX_PORT", "9")]).unwrap().ports;
        assert_eq!(range, 7..=9);
    }
}
