//! Records that are kept in memory, and forgotten when another node has changed them.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Instrument as _;

use super::record::written;
use super::{Access, Record, Storage, StorageError};

/// Beyond this a cache forgets everything: whoever needs more has no use for a cache of names.
const MAX_RECORDS: usize = 4096;

/// The same for what the records are in the storage, all together. A record that is larger alone is not kept.
const MAX_BYTES: usize = 16 << 20;

/// Records of one type, read once. Made by [`Setup::cache`](crate::Setup::cache), which tells it when the host says that a
/// key has changed elsewhere.
///
/// All writes to these records go through it, also those of a [`Transaction`](crate::Transaction), whose reads are never kept.
/// Cheap to clone.
pub struct RecordCache<R> {
    held: Arc<Mutex<Held<R>>>,
}

struct Held<R> {
    records: HashMap<String, Kept<R>>,
    /// Grows with each thing that is forgotten: what was read before that may be stale.
    generation: u64,
}

struct Kept<R> {
    record: Arc<R>,
    /// In the storage, and with its name.
    bytes: usize,
}

impl<R> Held<R> {
    fn keep(&mut self, name: &str, record: &Arc<R>, bytes: usize) {
        let bytes = bytes.saturating_add(name.len());
        if bytes > MAX_BYTES {
            return;
        }
        let all = self.records.values().fold(bytes, |sum, kept| sum.saturating_add(kept.bytes));
        if self.records.len() >= MAX_RECORDS || all > MAX_BYTES {
            self.records.clear();
        }
        self.records.insert(name.to_owned(), Kept { record: Arc::clone(record), bytes });
    }
}

impl<R> Clone for RecordCache<R> {
    fn clone(&self) -> Self {
        Self { held: Arc::clone(&self.held) }
    }
}

impl<R: Record> RecordCache<R> {
    pub(crate) fn new() -> Self {
        Self { held: Arc::new(Mutex::new(Held { records: HashMap::new(), generation: 0 })) }
    }

    /// The record with this name, from memory if it is there.
    ///
    /// # Errors
    /// As for [`Storage::load`].
    pub async fn load(&self, storage: &Storage, name: &str) -> Result<Option<Arc<R>>, StorageError> {
        if storage.is_transaction() {
            return Ok(storage.load::<R>(name).await?.map(Arc::new));
        }
        let before = {
            let held = self.held();
            if let Some(kept) = held.records.get(name) {
                return Ok(Some(Arc::clone(&kept.record)));
            }
            held.generation
        };
        let Some((record, bytes)) = storage.load_sized::<R>(name).await? else { return Ok(None) };
        let (record, mut held) = (Arc::new(record), self.held());
        if held.generation == before {
            held.keep(name, &record, bytes);
        }
        Ok(Some(record))
    }

    /// Writes a record. What is begun is finished, also when nobody waits for it.
    ///
    /// # Errors
    /// As for [`Storage::save`].
    pub async fn save(&self, storage: &Storage, name: &str, record: &R) -> Result<(), StorageError> {
        let (key, entry) = written(name, record)?;
        let within = storage.clone();
        self.write(storage, name, async move { within.put_entry(&key, entry).await }).await
    }

    /// Removes a record, in the same way.
    ///
    /// # Errors
    /// As for [`Storage::remove`].
    pub async fn remove(&self, storage: &Storage, name: &str) -> Result<(), StorageError> {
        let (within, key) = (storage.clone(), R::key(name));
        self.write(storage, name, async move { within.delete(&key).await }).await
    }

    async fn write(
        &self,
        storage: &Storage,
        name: &str,
        work: impl Future<Output = Result<(), StorageError>> + Send + 'static,
    ) -> Result<(), StorageError> {
        let forget = Forget { cache: self.clone(), name: name.to_owned() };
        if let Access::Transaction(open) = &storage.access {
            // Nobody else sees it before its end. The write itself may be under way until then, so this is asked for first.
            open.afterwards(move || drop(forget));
            return work.await;
        }
        self.forget(name);
        // Of its own: a host can do what nobody waits for any more, and what is read before that must not be kept.
        let work = async move {
            let _forget = forget;
            work.await
        };
        tokio::spawn(work.in_current_span()).await.unwrap_or(Err(StorageError::Gone))
    }

    /// Another node has changed this storage key.
    pub(crate) fn invalidate(&self, key: &str) {
        if let Some(name) = key.strip_prefix(R::FOLDER) {
            self.forget(name);
        }
    }

    fn forget(&self, name: &str) {
        let mut held = self.held();
        held.records.remove(name);
        held.generation += 1;
    }

    fn held(&self) -> MutexGuard<'_, Held<R>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a second time, however the write went: somebody may have read the old value while it was under way.
struct Forget<R: Record> {
    cache: RecordCache<R>,
    name: String,
}

impl<R: Record> Drop for Forget<R> {
    fn drop(&mut self) {
        self.cache.forget(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::link::Link;
    use crate::played_host::PlayedHost;

    #[derive(Serialize, Deserialize)]
    struct Number {
        value: u32,
    }

    impl Record for Number {
        const FOLDER: &str = "numbers/";
    }

    #[derive(Serialize, Deserialize)]
    struct Note {}

    impl Record for Note {
        const FOLDER: &str = "notes/";
    }

    fn with_a() -> RecordCache<Note> {
        let cache = RecordCache::new();
        cache.held().keep("a", &Arc::new(Note {}), 2);
        cache
    }

    fn is_there(cache: &RecordCache<Note>) -> bool {
        cache.held().records.contains_key("a")
    }

    #[test]
    fn a_cache_never_holds_more_than_it_may() {
        let cache = with_a();
        let keep = |name: &str, bytes| cache.held().keep(name, &Arc::new(Note {}), bytes);
        keep("huge", MAX_BYTES);
        assert!(is_there(&cache), "what is too large alone drives nothing out");
        keep("large", MAX_BYTES / 2);
        assert!(is_there(&cache), "both have room");
        keep("large too", MAX_BYTES / 2);
        assert_eq!(cache.held().records.keys().collect::<Vec<_>>(), ["large too"]);
        for number in 0..=MAX_RECORDS {
            keep(&number.to_string(), 0);
            assert!(cache.held().records.len() <= MAX_RECORDS);
        }
    }

    #[test]
    fn only_what_changed_is_forgotten() {
        let cache = with_a();
        for other in ["notes/b", "a", "other/a", "notes/a/b"] {
            cache.invalidate(other);
            assert!(is_there(&cache), "{other}");
        }
        cache.invalidate("notes/a");
        assert!(!is_there(&cache));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_transaction_writes_is_forgotten_once_it_has_ended() {
        let transaction = Storage::begun(Arc::new(Link::unconnected()));
        let cache = with_a();
        // The host does not answer.
        let saved = cache.save(&transaction, "a", &Note {});
        assert!(tokio::time::timeout(Duration::from_secs(1), saved).await.is_err());
        assert!(is_there(&cache), "nobody sees it yet");
        drop(transaction);
        assert!(!is_there(&cache));
    }

    /// The host writes a second after it was told to, and nobody waits so long. Meanwhile somebody reads.
    #[tokio::test(start_paused = true)]
    async fn what_is_read_before_a_host_has_written_is_not_kept() {
        for in_transaction in [false, true] {
            let host = PlayedHost::default().taking(Duration::from_secs(1));
            let (storage, cache) = (Storage::new(host.link()), RecordCache::<Number>::new());
            storage.save("a", &Number { value: 1 }).await.unwrap();
            let transaction = if in_transaction { storage.transaction().await.unwrap() } else { None };
            if let Some(transaction) = &transaction {
                cache.save(transaction, "a", &Number { value: 2 }).await.unwrap();
            }
            let write = async {
                match transaction {
                    Some(transaction) => transaction.commit().await,
                    None => cache.save(&storage, "a", &Number { value: 2 }).await,
                }
            };
            assert!(tokio::time::timeout(Duration::from_millis(500), write).await.is_err());
            let read = async || cache.load(&storage, "a").await.unwrap().unwrap().value;
            assert_eq!(read().await, 1, "it is not written yet");
            tokio::time::sleep(Duration::from_secs(5)).await;
            assert_eq!(read().await, 2, "the old one was kept (in a transaction: {in_transaction})");
        }
    }
}
