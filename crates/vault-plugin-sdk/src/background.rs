//! Work that goes on beside the requests, and ends with the mount.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// The background tasks of a mount.
///
/// A task holds none of the server's locks, so this is the place for everything that takes long or calls a server, the
/// mount's own included. Calls to a server from a request, or while the mount is set up, can hang that server.
pub struct Background {
    mount: String,
    stop: CancellationToken,
    tasks: Mutex<HashMap<String, JoinHandle<()>>>,
}

/// Tells a background task when to stop.
#[derive(Clone)]
pub struct Stop {
    token: CancellationToken,
}

impl Background {
    /// `mount` is for the log.
    pub(crate) fn new(mount: &str) -> Self {
        Self { mount: mount.to_owned(), stop: CancellationToken::new(), tasks: Mutex::default() }
    }

    /// Starts a task, unless one of this name is still running or the mount is at its end. Says whether it did.
    ///
    /// A task that wants its mount is best started with [`Mount::start`](crate::Mount::start).
    ///
    /// When the mount ends, the task is told by its [`Stop`], and dropped where it awaits half a second later. From then on
    /// its storage answers that it is closed. What it does step by step has to be such that the next mount can go on.
    pub fn spawn<F>(&self, name: &str, task: impl FnOnce(Stop) -> F + Send + 'static) -> bool
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = self.tasks();
        if self.stop.is_cancelled() || tasks.get(name).is_some_and(|task| !task.is_finished()) {
            return false;
        }
        tasks.retain(|_, task| !task.is_finished());
        let stop = Stop { token: self.stop.clone() };
        // Also what comes before the first await: here we hold a lock.
        let work = AssertUnwindSafe(async move { task(stop).await }).catch_unwind();
        let span = tracing::info_span!("background", mount = self.mount, task = name);
        let work = async move {
            if work.await.is_err() {
                tracing::error!("a background task panicked; it is a bug in the engine");
            }
        };
        let task = tokio::spawn(work.instrument(span));
        tasks.insert(name.to_owned(), task);
        true
    }

    /// Tells all tasks to stop.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for all of them, and drops those that are not through in time.
    pub(crate) async fn end(&self, by: Instant) {
        let tasks: Vec<(String, JoinHandle<()>)> = self.tasks().drain().collect();
        let end = |(name, mut task): (String, JoinHandle<()>)| async move {
            if tokio::time::timeout_at(by, &mut task).await.is_err() {
                tracing::warn!(task = name, "a background task did not stop when it was told, and is dropped");
                task.abort();
            }
        };
        join_all(tasks.into_iter().map(end)).await;
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<String, JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    /// Resolves when the task has to stop.
    pub async fn stopped(&self) {
        self.token.cancelled().await;
    }

    /// Whether the task has to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.token.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_stop_when_they_are_told_and_stubborn_ones_in_time() {
        let background = Background::new("");
        let (send, kind) = tokio::sync::oneshot::channel();
        assert!(background.spawn("kind", |stop| async move {
            stop.stopped().await;
            send.send(()).unwrap();
        }));
        let (held, dropped) = tokio::sync::oneshot::channel::<()>();
        assert!(background.spawn("stubborn", |_| async move {
            let _held = held;
            std::future::pending().await
        }));
        assert!(background.spawn("bad", |_| async { panic!("seeded") }));
        assert!(!background.spawn("kind", |_| async {}), "it is running");
        let begin = Instant::now();
        background.stop();
        background.end(begin + Duration::from_millis(500)).await;
        kind.await.unwrap();
        assert_eq!(begin.elapsed(), Duration::from_millis(500));
        let dropped = tokio::time::timeout(Duration::from_secs(10), dropped).await;
        assert!(dropped.unwrap().is_err(), "the stubborn task lives on");
        assert!(!background.spawn("late", |_| async {}), "the mount is gone");
    }

    #[tokio::test]
    async fn a_task_that_has_ended_can_be_started_again() {
        let background = Background::new("");
        assert!(background.spawn("once", |_| async {}));
        while background.tasks().values().any(|task| !task.is_finished()) {
            tokio::task::yield_now().await;
        }
        assert!(background.spawn("once", |_| async {}));
    }

    #[tokio::test]
    async fn a_task_can_start_another_before_it_awaits() {
        let background = std::sync::Arc::new(Background::new(""));
        let (inner, (send, started)) = (std::sync::Arc::clone(&background), tokio::sync::oneshot::channel());
        // In a thread of its own: if it hangs, the test must not.
        let runtime = tokio::runtime::Handle::current();
        std::thread::spawn(move || {
            let _runtime = runtime.enter();
            background.spawn("outer", move |_| {
                let _ = send.send(inner.spawn("inner", |_| async {}));
                async {}
            })
        });
        assert!(tokio::time::timeout(Duration::from_secs(10), started).await.unwrap().unwrap());
    }
}
