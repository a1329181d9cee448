//! What a provider keeps beside the state of an object, unseen by the user.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;

/// Data that is stored with an object: a JSON object, written into the state file in clear. It is no place for secrets.
///
/// What a plan writes into it is lost before apply (Terraform before 1.16 and every OpenTofu): write it when the object is
/// created, updated or read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    /// What is stored under a key. `None` too if it is of another shape: an older version of the provider wrote it.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.0.get(key).and_then(|json| serde_json::from_value(json.clone()).ok())
    }

    /// Stores something under a key.
    ///
    /// # Errors
    /// If it has no form in JSON.
    pub fn set<T: Serialize>(&mut self, key: impl Into<String>, value: &T) -> Result<(), Diagnostic> {
        let key = key.into();
        let json = serde_json::to_value(value)
            .map_err(|error| Diagnostic::error(format!("Storing {key:?} in private state")).because(&error))?;
        self.0.insert(key, json);
        Ok(())
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// From the bytes that core keeps. What another provider wrote there, before an object was moved, counts as nothing.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(serde_json::from_slice(bytes).unwrap_or_default())
    }

    /// As the bytes that core keeps.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // A map of JSON values always has a form in JSON.
        if self.0.is_empty() { Vec::new() } else { serde_json::to_vec(&self.0).unwrap_or_default() }
    }
}
