//! TLS as a host sets it up, with every part open to what a stranger might change.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    SupportedProtocolVersion,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::Identity;

/// One version of TLS, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    V1_2,
    /// RFC 8446.
    V1_3,
}

/// Who may be at the other end, and who was.
#[derive(Debug)]
pub struct Peer {
    expected: Option<CertificateDer<'static>>,
    presented: Mutex<Option<CertificateDer<'static>>>,
}

impl Peer {
    /// Exactly this certificate.
    #[must_use]
    pub fn exactly(certificate: CertificateDer<'static>) -> Arc<Self> {
        Arc::new(Self { expected: Some(certificate), presented: Mutex::default() })
    }

    /// Anybody: a stranger has no reason to be choosy.
    #[must_use]
    pub fn anybody() -> Arc<Self> {
        Arc::new(Self { expected: None, presented: Mutex::default() })
    }

    /// The certificate that was presented last.
    #[must_use]
    pub fn presented(&self) -> Option<CertificateDer<'static>> {
        self.presented.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn check(&self, presented: &CertificateDer<'_>) -> Result<(), Error> {
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(presented.clone().into_owned());
        match &self.expected {
            Some(expected) if expected != presented => Err(Error::General("not the expected certificate".to_owned())),
            _ => Ok(()),
        }
    }
}

/// What a client shows when it is asked for a certificate.
#[derive(Debug)]
pub struct Credentials(pub Arc<CertifiedKey>);

/// Nothing to show.
#[derive(Debug)]
pub struct NoCredentials;

impl Credentials {
    /// A certificate and its key.
    ///
    /// # Errors
    /// The key can't be used.
    pub fn of(identity: &Identity) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(Arc::new(identity.certified()?))))
    }

    /// A chain of certificates and a key, whether or not it is that of the first.
    ///
    /// # Errors
    /// The key can't be used.
    pub fn chain(certificates: Vec<CertificateDer<'static>>, key: &Identity) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(Arc::new(CertifiedKey::new(certificates, key.signing_key()?)))))
    }
}

/// A client for one version of TLS, with HTTP/2 and without resumption.
///
/// # Errors
/// The TLS library refuses the combination.
pub fn client(version: TlsVersion, peer: &Arc<Peer>, shown: Arc<dyn ResolvesClientCert>) -> Result<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version.of_rustls()])
        .context("choosing the TLS version")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(peer) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(shown);
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// A server as a host runs it for the broker: it shows `identity` and lets only `peer` in.
///
/// # Errors
/// The TLS library refuses the combination.
pub fn server(identity: &Identity, peer: &Arc<Peer>) -> Result<ServerConfig> {
    let chosen = identity.certified()?;
    ensure!(!chosen.cert.is_empty(), "a server needs a certificate");
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .context("choosing the TLS versions")?
        .with_client_cert_verifier(Arc::clone(peer) as Arc<dyn ClientCertVerifier>)
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(chosen)));
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

impl TlsVersion {
    fn of_rustls(self) -> &'static SupportedProtocolVersion {
        match self {
            Self::V1_2 => &rustls::version::TLS12,
            Self::V1_3 => &rustls::version::TLS13,
        }
    }
}

impl ResolvesClientCert for Credentials {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl ResolvesClientCert for NoCredentials {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

impl ServerCertVerifier for Peer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Peer {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &default_provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}
