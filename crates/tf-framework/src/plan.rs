//! From configuration and prior state to the state that is to be: the plan of one object.
//!
//! The rules come from core, which checks each of them and stops the run where one is broken, and from users, who want to
//! see what changes and nothing else. In this order:
//!
//! 1. start from what core [proposes](crate::assert::proposed_new),
//! 2. fill in the defaults where nothing is configured,
//! 3. take out what is write-only,
//! 4. keep the spelling of the prior state where it means the same, and decide a renewal;
//! 5. if, and only if, that differs from the prior state: what the provider computes becomes unknown,
//! 6. the plan modifiers of the attributes, from the outside in; they keep known what stays, and ask for replacement,
//! 7. what depends on something that changed becomes unknown;
//! 8. the resource itself may change the plan: see [`ResourcePlan`];
//! 9. what must hold in any case: write-only is null, a destroyed object too, an identity stays, paths are in order.
//!
//! Planning is a function of what core sends. It reads no clock and no random number, since core plans everything at least
//! twice and compares. A replacement is planned as two objects: first this one with its prior state, then, with a null prior
//! state and the private data of the first plan, its successor.

mod correlate;
mod declared;
mod defaults;
mod draft;
mod modifiers;
mod replace;
mod semantic;
#[cfg(test)]
pub(crate) mod testing;
mod unknowns;
mod write_only;

use std::fmt;

use tf_value::{Path, Value};

pub use declared::declared_differences;
pub use modifiers::{
    Modification, PlanModifier, RequiresReplace, RequiresReplaceIf, RequiresReplaceIfConfigured,
    UseNonNullStateForUnknown, UseStateForUnknown,
};
pub(crate) use semantic::ElementWise;
pub use semantic::{SemanticEquality, keep_spelling};
pub(crate) use write_only::with_write_only;
pub use write_only::without_write_only;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::Schema;
use draft::Object;

/// What core sends to have an object planned. The values are of the schema's type.
#[derive(Clone, Copy)]
pub struct PlanRequest<'a> {
    /// What the user wrote: null where nothing is set, unknown where it is not known yet. Null as a whole if the object is
    /// to be destroyed.
    pub config: &'a Value,
    /// What the object is now. Null if it is to be created.
    pub prior: &'a Value,
    /// Core's idea of what the object will be.
    pub proposed: &'a Value,
    /// What the provider stored beside the state. In the second half of a replacement, what it planned in the first.
    pub private: &'a [u8],
    /// The identity of the object, if it has one.
    pub identity: Option<&'a Value>,
}

/// The plan of one object, before the resource has had a look at it.
///
/// A resource changes what it knows better: a planned value, the paths for which it must be replaced, its private data.
/// Then [`finish`](Self::finish).
#[must_use = "a plan must be finished"]
pub struct ResourcePlan<'a> {
    schema: &'a Schema,
    request: PlanRequest<'a>,
    /// What the object will be.
    pub planned: Value,
    /// For which attributes it can't be changed but must be replaced.
    pub requires_replace: Vec<Path>,
    /// What is stored beside the state. Lost unless it is planned: core before Terraform 1.16 forgets it between plan and
    /// apply.
    pub private: Vec<u8>,
    /// The identity that the object will have. It may be unknown or null for one that is yet to be created.
    pub identity: Option<Value>,
    /// What to tell the user.
    pub diagnostics: Diagnostics,
}

/// A finished plan: what is sent to core.
///
/// Its `Debug` shows the planned values, sensitive ones too. It belongs into tests, never into logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOutcome {
    /// What the object will be. Null if it is destroyed.
    pub planned: Value,
    /// For which attributes it must be replaced: each one changes, in order, none twice, none in a set.
    pub requires_replace: Vec<Path>,
    /// What is stored beside the state.
    pub private: Vec<u8>,
    /// The identity that the object will have.
    pub identity: Option<Value>,
    /// What to tell the user.
    pub diagnostics: Diagnostics,
}

/// What a plan does with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed, or replaced.
    Update,
    /// It stays as it is.
    NoOp,
    /// It goes.
    Delete,
}

/// Plans an object as far as its schema can tell.
///
/// ```
/// use tf_framework::plan::{PlanRequest, plan};
/// use tf_framework::schema::{Attribute, Block, Schema};
/// use tf_value::{Type, Value};
///
/// let schema = Schema::new(0, Block::new()
///     .attribute("name", Attribute::required(Type::String).requires_replace())
///     .attribute("id", Attribute::computed(Type::String).keep_state()));
/// let config = Value::object([("name", Value::from("web")), ("id", Value::Null)]);
/// let request = PlanRequest { config: &config, prior: &Value::Null, proposed: &config, private: &[], identity: None };
/// let outcome = plan(&schema, request).finish();
/// assert_eq!(outcome.planned, Value::object([("name", Value::from("web")), ("id", Value::unknown())]));
/// ```
pub fn plan<'a>(schema: &'a Schema, request: PlanRequest<'a>) -> ResourcePlan<'a> {
    let mut plan = ResourcePlan {
        schema,
        request,
        planned: Value::Null,
        requires_replace: Vec::new(),
        private: request.private.to_vec(),
        identity: request.identity.cloned(),
        diagnostics: Diagnostics::new(),
    };
    if request.config.is_null() {
        return plan;
    }
    let mut draft = Object::align(schema.block(), request.prior, request.config, Some(request.proposed));
    defaults::fill_in(&mut draft);
    write_only::take_out(&mut draft);
    semantic::keep_prior_spelling(&mut draft);
    unknowns::decide_renewal(&mut draft);
    let changed = draft.note_changes();
    if changed {
        unknowns::mark(&mut draft);
    }
    modifiers::run(&mut draft, &mut plan);
    if changed {
        unknowns::follow_dependencies(&mut draft);
    }
    draft.report_coalesced(&mut plan.diagnostics);
    plan.planned = draft.into_value();
    if !plan.requires_replace.is_empty() {
        // What comes after is another object.
        plan.identity = None;
    }
    plan
}

/// Without any value: the configuration holds secrets that are never stored.
impl fmt::Debug for PlanRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanRequest").finish_non_exhaustive()
    }
}

/// Without any value: the configuration holds secrets that are never stored.
impl fmt::Debug for ResourcePlan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourcePlan").field("requires_replace", &self.requires_replace).finish_non_exhaustive()
    }
}

impl ResourcePlan<'_> {
    /// What the user wrote. Null if the object is to be destroyed.
    pub fn config(&self) -> &Value {
        self.request.config
    }

    /// What the object is now. Null if it is to be created.
    pub fn prior(&self) -> &Value {
        self.request.prior
    }

    /// What the plan does, as it stands.
    pub fn action(&self) -> Action {
        match (self.request.prior.is_null(), self.planned.is_null()) {
            (true, _) => Action::Create,
            (false, true) => Action::Delete,
            (false, false) if self.planned == *self.request.prior => Action::NoOp,
            (false, false) => Action::Update,
        }
    }

    /// Sees to what must hold whatever the resource did.
    pub fn finish(mut self) -> PlanOutcome {
        if self.request.config.is_null() && !self.planned.is_null() {
            self.planned = Value::Null;
            self.diagnostics.push(bug("it plans values for an object that is to be destroyed"));
        }
        let planned = without_write_only(self.schema, self.planned);
        let requires_replace =
            replace::in_order(self.schema, self.request.prior, &planned, &self.requires_replace, &mut self.diagnostics);
        if let (Some(prior), Some(identity)) = (self.request.identity, &self.identity) {
            let stays = !self.request.prior.is_null() && !planned.is_null() && requires_replace.is_empty();
            if stays && prior != identity && !prior.is_null() {
                self.diagnostics.push(bug("it plans another identity for an object that stays"));
            }
        }
        PlanOutcome {
            planned,
            requires_replace,
            private: self.private,
            identity: self.identity,
            diagnostics: self.diagnostics,
        }
    }
}

fn bug(what: &str) -> Diagnostic {
    Diagnostic::error("Bug in the Provider")
        .detail(format!("The resource has a bug: {what}."))
        .remedy("This is not a mistake in the configuration. Please report it to the developers of the provider.")
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::testing::{element, plan_of};
    use super::*;
    use crate::assert;
    use crate::schema::{Attribute, Block, NestedObject};

    fn schema() -> Schema {
        let block = Block::new()
            .attribute("a", Attribute::required(Type::String).requires_replace())
            .attribute("b", Attribute::optional(Type::String))
            .attribute("id", Attribute::computed(Type::String).keep_state());
        Schema::new(0, block)
    }

    fn object(a: &str, b: &str, id: Value) -> Value {
        Value::object([("a", Value::from(a)), ("b", Value::from(b)), ("id", id)])
    }

    #[test]
    fn a_destroyed_object_is_planned_as_null() {
        let (schema, prior) = (schema(), object("1", "1", Value::from("id")));
        let request = || PlanRequest {
            config: &Value::Null,
            prior: &prior,
            proposed: &Value::Null,
            private: b"p",
            identity: None,
        };
        let planned = plan(&schema, request());
        assert_eq!(planned.action(), Action::Delete);
        let outcome = planned.finish();
        assert_eq!((outcome.planned, outcome.private), (Value::Null, b"p".to_vec()));
        assert!(outcome.diagnostics.is_empty());
        let mut stubborn = plan(&schema, request());
        stubborn.planned = prior.clone();
        stubborn.requires_replace.push(Path::root().attribute("a"));
        let outcome = stubborn.finish();
        assert_eq!((outcome.planned, outcome.requires_replace), (Value::Null, Vec::new()));
        assert!(outcome.diagnostics.has_errors());
    }

    #[test]
    fn a_replacement_is_planned_twice() {
        let (schema, prior) = (schema(), object("1", "1", Value::from("id")));
        let config = object("2", "1", Value::Null);
        let proposed = assert::proposed_new(&schema, &prior, &config);
        let identity = Value::from("identity");
        let request =
            |prior, proposed, private, identity| PlanRequest { config: &config, prior, proposed, private, identity };
        let mut plan_of_old = plan(&schema, request(&prior, &proposed, b"stored", Some(&identity)));
        assert_eq!(plan_of_old.private, b"stored");
        plan_of_old.private = b"planned".to_vec();
        let first = plan_of_old.finish();
        assert_eq!(first.requires_replace, [Path::root().attribute("a")]);
        assert_eq!(first.planned, object("2", "1", Value::from("id")));
        assert_eq!(first.identity, None, "the successor has an identity of its own");
        // Terraform hands in the planned identity, OpenTofu none.
        let proposed = assert::proposed_new(&schema, &Value::Null, &config);
        for identity in [first.identity.as_ref(), Some(&identity)] {
            let second = plan(&schema, request(&Value::Null, &proposed, &first.private, identity)).finish();
            assert_eq!(second.planned, object("2", "1", Value::unknown()));
            assert_eq!((second.requires_replace, second.private), (Vec::new(), b"planned".to_vec()));
            assert!(second.diagnostics.is_empty());
        }
    }

    #[test]
    fn the_identity_of_an_object_that_stays_stays() {
        let (schema, prior) = (schema(), object("1", "1", Value::from("id")));
        let errors = |config: &Value, new: Option<Value>| {
            let (identity, proposed) = (Value::from("old"), assert::proposed_new(&schema, &prior, config));
            let request =
                PlanRequest { config, prior: &prior, proposed: &proposed, private: &[], identity: Some(&identity) };
            let mut plan = plan(&schema, request);
            if new.is_some() {
                plan.identity = new;
            }
            plan.finish().diagnostics.has_errors()
        };
        let updated = object("1", "2", Value::Null);
        assert!(!errors(&updated, None));
        assert!(!errors(&updated, Some(Value::from("old"))));
        assert!(errors(&updated, Some(Value::from("new"))));
        let replaced = object("2", "2", Value::Null);
        assert!(!errors(&replaced, Some(Value::from("new"))));
    }

    #[test]
    fn requests_and_plans_are_printed_without_values() {
        let (schema, config) = (schema(), object("canary", "canary", Value::Null));
        let plan = plan_of(&schema, &Value::Null, &config);
        assert!(!format!("{plan:?} {:?}", plan.request).contains("canary"));
    }

    #[test]
    fn actions_are_told_apart() {
        let schema = schema();
        let action = |prior: &Value, config: &Value| plan_of(&schema, prior, config).action();
        let prior = object("1", "1", Value::from("id"));
        assert_eq!(action(&Value::Null, &object("1", "1", Value::Null)), Action::Create);
        assert_eq!(action(&prior, &object("1", "1", Value::Null)), Action::NoOp);
        assert_eq!(action(&prior, &object("1", "2", Value::Null)), Action::Update);
        assert_eq!(action(&prior, &Value::Null), Action::Delete);
    }

    #[test]
    fn a_set_that_defaults_shrink_is_an_error() {
        let nested = NestedObject::set([("p", Attribute::optional(Type::Number).default_value(80))]);
        let schema = Schema::new(0, Block::new().attribute("s", Attribute::optional(nested)));
        let set = |elements: &[Option<i64>]| {
            let elements = elements.iter().map(|value| element("p", Value::from(*value)));
            element("s", Value::set(elements))
        };
        let config = set(&[None, Some(80)]);
        let outcome = plan_of(&schema, &Value::Null, &config).finish();
        assert_eq!(outcome.planned, set(&[Some(80)]));
        assert_eq!(outcome.diagnostics.iter().map(|told| told.path().to_string()).collect::<Vec<_>>(), ["s"]);
        assert!(
            !assert::plan_valid(&schema, &Value::Null, &config, &outcome.planned).is_empty(),
            "core would stop too"
        );
    }

    #[test]
    fn the_plan_starts_from_what_core_proposes() {
        // A later core may propose something else for what is computed; it is not ours to know better.
        let block = Block::new().attribute("id", Attribute::computed(Type::String));
        let schema = Schema::new(0, block);
        let (prior, config) = (element("id", Value::from("old")), element("id", Value::Null));
        let proposed = prior.clone();
        let request = PlanRequest { config: &config, prior: &prior, proposed: &proposed, private: &[], identity: None };
        assert_eq!(plan(&schema, request).planned, prior);
        let moved = element("id", Value::from("moved"));
        let request = PlanRequest { proposed: &moved, ..request };
        assert_eq!(plan(&schema, request).planned, element("id", Value::unknown()), "it differs from the prior state");
    }
}
