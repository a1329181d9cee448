//! Answers on their way. A lease in one that never arrives is known to nobody, and lives for ever; so it is revoked.

use std::sync::Arc;

use tokio::sync::OwnedRwLockReadGuard;
use tracing::Instrument as _;

use crate::backend::Backend;
use crate::error::Error;
use crate::instance::Instance;
use crate::isolated::to_the_end;
use crate::lease::{Lease, LeaseCall};
use crate::request::Request;
use crate::response::{Content, Response};

/// An answer that nobody has yet. Dropped so, because its time is over or its client has gone, it takes its lease back.
pub(super) struct Undelivered<S: Send + Sync + 'static> {
    response: Option<Response>,
    way_back: Option<WayBack<S>>,
}

/// What it takes to revoke.
struct WayBack<S> {
    backend: Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
    request: Arc<Request>,
    /// The end of the mount waits for a revocation, too.
    writing: Option<OwnedRwLockReadGuard<()>>,
}

impl<S: Send + Sync + 'static> Undelivered<S> {
    pub(super) fn new(
        response: Response,
        backend: Arc<Backend<S>>,
        instance: Arc<Instance<S>>,
        request: Arc<Request>,
        writing: Option<OwnedRwLockReadGuard<()>>,
    ) -> Self {
        Self { response: Some(response), way_back: Some(WayBack { backend, instance, request, writing }) }
    }

    /// Looks whether the path has said that it lends this; else it may be that nobody takes it back.
    ///
    /// # Errors
    /// If it has not. The lease is revoked then, as far as that can be.
    pub(super) fn check(self, path: &'static str, lends: &[&'static str]) -> Result<Self, Error> {
        let Some(Response { content: Content::Lease(lease, _), .. }) = &self.response else { return Ok(self) };
        let kind = lease.kind();
        if lends.contains(&kind) {
            return Ok(self);
        }
        Err(Error::Internal(format!(
            "a bug in the engine: the path {path:?} lends leases of the kind {kind:?} and does not say so; use lend() or lends()"
        )))
    }

    /// Takes it to its client.
    pub(super) fn deliver(mut self) -> Result<Response, Error> {
        self.response.take().ok_or_else(|| Error::Internal("the answer is gone".to_owned()))
    }
}

impl<S: Send + Sync + 'static> Drop for Undelivered<S> {
    fn drop(&mut self) {
        let (Some(response), Some(way_back)) = (self.response.take(), self.way_back.take()) else { return };
        let Content::Lease(lease, _) = response.content else { return };
        // Outside of the runtime the process is at its end.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move { revoke(*lease, way_back).await }.in_current_span());
    }
}

async fn revoke<S: Send + Sync + 'static>(lease: Lease, way_back: WayBack<S>) {
    let kind = lease.kind();
    let (limit, cut) = (way_back.backend.deadline, way_back.instance.cut().clone());
    let outcome = to_the_end(limit, &cut, async move {
        let WayBack { backend, instance, request, writing } = way_back;
        let handlers = backend.leases.get(kind);
        let handlers = handlers.ok_or_else(|| Error::Internal("nobody takes leases of this kind back".to_owned()))?;
        let secret = lease.to_wire(false)?;
        let call = LeaseCall { mount: instance.mount.clone(), request, secret };
        let outcome = (handlers.revoke)(call, lease.into_content()).await;
        drop(writing);
        outcome
    });
    match outcome.await {
        Ok(()) | Err(Error::NotFound(_)) => {
            tracing::info!(kind, "nobody got the answer with a lease, so it was revoked");
        }
        Err(error) => tracing::error!(kind, %error, "nobody got the answer with a lease, and it can't be revoked"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::BoxFuture;
    use plugin_proto::vault::pb;
    use tokio::sync::mpsc;

    use super::super::handle_request;
    use super::*;
    use crate::{Call, LeaseType, Outcome, Path};

    const LOAN: LeaseType<u32> = LeaseType::new("loan");

    /// Gives a path its handler.
    type With = fn(Path, Lend) -> Path;
    type Lend = fn(Call) -> BoxFuture<'static, Outcome>;

    /// What is revoked, by an engine that takes a second to lend.
    fn engine(with: With) -> (Arc<Backend>, mpsc::UnboundedReceiver<u32>) {
        let (send, revoked) = mpsc::unbounded_channel();
        let lend: Lend = |_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Response::lease(LOAN.lend(&7)?, &serde_json::json!({}))
            })
        };
        let builder = Backend::builder("1.0.0").path(with(Path::new("lend"), lend));
        let builder = builder.lease(LOAN, move |call, number| {
            let send = send.clone();
            async move {
                assert_eq!(call.request().path, "lend");
                send.send(number).map_err(|_| Error::NotFound(String::new()))
            }
        });
        (Arc::new(builder.deadline(Duration::from_secs(3)).build().unwrap()), revoked)
    }

    async fn asked(backend: &Arc<Backend>) -> pb::HandleRequestReply {
        ask(backend, "read").await
    }

    async fn ask(backend: &Arc<Backend>, operation: &str) -> pb::HandleRequestReply {
        let wire = pb::Request { operation: operation.to_owned(), path: "lend".to_owned(), ..pb::Request::default() };
        handle_request::answer(backend, Arc::new(Instance::unconnected("")), wire).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_nobody_got_is_revoked() {
        let (backend, mut revoked) = engine(|path, lend| path.lend(LOAN, lend));
        assert!(asked(&backend).await.response.unwrap().secret.is_some());
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(revoked.try_recv().is_err(), "its client has it");

        // The client goes away.
        assert!(tokio::time::timeout(Duration::from_millis(500), asked(&backend)).await.is_err());
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(revoked.try_recv(), Ok(7));

        // It is over time.
        let mut backend = Arc::into_inner(backend).unwrap();
        backend.deadline = Duration::from_millis(500);
        assert_eq!(asked(&Arc::new(backend)).await.err.unwrap().err_code, 503);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(revoked.try_recv(), Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_a_path_does_not_speak_of_is_an_error_and_revoked() {
        let with: [(With, &str, bool); 4] = [
            (|path, lend| path.update(lend).lends(LOAN), "update", true),
            (|path, lend| path.update(lend), "update", false),
            (|path, lend| path.read(lend), "read", false),
            (|path, lend| path.read(lend).lends(LOAN), "read", false),
        ];
        for (number, (with, operation, is_fine)) in with.into_iter().enumerate() {
            let (backend, mut revoked) = engine(with);
            assert_eq!(ask(&backend, operation).await.err.is_none(), is_fine, "{number}");
            tokio::time::sleep(Duration::from_secs(10)).await;
            assert_eq!(revoked.try_recv().is_err(), is_fine, "{number}");
        }
    }
}
