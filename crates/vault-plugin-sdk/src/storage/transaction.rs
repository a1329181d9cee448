//! Transactions, where the server has them.

use std::ops::Deref;
use std::sync::Arc;

use plugin_proto::vault::pb;
use tracing::Instrument as _;

use super::open_transactions::{roll_back, roll_back_alone};
use super::{Access, Open, Storage, StorageError, client, said};
use crate::link::{CallError, Link};

/// Reads and writes that happen together or not at all. Use it like the [`Storage`] that it is, then [commit](Self::commit).
///
/// Dropped without that, also because its request was cancelled, it is rolled back. A clone of its storage refuses
/// everything from its end on.
pub struct Transaction {
    storage: Storage,
    open: Arc<Open>,
}

impl Storage {
    /// Begins a transaction. `None`: this server, or the storage under it, has none.
    ///
    /// # Errors
    /// If the server can't be asked, or this is a transaction already.
    pub async fn transaction(&self) -> Result<Option<Transaction>, StorageError> {
        self.check_writable()?;
        self.begin(false).await
    }

    /// Begins a transaction that only reads: what it reads is of one moment.
    ///
    /// # Errors
    /// As for [`Self::transaction`].
    pub async fn read_only_transaction(&self) -> Result<Option<Transaction>, StorageError> {
        self.begin(true).await
    }

    async fn begin(&self, read_only: bool) -> Result<Option<Transaction>, StorageError> {
        if let Access::Transaction(_) = &self.access {
            return Err(StorageError::Refused("a transaction inside a transaction".to_owned()));
        }
        if !self.is_transactional().await? {
            return Ok(None);
        }
        // Of its own: if nobody waits for it any more, what the host has begun is dropped, and so rolled back.
        let begun = tokio::spawn(begin(Arc::clone(&self.link), read_only).in_current_span());
        begun.await.unwrap_or(Err(StorageError::Gone)).map(Some)
    }

    /// Asked once: it does not change while a server runs.
    async fn is_transactional(&self) -> Result<bool, StorageError> {
        let ask = || async {
            match self.link.call(|channel| async move { client(channel).is_transactional(pb::Empty {}).await }).await {
                Ok(reply) => Ok(reply.transactional),
                Err(CallError::Unknown) => Ok(false),
                Err(error) => Err(StorageError::from(error)),
            }
        };
        self.link.transactional.get_or_try_init(ask).await.copied()
    }
}

async fn begin(link: Arc<Link>, read_only: bool) -> Result<Transaction, StorageError> {
    let _under_way = link.transactions.under_way().await;
    if !link.transactions.can_begin() {
        return Err(StorageError::Gone);
    }
    let begun = link.call(|channel| async move {
        match read_only {
            true => client(channel).begin_read_only_tx(pb::Empty {}).await,
            false => client(channel).begin_tx(pb::Empty {}).await,
        }
    });
    let reply = begun.await?;
    said(&reply.err, "")?;
    let open = Arc::new(Open::new(reply.txn));
    if !link.transactions.begun(&open) {
        // The end of the mount has not waited for the answer.
        roll_back(&link, open.id.clone()).await;
        return Err(StorageError::Gone);
    }
    let storage = Storage { link: Arc::clone(&link), access: Access::Transaction(Arc::clone(&open)) };
    Ok(Transaction { storage, open })
}

impl Transaction {
    /// Makes it happen.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if another write came first: then nothing happened, and all of it has to be done again.
    pub async fn commit(self) -> Result<(), StorageError> {
        // Of its own: what is written here is forgotten by caches when the host has answered, also if nobody waits for it.
        tokio::spawn(self.committed().in_current_span()).await.unwrap_or(Err(StorageError::Gone))
    }

    async fn committed(self) -> Result<(), StorageError> {
        self.end()?;
        let _alone = self.open.alone().await;
        let args = pb::StorageCommitTxArgs { txn: self.open.id.clone() };
        let reply = self.storage.link.call(|channel| async move { client(channel).commit(args).await }).await?;
        self.note_through();
        said(&reply.err, "what the transaction wrote")
    }

    /// Ends it without a trace.
    ///
    /// # Errors
    /// If the server can't be told; the transaction is dead all the same.
    pub async fn roll_back(self) -> Result<(), StorageError> {
        self.end()?;
        let _alone = self.open.alone().await;
        let args = pb::StorageRollbackTxArgs { txn: self.open.id.clone() };
        let reply = self.storage.link.call(|channel| async move { client(channel).rollback(args).await }).await?;
        self.note_through();
        said(&reply.err, "")
    }

    /// From here on nothing goes through this transaction.
    fn end(&self) -> Result<(), StorageError> {
        if self.open.end() { Ok(()) } else { Err(StorageError::Ended) }
    }

    /// The host has said that it is through.
    fn note_through(&self) {
        self.open.note_through();
        self.storage.link.transactions.ended(&self.open.id);
    }
}

impl Deref for Transaction {
    type Target = Storage;

    fn deref(&self) -> &Storage {
        &self.storage
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.open.end();
        // Also after a commit, whose last act this is.
        self.open.do_what_comes_afterwards();
        // Outside of the runtime there is no connection either, on which the host would keep it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (link, open) = (Arc::clone(&self.storage.link), Arc::clone(&self.open));
        runtime.spawn(async move {
            let _under_way = link.transactions.under_way().await;
            // Else the host has said that it is through, or the end of the mount rolls it back.
            if link.transactions.ended(&open.id) {
                roll_back_alone(&link, &open).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::played_host::PlayedHost;

    impl Storage {
        /// A transaction that a host has begun.
        pub(crate) fn begun(link: Arc<Link>) -> Transaction {
            let open = Arc::new(Open::new("one".to_owned()));
            Transaction { storage: Self { link, access: Access::Transaction(Arc::clone(&open)) }, open }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_end_nothing_goes_through_a_transaction() {
        let transaction = Storage::begun(Arc::new(Link::unconnected()));
        let view = transaction.storage.clone();
        drop(transaction);
        let asked = async {
            assert_eq!(view.get("a").await.err(), Some(StorageError::Ended));
            assert_eq!(view.put("a", "b").await.err(), Some(StorageError::Ended));
            assert_eq!(view.delete("a").await.err(), Some(StorageError::Ended));
            assert_eq!(view.list("").await.err(), Some(StorageError::Ended));
            assert_eq!(view.list_page("", "", 1).await.err(), Some(StorageError::Ended));
        };
        // The host would never answer.
        tokio::time::timeout(Duration::from_secs(10), asked).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_transaction_that_nobody_waits_for_is_rolled_back() {
        let host = PlayedHost::slow(Duration::from_secs(1));
        let storage = Storage::new(host.link());
        let given_up = tokio::time::timeout(Duration::from_millis(500), storage.transaction()).await;
        assert!(given_up.is_err());
        assert_eq!(host.transactions(), (1, 1), "it is begun");
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(host.transactions(), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn each_end_of_a_transaction_is_one_for_the_host() {
        let host = PlayedHost::default();
        let storage = Storage::new(host.link());
        let begin = async || storage.transaction().await.unwrap().unwrap();
        begin().await.commit().await.unwrap();
        assert_eq!(host.transactions(), (0, 1));
        begin().await.roll_back().await.unwrap();
        assert_eq!(host.transactions(), (0, 2));
        drop(begin().await);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(host.transactions(), (0, 3));
        // A commit that nobody waits for may not get to the host.
        let transaction = begin().await;
        drop(Box::pin(transaction.commit()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(host.transactions(), (0, 4));
    }

    /// A host that does not know the number of a transaction any more writes to the mount itself.
    #[tokio::test(start_paused = true)]
    async fn a_commit_waits_for_what_is_under_way() {
        let host = PlayedHost::default().taking(Duration::from_secs(1));
        let storage = Storage::new(host.link());
        let transaction = storage.transaction().await.unwrap().unwrap();
        let view = transaction.storage.clone();
        let given_up = tokio::time::timeout(Duration::from_millis(500), view.put("given up", "b")).await;
        assert!(given_up.is_err());
        let under_way = tokio::spawn(async move { view.put("a", "b").await });
        tokio::task::yield_now().await;
        transaction.commit().await.unwrap();
        assert_eq!(under_way.await.unwrap(), Ok(()));
        assert_eq!(host.keys(), ["a", "given up"]);
        assert_eq!(host.strays(), [""; 0], "written beside the transaction");
    }

    #[tokio::test]
    async fn what_only_reads_can_begin_no_transaction_that_writes() {
        let storage = Storage::new(Arc::new(Link::unconnected())).read_only();
        assert_eq!(storage.transaction().await.err(), Some(StorageError::OnlyReads));
        assert_eq!(storage.put("a", "b").await.err(), Some(StorageError::OnlyReads));
        assert_eq!(storage.delete("a").await.err(), Some(StorageError::OnlyReads));
    }
}
