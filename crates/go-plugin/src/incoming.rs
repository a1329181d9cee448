//! Accepting connections: every TLS handshake on its own and against a deadline, so that a peer that stalls, lies or
//! hangs up costs nobody else anything.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use crate::listener::{Listener, RawStream};
use crate::mtls::PinnedTls;

/// A host is on the same machine and needs milliseconds.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// Handshakes under way at once. A host opens one connection and, per mount, a few more; beyond this, newcomers are
/// turned away until others are through or out of time.
const MAX_HANDSHAKES: usize = 256;

/// How long to wait when the system refuses to accept (it is out of descriptors, say), so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A connection that belongs to the host: through the handshake, or in plaintext where that is allowed.
pub(crate) struct HostStream {
    stream: Box<dyn RawStream>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl HostStream {
    /// A stream whose other end has proven to be the host, or need not. It ends when `cut` says so, whoever holds it.
    pub(crate) fn new(stream: Box<dyn RawStream>, cut: CancellationToken) -> Self {
        Self { stream, cut: Box::pin(cut.cancelled_owned()) }
    }

    fn is_cut(&mut self, cx: &mut Context<'_>) -> bool {
        self.cut.as_mut().poll(cx).is_ready()
    }
}

/// Accepts from `listener` until `stop`; what was accepted lives on until `cut`. `tls` is `None` in plaintext.
///
/// The stream yields no errors: to tonic, an error item would be the end of the server.
pub(crate) fn accept(
    listener: Listener,
    tls: Option<PinnedTls>,
    stop: CancellationToken,
    cut: CancellationToken,
) -> impl Stream<Item = io::Result<HostStream>> + Send + 'static {
    let (ready, incoming) = mpsc::channel(1);
    tokio::spawn(accept_loop(listener, tls, stop, cut, ready));
    tokio_stream::wrappers::ReceiverStream::new(incoming)
}

async fn accept_loop(
    listener: Listener,
    tls: Option<PinnedTls>,
    stop: CancellationToken,
    cut: CancellationToken,
    ready: mpsc::Sender<io::Result<HostStream>>,
) {
    let acceptor = tls.map(|tls| TlsAcceptor::from(tls.server));
    let handshakes = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let Ok(permit) = Arc::clone(&handshakes).try_acquire_owned() else {
            tracing::warn!(limit = MAX_HANDSHAKES, "too many unfinished handshakes: a connection was turned away");
            continue;
        };
        let (acceptor, ready, cut) = (acceptor.clone(), ready.clone(), cut.clone());
        tokio::spawn(async move {
            if let Some(stream) = shake_hands(acceptor, stream).await {
                drop(permit);
                // The receiver is gone when the server is: then so is the connection's purpose.
                let _ = ready.send(Ok(HostStream::new(stream, cut))).await;
            }
        });
    }
}

async fn shake_hands(acceptor: Option<TlsAcceptor>, stream: Box<dyn RawStream>) -> Option<Box<dyn RawStream>> {
    let Some(acceptor) = acceptor else { return Some(stream) };
    match tokio::time::timeout(HANDSHAKE_DEADLINE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a connection was refused: the peer did not prove to be the host");
            None
        }
        Err(_) => {
            tracing::warn!(
                seconds = HANDSHAKE_DEADLINE.as_secs(),
                "a connection was dropped: its handshake took too long"
            );
            None
        }
    }
}

impl Connected for HostStream {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for HostStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_cut(cx) {
            // Nothing read: the end of the stream.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

/// Without vectored writes: where h2 is offered them, it writes what comes behind 256 bytes of an answer by itself, and that
/// is another record of TLS and another wake-up of the host for each answer.
impl AsyncWrite for HostStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
