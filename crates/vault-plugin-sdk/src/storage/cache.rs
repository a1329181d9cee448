//! Records that are kept in memory, and forgotten when another node has changed them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Record, Storage, StorageError};

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

    /// Writes a record.
    ///
    /// # Errors
    /// As for [`Storage::save`].
    pub async fn save(&self, storage: &Storage, name: &str, record: &R) -> Result<(), StorageError> {
        let _forget = Forget { cache: self, storage, name };
        self.forget(name);
        storage.save(name, record).await
    }

    /// Removes a record.
    ///
    /// # Errors
    /// As for [`Storage::remove`].
    pub async fn remove(&self, storage: &Storage, name: &str) -> Result<(), StorageError> {
        let _forget = Forget { cache: self, storage, name };
        self.forget(name);
        storage.remove::<R>(name).await
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

/// Forgets a second time, also when the write was cancelled: somebody may have read the old value while it was under way.
struct Forget<'a, R: Record> {
    cache: &'a RecordCache<R>,
    storage: &'a Storage,
    name: &'a str,
}

impl<R: Record> Drop for Forget<'_, R> {
    fn drop(&mut self) {
        let (cache, name) = (self.cache.clone(), self.name.to_owned());
        self.storage.afterwards(move || cache.forget(&name));
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::link::Link;

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

    #[tokio::test]
    async fn what_a_transaction_writes_is_forgotten_once_it_has_ended() {
        let link = Arc::new(Link::unconnected());
        let transaction = Storage::begun(link);
        let cache = with_a();
        drop(Forget { cache: &cache, storage: &transaction, name: "a" });
        assert!(is_there(&cache), "nobody sees it yet");
        drop(transaction);
        assert!(!is_there(&cache));
    }
}
