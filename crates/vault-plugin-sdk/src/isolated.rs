//! The author's code, run so that what goes wrong in it stays there.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::error::Error;

/// Turns a panic into an error. The panic itself is in the log, with its place.
pub(crate) async fn isolated<T>(what: &str, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(panicked(what)),
    }
}

/// For work that may be dropped where it awaits: it is, when its time is over or nobody waits for it.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::Unavailable(format!("the engine had no answer within {} s", limit.as_secs_f32()));
    tokio::time::timeout(limit, isolated("the handler", work)).await.unwrap_or_else(|_| Err(late()))
}

/// How long work can go on after everybody has given up. What takes longer hangs.
const HANGS: Duration = Duration::from_secs(600);

/// For work that must be finished: it goes on when its time is over, and when nobody waits for it, though not for ever, and not
/// after `cut`.
pub(crate) async fn to_the_end<T: Send + 'static>(
    limit: Duration,
    cut: &CancellationToken,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let late = || {
        Error::Unavailable(format!(
            "not done within {} s; it goes on, so look before you try again",
            limit.as_secs_f32()
        ))
    };
    let work = until(cut.clone(), work);
    let running = tokio::spawn(isolated_owned(work).in_current_span());
    match tokio::time::timeout(limit, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::Unavailable("the engine is shutting down".to_owned())),
        Err(_) => Err(late()),
    }
}

/// For work that ends with its mount, and when it hangs.
pub(crate) async fn until<T>(cut: CancellationToken, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::select! {
        // What is through is through.
        biased;
        outcome = work => outcome,
        () = cut.cancelled() => Err(Error::Unavailable("the mount has ended, and the request with it".to_owned())),
        () = tokio::time::sleep(HANGS) => {
            tracing::error!(seconds = HANGS.as_secs(), "a write hangs, and is dropped");
            Err(Error::Unavailable("the request hung, and was dropped".to_owned()))
        }
    }
}

async fn isolated_owned<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    isolated("the handler", work).await
}

fn panicked(what: &str) -> Error {
    Error::Internal(format!("{what} panicked. This is a bug in the engine; its log has the place"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn reads_are_dropped_and_writes_are_finished() {
        let (send, mut done) = tokio::sync::mpsc::channel(4);
        let work = |name: &'static str| {
            let send = send.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                let _ = send.send(name).await;
                Ok(())
            }
        };
        let limit = Duration::from_secs(1);
        assert!(matches!(within(limit, work("read")).await, Err(Error::Unavailable(_))));
        let cut = CancellationToken::new();
        assert!(matches!(to_the_end(limit, &cut, work("write")).await, Err(Error::Unavailable(_))));
        // The caller goes away at once.
        let given_up = to_the_end(limit, &cut, work("given up"));
        let given_up = tokio::time::timeout(Duration::from_millis(10), given_up).await;
        assert!(given_up.is_err());
        drop(send);
        let mut finished = Vec::new();
        while let Some(name) = done.recv().await {
            finished.push(name);
        }
        assert_eq!(finished, ["write", "given up"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_nobody_waits_for_ends_with_its_mount_or_when_it_hangs() {
        for is_cut in [true, false] {
            let (cut, (held, dropped)) = (CancellationToken::new(), tokio::sync::oneshot::channel::<()>());
            let stuck = async move {
                let _held = held;
                std::future::pending::<Result<(), Error>>().await
            };
            let begin = tokio::time::Instant::now();
            assert!(matches!(to_the_end(Duration::from_secs(1), &cut, stuck).await, Err(Error::Unavailable(_))));
            if is_cut {
                cut.cancel();
            }
            let dropped = tokio::time::timeout(2 * HANGS, dropped).await;
            assert!(dropped.is_ok_and(|dropped| dropped.is_err()), "it goes on (cut: {is_cut})");
            assert_eq!(begin.elapsed(), if is_cut { Duration::from_secs(1) } else { HANGS });
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_this_request() {
        let limit = Duration::from_secs(10);
        let bad = || async { panic!("seeded") };
        assert!(matches!(within::<()>(limit, bad()).await, Err(Error::Internal(_))));
        assert!(matches!(to_the_end::<()>(limit, &CancellationToken::new(), bad()).await, Err(Error::Internal(_))));
    }
}
