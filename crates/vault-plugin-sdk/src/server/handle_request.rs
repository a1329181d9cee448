//! `HandleRequest`: everything that clients, and the server itself, want of a mount.

use std::sync::Arc;

use plugin_proto::vault::pb;

use super::answer::{refusal, reply};
use super::undelivered::Undelivered;
use super::{help, leases, rollback};
use crate::backend::Backend;
use crate::error::Error;
use crate::fields::Fields;
use crate::instance::Instance;
use crate::isolated::{to_the_end, within};
use crate::path::Handler;
use crate::request::{self, Call, Operation, Request, Verb};
use crate::response::Content;

pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
    wire: pb::Request,
) -> pb::HandleRequestReply {
    match Verb::parse(&wire.operation) {
        Some(Verb::On(operation)) => {
            on_path(backend, instance, operation, wire).await.unwrap_or_else(|error| refusal(&error))
        }
        Some(Verb::Help) => help::answer(backend, &wire),
        Some(Verb::Renew) => leases::renew(backend, instance, wire).await,
        Some(Verb::Revoke) => leases::revoke(backend, instance, wire).await,
        Some(Verb::Rollback) => rollback::answer(backend, instance).await,
        None => refusal(&Error::UnsupportedOperation),
    }
}

async fn on_path<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
    operation: Operation,
    mut wire: pb::Request,
) -> Result<pb::HandleRequestReply, Error> {
    let (route, captured) = backend.route(&wire.path, operation.lists()).ok_or(Error::UnsupportedPath)?;
    let handler = route.path.handlers.get(&operation).ok_or(Error::UnsupportedOperation)?;
    let body = request::body(&wire.data)?;
    let (fields, warnings) = Fields::read(route.path.declared(), &captured, &body, operation)?;
    let mount = if handler.only_reads { instance.mount.read_only() } else { instance.mount.clone() };
    let request = Arc::new(Request::read(&mut wire));
    let call = Call { mount, request: Arc::clone(&request), fields, body };

    let (Handler { work, only_reads }, limit) = (handler.clone(), backend.deadline);
    let outcome = if only_reads {
        let work = async {
            instance.ready(backend).await?;
            work(call).await
        };
        match within(limit, work).await {
            Ok(response) if matches!(response.content, Content::Lease(..)) => {
                // Whoever only reads can be dropped before it has said what it lends.
                // At the end of the mount it is revoked as far as there is time.
                let writing = instance.writing().await.ok();
                Undelivered::new(response, Arc::clone(backend), instance, request, writing)
                    .check(route.path.pattern, &[])
                    .and_then(Undelivered::deliver)
            }
            outcome => outcome,
        }
    } else {
        let (path, lends) = (route.path.pattern, route.path.lends.clone());
        let (backend, cut) = (Arc::clone(backend), instance.cut().clone());
        let undelivered = async {
            // What waits here has begun nothing, and ends with its caller.
            let limit = instance.ready_within(limit, &backend).await?;
            to_the_end(limit, &cut, async move {
                let writing = instance.writing().await?;
                let response = work(call).await?;
                Undelivered::new(response, backend, instance, request, Some(writing)).check(path, &lends)
            })
            .await
        };
        undelivered.await.and_then(Undelivered::deliver)
    };
    Ok(reply(backend, outcome, warnings, operation.gets()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::played_host::PlayedHost;
    use crate::{Path, Response, StorageError};

    fn wire(operation: &str) -> pb::Request {
        pb::Request { operation: operation.to_owned(), path: "a".to_owned(), ..pb::Request::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_only_reads_gets_no_storage_to_write_and_its_tasks_do() {
        let (send, mut written) = tokio::sync::mpsc::unbounded_channel();
        let read = move |call: Call| {
            let send = send.clone();
            async move {
                for storage in [call.storage(), call.mount().storage(), call.mount().clone().storage()] {
                    assert_eq!(storage.put("a", "b").await.err(), Some(StorageError::OnlyReads));
                }
                call.mount().start("task", move |mount, _| async move {
                    let _ = send.send(mount.storage().put("a", "b").await);
                });
                Ok(Response::none())
            }
        };
        let exists = |call: Call| async move {
            assert_eq!(call.mount().storage().put("a", "b").await.err(), Some(StorageError::OnlyReads));
            Ok(true)
        };
        let write = |call: Call| async move {
            call.mount().storage().put("a", "b").await?;
            Ok(Response::none())
        };
        let backend = Backend::builder("1.0.0").path(Path::new("a").read(read).exists(exists).write(write));
        let backend = Arc::new(backend.build().unwrap());
        let instance = Arc::new(Instance::over("", PlayedHost::default().link()));
        assert_eq!(answer(&backend, Arc::clone(&instance), wire("read")).await.err, None);
        assert_eq!(written.recv().await, Some(Ok(())));
        let checked = super::super::handle_existence_check::answer(&backend, &instance, wire("update")).await;
        assert!(checked.err.is_none() && checked.exists);
        assert_eq!(answer(&backend, instance, wire("update")).await.err, None);
    }

    /// An engine whose initialisation takes two seconds, and which says when that is done.
    fn slow_to_start() -> (Arc<Backend>, tokio::sync::mpsc::UnboundedReceiver<()>) {
        let (send, done) = tokio::sync::mpsc::unbounded_channel();
        let backend = Backend::builder("1.0.0").initialise(move |_| {
            let send = send.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                let _ = send.send(());
                Ok(())
            }
        });
        let read = |_: Call| async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(Response::none())
        };
        let exists = |_: Call| async { Ok(false) };
        let backend = backend.path(Path::new("a").read(read).exists(exists).write(read));
        let backend = backend.periodically(|_| async { Ok(()) });
        let backend = backend.tick_budget(Duration::from_secs(1)).deadline(Duration::from_secs(3));
        (Arc::new(backend.build().unwrap()), done)
    }

    #[tokio::test(start_paused = true)]
    async fn an_existence_check_comes_after_the_initialisation() {
        let ((backend, mut done), instance) = (slow_to_start(), Arc::new(Instance::unconnected("")));
        super::super::handle_existence_check::answer(&backend, &instance, wire("update")).await;
        assert_eq!(done.try_recv(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_initialisation_outlives_the_budget_of_a_tick() {
        let ((backend, mut done), instance) = (slow_to_start(), Arc::new(Instance::unconnected("")));
        let begin = tokio::time::Instant::now();
        assert_eq!(answer(&backend, instance, wire("rollback")).await, pb::HandleRequestReply::default());
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(done.try_recv(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_initialises_has_one_limit_and_the_end_waits_for_it() {
        let ((backend, _done), instance) = (slow_to_start(), Arc::new(Instance::unconnected("")));
        let begin = tokio::time::Instant::now();
        assert_eq!(answer(&backend, Arc::clone(&instance), wire("read")).await.err.unwrap().err_code, 503);
        assert_eq!(begin.elapsed(), Duration::from_secs(3));

        let ((backend, mut done), instance) = (slow_to_start(), Arc::new(Instance::unconnected("")));
        let reading = answer(&backend, Arc::clone(&instance), wire("read"));
        assert!(tokio::time::timeout(Duration::from_millis(1_800), reading).await.is_err());
        instance.end().await;
        assert_eq!(done.try_recv(), Ok(()), "it was cut off");
    }
}
