//! The certificate that a host sends, with any bytes as PEM text and as DER.
//!
//! An input is a PEM text, or a bare certificate that the target armours. What follows the PEM block, which is ignored
//! there, is taken as a signature.
//!
//! A certificate that was accepted may be refused later, but never in a panic. And whoever shows it without its key, be
//! it as a host that connects or as a server that we dial, gets no connection, whatever it writes as its signature.
#![no_main]

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::ops::DerefMut;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use go_plugin::fuzzing::{HostOffer, PluginIdentity};
use libfuzzer_sys::{Corpus, fuzz_target};
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, DigitallySignedStruct, Error, ServerConfig, ServerConnection,
    SideData, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion,
};

static IDENTITY: LazyLock<PluginIdentity> =
    LazyLock::new(|| PluginIdentity::generate().expect("a certificate of the plugin's own"));
static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(default_provider()));

fuzz_target!(|input: &[u8]| -> Corpus {
    let (certificate, signature) = match read(input) {
        Some(certificate) => (certificate, after_the_block(input)),
        None => match read(&armoured(input)) {
            Some(certificate) => (certificate, input),
            // Kept nevertheless: what is refused in a new way is of interest too.
            None => return Corpus::Keep,
        },
    };
    let Ok((server, client)) = IDENTITY.pin(certificate.clone()) else { return Corpus::Keep };

    let versions: &[&SupportedProtocolVersion] = if input.len().is_multiple_of(2) { &[&TLS13] } else { &[&TLS12] };
    let forger = Arc::new(Forger { certificate, signature: signature.to_vec() });
    let name = ServerName::try_from("localhost").expect("a name");
    assert_refuses_host(server, ClientConnection::new(forger.as_host(versions), name.clone()));
    assert_refuses_server(ClientConnection::new(client, name), forger.as_server(versions));
    Corpus::Keep
});

fn read(pem: &[u8]) -> Option<CertificateDer<'static>> {
    let variable = |name: &str| (name == "PLUGIN_CLIENT_CERT").then(|| OsString::from(OsStr::from_bytes(pem)));
    let offer = HostOffer::read(variable).ok()?;
    Some(offer.client_certificate().expect("a host that offered a certificate is served in plaintext").clone())
}

fn armoured(der: &[u8]) -> Vec<u8> {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der)).into_bytes()
}

fn after_the_block(pem: &[u8]) -> &[u8] {
    const END: &[u8] = b"-----END CERTIFICATE-----\n";
    let block = pem.windows(END.len()).position(|window| window == END).map_or(pem.len(), |at| at + END.len());
    pem.get(block..).unwrap_or_default()
}

fn assert_refuses_host(server: Arc<ServerConfig>, host: Result<ClientConnection, Error>) {
    let mut server = ServerConnection::new(server).expect("a server");
    let mut host = host.expect("a host");
    let refused = talk(&mut server, &mut host);
    assert!(refused && server.is_handshaking(), "a host without the key got in");
}

fn assert_refuses_server(client: Result<ClientConnection, Error>, server: Arc<ServerConfig>) {
    let mut client = client.expect("a client");
    let mut server = ServerConnection::new(server).expect("a server");
    let refused = talk(&mut client, &mut server);
    assert!(refused && client.is_handshaking(), "a server without the key was dialled");
}

/// Carries bytes between the two until neither has more. Whether `ours` refused.
fn talk<A, B>(
    ours: &mut impl DerefMut<Target = ConnectionCommon<A>>,
    forger: &mut impl DerefMut<Target = ConnectionCommon<B>>,
) -> bool
where
    A: SideData,
    B: SideData,
{
    loop {
        let heard = carry(forger, ours);
        if ours.process_new_packets().is_err() {
            return true;
        }
        let told = carry(ours, forger);
        if (heard, told) == (0, 0) || forger.process_new_packets().is_err() {
            return false;
        }
    }
}

fn carry<A, B>(
    from: &mut impl DerefMut<Target = ConnectionCommon<A>>,
    to: &mut impl DerefMut<Target = ConnectionCommon<B>>,
) -> usize {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes as &mut dyn Write).expect("writing to memory");
    }
    let mut unread = bytes.as_slice();
    while !unread.is_empty() && to.read_tls(&mut unread as &mut dyn Read).is_ok_and(|read| read > 0) {
        let _ = to.process_new_packets();
    }
    bytes.len()
}

/// Has the certificate but not the key, and signs with bytes of the fuzzer's choice.
#[derive(Clone, Debug)]
struct Forger {
    certificate: CertificateDer<'static>,
    signature: Vec<u8>,
}

impl Forger {
    fn as_host(self: &Arc<Self>, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_protocol_versions(versions)
            .expect("versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustsAnyone))
            .with_client_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesClientCert>);
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    fn as_server(self: &Arc<Self>, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    fn key(&self) -> Arc<CertifiedKey> {
        Arc::new(CertifiedKey::new(vec![self.certificate.clone()], Arc::new(self.clone())))
    }
}

impl ResolvesClientCert for Forger {
    fn resolve(&self, _subjects: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl ResolvesServerCert for Forger {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

impl SigningKey for Forger {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let choice = self.signature.first().map_or(0, |byte| usize::from(*byte)) % offered.len().max(1);
        let scheme = *offered.get(choice)?;
        Some(Box::new(Forgery { scheme, signature: self.signature.clone() }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

#[derive(Debug)]
struct Forgery {
    scheme: SignatureScheme,
    signature: Vec<u8>,
}

impl Signer for Forgery {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.signature.clone())
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// The forger does not care whom it talks to.
#[derive(Debug)]
struct TrustsAnyone;

impl ServerCertVerifier for TrustsAnyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}
