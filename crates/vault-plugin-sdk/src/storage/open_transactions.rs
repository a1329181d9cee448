//! The transactions that a host keeps for a mount. Each costs it something until it is ended, and nobody else ends them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use plugin_proto::vault::pb;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio::time::Instant;

use super::{Open, client};
use crate::link::Link;

/// Those of one mount.
pub(crate) struct OpenTransactions {
    /// By what the host calls them. `None`: the mount has ended, and no further one may begin.
    open: Mutex<Option<BTreeMap<String, Arc<Open>>>>,
    /// Held while one is begun or rolled back, so that the end can wait for that.
    under_way: Arc<RwLock<()>>,
}

impl OpenTransactions {
    pub(crate) fn new() -> Self {
        Self { open: Mutex::new(Some(BTreeMap::new())), under_way: Arc::default() }
    }

    /// Says that one is being begun or rolled back for as long as the value lives.
    pub(super) async fn under_way(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.under_way).read_owned().await
    }

    /// Whether one can begin.
    pub(super) fn can_begin(&self) -> bool {
        self.open().is_some()
    }

    /// The host has begun one. Says whether it may go on.
    pub(super) fn begun(&self, begun: &Arc<Open>) -> bool {
        self.open().as_mut().is_some_and(|open| open.insert(begun.id.clone(), Arc::clone(begun)).is_none())
    }

    /// The host has said that one is through, or somebody is about to roll it back. Says whether it was open until now.
    pub(super) fn ended(&self, txn: &str) -> bool {
        self.open().as_mut().is_some_and(|open| open.remove(txn).is_some())
    }

    /// Rolls all of them back, until this moment. No other one begins from now on, and no call in one of these.
    pub(crate) async fn end(&self, link: &Link, by: Instant) {
        let open = self.open().take().unwrap_or_default();
        for open in open.values() {
            open.end();
        }
        let rolled_back = join_all(open.values().map(|open| roll_back_alone(link, open)));
        // What is being begun is rolled back by whoever begins it, as soon as the host has answered.
        let all = async { tokio::join!(rolled_back, self.under_way.write()) };
        if tokio::time::timeout_at(by, all).await.is_err() {
            tracing::warn!("the mount ends with transactions that the server did not roll back in time");
        }
    }

    fn open(&self) -> MutexGuard<'_, Option<BTreeMap<String, Arc<Open>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rolls one back that has ended, once nothing is under way in it, unless the host has said meanwhile that it is through. One in
/// which a call hangs is left to the host: that costs it something, and a call that came after its transaction would write to
/// the mount itself.
pub(super) async fn roll_back_alone(link: &Link, open: &Open) {
    let _alone = open.alone().await;
    if !open.is_through() {
        roll_back(link, open.id.clone()).await;
    }
}

/// Rolls back what nobody waits for.
pub(super) async fn roll_back(link: &Link, txn: String) {
    let args = pb::StorageRollbackTxArgs { txn };
    if let Err(error) = link.call(|channel| async move { client(channel).rollback(args).await }).await {
        tracing::debug!(%error, "a transaction that nobody ended was not rolled back");
    }
}
