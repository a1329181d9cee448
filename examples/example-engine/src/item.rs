//! What is kept: one object, in one storage entry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vault_plugin_sdk::Record;

/// An object that somebody wrote.
#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) data: Map<String, Value>,
}

impl Record for Item {
    const FOLDER: &str = "items/";
    const SEAL_WRAP: bool = true;
}
