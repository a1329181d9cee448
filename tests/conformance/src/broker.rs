//! The host's side of the broker.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use plugin_proto::go_plugin::ConnInfo;
use plugin_proto::go_plugin::grpc_broker_client::GrpcBrokerClient;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tokio_stream::{Stream, StreamExt as _};
use tonic::Streaming;
use tonic::transport::{Channel, Server};
use tonic_health::ServingStatus;

use crate::counted::{Counted, Received};
use crate::{HandshakeLine, Identity, PATIENCE, Peer, server};

/// The stream on which both sides announce connections.
#[derive(Debug)]
pub struct BrokerStream {
    ours: mpsc::Sender<ConnInfo>,
    theirs: Streaming<ConnInfo>,
}

impl BrokerStream {
    pub(crate) async fn open(channel: Channel) -> Result<Self> {
        let (ours, outgoing) = mpsc::channel(64);
        let opened = GrpcBrokerClient::new(channel).start_stream(ReceiverStream::new(outgoing)).await;
        Ok(Self { ours, theirs: opened.context("opening the broker stream")?.into_inner() })
    }

    /// Tells the plugin where number `id` is.
    ///
    /// # Errors
    /// The stream has ended.
    pub async fn announce(&self, id: u32, address: &Path) -> Result<()> {
        let address = address.to_str().context("the path is no UTF-8")?.to_owned();
        let announcement = ConnInfo { service_id: id, network: "unix".to_owned(), address, knock: None };
        self.ours.send(announcement).await.context("announcing a connection")
    }

    /// Waits for the plugin to tell where one of its numbers is.
    ///
    /// # Errors
    /// The stream has ended, or nothing came in time.
    pub async fn announced(&mut self) -> Result<ConnInfo> {
        let message = tokio::time::timeout(PATIENCE, self.theirs.message()).await.context("nothing was announced")?;
        message.context("the broker stream broke")?.context("the broker stream has ended")
    }

    /// Waits for the plugin to end the stream.
    ///
    /// # Errors
    /// It goes on.
    pub async fn ended(&mut self) -> Result<()> {
        while let Ok(Some(_)) =
            tokio::time::timeout(PATIENCE, self.theirs.message()).await.context("the broker stream goes on")?
        {}
        Ok(())
    }
}

/// A brokered server of the host with a health service, as `AcceptAndServe` of Go's hosts makes one.
#[derive(Debug)]
pub struct BrokeredHealth {
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl BrokeredHealth {
    /// Listens at `path` for the plugin of `line`, shows `host`.
    ///
    /// # Errors
    /// The socket can't be opened.
    pub async fn listen(path: &Path, host: &Identity, line: &HandshakeLine) -> Result<Self> {
        let plugin = line.certificate.clone().context("the plugin serves in plaintext")?;
        let acceptor = TlsAcceptor::from(Arc::new(server(host, &Peer::exactly(plugin))?));
        let listener = UnixListener::bind(path).with_context(|| format!("listening at {}", path.display()))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (reporter, health) = tonic_health::server::health_reporter();
        reporter.set_service_status("", ServingStatus::Serving).await;
        let serving = Server::builder().add_service(health).serve_with_incoming_shutdown(
            accepted(listener, acceptor),
            async move {
                let _ = stopped.await;
            },
        );
        let serving = tokio::spawn(async move {
            // The connection is the plugin's to break.
            let _ = serving.await;
        });
        Ok(Self { stop: Some(stop), serving })
    }

    /// Closes the socket and every connection on it.
    pub async fn close(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if tokio::time::timeout(PATIENCE, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}

fn accepted(
    listener: UnixListener,
    acceptor: TlsAcceptor,
) -> impl Stream<Item = io::Result<Counted<TlsStream<UnixStream>>>> {
    let shaking = UnixListenerStream::new(listener).then(move |stream| {
        let acceptor = acceptor.clone();
        async move { Ok(Counted::new(acceptor.accept(stream?).await?, Received::default())) }
    });
    // A plugin that refuses us is its own business; the server goes on.
    shaking.filter(Result::is_ok)
}
