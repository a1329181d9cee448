//! What the proxy is towards its clients: plain, or with TLS and a certificate that they trust.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::start_error::StartError;

/// What clients find at the proxy.
#[derive(Clone, Debug)]
pub struct Listen {
    pub(crate) tls: Option<Arc<ServerConfig>>,
}

impl Listen {
    /// HTTP/1.1 without TLS.
    pub fn plain() -> Self {
        Self { tls: None }
    }

    /// HTTP/1.1 over TLS 1.2 or newer, with this certificate (and those between it and the root, if any) and its key, both in
    /// PEM. The certificate should have the name 127.0.0.1.
    ///
    /// # Errors
    /// If they can't be read or don't belong together.
    pub fn tls(certificate: &str, key: &str) -> Result<Self, StartError> {
        let chain = certificates(certificate, "certificate of the proxy")?;
        let what = "key of the proxy";
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|source| StartError::Pem { what, source })?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|source| StartError::Tls { what: "certificate and key of the proxy", source })?;
        Ok(Self { tls: Some(Arc::new(config)) }.offering(&[b"http/1.1"]))
    }

    /// Lets clients choose HTTP/2 (by ALPN, so only with TLS).
    ///
    /// Off by default: a reset or a cut body ends the connection, and in HTTP/2 that breaks the calls beside it, too.
    pub fn http2(self) -> Self {
        self.offering(&[b"h2", b"http/1.1"])
    }

    fn offering(self, protocols: &[&[u8]]) -> Self {
        let tls = self.tls.map(|config| {
            let mut config = Arc::unwrap_or_clone(config);
            config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
            Arc::new(config)
        });
        Self { tls }
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

/// The certificates in a PEM text, of which there must be one at least.
pub(crate) fn certificates(pem: &str, what: &'static str) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|source| StartError::Pem { what, source })?;
    if found.is_empty() {
        return Err(StartError::Pem { what, source: rustls_pki_types::pem::Error::NoItemsFound });
    }
    Ok(found)
}
