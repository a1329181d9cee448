//! One mount of the engine, as its handlers and tasks see it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::background::{Background, Stop};
use crate::link::Link;
use crate::storage::{Record, RecordCache, Storage};
use crate::system_view::SystemView;

type Invalidate = Arc<dyn Fn(&str) + Send + Sync>;

/// What is known of a mount when its state is made: its settings, and no storage yet.
pub struct Setup {
    uuid: String,
    options: BTreeMap<String, String>,
    invalidators: Mutex<Vec<Invalidate>>,
}

/// One mount. Cheap to clone; it outlives its end, after which its storage answers that it is closed.
///
/// Mounts share a process and nothing else.
pub struct Mount<S = ()> {
    parts: Arc<Parts<S>>,
    /// With the rights of whoever has this value.
    storage: Storage,
}

struct Parts<S> {
    setup: Setup,
    state: S,
    link: Arc<Link>,
    system: SystemView,
    background: Background,
}

impl Setup {
    pub(crate) fn new(uuid: String, options: BTreeMap<String, String>) -> Self {
        Self { uuid, options, invalidators: Mutex::default() }
    }

    /// Names the mount for good, also when it is moved. Empty while the engine is only registered.
    #[must_use]
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// One of the options of the mount, or of what the server adds: `plugin_name`, `plugin_type`, `plugin_version`.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    /// A cache of records, for the state of the mount.
    #[must_use]
    pub fn cache<R: Record>(&self) -> RecordCache<R> {
        let cache = RecordCache::new();
        let invalidated = cache.clone();
        self.on_invalidate(move |key| invalidated.invalidate(key));
        cache
    }

    /// What to do when another node has changed a storage key, relative to the mount: forget what came of it. Quickly.
    pub fn on_invalidate(&self, forget: impl Fn(&str) + Send + Sync + 'static) {
        self.invalidators.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(forget));
    }

    pub(crate) fn invalidate(&self, key: &str) {
        // A copy: they may add another one.
        let invalidators = self.invalidators.lock().unwrap_or_else(PoisonError::into_inner).clone();
        invalidators.iter().for_each(|forget| forget(key));
    }
}

impl<S> Clone for Mount<S> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), storage: self.storage.clone() }
    }
}

impl<S> Mount<S> {
    pub(crate) fn new(setup: Setup, state: S, link: Arc<Link>) -> Self {
        let (storage, system) = (Storage::new(Arc::clone(&link)), SystemView::new(Arc::clone(&link)));
        let background = Background::new(&setup.uuid);
        Self { parts: Arc::new(Parts { setup, state, link, system, background }), storage }
    }

    /// The same mount for code that must not write.
    pub(crate) fn read_only(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), storage: self.storage.read_only() }
    }

    /// What stands in every line that is logged for it.
    pub(crate) fn span(&self, request: &str) -> tracing::Span {
        tracing::info_span!("mount", mount = self.parts.setup.uuid, request)
    }

    /// Its settings.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.parts.setup
    }

    /// The engine's own state of it.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.parts.state
    }

    /// Its storage. In a handler that only reads it can't be written, nor in what such a handler leaves behind, except in a
    /// [task](Self::start).
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// What the server says about it and about itself.
    #[must_use]
    pub fn system(&self) -> &SystemView {
        &self.parts.system
    }

    /// Its background tasks.
    #[must_use]
    pub fn background(&self) -> &Background {
        &self.parts.background
    }
}

impl<S: Send + Sync + 'static> Mount<S> {
    /// Starts a background task, as [`Background::spawn`] does. Its mount's storage can be written, whoever starts it.
    pub fn start<F>(&self, name: &str, task: impl FnOnce(Self, Stop) -> F + Send + 'static) -> bool
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mount = Self { parts: Arc::clone(&self.parts), storage: Storage::new(Arc::clone(&self.parts.link)) };
        self.background().spawn(name, move |stop| task(mount, stop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forgets_can_ask_for_more() {
        let setup = Arc::new(Setup::new(String::new(), BTreeMap::new()));
        let (send, done) = std::sync::mpsc::channel();
        let (inner, outer) = (Arc::clone(&setup), Arc::clone(&setup));
        setup.on_invalidate(move |_| inner.on_invalidate(|_| {}));
        // In a thread of its own: if it hangs, the test must not.
        std::thread::spawn(move || {
            outer.invalidate("a");
            send.send(())
        });
        done.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    }
}
