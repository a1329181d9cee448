//! The broker: more connections between host and plugin, beside the one that the host opened.
//!
//! Either side opens a listener, gives it a number and announces it on one long stream. The other side learns the
//! number by an ordinary call and dials. Announcement and call travel separately, so either may come first.

mod dial;
mod rendezvous;
mod serve;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use plugin_proto::go_plugin::ConnInfo;
use plugin_proto::go_plugin::grpc_broker_server::GrpcBroker;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Request, Response, Status, Streaming};

use crate::listener::{ListenError, Sockets};
use crate::mtls::PinnedTls;
use crate::services::Services;

use rendezvous::Rendezvous;
pub use serve::BrokeredServer;

/// How long one side waits for the other's half. Hosts wait as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A number could not be dialled or served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BrokerError {
    /// The host announced nothing under this number in time.
    #[error("the host announced no connection {id} within {} s", PATIENCE.as_secs())]
    NotAnnounced {
        /// The number, as the host named it in a call.
        id: u32,
    },
    /// Somebody else in this plugin already waits for the number; each can be dialled once.
    #[error("connection {id} is being dialled already")]
    AlreadyAwaited {
        /// The number.
        id: u32,
    },
    /// The host's address is none that we connect to: only unix sockets and loopback are.
    #[error("connection {id} is at {network:?} {address:?}, which is neither a unix socket nor a loopback address")]
    AddressRefused {
        /// The number.
        id: u32,
        /// Kind of address, as announced.
        network: String,
        /// The address, as announced.
        address: String,
    },
    /// Connecting to the host's socket failed, or the TLS handshake on it: another process answered, say.
    #[error("connecting to the host's connection {id}")]
    Connect {
        /// The number.
        id: u32,
        /// What the system or TLS said.
        source: io::Error,
    },
    /// HTTP/2 could not be started on the connection.
    #[error("starting gRPC on connection {id}")]
    Grpc {
        /// The number.
        id: u32,
        /// What the transport said.
        source: tonic::transport::Error,
    },
    /// No socket for a server of ours.
    #[error("opening a brokered socket")]
    Listen(#[from] ListenError),
    /// The host has not opened the stream on which connections are announced.
    #[error("the host opened no broker stream within {} s, so it can't be told of a connection", PATIENCE.as_secs())]
    NoStream,
}

type Announcements = mpsc::Sender<Result<ConnInfo, Status>>;

/// Dials the host's brokered servers and serves brokered servers to the host.
#[derive(Clone)]
pub struct Broker {
    shared: Arc<Shared>,
}

struct Shared {
    announced: Rendezvous,
    /// The way to tell the host something; replaced when a host opens its stream anew, as in debug mode.
    stream: watch::Sender<Option<Announcements>>,
    last_id: AtomicU32,
    sockets: Sockets,
    tls: Option<PinnedTls>,
    stop: CancellationToken,
}

impl Broker {
    pub(crate) fn new(sockets: Sockets, tls: Option<PinnedTls>, stop: CancellationToken) -> Self {
        Self {
            shared: Arc::new(Shared {
                announced: Rendezvous::default(),
                stream: watch::Sender::new(None),
                last_id: AtomicU32::new(0),
                sockets,
                tls,
                stop,
            }),
        }
    }

    /// Connects to the server that the host announced, or will announce within 5 s, as number `id`.
    ///
    /// The channel never reconnects: once the host has closed its side, every call on it fails. Each number can be dialled
    /// once, also if the returned future is dropped before it is done.
    ///
    /// # Errors
    ///
    /// The host announced nothing in time, or something that can't be connected to.
    pub async fn dial(&self, id: u32) -> Result<Channel, BrokerError> {
        let announced = self.shared.announced.wait(id, PATIENCE).await?;
        dial::connect(id, &announced, self.shared.tls.as_ref()).await
    }

    /// Serves `services` to the host until the returned value is dropped, and tells the host of it.
    ///
    /// # Errors
    ///
    /// No socket could be opened, or the host has no open broker stream for 5 s.
    pub async fn serve(&self, services: Services) -> Result<BrokeredServer, BrokerError> {
        serve::serve(&self.shared, services).await
    }

    /// The first socket of this start, for the host's main connection.
    pub(crate) async fn listen(&self) -> Result<crate::listener::Listener, ListenError> {
        self.shared.sockets.listen("0").await
    }

    /// For the very end, when tasks that hold this broker may still be running.
    pub(crate) fn remove_sockets(&self) {
        self.shared.sockets.remove();
    }
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = Pin<Box<dyn Stream<Item = Result<ConnInfo, Status>> + Send>>;

    /// A host opens this once, right after connecting, and keeps it open.
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let (ours, announcements) = mpsc::channel(16);
        // A host that opens another stream must not lose this one, on which it may go on to announce.
        let held = ours.clone();
        self.shared.stream.send_replace(Some(ours));

        let shared = Arc::clone(&self.shared);
        let mut theirs = request.into_inner();
        tokio::spawn(async move {
            let _held = held;
            loop {
                let message = tokio::select! {
                    () = shared.stop.cancelled() => return,
                    message = theirs.message() => message,
                };
                match message {
                    Ok(Some(announced)) => shared.announced.announce(announced, PATIENCE),
                    Ok(None) => return,
                    Err(status) => {
                        tracing::debug!(%status, "the host's broker stream ended");
                        return;
                    }
                }
            }
        });

        let announcements = tokio_stream::wrappers::ReceiverStream::new(announcements);
        Ok(Response::new(Box::pin(announcements.take_until(self.shared.stop.clone().cancelled_owned()))))
    }
}
