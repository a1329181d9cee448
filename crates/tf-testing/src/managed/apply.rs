//! `apply`: a plan, a second one when everything is known, and what comes of it.

use plugin_proto::tfplugin6::{DynamicValue, apply_resource_change};
use prost::bytes::Bytes;
use tf_framework::assert;
use tf_value::Value;

use super::plan::{Action, Plan};
use super::{Managed, Stored};
use crate::config::Config;
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};
use crate::wire::{sent, sent_identity, unasked};

/// One change that a provider is asked to make.
pub(super) struct Change<'a> {
    pub(super) action: Action,
    pub(super) prior: &'a Value,
    pub(super) planned: &'a Value,
    pub(super) config: &'a Value,
    pub(super) private: &'a Bytes,
    pub(super) identity: Option<&'a Value>,
    /// The identity of the object that is removed as soon as this one is made.
    pub(super) replaced: Option<&'a Value>,
}

impl Managed<'_> {
    /// `apply`: reads the object, plans, plans again and does it. Returns what was done.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn apply(&mut self, config: impl Into<Config>) -> Result<Action, Refusal> {
        let config = self.config(config)?;
        self.apply_later(&config, &config)
    }

    /// As [`apply`](Self::apply), with a configuration in which something was not known yet when it was planned.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn apply_later(&mut self, at_plan: impl Into<Config>, at_apply: impl Into<Config>) -> Result<Action, Refusal> {
        let (at_plan, at_apply) = (self.config(at_plan)?, self.config(at_apply)?);
        if !at_apply.is_wholly_known() {
            return Err(unasked(self.name, "is applied when everything in its configuration is known"));
        }
        self.refresh()?;
        let first = self.planned(&at_plan, self.stored.as_ref())?;
        self.deposed.iter().try_for_each(|deposed| self.planned_destruction(deposed).map(drop))?;
        let action = match first.action {
            Action::NoOp => Action::NoOp,
            Action::Replace if self.creates_first => self.replace_later(&first, &at_apply)?,
            Action::Replace => {
                self.remove_predecessor(&first)?;
                self.made(&first, &at_apply, None)?
            }
            Action::Create | Action::Update | Action::Delete => self.made(&first, &at_apply, None)?,
        };
        // What is deposed goes when the object is as it should be, and not before.
        self.remove_deposed()?;
        Ok(action)
    }

    /// Plans again, and does it. `replaced` is the identity of the object that is to be removed afterwards.
    pub(super) fn made(&mut self, first: &Plan, config: &Value, replaced: Option<&Value>) -> Result<Action, Refusal> {
        // The plan was written to a file in between, and of its private data nothing is left. What is there is in the
        // state.
        let second = self.planned(config, self.stored.as_ref())?;
        let action = self.same_plan(first, &second)?;
        if action == Action::NoOp {
            return Ok(action);
        }
        let prior = self.state().cloned().unwrap_or(Value::Null);
        let change = Change {
            action,
            prior: &prior,
            planned: &second.planned,
            config,
            private: &second.private,
            identity: second.identity.as_ref(),
            replaced,
        };
        self.change(&change)?;
        Ok(action)
    }

    /// The second plan does what the first one said.
    fn same_plan(&self, first: &Plan, second: &Plan) -> Result<Action, Refusal> {
        let action = match (first.action, second.action) {
            // What is replaced is gone by now.
            (Action::Replace, Action::Create) => Action::Replace,
            (_, second) => second,
        };
        let mut violations = Vec::new();
        // That an update turns out to change nothing is fine.
        if action != first.action && (first.action, action) != (Action::Update, Action::NoOp) {
            let (first, second) = (first.action.verb(), action.verb());
            violations.push(Violation::of(Rule::FinalAction { first, second }));
        }
        let differences = assert::object_compatible(self.schema(), &first.planned, &second.planned);
        violations
            .extend(differences.into_iter().map(|found| Violation::at(found.path, Rule::FinalPlan(found.breach))));
        if violations.is_empty() {
            return Ok(action);
        }
        Err(Refusal::Broken { of: self.name.to_owned(), call: Call::PlanResourceChange, violations })
    }

    /// Asks for a change, judges the answer, and keeps of it what core would keep.
    pub(super) fn change(&mut self, change: &Change<'_>) -> Result<(), Refusal> {
        let (schema, ty) = (self.schema(), self.schema().implied_type());
        let request = apply_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: sent(self.name, ty, change.prior)?,
            planned_state: sent(self.name, ty, change.planned)?,
            config: sent(self.name, ty, change.config)?,
            planned_private: change.private.clone(),
            provider_meta: None,
            planned_identity: sent_identity(self.name, self.identity_schema(), change.identity)?,
        };
        let mut answer = self.kit.configured.ask(self.name, Call::ApplyResourceChange, async move |mut client| {
            client.apply_resource_change(request).await
        })?;
        answer.watch(answer.message.new_state.as_ref(), schema);
        answer.diagnostics(|message| &mut message.diagnostics, Some(schema));
        if answer.message.legacy_type_system {
            answer.breaks(Rule::LegacyTypeSystem);
        }
        let state = answer.message.new_state.take();
        let private = std::mem::take(&mut answer.message.private);
        let identity = answer.message.new_identity.take();
        let identity = self.identity(&mut answer, identity.as_ref());
        let has_errors = answer.has_errors();
        let value = match state.filter(|state| *state != DynamicValue::default()) {
            // With an error, nothing at all is a way to say that nothing has changed.
            None if has_errors => Value::Null,
            state => match answer.value(state.as_ref(), ty) {
                Some(value) => value,
                None => return Err(answer.refusal()),
            },
        };
        if has_errors {
            // Only what can be in a state at all is asked of the part that was done.
            answer.judged(assert::state(schema, &value));
        } else if change.action == Action::Delete {
            if !value.is_null() {
                answer.breaks(Rule::NotDeleted);
            }
        } else if value.is_null() {
            answer.breaks(Rule::MissingObject);
        } else {
            answer.judged(assert::apply_answer(schema, change.planned, &value));
            answer.private(change.private, &private);
            self.judge_identity(&mut answer, change.identity, identity.as_ref());
            if change.replaced.is_some() && change.replaced == identity.as_ref() {
                answer.breaks(Rule::SuccessorIdentity);
            }
        }
        let refusal = answer.settle().err();
        self.keep_change(change, value, private, identity, refusal.is_some());
        refusal.map_or(Ok(()), Err)
    }

    fn keep_change(
        &mut self,
        change: &Change<'_>,
        value: Value,
        private: Bytes,
        identity: Option<Value>,
        failed: bool,
    ) {
        match (value.is_null(), failed) {
            // After an error, null says nothing about what is there.
            (true, true) => {}
            (true, false) => self.keep(None),
            (false, failed) => {
                let is_new = self.stored.is_none();
                let was_tainted = self.stored.as_ref().is_some_and(|stored| stored.is_tainted);
                let is_tainted = failed && (is_new && change.action != Action::Delete || was_tainted);
                self.keep(Some(Stored { value: value.unknown_as_null(), private, identity, is_tainted }));
            }
        }
    }
}
