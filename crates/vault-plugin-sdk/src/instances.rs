//! The mounts of the process. Each call says which one it is for, and gets no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::instance::Instance;

/// Where a host names the mount.
const KEY: &str = "multiplex_id";

/// What Go's plugins say of a mount that is not there.
const UNKNOWN: &str = "no backend instance found";

/// The mounts, by the name that the host made up.
pub(crate) struct Instances<S> {
    by_id: Mutex<HashMap<String, Arc<Instance<S>>>>,
}

impl<S> Instances<S> {
    pub(crate) fn new() -> Self {
        Self { by_id: Mutex::default() }
    }

    /// The mount that a call is for.
    ///
    /// # Errors
    /// If the call names none, several, or one that is not here.
    pub(crate) fn of(&self, metadata: &MetadataMap) -> Result<Arc<Instance<S>>, Status> {
        let id = id(metadata)?;
        self.lock().get(id).cloned().ok_or_else(|| Status::not_found(UNKNOWN))
    }

    /// Puts a mount in, and returns the one that had its name.
    pub(crate) fn insert(&self, id: String, instance: Arc<Instance<S>>) -> Option<Arc<Instance<S>>> {
        self.lock().insert(id, instance)
    }

    /// Takes a mount out.
    pub(crate) fn remove(&self, id: &str) -> Option<Arc<Instance<S>>> {
        self.lock().remove(id)
    }

    /// Takes all of them out.
    pub(crate) fn drain(&self) -> Vec<Arc<Instance<S>>> {
        self.lock().drain().map(|(_, instance)| instance).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Instance<S>>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name in a call: exactly one, and not empty.
///
/// # Errors
/// If it is not so.
pub(crate) fn id(metadata: &MetadataMap) -> Result<&str, Status> {
    let mut values = metadata.get_all(KEY).iter();
    let bad = |what| Err(Status::invalid_argument(format!("the call has {what} {KEY}, where exactly one is wanted")));
    match (values.next().map(|value| value.to_str()), values.next()) {
        (None, _) => bad("no"),
        (Some(_), Some(_)) => bad("more than one"),
        (Some(Ok("")), None) => bad("an empty"),
        (Some(Err(_)), None) => bad("an unreadable"),
        (Some(Ok(id)), None) => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_exactly_one_mount() {
        let named = |names: &[&'static str]| {
            let mut metadata = MetadataMap::new();
            for name in names {
                metadata.append(KEY, name.parse().unwrap());
            }
            id(&metadata).map(str::to_owned).map_err(|status| status.message().to_owned())
        };
        assert_eq!(named(&["a"]).as_deref(), Ok("a"));
        for bad in [&[][..], &[""], &["a", "b"], &["a", "a"], &["", "a"]] {
            named(bad).unwrap_err();
        }
    }

    #[tokio::test]
    async fn a_mount_that_is_not_here_is_no_other() {
        let instances = Instances::new();
        instances.insert("a".to_owned(), Arc::new(Instance::unconnected("uuid of a")));
        instances.insert("b".to_owned(), Arc::new(Instance::unconnected("uuid of b")));
        let found = |id: &'static str| {
            let mut metadata = MetadataMap::new();
            metadata.insert(KEY, id.parse().unwrap());
            let uuid = |instance: Arc<Instance<()>>| instance.mount.setup().uuid().to_owned();
            instances.of(&metadata).map(uuid).map_err(|status| status.message().to_owned())
        };
        assert_eq!(found("a").as_deref(), Ok("uuid of a"));
        assert_eq!(found("b").as_deref(), Ok("uuid of b"));
        for other in ["c", "A", "ab"] {
            assert_eq!(found(other), Err(UNKNOWN.to_owned()), "{other}");
        }
        instances.remove("b");
        assert_eq!(found("b"), Err(UNKNOWN.to_owned()), "with one left, too");
    }
}
