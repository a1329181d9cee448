//! Mutual TLS with both certificates pinned byte for byte.
//!
//! No chain building can do this job: the host's certificate says that it is a CA and is presented as a leaf, which
//! webpki refuses. It need not either. There is exactly one certificate that may be at the other end, we hold its bytes,
//! and the TLS signature proves that the peer has its key. So nothing else of it (names, dates, usages) is looked at.
//!
//! aws-lc-rs is named explicitly and never taken from the process default: the host's key is on P-521, and with a
//! provider that can't verify P-521 a Go host would present no certificate at all.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::certificate::Identity;

/// gRPC is HTTP/2 (RFC 9113 §3.2); Go's gRPC drops connections on which it was not negotiated.
const ALPN: &[u8] = b"h2";

/// The two TLS configurations of one start, for the same two certificates with the roles swapped.
#[derive(Clone)]
pub(crate) struct PinnedTls {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) client: Arc<ClientConfig>,
}

impl PinnedTls {
    /// TLS 1.2 or newer, where we are `identity` and the other end can only be `host`.
    pub(crate) fn new(identity: &Identity, host: CertificateDer<'static>) -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let pin = Arc::new(Pin { certificate: host, provider: Arc::clone(&provider) });

        let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::clone(&pin) as Arc<dyn ClientCertVerifier>)
            .with_single_cert(vec![identity.certificate.clone()], identity.key())?;
        server.alpn_protocols = vec![ALPN.to_vec()];
        // Every connection proves possession of the key anew: nothing is resumed.
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;

        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(pin)
            .with_client_auth_cert(vec![identity.certificate.clone()], identity.key())?;
        client.alpn_protocols = vec![ALPN.to_vec()];
        client.resumption = rustls::client::Resumption::disabled();

        Ok(Self { server: Arc::new(server), client: Arc::new(client) })
    }
}

/// Accepts one certificate, by its bytes.
#[derive(Debug)]
struct Pin {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl Pin {
    fn check(&self, presented: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Result<(), Error> {
        // The certificate is public, so the comparison need not take constant time.
        if presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Pin {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity, intermediates).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls12(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity, intermediates).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls12(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(certificate: &CertificateDer<'static>) -> Pin {
        Pin { certificate: certificate.clone(), provider: Arc::new(rustls::crypto::aws_lc_rs::default_provider()) }
    }

    #[test]
    fn only_the_pinned_bytes_alone_are_accepted() {
        let host = Identity::generate().unwrap().certificate;
        let stranger = Identity::generate().unwrap().certificate;
        let pin = pin(&host);
        assert!(pin.check(&host, &[]).is_ok());
        assert!(pin.check(&stranger, &[]).is_err());
        assert!(pin.check(&stranger, std::slice::from_ref(&host)).is_err());
        assert!(pin.check(&host, std::slice::from_ref(&stranger)).is_err());
        let longer = CertificateDer::from([host.as_ref(), &[0]].concat());
        assert!(pin.check(&longer, &[]).is_err());
    }

    #[test]
    fn the_scheme_of_go_hosts_is_among_those_offered() {
        let pin = pin(&Identity::generate().unwrap().certificate);
        assert!(pin.schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }
}
