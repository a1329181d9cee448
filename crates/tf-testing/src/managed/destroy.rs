//! `destroy`: a plan whose answer can only be null, and the end of the object.

use plugin_proto::tfplugin6::plan_resource_change;
use prost::bytes::Bytes;
use tf_value::Value;

use super::apply::Change;
use super::plan::Action;
use super::{Managed, Stored};
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::{sent, sent_identity};

impl Managed<'_> {
    /// Reads the object, and removes it if it is still there. What is deposed is removed too.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn destroy(&mut self) -> Result<(), Refusal> {
        self.refresh()?;
        let destroyed = self.destroy_stored();
        destroyed.and(self.remove_deposed())
    }

    /// Plans the destruction of the object as it is stored, and destroys it.
    pub(super) fn destroy_stored(&mut self) -> Result<(), Refusal> {
        let Some(stored) = self.stored.clone() else { return Ok(()) };
        let (private, identity) = self.planned_destruction(&stored)?;
        let change = Change {
            action: Action::Delete,
            prior: &stored.value,
            planned: &Value::Null,
            config: &Value::Null,
            private: &private,
            identity: identity.as_ref(),
            replaced: None,
        };
        self.change(&change)
    }

    /// Asks for the plan of a destruction. Returns what goes into it besides: private data and identity.
    pub(super) fn planned_destruction(&self, stored: &Stored) -> Result<(Bytes, Option<Value>), Refusal> {
        if !self.kit.schemas.plan_destroy {
            return Ok((stored.private.clone(), None));
        }
        let ty = self.schema().implied_type();
        let request = plan_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: sent(self.name, ty, &stored.value)?,
            proposed_new_state: sent(self.name, ty, &Value::Null)?,
            config: sent(self.name, ty, &Value::Null)?,
            prior_private: stored.private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.kit.client.capabilities()),
            prior_identity: sent_identity(self.name, self.identity_schema(), stored.identity.as_ref())?,
        };
        let mut answer = self.kit.configured.ask(self.name, Call::PlanResourceChange, async move |mut client| {
            client.plan_resource_change(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema()));
        answer.deferred(answer.message.deferred);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let (state, identity) = (answer.message.planned_state.take(), answer.message.planned_identity.take());
        if answer.value(state.as_ref(), ty).is_some_and(|planned| !planned.is_null()) {
            answer.breaks(Rule::DestroyPlan);
        }
        let private = std::mem::take(&mut answer.message.planned_private);
        answer.private(&stored.private, &private);
        let identity = self.identity(&mut answer, identity.as_ref());
        answer.settle()?;
        Ok((private, identity))
    }
}
