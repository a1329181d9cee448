//! Ending a client's connection in the middle of something: by a reset, or by just closing it.
//!
//! A call knows when, the connection knows how. They share a [`Cut`]; the connection's stream is a [`CutStream`], which lies
//! below TLS, so that no close_notify tells the client that all is well.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const OPEN: u8 = 0;
/// To be closed as soon as what was written has left.
const DRAINING: u8 = 1;
const CLOSED: u8 = 2;
const RESET: u8 = 3;

/// Whether and how a connection is to end early.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    state: AtomicU8,
    made: Notify,
}

/// What a call returns whose connection is cut.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut")]
pub(crate) struct Gone;

impl Cut {
    /// Ends the connection with RST.
    pub(crate) fn reset(&self) -> Gone {
        self.make(RESET)
    }

    /// Ends the connection with FIN.
    pub(crate) fn close(&self) -> Gone {
        self.make(CLOSED)
    }

    /// Ends the connection with FIN when all that was written so far has been handed to the system.
    pub(crate) fn close_when_flushed(&self) {
        // A cut that is made already stays as it is.
        let _ = self.state.compare_exchange(OPEN, DRAINING, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Waits for the cut. For one waiter.
    pub(crate) async fn made(&self) {
        self.made.notified().await;
    }

    fn make(&self, state: u8) -> Gone {
        self.state.store(state, Ordering::SeqCst);
        self.made.notify_one();
        Gone
    }
}

/// A client's connection that obeys its [`Cut`]: it says when all is flushed, and dropping it sends RST if that was wanted.
pub(crate) struct CutStream {
    tcp: TcpStream,
    cut: Arc<Cut>,
}

impl CutStream {
    pub(crate) fn new(tcp: TcpStream, cut: Arc<Cut>) -> Self {
        Self { tcp, cut }
    }
}

impl Drop for CutStream {
    fn drop(&mut self) {
        if self.cut.state.load(Ordering::SeqCst) == RESET {
            // Closing a socket whose linger time is zero sends RST. It fails only on a socket that is gone.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for CutStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for CutStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    /// TLS and HTTP write all they have before they flush what is below them.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        if self.cut.state.load(Ordering::SeqCst) == DRAINING {
            self.cut.close();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
