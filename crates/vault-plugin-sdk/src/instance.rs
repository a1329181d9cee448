//! One mount in the process, from its set-up to its clean-up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, OnceCell, OwnedRwLockReadGuard, RwLock};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::error::Error;
use crate::isolated::{isolated, to_the_end, within};
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
    /// Held by whoever initialises, with why it failed the last time.
    initialising: Arc<Mutex<Option<Error>>>,
    /// How often it failed.
    failures: AtomicU64,
    /// Held by every write that is under way, so that the end can wait for them.
    writes: Arc<RwLock<()>>,
    /// The end has begun: no write may.
    ends: AtomicBool,
    /// Ends the writes that are not through in time.
    cut: CancellationToken,
}

impl<S: Send + Sync + 'static> Instance<S> {
    pub(crate) fn new(mount: Mount<S>, link: Arc<Link>) -> Self {
        Self {
            mount,
            link,
            initialised: OnceCell::new(),
            initialising: Arc::default(),
            failures: AtomicU64::new(0),
            writes: Arc::default(),
            ends: AtomicBool::new(false),
            cut: CancellationToken::new(),
        }
    }

    /// Does what the engine does when its storage is there, unless that was done.
    async fn initialise(&self, backend: &Backend<S>) -> Result<(), Error> {
        let Some(initialise) = &backend.initialise else { return Ok(()) };
        let work = || isolated("the initialisation", async { initialise(self.mount.clone()).await });
        self.initialised.get_or_try_init(work).await.copied()
    }

    /// Whether there is nothing left to initialise.
    pub(crate) fn is_initialised(&self, backend: &Backend<S>) -> bool {
        backend.initialise.is_none() || self.initialised.initialized()
    }

    /// Initialises, unless that was done. What is begun is finished also if its caller leaves, and the end waits for it. One does
    /// it, and the others wait for that one, for as long as they like: if it fails, so they do.
    pub(crate) async fn ready(self: &Arc<Self>, backend: &Arc<Backend<S>>) -> Result<(), Error> {
        if self.is_initialised(backend) {
            return Ok(());
        }
        // Whoever leaves while waiting here leaves nothing behind.
        let before = self.failures.load(Ordering::SeqCst);
        let mut last = Arc::clone(&self.initialising).lock_owned().await;
        if self.is_initialised(backend) {
            return Ok(());
        }
        if let Some(error) = &*last
            && self.failures.load(Ordering::SeqCst) != before
        {
            return Err(error.clone());
        }
        let (instance, backend) = (Arc::clone(self), Arc::clone(backend));
        to_the_end(backend.deadline, &self.cut, async move {
            let _writing = instance.writing().await?;
            let outcome = instance.initialise(&backend).await;
            if let Err(error) = &outcome {
                *last = Some(error.clone());
                instance.failures.fetch_add(1, Ordering::SeqCst);
            }
            outcome
        })
        .await
    }

    /// The same, for whoever does not leave by itself. Returns what is left of its time.
    pub(crate) async fn ready_within(
        self: &Arc<Self>,
        limit: Duration,
        backend: &Arc<Backend<S>>,
    ) -> Result<Duration, Error> {
        if self.is_initialised(backend) {
            return Ok(limit);
        }
        let by = Instant::now() + limit;
        within(limit, self.ready(backend)).await?;
        Ok(by.saturating_duration_since(Instant::now()))
    }

    /// When everything ends that could not wait for its own end.
    pub(crate) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// Says that a write is under way for as long as the value lives.
    ///
    /// # Errors
    /// If the end has begun: it would not wait for this one.
    pub(crate) async fn writing(&self) -> Result<OwnedRwLockReadGuard<()>, Error> {
        // First without waiting: the end may take its time.
        self.check()?;
        let guard = Arc::clone(&self.writes).read_owned().await;
        self.check()?;
        Ok(guard)
    }

    fn check(&self) -> Result<(), Error> {
        if self.ends.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("the mount ends, and takes no more writes".to_owned()));
        }
        Ok(())
    }

    /// Ends the mount: within [`FAREWELL`] everything that runs is through or dropped, then what it had begun is rolled back within
    /// [`ROLLBACK`], and the connection to the host closed. No write begins any more. A second time does nothing.
    pub(crate) async fn end(&self) {
        let by = Instant::now() + FAREWELL;
        self.ends.store(true, Ordering::SeqCst);
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
        let writing = instance.writing().await.unwrap();
        let begin = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            drop(writing);
        });
        instance.end().await;
        assert_eq!(begin.elapsed(), Duration::from_millis(100));

        let instance = Instance::unconnected("");
        let (begin, _stuck) = (Instant::now(), instance.writing().await.unwrap());
        instance.end().await;
        assert_eq!(begin.elapsed(), FAREWELL);
        let answer = tokio::time::timeout(Duration::from_secs(10), instance.mount.storage().get("a")).await;
        assert_eq!(answer.unwrap().err(), Some(StorageError::Gone));
    }

    #[tokio::test(start_paused = true)]
    async fn no_write_begins_once_the_end_has() {
        let instance = Arc::new(Instance::unconnected(""));
        let writing = instance.writing().await.unwrap();
        let ending = Arc::clone(&instance);
        let ending = tokio::spawn(async move { ending.end().await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        for time in ["while it waits for the others", "after it"] {
            let begin = Instant::now();
            assert!(matches!(instance.writing().await, Err(Error::Unavailable(_))), "a write begins {time}");
            assert_eq!(begin.elapsed(), Duration::ZERO, "it waits {time}");
            tokio::time::sleep(FAREWELL).await;
        }
        drop(writing);
        ending.await.unwrap();
    }

    /// A host that does not know the number of a transaction any more writes to the mount itself.
    #[tokio::test(start_paused = true)]
    async fn nothing_is_written_beside_a_transaction_that_the_end_rolls_back() {
        let host = PlayedHost::slow(Duration::from_millis(200)).taking(Duration::from_millis(100));
        let instance = Arc::new(Instance::over("", host.link()));
        let kept = instance.mount.storage().transaction().await.unwrap().unwrap();
        let other = instance.mount.storage().transaction().await.unwrap().unwrap();
        let view: crate::Storage = (*kept).clone();
        // It is under way when the end begins, and given up: the host does not know that.
        let given_up = tokio::time::timeout(Duration::from_millis(50), other.put("given up", "value")).await;
        assert!(given_up.is_err());
        let writing = tokio::spawn(async move {
            let mut written = 0;
            while view.put("a", "value").await.is_ok() {
                written += 1;
            }
            (written, view.put("b", "value").await)
        });
        // The end waits for this one, so the connection stays after the others are rolled back.
        let begun = instance.mount.storage().clone();
        let begun = tokio::spawn(async move { begun.transaction().await });
        tokio::time::sleep(Duration::from_millis(30)).await;
        instance.end().await;
        let (written, then) = writing.await.unwrap();
        assert_eq!(host.strays(), [""; 0], "written to the mount itself");
        assert_eq!((host.transactions(), host.keys()), ((0, 3), Vec::new()));
        assert!(written > 0 && then == Err(StorageError::Ended), "{written}, {then:?}");
        assert_eq!(begun.await.unwrap().err(), Some(StorageError::Gone));
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
        let _write = instance.writing().await.unwrap();
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
        let tries = Arc::new(AtomicU64::new(0));
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
        let (backend, instance) = (Arc::new(backend.build().unwrap()), Arc::new(Instance::unconnected("")));
        assert!(matches!(instance.ready(&backend).await, Err(Error::Unavailable(_))));
        assert!(matches!(instance.ready(&backend).await, Err(Error::Internal(_))));
        assert!(!instance.is_initialised(&backend));
        for _ in 0..2 {
            instance.ready(&backend).await.unwrap();
        }
        assert!(instance.is_initialised(&backend));
        assert_eq!(tries.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_an_initialisation_leaves_nothing_behind_and_shares_its_failure() {
        let (tries, failing) = (Arc::new(AtomicU64::new(0)), Duration::from_secs(10));
        let tried = Arc::clone(&tries);
        let backend = Backend::builder("1.0.0").initialise(move |_| {
            tried.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(failing).await;
                Err(Error::Unavailable("not yet".to_owned()))
            }
        });
        let (backend, instance) = (Arc::new(backend.build().unwrap()), Arc::new(Instance::unconnected("")));
        let before = Arc::strong_count(&instance);
        for _ in 0..20 {
            let left = instance.ready_within(Duration::from_millis(10), &backend).await;
            assert!(matches!(left, Err(Error::Unavailable(_))));
        }
        assert_eq!(Arc::strong_count(&instance), before + 1, "only the one that initialises is left");

        let begin = Instant::now();
        let waiting = (0..20).map(|_| instance.ready(&backend));
        for outcome in futures_util::future::join_all(waiting).await {
            assert_eq!(outcome, Err(Error::Unavailable("not yet".to_owned())));
        }
        assert!(begin.elapsed() < failing, "they tried again one after the other");
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }
}
