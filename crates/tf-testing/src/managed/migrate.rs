//! States that were written by an earlier version of the resource, or for another one.

use plugin_proto::tfplugin6::{RawState, ResourceIdentityData, move_resource_state, upgrade_resource_identity};
use prost::bytes::Bytes;
use serde_json::Value as Json;
use tf_framework::assert;
use tf_value::Value;

use super::{Managed, Stored};
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::unasked;

/// An object of another resource type, as the state file has it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The address of its provider, such as `registry.opentofu.org/hashicorp/tls`.
    pub provider: String,
    /// Its type.
    pub type_name: String,
    /// In which version of its schema it was written.
    pub version: i64,
    /// Its attributes.
    pub state: Json,
    /// What its provider stored beside it.
    pub private: Vec<u8>,
}

impl Managed<'_> {
    /// The start of a command with a state file that was written in this version of the schema.
    ///
    /// The state goes to the provider as it is. Of a state of the current version, the cores take out first what the schema
    /// no longer has; a provider can do without that help.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn upgrade(&mut self, version: i64, state: &Json) -> Result<(), Refusal> {
        if version > i64::from(self.schema().version()) {
            return Err(unasked(self.name, "was stored by a later version of the provider"));
        }
        let value = self.upgraded(version, state.to_string().into())?;
        self.keep(Some(Stored { value, private: Bytes::new(), identity: None, is_tainted: false }));
        Ok(())
    }

    /// The start of a command with an identity that was stored in an earlier version of its schema.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn upgrade_identity(&mut self, version: i64, identity: &Json) -> Result<Value, Refusal> {
        let Some(schema) = self.identity_schema() else {
            return Err(unasked(self.name, "has no identity"));
        };
        if version >= schema.version {
            return Err(unasked(self.name, "has an identity that needs no upgrade"));
        }
        let raw_identity = Some(RawState { json: identity.to_string().into(), ..RawState::default() });
        let request = upgrade_resource_identity::Request { type_name: self.name.to_owned(), version, raw_identity };
        let mut answer =
            self.kit.unconfigured.ask(self.name, Call::UpgradeResourceIdentity, async move |mut client| {
                client.upgrade_resource_identity(request).await
            })?;
        answer.diagnostics(|message| &mut message.diagnostics, None);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let identity = answer.message.upgraded_identity.take();
        let identity = self.identity(&mut answer, identity.as_ref());
        self.judge_identity(&mut answer, None, identity.as_ref());
        answer.settle_with(identity)
    }

    /// A `moved` block: an object of another type becomes this one.
    ///
    /// # Errors
    /// If the provider refuses, breaks a rule, there is an object already, or the core can't move.
    pub fn moved_from(&mut self, source: &Source) -> Result<(), Refusal> {
        if self.stored.is_some() {
            return Err(unasked(self.name, "is managed already"));
        }
        if !self.kit.client.moves || !self.kit.schemas.move_resource_state {
            return Err(unasked(self.name, "can't be moved: the core or the provider has no moves"));
        }
        let state = source.state.to_string();
        let request = move_resource_state::Request {
            source_provider_address: source.provider.clone(),
            source_type_name: source.type_name.clone(),
            source_schema_version: source.version,
            source_state: Some(RawState { json: state.into(), ..RawState::default() }),
            target_type_name: self.name.to_owned(),
            source_private: source.private.clone().into(),
            ..move_resource_state::Request::default()
        };
        let mut answer = self.kit.unconfigured.ask(self.name, Call::MoveResourceState, async move |mut client| {
            client.move_resource_state(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, None);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let (state, identity) = (answer.message.target_state.take(), answer.message.target_identity.take());
        let value = answer.value(state.as_ref(), self.schema().implied_type());
        match &value {
            Some(value) if value.is_null() => answer.breaks(Rule::MissingObject),
            Some(value) => answer.judged(assert::state(self.schema(), value)),
            None => {}
        }
        let private = std::mem::take(&mut answer.message.target_private);
        let identity = self.moved_identity(&mut answer, identity.as_ref());
        let value = answer.settle_with(value)?;
        self.keep(Some(Stored { value, private, identity, is_tainted: false }));
        Ok(())
    }

    /// OpenTofu takes no identity over; the read that follows brings one.
    fn moved_identity<A>(
        &self,
        answer: &mut crate::wire::Answer<A>,
        identity: Option<&ResourceIdentityData>,
    ) -> Option<Value> {
        let identity = self.identity(answer, identity);
        if identity.as_ref().is_some_and(|identity| !identity.is_wholly_known()) {
            answer.breaks(Rule::IdentityUnknown);
        }
        identity.filter(|_| self.kit.client.planned_identity_again)
    }
}
