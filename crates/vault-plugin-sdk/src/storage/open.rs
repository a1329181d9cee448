//! A transaction from its beginning to its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedRwLockReadGuard, RwLock, RwLockWriteGuard};

use super::StorageError;

/// A transaction that may have ended. To a host that no longer knows it, its number means "no transaction": what is written
/// with that number goes to the mount itself, so nothing may be under way when the host is told of the end.
pub(super) struct Open {
    pub(super) id: String,
    ended: AtomicBool,
    /// The host has said that it is committed or rolled back.
    through: AtomicBool,
    /// Held by every call that is under way in it.
    calls: Arc<RwLock<()>>,
    /// What is to be done once it has ended, however.
    afterwards: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

/// A call that is under way, in a transaction or outside of any.
pub(super) struct UnderWay {
    within: Option<(String, OwnedRwLockReadGuard<()>)>,
}

impl Open {
    pub(super) fn new(id: String) -> Self {
        Self {
            id,
            ended: AtomicBool::new(false),
            through: AtomicBool::new(false),
            calls: Arc::default(),
            afterwards: Mutex::default(),
        }
    }

    /// Says that a call is under way for as long as the value lives.
    ///
    /// # Errors
    /// If the transaction has ended.
    pub(super) async fn under_way(&self) -> Result<UnderWay, StorageError> {
        // First without waiting: the end may take its time.
        self.check()?;
        let guard = Arc::clone(&self.calls).read_owned().await;
        self.check()?;
        Ok(UnderWay { within: Some((self.id.clone(), guard)) })
    }

    fn check(&self) -> Result<(), StorageError> {
        if self.ended.load(Ordering::SeqCst) { Err(StorageError::Ended) } else { Ok(()) }
    }

    /// From here on no call begins in it. Says whether that is new.
    pub(super) fn end(&self) -> bool {
        !self.ended.swap(true, Ordering::SeqCst)
    }

    /// Waits for the calls that are under way in it, and for whoever else ends it.
    pub(super) async fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.calls.write().await
    }

    /// The host has said that it is through.
    pub(super) fn note_through(&self) {
        self.through.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_through(&self) -> bool {
        self.through.load(Ordering::SeqCst)
    }

    /// Does something once it has ended, however.
    pub(super) fn afterwards(&self, work: impl FnOnce() + Send + 'static) {
        self.afterwards.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(work));
    }

    /// It has ended.
    pub(super) fn do_what_comes_afterwards(&self) {
        let afterwards = std::mem::take(&mut *self.afterwards.lock().unwrap_or_else(PoisonError::into_inner));
        afterwards.into_iter().for_each(|work| work());
    }
}

impl UnderWay {
    pub(super) fn outside() -> Self {
        Self { within: None }
    }

    /// What the host calls its transaction. Empty: none.
    pub(super) fn transaction(&self) -> String {
        self.within.as_ref().map(|(id, _)| id.clone()).unwrap_or_default()
    }
}
