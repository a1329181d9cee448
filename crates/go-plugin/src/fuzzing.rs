//! Doors for the fuzzer, which exist only when the crate is built for it (`--cfg fuzzing`).
//!
//! Bytes from outside arrive in places that are no part of the public interface. Each door leads to one of them, by the
//! same way that the product takes, and adds nothing. What must hold behind it is written in the fuzz target.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::{ClientConfig, ServerConfig};
use rustls_pki_types::CertificateDer;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use crate::broker::Broker;
use crate::certificate::Identity;
use crate::handshake::HandshakeLine;
use crate::hclog::{self, Severity};
use crate::incoming::HostStream;
use crate::listener::{Address, ListenError, Sockets};
use crate::mtls::PinnedTls;
use crate::offer::{Offer, OfferError};
use crate::services::Services;
use crate::{plugin, server};

/// What was understood of a host's environment.
#[derive(Debug)]
pub struct HostOffer(Offer);

impl HostOffer {
    /// Reads the environment through `variable`.
    ///
    /// # Errors
    ///
    /// The host's certificate is set, but is not exactly one.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, OfferError> {
        Offer::read(variable).map(Self)
    }

    /// The versions that the host speaks.
    #[must_use]
    pub fn versions(&self) -> &[u32] {
        &self.0.versions
    }

    /// The one certificate that may connect; `None` is plaintext.
    #[must_use]
    pub fn client_certificate(&self) -> Option<&CertificateDer<'static>> {
        self.0.client_certificate.as_ref()
    }

    /// The version to speak, and whether the host can be expected to speak it too.
    #[must_use]
    pub fn choose_version(&self, ours: &[u32]) -> Option<(u32, bool)> {
        self.0.choose_version(ours.iter().copied()).map(|choice| (choice.version, choice.is_common))
    }
}

/// Where a plugin listens.
#[derive(Debug)]
pub struct PluginAddress(Address);

impl PluginAddress {
    /// The address of a socket in a folder of its own below `folder`. It was open for a moment and is gone again.
    ///
    /// # Errors
    ///
    /// The socket can't be made, or hosts could not be told where it is.
    pub async fn in_folder(folder: PathBuf) -> Result<Self, ListenError> {
        let mut offer = silent_offer();
        offer.socket_folder = Some(folder);
        let listener = Sockets::prepare(&offer)?.listen("0").await?;
        Ok(Self(listener.address().clone()))
    }

    /// A port, as on systems without unix sockets. Nothing is opened.
    #[must_use]
    pub fn on_port(address: SocketAddr) -> Self {
        Self(Address::Tcp(address))
    }

    /// The path of the socket, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&PathBuf> {
        match &self.0 {
            Address::Unix(path) => Some(path),
            Address::Tcp(_) => None,
        }
    }

    /// The line that tells the host of this address.
    #[must_use]
    pub fn handshake_line(
        &self,
        version: u32,
        certificate: Option<&CertificateDer<'static>>,
        answers_multiplexing: bool,
    ) -> String {
        HandshakeLine { version, address: &self.0, certificate, answers_multiplexing }.to_string()
    }
}

/// A plugin's own certificate.
pub struct PluginIdentity(Identity);

impl PluginIdentity {
    /// Makes one, as every start does.
    ///
    /// # Errors
    ///
    /// The cryptography library refuses.
    pub fn generate() -> Result<Self, crate::ServeError> {
        Identity::generate().map(Self)
    }

    /// Mutual TLS between this plugin and the one host that `certificate` belongs to, in both roles.
    ///
    /// # Errors
    ///
    /// The TLS library refuses one of the two certificates.
    pub fn pin(
        &self,
        certificate: CertificateDer<'static>,
    ) -> Result<(Arc<ServerConfig>, Arc<ClientConfig>), rustls::Error> {
        PinnedTls::new(&self.0, certificate).map(|tls| (tls.server, tls.client))
    }
}

/// Encodes one event. The names of fields are those of the event, before hclog's own are protected.
#[must_use]
pub fn log_lines(severity: Severity, module: &str, message: &str, fields: Vec<(String, Value)>) -> String {
    let fields: BTreeMap<String, Value> = fields.into_iter().map(|(name, value)| (hclog::key(&name), value)).collect();
    hclog::lines(severity, module, message, &fields)
}

/// A broker without TLS and without a host, until `stop`.
///
/// # Errors
///
/// There is no writable temporary folder.
pub fn broker(stop: CancellationToken) -> Result<Broker, ListenError> {
    Ok(Broker::new(Sockets::on_ports(&silent_offer()), None, stop))
}

/// The server of a plugin that has no services of its own, in plaintext, on connections that the fuzzer makes up.
pub struct PluginServer {
    connections: mpsc::UnboundedSender<io::Result<HostStream>>,
    serving: JoinHandle<()>,
    broker: Broker,
    stop: CancellationToken,
}

impl PluginServer {
    /// Starts it on the current runtime.
    ///
    /// # Errors
    ///
    /// There is no writable temporary folder.
    pub async fn start() -> Result<Self, ListenError> {
        let stop = CancellationToken::new();
        let broker = broker(stop.clone())?;
        let routes = plugin::routes(Services::new(), &broker, &stop).await;
        let (connections, incoming) = mpsc::unbounded_channel();
        let serving = tokio::spawn(server::serve(routes, &[], UnboundedReceiverStream::new(incoming), stop.clone()));
        Ok(Self { connections, serving, broker, stop })
    }

    /// Lets a host in. After the end it is turned away.
    pub fn connect(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        // The server may have ended just now: then the stream is dropped, which the other end sees.
        let _ = self.connections.send(Ok(HostStream::new(Box::new(stream), CancellationToken::new())));
    }

    /// Whether the host asked for the end.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Ends it, once every call is through.
    ///
    /// # Errors
    ///
    /// The server had ended by itself.
    pub async fn end(self) -> io::Result<()> {
        self.stop.cancel();
        self.serving.await.map_err(io::Error::other)?;
        self.broker.remove_sockets();
        Ok(())
    }
}

/// What a host offers that sets no variable at all.
fn silent_offer() -> Offer {
    Offer {
        versions: Vec::new(),
        client_certificate: None,
        asks_for_multiplexing: false,
        socket_folder: None,
        socket_group: None,
        ports: 0..=0,
    }
}
