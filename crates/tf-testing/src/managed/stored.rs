//! What lies in the state file for one object, and how it gets from there into the next command.

use plugin_proto::tfplugin6::{RawState, upgrade_resource_state};
use prost::bytes::Bytes;
use tf_framework::assert;
use tf_value::{Value, json};

use super::Managed;
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::unasked;

/// An object in a state file.
#[derive(Clone)]
pub struct Stored {
    pub(crate) value: Value,
    pub(crate) private: Bytes,
    pub(crate) identity: Option<Value>,
    pub(crate) is_tainted: bool,
}

impl Stored {
    /// Its attributes.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What the provider stored beside it.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Its identity, if it has one.
    pub fn identity(&self) -> Option<&Value> {
        self.identity.as_ref()
    }

    /// Whether the next plan will replace it, because it was not made to the end.
    pub fn is_tainted(&self) -> bool {
        self.is_tainted
    }
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("is_tainted", &self.is_tainted).finish_non_exhaustive()
    }
}

impl Managed<'_> {
    /// The start of a command: the object goes to the provider as JSON and comes back in the current schema, whether
    /// it was written in another one or not.
    pub(super) fn opened(&self) -> Result<Option<Stored>, Refusal> {
        self.stored.as_ref().map(|stored| self.reopened(stored)).transpose()
    }

    /// The same for what is deposed.
    pub(super) fn opened_deposed(&self) -> Result<Vec<Stored>, Refusal> {
        self.deposed.iter().map(|deposed| self.reopened(deposed)).collect()
    }

    fn reopened(&self, stored: &Stored) -> Result<Stored, Refusal> {
        let schema = self.schema();
        let text = json::encode(schema.implied_type(), &stored.value)
            .map_err(|error| unasked(self.name, format!("its state can't be written: {error}")))?;
        let value = self.upgraded(i64::from(schema.version()), text.into())?;
        Ok(Stored { value, ..stored.clone() })
    }

    /// Has a stored state brought into the current schema.
    pub(super) fn upgraded(&self, version: i64, json: Bytes) -> Result<Value, Refusal> {
        let raw_state = Some(RawState { json, ..RawState::default() });
        let request = upgrade_resource_state::Request { type_name: self.name.to_owned(), version, raw_state };
        let mut answer =
            self.kit.unconfigured.ask(self.name, Call::UpgradeResourceState, async move |mut client| {
                client.upgrade_resource_state(request).await
            })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema()));
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let state = answer.message.upgraded_state.take();
        let value = answer.value(state.as_ref(), self.schema().implied_type());
        match &value {
            Some(value) if value.is_null() => answer.breaks(Rule::MissingObject),
            Some(value) => answer.judged(assert::state(self.schema(), value)),
            None => {}
        }
        answer.settle_with(value)
    }

    /// Keeps what a call returned.
    pub(super) fn keep(&mut self, stored: Option<Stored>) {
        if let Some(stored) = &stored {
            self.watch(&stored.value);
        }
        self.stored = stored;
    }
}
