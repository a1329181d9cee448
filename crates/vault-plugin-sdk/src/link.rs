//! The connection on which the host serves a mount's storage and system view. It has an end, and nothing outlives that.

use std::future::Future;
use std::sync::{PoisonError, RwLock};

use thiserror::Error;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use crate::storage::OpenTransactions;

/// The brokered connection of one mount.
pub(crate) struct Link {
    channel: RwLock<Option<Channel>>,
    closed: CancellationToken,
    /// Whether the storage has transactions, once it was asked.
    pub(crate) transactional: OnceCell<bool>,
    /// Whether the host knows how to list a page, once it was tried.
    pub(crate) pages: OnceCell<bool>,
    /// What the host has begun for this mount.
    pub(crate) transactions: OpenTransactions,
}

/// A call to the host that got no answer.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    /// The mount was cleaned up, or the host is gone.
    #[error("the server has closed the connection of this mount")]
    Gone,
    /// The host does not have this call.
    #[error("the server does not know this call")]
    Unknown,
    /// Anything else, as the host said it.
    #[error("the server answered: {0}")]
    Failed(String),
}

impl Link {
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            channel: RwLock::new(Some(channel)),
            closed: CancellationToken::new(),
            transactional: OnceCell::new(),
            pages: OnceCell::new(),
            transactions: OpenTransactions::new(),
        }
    }

    /// Calls the host. It ends when the connection is closed, also in the middle: a host waits for the end of its calls.
    pub(crate) async fn call<T, F>(&self, call: impl FnOnce(Channel) -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let channel = self.channel.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(channel) = channel else { return Err(CallError::Gone) };
        tokio::select! {
            () = self.closed.cancelled() => Err(CallError::Gone),
            answer = call(channel) => answer.map(Response::into_inner).map_err(|status| failure(&status)),
        }
    }

    /// Ends the connection for everybody who has a part of it.
    pub(crate) fn close(&self) {
        self.closed.cancel();
        self.channel.write().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn failure(status: &Status) -> CallError {
    match status.code() {
        Code::Unimplemented => CallError::Unknown,
        Code::Unavailable | Code::Cancelled => CallError::Gone,
        _ => CallError::Failed(status.message().to_owned()),
    }
}

#[cfg(test)]
impl Link {
    /// To a host that takes what is said and never answers. Needs a runtime.
    pub(crate) fn unconnected() -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        // Kept for as long as the runtime lives.
        tokio::spawn(async move {
            let _theirs = theirs;
            std::future::pending::<()>().await;
        });
        Self::over(ours)
    }

    /// To whoever has the other end.
    pub(crate) fn over(ours: tokio::io::DuplexStream) -> Self {
        let mut ours = Some(hyper_util::rt::TokioIo::new(ours));
        let connector = tower::service_fn(move |_: tonic::transport::Uri| {
            let ours = ours.take();
            async move { ours.ok_or_else(|| std::io::Error::other("connected already")) }
        });
        Self::new(tonic::transport::Endpoint::from_static("http://localhost").connect_with_connector_lazy(connector))
    }
}
