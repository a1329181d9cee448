//! The plan of an object while its resource may still change it, typed.

use std::fmt;
use std::marker::PhantomData;

use tf_value::Value;

use crate::config::setting;
use crate::diagnostic::Diagnostic;
use crate::model::{AttributeType, Field, Fields, Model, Plan, Setting};
use crate::plan::{Action, ResourcePlan};
use crate::private::Private;

/// A plan that a resource looks over, after everything that its schema says was done.
///
/// It must be a function of what it sees here: core plans twice and compares.
pub struct Draft<'a, M> {
    plan: ResourcePlan<'a>,
    private: Private,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: Model> Draft<'a, M> {
    pub(crate) fn new(plan: ResourcePlan<'a>) -> Self {
        let private = Private::from_bytes(&plan.private);
        Self { plan, private, model: PhantomData }
    }

    pub(crate) fn into_plan(mut self) -> ResourcePlan<'a> {
        self.plan.private = self.private.to_bytes();
        self.plan
    }

    /// What the plan does, as it stands. A replacement is planned as an update first, then as a creation.
    pub fn action(&self) -> Action {
        self.plan.action()
    }

    /// The object as it is. `None` if it is to be created, or if its state is not whole after an apply that failed.
    pub fn prior(&self) -> Option<M> {
        M::from_object(self.plan.prior().clone()).ok()
    }

    /// What an attribute is now. `None` if the object is to be created, or the attribute is null.
    pub fn prior_value<T: AttributeType>(&self, field: Field<M, T>) -> Option<T::Inner> {
        setting::<T>(self.plan.prior(), field).into_known()
    }

    /// What the user wrote.
    pub fn config<T: AttributeType>(&self, field: Field<M, T>) -> Setting<T::Inner> {
        setting::<T>(self.plan.config(), field)
    }

    /// What is planned.
    pub fn planned<T: AttributeType>(&self, field: Field<M, T>) -> Setting<T::Inner> {
        setting::<T>(&self.plan.planned, field)
    }

    /// What is planned for an attribute of a nested object, of which others may be unknown.
    pub fn planned_member<O, T, U>(&self, field: Field<M, O>, member: Field<T, U>) -> Setting<U::Inner>
    where
        O: AttributeType<Inner = T>,
        U: AttributeType,
    {
        match self.plan.planned.attribute(field.name()) {
            Some(object) if object.is_known() => setting::<U>(object, member),
            Some(_) => Setting::Unknown,
            None => Setting::Unset,
        }
    }

    /// Plans a value. Only what is computed and not configured can be planned; and never from something write-only, whose
    /// value at apply is another one.
    pub fn plan<T: AttributeType>(&mut self, field: Field<M, T>, value: &T) {
        self.set(field.name(), value.encode());
    }

    /// Plans that a computed attribute will be decided at apply.
    pub fn plan_unknown<T>(&mut self, field: Field<M, T>) {
        self.set(field.name(), Value::unknown());
    }

    /// Plans an object of which some members are decided at apply.
    pub fn plan_partly<T: Fields>(&mut self, field: Field<M, T>, plan: &Plan<T>) {
        self.set(field.name(), T::plan_to_object(plan));
    }

    /// Has the object replaced because of this attribute, which must change.
    pub fn require_replace<T>(&mut self, field: Field<M, T>) {
        self.plan.requires_replace.push(field.path());
    }

    /// What is stored beside the state of the object.
    pub fn private(&self) -> &Private {
        &self.private
    }

    /// Tells the user something. What would be an error is said as a warning.
    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.plan.diagnostics.push(diagnostic.into_warning());
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Value::Object(members) = &mut self.plan.planned
            && let Some(member) = members.get_mut(name)
        {
            *member = value;
        }
    }
}

/// Without any value, which may be secret.
impl<M> fmt::Debug for Draft<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").finish_non_exhaustive()
    }
}
