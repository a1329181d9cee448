//! One mount in the process, from its set-up to its clean-up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedRwLockReadGuard, RwLock};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::error::Error;
use crate::isolated::{isolated, to_the_end};
use crate::link::Link;
use crate::mount::Mount;

/// What running writes and background tasks get when the mount ends. A server that is sealed waits for us, without a limit.
const FAREWELL: Duration = Duration::from_millis(500);

/// What the host gets then to roll back what they had begun: it would keep that for good. It needs no time if there is nothing.
const ROLLBACK: Duration = Duration::from_millis(400);

/// A mount and what keeps it going.
pub(crate) struct Instance<S> {
    pub(crate) mount: Mount<S>,
    link: Arc<Link>,
    initialised: OnceCell<()>,
    /// Held by every write that is under way, so that the end can wait for them.
    writes: Arc<RwLock<()>>,
    /// Ends the writes that are not through in time.
    cut: CancellationToken,
}

impl<S: Send + Sync + 'static> Instance<S> {
    pub(crate) fn new(mount: Mount<S>, link: Arc<Link>) -> Self {
        Self { mount, link, initialised: OnceCell::new(), writes: Arc::default(), cut: CancellationToken::new() }
    }

    /// Does what the engine does when its storage is there, unless that was done. One at a time: the others wait for it.
    pub(crate) async fn initialise(&self, backend: &Backend<S>) -> Result<(), Error> {
        let Some(initialise) = &backend.initialise else { return Ok(()) };
        let work = || isolated("the initialisation", async { initialise(self.mount.clone()).await });
        self.initialised.get_or_try_init(work).await.copied()
    }

    /// Whether there is nothing left to initialise.
    pub(crate) fn is_initialised(&self, backend: &Backend<S>) -> bool {
        backend.initialise.is_none() || self.initialised.initialized()
    }

    /// The same, for whoever may be dropped meanwhile: what is begun is finished all the same, and the end waits for it.
    pub(crate) async fn ready(self: &Arc<Self>, backend: &Arc<Backend<S>>) -> Result<(), Error> {
        if self.is_initialised(backend) {
            return Ok(());
        }
        let (instance, backend) = (Arc::clone(self), Arc::clone(backend));
        to_the_end(backend.deadline, &self.cut, async move {
            let _writing = instance.writing().await;
            instance.initialise(&backend).await
        })
        .await
    }

    /// When everything ends that could not wait for its own end.
    pub(crate) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// Says that a write is under way for as long as the value lives.
    pub(crate) async fn writing(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.writes).read_owned().await
    }

    /// Ends the mount: within [`FAREWELL`] everything that runs is through or dropped, then what it had begun is rolled back within
    /// [`ROLLBACK`], and the connection to the host closed. A second time does nothing.
    pub(crate) async fn end(&self) {
        let by = Instant::now() + FAREWELL;
        self.mount.background().stop();
        tokio::join!(self.mount.background().end(by), async {
            if tokio::time::timeout_at(by, self.writes.write()).await.is_err() {
                tracing::warn!("the mount ends although writes are under way");
            }
        });
        self.cut.cancel();
        self.link.transactions.end(&self.link, Instant::now() + ROLLBACK).await;
        self.link.close();
    }
}

impl<S> Drop for Instance<S> {
    fn drop(&mut self) {
        // Tasks of a mount that was replaced without a clean-up must not go on.
        self.mount.background().stop();
        self.cut.cancel();
        self.link.close();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::StorageError;
    use crate::mount::Setup;
    use crate::played_host::PlayedHost;

    impl Instance<()> {
        /// A mount whose host does not answer.
        pub(crate) fn unconnected(uuid: &str) -> Self {
            Self::over(uuid, Arc::new(Link::unconnected()))
        }

        /// A mount whose host is at the other end.
        pub(crate) fn over(uuid: &str, link: Arc<Link>) -> Self {
            Self::new(Mount::new(Setup::new(uuid.to_owned(), BTreeMap::new()), (), Arc::clone(&link)), link)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_writes_and_not_for_long() {
        let instance = Instance::unconnected("");
        let writing = instance.writing().await;
        let begin = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            drop(writing);
        });
        instance.end().await;
        assert_eq!(begin.elapsed(), Duration::from_millis(100));

        let _stuck = instance.writing().await;
        instance.end().await;
        assert_eq!(begin.elapsed(), Duration::from_millis(100) + FAREWELL, "a second time as well");
        let answer = tokio::time::timeout(Duration::from_secs(10), instance.mount.storage().get("a")).await;
        assert_eq!(answer.unwrap().err(), Some(StorageError::Gone));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_rolls_back_what_is_open_and_waits_for_what_is_begun() {
        let host = PlayedHost::slow(Duration::from_millis(800));
        let instance = Arc::new(Instance::over("", host.link()));
        let begin = || {
            let storage = instance.mount.storage().clone();
            async move { storage.transaction().await }
        };
        let _kept = begin().await.unwrap().unwrap();
        // Its write is cut in the middle, and drops it.
        let begun = begin();
        let in_a_write = tokio::spawn({
            let cut = instance.cut().clone();
            async move {
                let stuck = async move {
                    let _transaction = begun.await;
                    std::future::pending::<Result<(), Error>>().await
                };
                to_the_end(Duration::from_secs(85), &cut, stuck).await
            }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let in_the_middle = tokio::spawn(begin());
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(host.transactions(), (3, 3));
        let _write = instance.writing().await;
        instance.end().await;
        assert_eq!(host.transactions(), (0, 3));
        assert!(matches!(in_a_write.await.unwrap(), Err(Error::Unavailable(_))));
        drop(in_the_middle);
        assert_eq!(begin().await.err(), Some(StorageError::Gone));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_at_the_end_gets_an_answer() {
        let instance = Arc::new(Instance::unconnected(""));
        let storage = instance.mount.storage().clone();
        let asking = tokio::spawn(async move { storage.get("a").await });
        tokio::task::yield_now().await;
        instance.end().await;
        let answer = tokio::time::timeout(Duration::from_secs(10), asking).await.unwrap();
        assert_eq!(answer.unwrap().err(), Some(StorageError::Gone));
    }

    #[tokio::test]
    async fn the_initialisation_is_done_until_it_succeeds() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let tries = Arc::new(AtomicU32::new(0));
        let tried = Arc::clone(&tries);
        let backend = Backend::builder("1.0.0").initialise(move |_| {
            let number = tried.fetch_add(1, Ordering::Relaxed);
            async move {
                match number {
                    0 => Err(Error::Unavailable("not yet".to_owned())),
                    1 => panic!("seeded"),
                    _ => Ok(()),
                }
            }
        });
        let (backend, instance) = (backend.build().unwrap(), Instance::unconnected(""));
        assert!(matches!(instance.initialise(&backend).await, Err(Error::Unavailable(_))));
        assert!(matches!(instance.initialise(&backend).await, Err(Error::Internal(_))));
        assert!(!instance.is_initialised(&backend));
        for _ in 0..2 {
            instance.initialise(&backend).await.unwrap();
        }
        assert!(instance.is_initialised(&backend));
        assert_eq!(tries.load(Ordering::Relaxed), 3);
    }
}
