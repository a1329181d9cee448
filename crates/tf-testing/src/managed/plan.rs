//! `plan`: what would be done, judged by every rule for it.

use plugin_proto::tfplugin6::{DynamicValue, plan_resource_change};
use prost::bytes::Bytes;
use tf_framework::assert;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::schema::Place;
use tf_value::{Path, Value};

use super::{Managed, Stored};
use crate::config::Config;
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};
use crate::wire::{path, sent, sent_identity};

/// What a plan does with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed, and another one is made.
    Replace,
    /// It is removed.
    Delete,
}

/// A plan for one object.
#[derive(Clone)]
pub struct Plan {
    pub(super) action: Action,
    pub(super) before: Value,
    pub(super) planned: Value,
    pub(super) private: Bytes,
    pub(super) identity: Option<Value>,
    pub(super) requires_replace: Vec<Path>,
    deposed: usize,
    warnings: Diagnostics,
}

/// One question, and what was asked with it.
struct Question<'a> {
    config: &'a Value,
    prior: &'a Value,
    private: &'a Bytes,
    identity: Option<&'a Value>,
}

impl Action {
    /// As it goes on after "to".
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::NoOp => "do nothing",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }
}

impl Plan {
    /// What it does.
    pub fn action(&self) -> Action {
        self.action
    }

    /// What the object is now. Null if there is none.
    pub fn before(&self) -> &Value {
        &self.before
    }

    /// What the object will be. Null if it is removed.
    pub fn planned(&self) -> &Value {
        &self.planned
    }

    /// Whether an attribute at the top is known only after apply.
    pub fn is_unknown(&self, attribute: &str) -> bool {
        self.planned.attribute(attribute).is_some_and(|value| !value.is_known())
    }

    /// The attributes for which the object is replaced.
    pub fn requires_replace(&self) -> &[Path] {
        &self.requires_replace
    }

    /// How many deposed objects are removed besides.
    pub fn deposed(&self) -> usize {
        self.deposed
    }

    /// What the provider warns of.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// That it does nothing.
    pub(super) fn empty(&self, of: &Managed<'_>) -> Result<(), Refusal> {
        if self.action == Action::NoOp && self.deposed == 0 {
            return Ok(());
        }
        let changed = self.planned.as_object().into_iter().flatten();
        let changed = changed.filter(|(name, planned)| self.before.attribute(name) != Some(*planned));
        let violation = |path| Violation::at(path, Rule::NotEmpty);
        let violations: Vec<_> = changed.map(|(name, _)| violation(Path::root().attribute(name))).collect();
        let violations = if violations.is_empty() { vec![violation(Path::root())] } else { violations };
        Err(Refusal::Broken { of: of.name.to_owned(), call: Call::PlanResourceChange, violations })
    }
}

impl Managed<'_> {
    /// `plan`: reads the object, then asks what would be done. Nothing is kept of either.
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn plan(&self, config: impl Into<Config>) -> Result<Plan, Refusal> {
        let config = self.config(config)?;
        let stored = match self.opened()? {
            Some(stored) => self.read(&stored)?.0,
            None => None,
        };
        let deposed = self.read_deposed()?;
        self.planned_with(&config, stored.as_ref(), &deposed)
    }

    /// `plan -refresh=false`
    ///
    /// # Errors
    /// If the provider refuses, or breaks a rule.
    pub fn plan_without_refresh(&self, config: impl Into<Config>) -> Result<Plan, Refusal> {
        let config = self.config(config)?;
        let (stored, deposed) = (self.opened()?, self.opened_deposed()?);
        self.planned_with(&config, stored.as_ref(), &deposed)
    }

    /// The plan for an object, and for those that are deposed.
    fn planned_with(&self, config: &Value, stored: Option<&Stored>, deposed: &[Stored]) -> Result<Plan, Refusal> {
        let plan = self.planned(config, stored)?;
        deposed.iter().try_for_each(|deposed| self.planned_destruction(deposed).map(drop))?;
        Ok(Plan { deposed: deposed.len(), ..plan })
    }

    /// Plans what becomes of an object, or of none, by a configuration.
    pub(super) fn planned(&self, config: &Value, stored: Option<&Stored>) -> Result<Plan, Refusal> {
        self.validated(&self.kit.configured, config)?;
        let (nothing, empty) = (Value::Null, Bytes::new());
        // What is tainted is planned like something new, and called a replacement in the end.
        let kept = stored.filter(|stored| !stored.is_tainted);
        let question = Question {
            config,
            prior: kept.map_or(&nothing, |stored| &stored.value),
            private: kept.map_or(&empty, |stored| &stored.private),
            identity: kept.and_then(|stored| stored.identity.as_ref()),
        };
        let first = self.asked(&question)?;
        match (stored, first.action) {
            (Some(tainted), Action::Create) => {
                Ok(Plan { action: Action::Replace, before: tainted.value.clone(), ..first })
            }
            (Some(stored), Action::Replace) => {
                let again = self.kit.client.planned_identity_again;
                let successor = self.asked(&Question {
                    config,
                    prior: &nothing,
                    private: &first.private,
                    identity: first.identity.as_ref().filter(|_| again),
                })?;
                let (action, before) = (Action::Replace, stored.value.clone());
                // Its warnings were told already.
                let Plan { requires_replace, warnings, .. } = first;
                Ok(Plan { action, before, requires_replace, warnings, ..successor })
            }
            (_, _) => Ok(first),
        }
    }

    /// Asks for one plan, twice, since a plan must be a function of what is asked.
    fn asked(&self, question: &Question<'_>) -> Result<Plan, Refusal> {
        let plan = self.asked_once(question)?;
        let again = self.asked_once(question)?;
        let same = |one: &Plan, other: &Plan| {
            (&one.planned, &one.private, &one.identity, &one.requires_replace)
                == (&other.planned, &other.private, &other.identity, &other.requires_replace)
        };
        if same(&plan, &again) {
            return Ok(plan);
        }
        let violations = vec![Violation::of(Rule::UnstablePlan)];
        Err(Refusal::Broken { of: self.name.to_owned(), call: Call::PlanResourceChange, violations })
    }

    fn asked_once(&self, question: &Question<'_>) -> Result<Plan, Refusal> {
        let (schema, ty) = (self.schema(), self.schema().implied_type());
        let &Question { config, prior, private, identity } = question;
        let proposed = assert::proposed_new(schema, prior, config);
        let request = plan_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: sent(self.name, ty, prior)?,
            proposed_new_state: sent(self.name, ty, &proposed)?,
            config: sent(self.name, ty, config)?,
            prior_private: private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.kit.client.capabilities()),
            prior_identity: sent_identity(self.name, self.identity_schema(), identity)?,
        };
        let mut answer = self.kit.configured.ask(self.name, Call::PlanResourceChange, async move |mut client| {
            client.plan_resource_change(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(schema));
        answer.deferred(answer.message.deferred);
        if answer.message.legacy_type_system {
            answer.breaks(Rule::LegacyTypeSystem);
        }
        let state = answer.message.planned_state.take();
        if answer.has_errors() {
            // What is write-only must be null even then; the rest of a failed plan is not looked at.
            if let Some(state) = state.filter(|state| *state != DynamicValue::default())
                && let Some(planned) = answer.value(Some(&state), ty)
            {
                let breaches = assert::planned(schema, &planned).into_iter();
                answer.judged(breaches.filter(|found| found.breach == assert::Breach::WriteOnly).collect());
            }
            return Err(answer.refusal());
        }
        let Some(planned) = answer.value(state.as_ref(), ty) else { return Err(answer.refusal()) };
        let requires_replace: Vec<Path> = answer.message.requires_replace.iter().map(path).collect();
        answer.judged(assert::plan_answer(schema, prior, config, &planned, &requires_replace));
        let planned_private = std::mem::take(&mut answer.message.planned_private);
        answer.private(private, &planned_private);
        let planned_identity = answer.message.planned_identity.take();
        let planned_identity = self.identity(&mut answer, planned_identity.as_ref());
        let action = self.action(prior, &planned, &requires_replace);
        if matches!(action, Action::NoOp | Action::Update) {
            self.judge_planned_identity(&mut answer, identity, planned_identity.as_ref());
        }
        let warnings = answer.settle()?;
        Ok(Plan {
            action,
            before: prior.clone(),
            planned,
            private: planned_private,
            identity: planned_identity,
            requires_replace,
            deposed: 0,
            warnings,
        })
    }

    /// What core makes of a plan.
    fn action(&self, prior: &Value, planned: &Value, requires_replace: &[Path]) -> Action {
        if prior.is_null() {
            return Action::Create;
        }
        let is_write_only = |path: &Path| matches!(self.schema().at(path), Some(Place::Attribute(attribute)) if attribute.is_write_only());
        let changes = |path: &Path| is_write_only(path) || prior.get(path) != planned.get(path);
        if requires_replace.iter().any(changes) {
            Action::Replace
        } else if planned == prior {
            Action::NoOp
        } else {
            Action::Update
        }
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("action", &self.action)
            .field("requires_replace", &self.requires_replace)
            .finish_non_exhaustive()
    }
}
