//! Reads that several resources need are made once.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::api_path::ApiPath;
use crate::error::Error;
use crate::namespace::Namespace;

type Cell<V> = Arc<OnceCell<Result<Arc<V>, Error>>>;

/// What was read, by namespace and path. Whoever asks while a read is under way gets the answer of that read, the error
/// included; whoever asks later gets it as long as it is kept.
///
/// An error is not kept. Nor is anything that was asked for before something was written: see [`forget`](Self::forget).
#[derive(Debug)]
pub struct SharedReads<V> {
    cells: Mutex<HashMap<(Namespace, ApiPath), Cell<V>>>,
}

impl<V> Default for SharedReads<V> {
    fn default() -> Self {
        Self { cells: Mutex::default() }
    }
}

impl<V> SharedReads<V> {
    /// What is kept of a path, else what `fetch` answers, which is kept then.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub async fn kept<F>(&self, at: (Namespace, ApiPath), fetch: impl FnOnce() -> F) -> Result<Arc<V>, Error>
    where
        F: Future<Output = Result<V, Error>>,
    {
        let cell = Arc::clone(self.cells().entry(at.clone()).or_default());
        let answer = cell.get_or_init(async || fetch().await.map(Arc::new)).await.clone();
        if answer.is_err() {
            self.drop(&at, &cell);
        }
        answer
    }

    /// What a read answers that is under way, else what `fetch` answers. It is not kept.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub async fn joined<F>(&self, at: (Namespace, ApiPath), fetch: impl FnOnce() -> F) -> Result<Arc<V>, Error>
    where
        F: Future<Output = Result<V, Error>>,
    {
        let cell = Arc::clone(self.cells().entry(at.clone()).or_default());
        let answer = cell.get_or_init(async || fetch().await.map(Arc::new)).await.clone();
        self.drop(&at, &cell);
        answer
    }

    /// Something was written: what was read of this path, of one above it or of one below it, no longer counts. Reads that
    /// are under way are not joined any more.
    pub fn forget(&self, namespace: &Namespace, path: &ApiPath) {
        self.cells().retain(|(of, known), _| of != namespace || !(path.starts_with(known) || known.starts_with(path)));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.cells().clear();
    }

    fn drop(&self, at: &(Namespace, ApiPath), cell: &Cell<V>) {
        let mut cells = self.cells();
        if cells.get(at).is_some_and(|known| Arc::ptr_eq(known, cell)) {
            cells.remove(at);
        }
    }

    /// A panic in a caller makes nothing here unusable.
    fn cells(&self) -> MutexGuard<'_, HashMap<(Namespace, ApiPath), Cell<V>>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::error::Kind;

    fn mounts() -> (Namespace, ApiPath) {
        (Namespace::default(), ApiPath::new("sys/mounts"))
    }

    #[tokio::test]
    async fn many_ask_and_one_reads() {
        let (reads, count) = (SharedReads::default(), AtomicU32::new(0));
        let fetch = || async {
            tokio::task::yield_now().await;
            Ok(count.fetch_add(1, Ordering::Relaxed))
        };
        let (a, b) = tokio::join!(reads.kept(mounts(), fetch), reads.kept(mounts(), fetch));
        assert_eq!((*a.unwrap(), *b.unwrap(), *reads.kept(mounts(), fetch).await.unwrap()), (0, 0, 0));
        reads.forget(&Namespace::default(), &ApiPath::new("sys/mounts/kv/tune"));
        assert_eq!(*reads.kept(mounts(), fetch).await.unwrap(), 1);
        reads.forget(&Namespace::new("other"), &ApiPath::new("sys/mounts"));
        assert_eq!(*reads.kept(mounts(), fetch).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_error_is_shared_and_not_kept() {
        let (reads, count) = (SharedReads::default(), AtomicU32::new(0));
        let fetch = || async {
            tokio::task::yield_now().await;
            match count.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Error::new("GET", "sys/mounts", Kind::Sealed)),
                n => Ok(n),
            }
        };
        let (a, b) = tokio::join!(reads.kept(mounts(), fetch), reads.kept(mounts(), fetch));
        assert!(a.is_err() && b.is_err());
        assert_eq!(*reads.kept(mounts(), fetch).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_was_asked_before_a_write_is_not_joined_after_it() {
        let reads = SharedReads::default();
        let (begun, go) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let old = reads.kept(mounts(), || async {
            begun.notify_one();
            go.notified().await;
            Ok("old")
        });
        let new = async {
            begun.notified().await;
            reads.forget(&Namespace::default(), &mounts().1);
            let new = reads.kept(mounts(), || async { Ok("new") }).await.unwrap();
            go.notify_one();
            new
        };
        let (old, new) = tokio::join!(old, new);
        assert_eq!((*old.unwrap(), *new), ("old", "new"));
        assert_eq!(*reads.kept(mounts(), || async { Ok("later") }).await.unwrap(), "new");
    }

    #[tokio::test]
    async fn what_is_only_joined_is_read_again_later() {
        let (reads, count) = (SharedReads::default(), AtomicU32::new(0));
        let fetch = || async { Ok(count.fetch_add(1, Ordering::Relaxed)) };
        for expected in 0..3 {
            assert_eq!(*reads.joined(mounts(), fetch).await.unwrap(), expected);
        }
    }
}
