//! The mount's own storage, which the host encrypts and keeps.

mod cache;
mod key;
mod open;
mod open_transactions;
mod record;
mod transaction;

use std::future::Future;
use std::sync::Arc;

use go_plugin::MAX_MESSAGE_BYTES;
use plugin_proto::vault::pb;
use plugin_proto::vault::pb::storage_client::StorageClient;
use thiserror::Error;
use tonic::transport::Channel;
use tonic::{Response, Status};
use tracing::Instrument as _;

use crate::error::{Error, READ_ONLY};
use crate::link::{CallError, Link};

pub use cache::RecordCache;
use open::{Open, UnderWay};
pub(crate) use open_transactions::OpenTransactions;
pub use record::Record;
#[cfg(fuzzing)]
pub(crate) use record::{read, written};
pub use transaction::Transaction;

/// What hosts say of an entry that is larger than the storage under them takes.
const TOO_LARGE: &str = "value being too large";

/// What hosts say of a key that is longer than the storage under them takes.
const KEY_TOO_LARGE: &str = "key being too large";

/// What hosts say when somebody else wrote first.
const COMMIT_FAILED: &str = "transaction commit failed";

/// The mount's storage: keys are texts with `/` between folders, values are bytes. Cheap to clone.
///
/// One entry is written whole or not at all. What has to change together is best one entry, a [`Record`]: Vault has no
/// transactions, and OpenBao only on some storages.
#[derive(Clone)]
pub struct Storage {
    link: Arc<Link>,
    access: Access,
}

#[derive(Clone)]
enum Access {
    Full,
    /// For handlers that may be dropped where they await, and for existence checks.
    ReadOnly,
    Transaction(Arc<Open>),
}

/// A value and what goes with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes, as they were put.
    pub value: Vec<u8>,
    /// Encrypted once more by the seal, where there is such a seal.
    pub seal_wrap: bool,
}

/// Storage that could not be read or written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageError {
    /// It can't be written on this node.
    #[error("{READ_ONLY}")]
    ReadOnly,
    /// The value, or all that a transaction writes, is larger than the storage takes.
    #[error("the value at {key:?} is larger than the server's storage takes; the operator can raise its limit")]
    TooLarge {
        /// Where it was put.
        key: String,
    },
    /// Somebody else wrote first. Begin the transaction again.
    #[error("another write came first; try again")]
    Conflict,
    /// The mount was cleaned up, or the server is gone: stop.
    #[error("the storage of this mount is closed")]
    Gone,
    /// A key that no server takes.
    #[error("the storage key {key:?} {problem}")]
    BadKey {
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The transaction was committed or rolled back before.
    #[error("the transaction has ended already")]
    Ended,
    /// A bug of the engine: a handler that only reads, or an existence check, wrote something.
    #[error("a bug in the engine: a handler that only reads, or an existence check, writes to the storage")]
    OnlyReads,
    /// A record that can't be read as what it should be, or not be written.
    #[error("the record at {key:?} can't be understood: {problem}")]
    BadRecord {
        /// Where it is.
        key: String,
        /// What is wrong, without any of its content.
        problem: String,
    },
    /// Anything else, as the server said it.
    #[error("the server's storage refused: {0}")]
    Refused(String),
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::ReadOnly => Self::ReadOnly,
            StorageError::TooLarge { .. } => Self::TooLarge(error.to_string()),
            StorageError::Conflict => Self::Conflict(error.to_string()),
            StorageError::BadKey { .. } => Self::BadRequest(error.to_string()),
            StorageError::Gone => Self::Unavailable(error.to_string()),
            StorageError::Ended
            | StorageError::OnlyReads
            | StorageError::BadRecord { .. }
            | StorageError::Refused(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<CallError> for StorageError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Gone => Self::Gone,
            CallError::Unknown | CallError::Failed(_) => Self::Refused(error.to_string()),
        }
    }
}

impl Storage {
    pub(crate) fn new(link: Arc<Link>) -> Self {
        Self { link, access: Access::Full }
    }

    /// The same storage, without the right to write.
    pub(crate) fn read_only(&self) -> Self {
        Self { link: Arc::clone(&self.link), access: Access::ReadOnly }
    }

    /// The entry at a key, if there is one.
    ///
    /// # Errors
    /// If the key is a bad one, or the server can't be asked.
    pub async fn get(&self, key: &str) -> Result<Option<Entry>, StorageError> {
        key::check(key)?;
        let under_way = self.under_way().await?;
        let args = pb::StorageGetArgs { key: key.to_owned(), txn: under_way.transaction() };
        let reply = self.ask(under_way, |mut host| async move { host.get(args).await }).await?;
        said(&reply.err, key)?;
        Ok(reply.entry.map(|pb::StorageEntry { value, seal_wrap, .. }| Entry { value, seal_wrap }))
    }

    /// Writes an entry, in place of what was there.
    ///
    /// # Errors
    /// If the key is a bad one, the value too large, or the storage can't be written.
    pub async fn put(&self, key: &str, value: impl Into<Vec<u8>>) -> Result<(), StorageError> {
        self.put_entry(key, Entry { value: value.into(), seal_wrap: false }).await
    }

    /// The same, and says whether the seal shall encrypt it once more.
    ///
    /// # Errors
    /// As for [`Self::put`].
    pub async fn put_entry(&self, key: &str, entry: Entry) -> Result<(), StorageError> {
        key::check(key)?;
        self.check_writable()?;
        let Entry { value, seal_wrap } = entry;
        let entry = pb::StorageEntry { key: key.to_owned(), value, seal_wrap };
        let under_way = self.under_way().await?;
        let args = pb::StoragePutArgs { entry: Some(entry), txn: under_way.transaction() };
        let reply = self.ask(under_way, |mut host| async move { host.put(args).await }).await?;
        said(&reply.err, key)
    }

    /// Removes an entry. That there is none is no error.
    ///
    /// # Errors
    /// If the key is a bad one, or the storage can't be written.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        self.check_writable()?;
        let under_way = self.under_way().await?;
        let args = pb::StorageDeleteArgs { key: key.to_owned(), txn: under_way.transaction() };
        let reply = self.ask(under_way, |mut host| async move { host.delete(args).await }).await?;
        said(&reply.err, key)
    }

    /// The names in a folder: of entries, and of folders with `/` at the end. `prefix` is empty or ends in `/`.
    ///
    /// # Errors
    /// If the prefix is a bad one, or the server can't be asked.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check_prefix(prefix)?;
        let under_way = self.under_way().await?;
        let args = pb::StorageListArgs { prefix: prefix.to_owned(), txn: under_way.transaction() };
        let reply = self.ask(under_way, |mut host| async move { host.list(args).await }).await?;
        said(&reply.err, prefix)?;
        Ok(reply.keys)
    }

    /// At most `limit` names of a folder, those after `after` (empty: from the first). Vault has no such call, and lists all.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub async fn list_page(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<String>, StorageError> {
        key::check_prefix(prefix)?;
        if self.link.pages.get() != Some(&false) {
            let under_way = self.under_way().await?;
            let wanted = i32::try_from(limit).unwrap_or(i32::MAX);
            let args = pb::StorageListPageArgs {
                prefix: prefix.to_owned(),
                after: after.to_owned(),
                limit: wanted,
                txn: under_way.transaction(),
            };
            // Below 1 the server sets no limit.
            if wanted == 0 {
                return Ok(Vec::new());
            }
            match self.ask(under_way, |mut host| async move { host.list_page(args).await }).await {
                Ok(reply) => {
                    said(&reply.err, prefix)?;
                    return Ok(reply.keys);
                }
                // Somebody else may have found out meanwhile; it is the same for all.
                Err(CallError::Unknown) => drop(self.link.pages.set(false)),
                Err(error) => return Err(error.into()),
            }
        }
        let mut names = self.list(prefix).await?;
        names.sort_unstable();
        names.retain(|name| after.is_empty() || name.as_str() > after);
        names.truncate(limit);
        Ok(names)
    }

    /// Whether this is a transaction's view: what it sees, nobody else may see yet.
    fn is_transaction(&self) -> bool {
        matches!(self.access, Access::Transaction(_))
    }

    fn check_writable(&self) -> Result<(), StorageError> {
        match self.access {
            Access::ReadOnly => Err(StorageError::OnlyReads),
            Access::Full | Access::Transaction(_) => Ok(()),
        }
    }

    /// What goes with each call: the open transaction, which can't end before the host has answered, or nothing.
    async fn under_way(&self) -> Result<UnderWay, StorageError> {
        match &self.access {
            Access::Full | Access::ReadOnly => Ok(UnderWay::outside()),
            Access::Transaction(open) => open.under_way().await,
        }
    }

    /// Calls the host.
    async fn ask<T, F>(
        &self,
        under_way: UnderWay,
        call: impl FnOnce(StorageClient<Channel>) -> F + Send + 'static,
    ) -> Result<T, CallError>
    where
        T: Send + 'static,
        F: Future<Output = Result<Response<T>, Status>> + Send,
    {
        if !self.is_transaction() {
            return self.link.call(|channel| call(client(channel))).await;
        }
        // Of its own: a call that nobody waits for any more can still be on its way, and must come before the end of the
        // transaction.
        let link = Arc::clone(&self.link);
        let asked = async move {
            let _under_way = under_way;
            link.call(|channel| call(client(channel))).await
        };
        tokio::spawn(asked.in_current_span()).await.unwrap_or(Err(CallError::Gone))
    }
}

fn client(channel: Channel) -> StorageClient<Channel> {
    StorageClient::new(channel)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES)
}

/// The text in a reply, if it has one, by what it means.
fn said(text: &str, key: &str) -> Result<(), StorageError> {
    if text.is_empty() {
        Ok(())
    } else if text.contains(READ_ONLY) {
        Err(StorageError::ReadOnly)
    } else if text.contains(TOO_LARGE) {
        Err(StorageError::TooLarge { key: key.to_owned() })
    } else if text.contains(KEY_TOO_LARGE) {
        // An error shows where it begins: nobody reads all of it.
        let key = key.chars().take(100).collect();
        Err(StorageError::BadKey { key, problem: "is longer than the server's storage takes" })
    } else if text.contains(COMMIT_FAILED) {
        Err(StorageError::Conflict)
    } else {
        Err(StorageError::Refused(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_sends_too_much_is_told_so() {
        let status = |text| said(text, "a/b").map_err(|error| Error::from(error).status());
        assert_eq!(status(""), Ok(()));
        for (text, expected) in [
            ("put failed due to value being too large; got 2 bytes, max: 1 bytes", 413),
            ("put failed due to key being too large, max key size for integrated storage is 32768", 400),
            ("disk full", 500),
        ] {
            assert_eq!(status(text), Err(expected), "{text}");
        }
        let error = said("put failed due to key being too large", &"k".repeat(40_000)).unwrap_err().to_string();
        assert!(error.len() < 300, "{error}");
    }
}
