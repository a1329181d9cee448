//! A managed resource without its type.

use std::ops::RangeInclusive;

use tf_value::Value;

use super::{Halt, HasSchema, Of, Pending};
use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::draft::Draft;
use crate::failure::Outcome;
use crate::migrate::Migration;
use crate::model::{IdentityAttribute, IdentityModel as _};
use crate::plan::ResourcePlan;
use crate::provider::Provider;
use crate::resource::{DefaultTimeouts, Resource};

/// [`Resource`] on values.
pub(crate) trait AnyResource<P: Provider>: HasSchema + Send + Sync {
    fn version(&self) -> u32;
    fn identity(&self) -> Vec<IdentityAttribute>;
    fn import_id(&self) -> Option<&'static str>;
    fn timeouts(&self) -> DefaultTimeouts;
    fn has_mutable_identity(&self) -> bool;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn plan<'a>(&self, cx: &Context<P>, plan: ResourcePlan<'a>) -> (ResourcePlan<'a>, Outcome<()>);
    fn create<'a>(&'a self, cx: &'a Context<P>, plan: Value) -> Pending<'a, Value>;
    fn read<'a>(&'a self, cx: &'a Context<P>, state: Value) -> Pending<'a, Option<Value>>;
    fn update<'a>(&'a self, cx: &'a Context<P>, prior: Value, plan: Value) -> Pending<'a, Value>;
    fn delete<'a>(&'a self, cx: &'a Context<P>, state: Value) -> Pending<'a, ()>;
    fn import<'a>(&'a self, cx: &'a Context<P>, identity: Value) -> Pending<'a, Option<Value>>;
    fn parse_import_id(&self, id: &str) -> Outcome<Value>;
    /// The version from which each upgrade leads.
    fn upgrades(&self) -> Vec<(u32, Migration)>;
    /// The type name and versions from which each move leads.
    fn moves(&self) -> Vec<(&'static str, RangeInclusive<i64>, Migration)>;
}

impl<P: Provider, R: Resource<Provider = P>> AnyResource<P> for Of<R> {
    fn version(&self) -> u32 {
        R::VERSION
    }

    fn identity(&self) -> Vec<IdentityAttribute> {
        R::Identity::attributes()
    }

    fn import_id(&self) -> Option<&'static str> {
        R::IMPORT_ID
    }

    fn timeouts(&self) -> DefaultTimeouts {
        R::TIMEOUTS
    }

    fn has_mutable_identity(&self) -> bool {
        R::MUTABLE_IDENTITY
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        R::validate(&Config::new(config))
    }

    fn plan<'a>(&self, cx: &Context<P>, plan: ResourcePlan<'a>) -> (ResourcePlan<'a>, Outcome<()>) {
        let mut draft = Draft::new(plan);
        let outcome = R::plan(cx, &mut draft);
        (draft.into_plan(), outcome)
    }

    fn create<'a>(&'a self, cx: &'a Context<P>, plan: Value) -> Pending<'a, Value> {
        Box::pin(async move {
            let plan = R::plan_from_object(plan).map_err(Halt::Misfit)?;
            Ok(R::create(cx, plan).await?.to_object())
        })
    }

    fn read<'a>(&'a self, cx: &'a Context<P>, state: Value) -> Pending<'a, Option<Value>> {
        Box::pin(async move {
            let state = R::from_object(state).map_err(Halt::Partial)?;
            Ok(R::read(cx, state).await?.map(|state| state.to_object()))
        })
    }

    fn update<'a>(&'a self, cx: &'a Context<P>, prior: Value, plan: Value) -> Pending<'a, Value> {
        Box::pin(async move {
            let prior = R::from_object(prior).map_err(Halt::Partial)?;
            let plan = R::plan_from_object(plan).map_err(Halt::Misfit)?;
            Ok(R::update(cx, prior, plan).await?.to_object())
        })
    }

    fn delete<'a>(&'a self, cx: &'a Context<P>, state: Value) -> Pending<'a, ()> {
        Box::pin(async move {
            let state = R::from_object(state).map_err(Halt::Partial)?;
            Ok(R::delete(cx, state).await?)
        })
    }

    fn import<'a>(&'a self, cx: &'a Context<P>, identity: Value) -> Pending<'a, Option<Value>> {
        Box::pin(async move {
            let identity = R::Identity::decode(identity).map_err(Halt::Misfit)?;
            Ok(R::import(cx, identity).await?.map(|state| state.to_object()))
        })
    }

    fn parse_import_id(&self, id: &str) -> Outcome<Value> {
        R::parse_import_id(id).map(|identity| identity.encode())
    }

    fn upgrades(&self) -> Vec<(u32, Migration)> {
        R::upgrades()
            .into_iter()
            .map(|upgrade| (upgrade.version, Migration::of(upgrade.old, upgrade.convert)))
            .collect()
    }

    fn moves(&self) -> Vec<(&'static str, RangeInclusive<i64>, Migration)> {
        let moves = R::moves().into_iter();
        moves.map(|from| (from.type_name, from.versions, Migration::of(from.old, from.convert))).collect()
    }
}
