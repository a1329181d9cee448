//! Getting in on the strength of an earlier session: a ticket instead of a certificate.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, anyhow};
use go_plugin_conformance::{
    Algorithm, Credentials, HandshakeLine, Identity, NoCredentials, PATIENCE, Peer, Session, TlsVersion, channel_over,
    client,
};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, SignatureScheme};
use rustls_pki_types::ServerName;

use crate::hello;
use crate::strangers::{Outcome, call_over};

/// A certificate that is shown for a while.
#[derive(Debug)]
struct Revocable {
    credentials: Arc<Credentials>,
    is_shown: AtomicBool,
}

impl ResolvesClientCert for Revocable {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.is_shown.load(Ordering::Relaxed).then(|| self.credentials.resolve(hints, schemes)).flatten()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The true host talks to the plugin and keeps whatever ticket it gets; with that alone it comes back.
pub(crate) async fn come_back(
    line: &HandshakeLine,
    host: &Identity,
    version: TlsVersion,
    name: &str,
) -> Result<Outcome> {
    let shown = Arc::new(Revocable { credentials: Credentials::of(host)?, is_shown: AtomicBool::new(true) });
    let mut config = client(version, &Peer::anybody(), Arc::clone(&shown) as Arc<dyn ResolvesClientCert>)?;
    config.resumption = Resumption::in_memory_sessions(8);
    let stream = Session::secure(line.connect().await?, config.clone()).await?;
    Session { channel: channel_over(stream).await?.0 }.ping().await?;

    shown.is_shown.store(false, Ordering::Relaxed);
    match Session::secure(line.connect().await?, config).await {
        Ok(stream) => call_over(stream, name, 0).await,
        Err(_) => Ok(Outcome::Refused),
    }
}

/// A server of the stranger's own hands out a ticket for "localhost"; the plugin gets it together with a request.
pub(crate) async fn early_data(line: &HandshakeLine) -> Result<Outcome> {
    let mut config = client(TlsVersion::V1_3, &Peer::anybody(), Arc::new(NoCredentials))?;
    config.resumption = Resumption::in_memory_sessions(8);
    config.enable_early_data = true;
    let (config, address) = (Arc::new(config), line.address.clone());
    tokio::task::spawn_blocking(move || {
        collect_ticket(&config)?;
        knock(config, &address)
    })
    .await?
}

/// Shakes hands with a server that asks for no certificate and allows early data.
fn collect_ticket(config: &Arc<ClientConfig>) -> Result<()> {
    let identity = Identity::new(Algorithm::P256, (2020, 2050))?;
    let mut own = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified()?)));
    own.alpn_protocols = vec![b"h2".to_vec()];
    own.max_early_data_size = 4096;

    let (mut near, mut far) = UnixStream::pair()?;
    let serving = std::thread::spawn(move || -> Result<()> {
        let mut connection = ServerConnection::new(Arc::new(own))?;
        rustls::Stream::new(&mut connection, &mut far).write_all(b"x")?;
        Ok(())
    });
    let mut connection = ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
    // The ticket comes before the byte.
    rustls::Stream::new(&mut connection, &mut near).read_exact(&mut [0])?;
    serving.join().map_err(|_| anyhow!("the stranger's server panicked"))?
}

fn knock(config: Arc<ClientConfig>, address: &str) -> Result<Outcome> {
    let mut socket = UnixStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut connection = ClientConnection::new(config, ServerName::try_from("localhost")?)?;
    let mut early = connection.early_data().context("the ticket does not allow early data, so this proves nothing")?;
    early.write_all(&hello::http2_preface())?;
    let mut answer = [0; 1];
    let read = rustls::Stream::new(&mut connection, &mut socket).read(&mut answer);
    Ok(match read {
        Ok(1..) => Outcome::Served("application data".to_owned()),
        _ if connection.is_early_data_accepted() => Outcome::Served("early data was accepted".to_owned()),
        Ok(0) | Err(_) => Outcome::Refused,
    })
}
