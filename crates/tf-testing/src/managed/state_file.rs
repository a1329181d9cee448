//! An object on its way into another process: what a core writes when a command is over, and reads when the next begins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tf_value::json;

use super::{Managed, Stored};
use crate::refusal::Refusal;
use crate::wire::unasked;

/// A state file of one object.
#[derive(Serialize, Deserialize)]
struct StateFile {
    object: Option<Entry>,
    /// The oldest first.
    deposed: Vec<Entry>,
}

/// An object in it. Values are texts of JSON, in which numbers keep their digits.
#[derive(Serialize, Deserialize)]
struct Entry {
    attributes: String,
    identity: Option<String>,
    /// In base64.
    private: String,
    is_tainted: bool,
}

impl Managed<'_> {
    /// What the state file says, as a text, which has the secrets in it that the state has. Another process goes on from
    /// it with [`read_state_file`](Self::read_state_file).
    ///
    /// # Errors
    /// If a value can't be written.
    pub fn state_file(&self) -> Result<String, Refusal> {
        let entry = |stored: &Stored| self.entry(stored);
        let object = self.stored.as_ref().map(entry).transpose()?;
        let deposed = self.deposed.iter().map(entry).collect::<Result<_, _>>()?;
        serde_json::to_string(&StateFile { object, deposed }).map_err(|error| self.unwritten(error))
    }

    /// The start of a command with what [`state_file`](Self::state_file) wrote, in place of what this object was.
    ///
    /// # Errors
    /// If the text is nothing that was written so for this type.
    pub fn read_state_file(&mut self, text: &str) -> Result<(), Refusal> {
        let StateFile { object, deposed } = serde_json::from_str(text).map_err(|error| self.unread(error))?;
        let object = object.map(|entry| self.read_entry(&entry)).transpose()?;
        self.deposed = deposed.iter().map(|entry| self.read_entry(entry)).collect::<Result<_, _>>()?;
        self.keep(object);
        Ok(())
    }

    fn entry(&self, stored: &Stored) -> Result<Entry, Refusal> {
        let written = |ty, value| json::encode(ty, value).map_err(|error| self.unwritten(error));
        let identity = self.identity_schema().zip(stored.identity.as_ref());
        Ok(Entry {
            attributes: written(self.schema().implied_type(), &stored.value)?,
            identity: identity.map(|(schema, value)| written(&schema.ty, value)).transpose()?,
            private: STANDARD.encode(&stored.private),
            is_tainted: stored.is_tainted,
        })
    }

    fn read_entry(&self, entry: &Entry) -> Result<Stored, Refusal> {
        let read = |ty, text: &String| json::decode(ty, text.as_bytes()).map_err(|error| self.unread(error));
        let identity = self.identity_schema().zip(entry.identity.as_ref());
        Ok(Stored {
            value: read(self.schema().implied_type(), &entry.attributes)?,
            identity: identity.map(|(schema, text)| read(&schema.ty, text)).transpose()?,
            private: STANDARD.decode(&entry.private).map_err(|error| self.unread(error))?.into(),
            is_tainted: entry.is_tainted,
        })
    }

    fn unwritten(&self, error: impl std::fmt::Display) -> Refusal {
        unasked(self.name, format!("its state can't be written: {error}"))
    }

    fn unread(&self, error: impl std::fmt::Display) -> Refusal {
        unasked(self.name, format!("its state can't be read: {error}"))
    }
}
