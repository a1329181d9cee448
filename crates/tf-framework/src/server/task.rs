//! Calls that run to their end though nobody waits for the answer.
//!
//! A call whose client gives up is dropped where it waits. One that changes something must not be: half of its work would be
//! done, and nobody would know.

use std::future::Future;

use tokio::sync::oneshot;
use tonic::{Response, Status};

/// Runs a call in a task of its own. A panic in it goes on in the caller.
pub(super) async fn run<T: Send + 'static>(
    call: impl Future<Output = T> + Send + 'static,
) -> Result<Response<T>, Status> {
    match tokio::spawn(call).await {
        Ok(answer) => Ok(Response::new(answer)),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Status::cancelled("the provider is shutting down")),
        },
    }
}

/// The same for a call whose answer must not be lost: `undo` gets one that nobody waits for any more.
pub(super) async fn run_or_undo<T, F, U>(
    call: impl Future<Output = T> + Send + 'static,
    undo: F,
) -> Result<Response<T>, Status>
where
    T: Send + 'static,
    F: FnOnce(T) -> U + Send + 'static,
    U: Future<Output = ()> + Send,
{
    let (send, receive) = oneshot::channel();
    let running = run(async move {
        if let Err(answer) = send.send(call.await) {
            undo(answer).await;
        }
    });
    running.await?;
    receive.await.map(Response::new).map_err(|_| Status::cancelled("the provider is shutting down"))
}
