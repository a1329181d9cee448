//! Managed resources: what an author writes for one.

use std::future::{Future, ready};
use std::time::Duration;

use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::draft::Draft;
use crate::failure::{Failure, Outcome};
use crate::migrate::{Move, Upgrade};
use crate::model::{Identity, Model, Plan, kind};
use crate::provider::Provider;

/// A managed resource. Its model is its state.
///
/// Everything that the schema can say is done around these calls: planning, comparing, what is write-only, identity,
/// timeouts. What they return is checked before core sees it, and where it breaks a rule of core the message names the
/// resource and the attribute.
pub trait Resource: Model<Kind = kind::Resource> {
    /// The provider that it belongs to.
    type Provider: Provider;

    /// How long the operations may take when the user does not say. Without a limit by default.
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::NONE;

    /// Whether an object that stays can get another identity: one that is moved, say. By default that is a bug.
    const MUTABLE_IDENTITY: bool = false;

    /// Makes the object.
    ///
    /// What was planned as known must come back as planned.
    ///
    /// # Errors
    /// If it could not be made. What exists by then is what the last [checkpoint](Context::checkpoint) says, nothing without
    /// one.
    fn create(cx: &Context<Self::Provider>, plan: Plan<Self>) -> impl Future<Output = Outcome<Self>> + Send;

    /// The object as it is now. `None` only if it is gone for certain: "not found" and nothing else, since it will be made
    /// anew.
    ///
    /// What can't be read back is kept from `state`.
    ///
    /// # Errors
    /// If that could not be found out.
    fn read(cx: &Context<Self::Provider>, state: Self) -> impl Future<Output = Outcome<Option<Self>>> + Send;

    /// Changes the object.
    ///
    /// # Errors
    /// If it could not be changed. The state is then what the last [checkpoint](Context::checkpoint) says, `prior` without
    /// one.
    fn update(
        cx: &Context<Self::Provider>,
        prior: Self,
        plan: Plan<Self>,
    ) -> impl Future<Output = Outcome<Self>> + Send;

    /// Removes the object. That it is gone already is no error.
    ///
    /// # Errors
    /// If it could not be removed.
    fn delete(cx: &Context<Self::Provider>, state: Self) -> impl Future<Output = Outcome<()>> + Send;

    /// Looks over a plan. Without input or output; called for creations, changes, no change and destruction.
    ///
    /// It is called by whoever reads the connection, as are [`validate`](Self::validate), [`upgrades`](Self::upgrades) and
    /// [`moves`](Self::moves): what blocks there holds up every other call.
    ///
    /// # Errors
    /// If the change can't be made.
    fn plan(cx: &Context<Self::Provider>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        let _ = (cx, draft);
        Ok(())
    }

    /// What is wrong with a configuration that no single attribute tells. Without input or output.
    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// The object with this identity, to be managed from now on. `None` if there is none. Core [reads](Self::read) it next.
    ///
    /// It is also how an object is found that an apply left half-made: where a [checkpoint](Context::checkpoint_plan) has null
    /// for what the model can't be without, the state is not one of the model's. If it has the whole identity, such an object
    /// is imported before it is read, changed or removed, and counts as gone if there is none.
    ///
    /// # Errors
    /// If that could not be found out.
    fn import(
        cx: &Context<Self::Provider>,
        identity: Identity<Self>,
    ) -> impl Future<Output = Outcome<Option<Self>>> + Send {
        let _ = (cx, identity);
        ready(Err(Failure::not_importable(&whole_type_name::<Self>())))
    }

    /// The identity that an import id stands for. By default as the model's template says.
    ///
    /// # Errors
    /// If the id is of another form.
    fn parse_import_id(id: &str) -> Outcome<Identity<Self>> {
        crate::import_id::parse::<Self>(id)
    }

    /// From states of earlier versions of this resource.
    fn upgrades() -> Vec<Upgrade<Self>> {
        Vec::new()
    }

    /// From states of resources of other providers, which become this one by a `moved` block.
    fn moves() -> Vec<Move<Self>> {
        Vec::new()
    }
}

/// The name of a resource's type as its users write it, that of the provider included.
pub(crate) fn whole_type_name<R: Resource>() -> String {
    format!("{}_{}", R::Provider::TYPE_NAME, R::TYPE_NAME)
}

/// How long operations may take when the user does not say. `None` is without a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultTimeouts {
    /// Creating.
    pub create: Option<Duration>,
    /// Reading.
    pub read: Option<Duration>,
    /// Changing.
    pub update: Option<Duration>,
    /// Removing.
    pub delete: Option<Duration>,
}

impl DefaultTimeouts {
    /// Without any limit.
    pub const NONE: Self = Self { create: None, read: None, update: None, delete: None };
}
