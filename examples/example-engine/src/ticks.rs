//! How often the server called, which it does about once a minute.

use serde::{Deserialize, Serialize};
use vault_plugin_sdk::{Mount, Record, StorageError};

/// The name of the only record.
const ALL: &str = "all";

/// In the storage, so that the next process goes on.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Ticks {
    pub(crate) count: u64,
}

impl Record for Ticks {
    const FOLDER: &str = "ticks/";
}

impl Ticks {
    pub(crate) async fn load<S>(mount: &Mount<S>) -> Result<Self, StorageError> {
        Ok(mount.storage().load(ALL).await?.unwrap_or_default())
    }

    pub(crate) async fn save<S>(&self, mount: &Mount<S>) -> Result<(), StorageError> {
        mount.storage().save(ALL, self).await
    }
}
