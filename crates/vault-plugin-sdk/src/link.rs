//! The connection on which the host serves a mount's storage and system view. It has an end, and nothing outlives that.

use std::error::Error as _;
use std::future::Future;
use std::sync::{PoisonError, RwLock};

use thiserror::Error;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use crate::storage::OpenTransactions;

/// How the bindings begin when a connection can't take a call any more. They lose the cause.
const NOT_READY: &str = "Service was not ready";

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
        _ if is_of_transport(status) => CallError::Gone,
        _ => CallError::Failed(status.message().to_owned()),
    }
}

/// Whether no host has said it, but the connection broke: the transport has a code for that for each moment, `Unknown` and
/// `Internal` among them. What a host says comes without a cause.
fn is_of_transport(status: &Status) -> bool {
    status.source().is_some() || status.message().starts_with(NOT_READY)
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

#[cfg(test)]
mod tests {
    use plugin_proto::vault::pb;
    use plugin_proto::vault::pb::storage_client::StorageClient;

    use super::*;
    use crate::played_host::PlayedHost;

    async fn ask(link: &Link) -> Result<(), CallError> {
        let args = pb::StorageGetArgs::default();
        link.call(|channel| async move { StorageClient::new(channel).get(args).await }).await.map(drop)
    }

    /// What the transport says of it depends on the moment.
    #[tokio::test]
    async fn a_host_that_is_gone_is_gone_whenever_it_went() {
        // So many bytes are read, and then it goes without a word.
        for bytes in [0, 10, 24, 33, 60, 100, 150, 200, 400, 1_000] {
            let (ours, mut theirs) = tokio::io::duplex(1 << 16);
            let link = Link::over(ours);
            tokio::spawn(async move {
                let mut read = vec![0; bytes];
                let reading = tokio::io::AsyncReadExt::read_exact(&mut theirs, &mut read);
                let _ = tokio::time::timeout(std::time::Duration::from_millis(50), reading).await;
            });
            for time in ["first", "second"] {
                let error = ask(&link).await.unwrap_err();
                assert!(matches!(error, CallError::Gone), "after {bytes} bytes, the {time} time: {error:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_host_that_goes_between_two_calls_or_in_the_middle_of_one_is_gone() {
        for in_the_middle in [false, true] {
            let (host, cut) = (PlayedHost::default(), CancellationToken::new());
            let link = host.link_until(cut.clone());
            ask(&link).await.unwrap();
            if in_the_middle {
                host.stall();
                let (asked, ()) = tokio::join!(ask(&link), async {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    cut.cancel();
                });
                assert!(matches!(asked, Err(CallError::Gone)), "{asked:?}");
            }
            cut.cancel();
            for _ in 0..3 {
                let error = ask(&link).await.unwrap_err();
                assert!(matches!(error, CallError::Gone), "in the middle: {in_the_middle}: {error:?}");
            }
        }
    }

    #[test]
    fn what_a_host_says_itself_is_none_of_the_transport() {
        let is_gone = |status: Status| matches!(failure(&status), CallError::Gone);
        assert!(is_gone(Status::unknown("Service was not ready: transport error")));
        assert!(is_gone(Status::from_error(Box::new(std::io::Error::from(std::io::ErrorKind::BrokenPipe)))));
        for said in [Status::unknown("a full disk"), Status::internal("broken"), Status::out_of_range("too large")] {
            assert!(!is_gone(said.clone()), "{said:?}");
        }
        assert!(matches!(failure(&Status::unimplemented("")), CallError::Unknown));
    }
}
