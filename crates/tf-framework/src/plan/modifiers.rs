//! What single attributes say about their own plan: to stay known, or to replace the object.

use std::fmt;

use tf_value::{Path, Value};

use super::draft::{Field, Member, Object, Planned};
use super::write_only::gets_new_value;
use super::{ResourcePlan, bug};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::trail::Trail;

/// A rule for the planned value of an attribute. It runs at every plan but that of a destroyed object, on every attribute
/// that has it, in each object that is there, and must be a function of what it is shown: core plans twice and compares.
pub trait PlanModifier: fmt::Debug + Send + Sync {
    /// Looks at the plan of one attribute and may change it.
    fn modify(&self, attribute: &mut Modification<'_>);

    /// What a user should know of it, as a sentence for the documentation of the attribute.
    fn note(&self) -> Option<&str> {
        None
    }
}

/// The plan of one attribute, as a [`PlanModifier`] sees it.
pub struct Modification<'a> {
    path: Path,
    config: &'a Value,
    prior: &'a Value,
    planned: Value,
    resource_existed: bool,
    object_existed: bool,
    changed: bool,
    replace: bool,
    diagnostics: &'a mut Diagnostics,
}

/// Without any value, which may be secret.
impl fmt::Debug for Modification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modification").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Modification<'_> {
    /// Which attribute it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the user wrote.
    pub fn config(&self) -> &Value {
        self.config
    }

    /// What it is now. Null too if there is no object yet that it could be in.
    pub fn prior(&self) -> &Value {
        self.prior
    }

    /// What it will be, as it stands.
    pub fn planned(&self) -> &Value {
        &self.planned
    }

    /// Whether the resource exists, so that this is an update.
    pub fn resource_existed(&self) -> bool {
        self.resource_existed
    }

    /// Whether the object exists that the attribute is in: the resource, or this element of a list, set or map. If not,
    /// that the prior value is null says nothing.
    pub fn object_existed(&self) -> bool {
        self.object_existed
    }

    /// Whether the attribute gets another value: it is configured differently, or a modifier planned so. That a computed
    /// value is unknown is not enough. A write-only attribute gets another value when its version does.
    pub fn is_changed(&self) -> bool {
        self.changed || (self.planned.is_wholly_known() && self.planned != *self.prior)
    }

    /// Plans another value. Without effect on a write-only attribute.
    pub fn plan(&mut self, value: Value) {
        self.planned = value;
    }

    /// Has the object replaced, if the attribute changes.
    pub fn require_replace(&mut self) {
        self.replace = true;
    }

    /// Tells the user something about this attribute.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(self.path.addressable()));
    }
}

/// What was computed once stays: an unknown value is planned as it is in the state, null included.
///
/// In an object that does not exist yet it stays unknown, even if the resource exists: for a new element of a list, the null
/// in the state only means that there was no such element.
#[derive(Clone, Copy, Debug)]
pub struct UseStateForUnknown;

impl PlanModifier for UseStateForUnknown {
    fn modify(&self, attribute: &mut Modification<'_>) {
        if attribute.object_existed && !attribute.planned.is_known() && attribute.config.is_known() {
            attribute.plan(attribute.prior.clone());
        }
    }
}

/// What was computed once stays; where there is no value yet, it may still be computed.
#[derive(Clone, Copy, Debug)]
pub struct UseNonNullStateForUnknown;

impl PlanModifier for UseNonNullStateForUnknown {
    fn modify(&self, attribute: &mut Modification<'_>) {
        if !attribute.prior.is_null() {
            UseStateForUnknown.modify(attribute);
        }
    }
}

/// A change replaces the object.
#[derive(Clone, Copy, Debug)]
pub struct RequiresReplace;

impl PlanModifier for RequiresReplace {
    fn note(&self) -> Option<&str> {
        Some("Changing it replaces the object.")
    }

    fn modify(&self, attribute: &mut Modification<'_>) {
        if attribute.resource_existed && attribute.is_changed() {
            attribute.require_replace();
        }
    }
}

/// A change replaces the object, unless it is that the user no longer sets the attribute.
#[derive(Clone, Copy, Debug)]
pub struct RequiresReplaceIfConfigured;

impl PlanModifier for RequiresReplaceIfConfigured {
    fn note(&self) -> Option<&str> {
        Some("Changing it replaces the object; taking it out does not.")
    }

    fn modify(&self, attribute: &mut Modification<'_>) {
        if !attribute.config.is_null() {
            RequiresReplace.modify(attribute);
        }
    }
}

/// A change replaces the object if a condition holds. It is asked only about changes.
#[derive(Clone, Copy)]
pub struct RequiresReplaceIf(pub fn(&Modification<'_>) -> bool);

impl fmt::Debug for RequiresReplaceIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequiresReplaceIf")
    }
}

impl PlanModifier for RequiresReplaceIf {
    fn note(&self) -> Option<&str> {
        Some("Some changes of it replace the object.")
    }

    fn modify(&self, attribute: &mut Modification<'_>) {
        if attribute.resource_existed && attribute.is_changed() && (self.0)(attribute) {
            attribute.require_replace();
        }
    }
}

/// Runs the modifiers of each attribute, from the outside in.
pub(super) fn run(draft: &mut Object<'_>, plan: &mut ResourcePlan<'_>) {
    let resource_existed = !plan.request.prior.is_null();
    in_object(draft, resource_existed, &Trail::ROOT, plan);
}

fn in_object(object: &mut Object<'_>, resource_existed: bool, trail: &Trail<'_>, plan: &mut ResourcePlan<'_>) {
    let object_existed = !object.prior.is_null();
    for position in 0..object.members().len() {
        let members = object.members();
        let changed = members.get(position).is_some_and(|member| gets_new_value(member, members));
        let Some(member) = members.get_mut(position) else { break };
        let trail = trail.attribute(member.name);
        modify(member, changed, resource_existed, object_existed, &trail, plan);
        in_objects(member, resource_existed, &trail, plan);
    }
}

fn in_objects(member: &mut Member<'_>, resource_existed: bool, trail: &Trail<'_>, plan: &mut ResourcePlan<'_>) {
    match &mut member.planned {
        Planned::Value(_) => {}
        Planned::One(object) => in_object(object, resource_existed, trail, plan),
        Planned::List(objects) => {
            for (index, object) in objects.iter_mut().enumerate() {
                in_object(object, resource_existed, &trail.index(index), plan);
            }
        }
        Planned::Set(objects) => {
            for object in objects {
                in_object(object, resource_existed, &trail.element(), plan);
            }
        }
        Planned::Map(objects) => {
            for (key, object) in objects {
                in_object(object, resource_existed, &trail.key(key), plan);
            }
        }
    }
}

fn modify(
    member: &mut Member<'_>,
    changed: bool,
    resource_existed: bool,
    object_existed: bool,
    trail: &Trail<'_>,
    plan: &mut ResourcePlan<'_>,
) {
    let Field::Attribute(attribute) = member.field else { return };
    if attribute.modifiers().is_empty() {
        return;
    }
    let before = member.value();
    let mut modification = Modification {
        path: trail.path(),
        config: member.config,
        prior: member.prior,
        planned: before.clone(),
        resource_existed,
        object_existed,
        changed,
        replace: false,
        diagnostics: &mut plan.diagnostics,
    };
    for modifier in attribute.modifiers() {
        modifier.modify(&mut modification);
    }
    let Modification { path, planned, replace, .. } = modification;
    if replace {
        plan.requires_replace.push(path.addressable());
    }
    if planned != before && !attribute.is_write_only() {
        if planned.check(&attribute.implied_type()).is_err() {
            plan.diagnostics.push(bug("it plans a value of another type").at(path.addressable()));
            return;
        }
        member.planned = Planned::Value(planned);
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::plan::testing::{check, element, plan_of, replaced_for};
    use crate::schema::{Attribute, Block, NestedBlock, NestedObject, Schema};

    fn object(a: &str, id: Value) -> Value {
        Value::object([("a", Value::from(a)), ("id", id)])
    }

    fn with_id(id: Attribute) -> Block {
        Block::new().attribute("a", Attribute::optional(Type::String)).attribute("id", id)
    }

    fn computed() -> Attribute {
        Attribute::computed(Type::String)
    }

    #[test]
    fn kept_state_stays_known() {
        let prior = || object("1", Value::from("id"));
        for attribute in [computed().keep_state(), computed().keep_non_null_state()] {
            let block = with_id(attribute);
            check(&block, prior(), object("2", Value::Null), object("2", Value::from("id")));
            check(&block, Value::Null, object("2", Value::Null), object("2", Value::unknown()));
        }
        check(&with_id(computed()), prior(), object("2", Value::Null), object("2", Value::unknown()));
    }

    #[test]
    fn null_in_the_state_is_kept_or_not() {
        let prior = || object("1", Value::Null);
        check(&with_id(computed().keep_state()), prior(), object("2", Value::Null), object("2", Value::Null));
        let computed_later = with_id(computed().keep_non_null_state());
        check(&computed_later, prior(), object("2", Value::Null), object("2", Value::unknown()));
    }

    #[test]
    fn a_new_element_has_no_state_to_keep() {
        let outer = Block::new().block("b", NestedBlock::list(with_id(computed().keep_state())));
        let list = |objects: &[Value]| element("b", Value::list(objects.iter().cloned()));
        let prior = list(&[object("1", Value::from("id"))]);
        let config = list(&[object("1", Value::Null), object("2", Value::Null)]);
        let planned = list(&[object("1", Value::from("id")), object("2", Value::unknown())]);
        check(&outer, prior, config, planned);
    }

    #[test]
    fn what_the_user_will_set_is_not_kept() {
        let block = with_id(Attribute::optional_computed(Type::String).keep_state());
        check(&block, object("1", Value::from("id")), object("1", Value::unknown()), object("1", Value::unknown()));
    }

    #[test]
    fn changes_replace() {
        let block = Block::new().attribute("a", Attribute::optional(Type::String).requires_replace());
        let a = |value: Option<&str>| element("a", Value::from(value));
        assert_eq!(replaced_for(&block, a(Some("1")), a(Some("2"))), ["a"]);
        assert_eq!(replaced_for(&block, a(Some("1")), a(None)), ["a"]);
        assert_eq!(replaced_for(&block, a(Some("1")), element("a", Value::unknown())), ["a"]);
        assert_eq!(replaced_for(&block, a(Some("1")), a(Some("1"))), [""; 0]);
        assert_eq!(replaced_for(&block, Value::Null, a(Some("1"))), [""; 0]);
    }

    #[test]
    fn changes_replace_if_configured() {
        let block = Block::new().attribute("a", Attribute::optional(Type::String).requires_replace_if_configured());
        let a = |value: Option<&str>| element("a", Value::from(value));
        assert_eq!(replaced_for(&block, a(Some("1")), a(Some("2"))), ["a"]);
        assert_eq!(replaced_for(&block, a(Some("1")), a(None)), [""; 0]);
    }

    #[test]
    fn changes_replace_on_a_condition() {
        let shrinks = RequiresReplaceIf(|attribute| attribute.planned().as_number() < attribute.prior().as_number());
        let block = Block::new().attribute("a", Attribute::optional(Type::Number).modifier(shrinks));
        let a = |value: i64| element("a", Value::from(value));
        assert_eq!(replaced_for(&block, a(2), a(1)), ["a"]);
        assert_eq!(replaced_for(&block, a(2), a(3)), [""; 0]);
    }

    #[test]
    fn an_unknown_computed_value_is_no_change() {
        let block = with_id(Attribute::optional_computed(Type::String).requires_replace());
        assert_eq!(replaced_for(&block, object("1", Value::from("id")), object("2", Value::Null)), [""; 0]);
        assert_eq!(replaced_for(&block, object("1", Value::from("id")), object("1", Value::from("x"))), ["id"]);
        let members = [("n", Attribute::optional(Type::String)), ("id", computed())];
        let nested = Attribute::optional(NestedObject::single(members)).requires_replace();
        let block = Block::new().attribute("o", nested).attribute("x", Attribute::optional(Type::String));
        let outer = |n: &str, id: Option<&str>, x: &str| {
            let nested = Value::object([("n", Value::from(n)), ("id", Value::from(id))]);
            Value::object([("o", nested), ("x", Value::from(x))])
        };
        assert_eq!(replaced_for(&block, outer("1", Some("id"), "1"), outer("1", None, "2")), [""; 0]);
        assert_eq!(replaced_for(&block, outer("1", Some("id"), "1"), outer("2", None, "1")), ["o"]);
    }

    #[test]
    fn paths_end_at_sets() {
        let inner = || Block::new().attribute("a", Attribute::optional(Type::String).requires_replace());
        let a = |value: &str| element("a", Value::from(value));
        let set = Block::new().block("b", NestedBlock::set(inner()));
        let values = |values: &[&str]| element("b", Value::set(values.iter().map(|value| a(value))));
        assert_eq!(replaced_for(&set, values(&["1"]), values(&["2", "3"])), ["b"]);
        let list = Block::new().block("b", NestedBlock::list(inner()));
        let values = |values: &[&str]| element("b", Value::list(values.iter().map(|value| a(value))));
        assert_eq!(replaced_for(&list, values(&["1", "1"]), values(&["1", "2"])), ["b[1].a"]);
    }

    #[test]
    fn own_modifiers_may_plan_and_report() {
        #[derive(Debug)]
        struct FromConfig;
        impl PlanModifier for FromConfig {
            fn modify(&self, attribute: &mut Modification<'_>) {
                attribute.plan(Value::from("fixed"));
                attribute.report(Diagnostic::warning("Told"));
            }
        }
        let schema = Schema::new(0, with_id(computed().modifier(FromConfig)));
        let config = object("1", Value::Null);
        let outcome = plan_of(&schema, &Value::Null, &config).finish();
        assert_eq!(outcome.planned, object("1", Value::from("fixed")));
        assert_eq!(outcome.diagnostics.iter().map(|told| told.path().to_string()).collect::<Vec<_>>(), ["id"]);
    }

    #[test]
    fn a_modifier_cannot_plan_another_type_or_a_secret() {
        #[derive(Debug)]
        struct Wrong;
        impl PlanModifier for Wrong {
            fn modify(&self, attribute: &mut Modification<'_>) {
                attribute.plan(Value::from(true));
            }
        }
        let schema = Schema::new(0, with_id(computed().modifier(Wrong)));
        let config = object("1", Value::Null);
        let outcome = plan_of(&schema, &Value::Null, &config).finish();
        assert!(outcome.diagnostics.has_errors());
        let secret = Attribute::optional(Type::Bool).write_only("a").modifier(Wrong);
        check(&with_id(secret), Value::Null, object("1", Value::Null), object("1", Value::Null));
    }
}
