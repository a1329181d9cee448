//! PlanResourceChange: the state that is to be.

use plugin_proto::tfplugin6::DynamicValue;
use plugin_proto::tfplugin6::plan_resource_change::{Request, Response};
use tf_value::Value;

use super::run::run_at_once;
use super::served::Served;
use crate::contents::Kept;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::plan::{PlanRequest, ResourcePlan, plan};
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, identity, path};
use crate::{assert, stored};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = planning(server, &request, &mut told).unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        Response::default()
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

fn planning<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<Response> {
    let listed = server.resource(&request.type_name)?;
    let kept = listed.kept();
    let ty = kept.schema.implied_type();
    let value = |what: &str, message: &Option<DynamicValue>| dynamic_value::decode(what, message.as_ref(), ty);
    let prior = value("prior state", &request.prior_state)?;
    let config = value("configuration", &request.config)?;
    let proposed = value("proposed state", &request.proposed_new_state)?;
    let prior_identity = identity::decode(request.prior_identity.as_ref(), &kept.identity_type)?;
    let cx = server.context(None, Private::default())?;

    let asked = PlanRequest {
        config: &config,
        prior: &prior,
        proposed: &proposed,
        private: &request.prior_private,
        identity: prior_identity.as_ref().filter(|_| !listed.author.has_mutable_identity()),
    };
    let (mut planned, outcome) =
        run_at_once("Planning", &request.type_name, || listed.author.plan(&cx, plan(&kept.schema, asked)))?;
    told.extend(cx.end().told);
    planned.identity = planned_identity(kept, &planned, prior_identity.as_ref());
    let planned = planned.finish();
    told.extend(planned.diagnostics);
    outcome?;
    if !told.has_errors() {
        let violations =
            assert::plan_answer(&kept.schema, &prior, &config, &planned.planned, &planned.requires_replace);
        server.judgement().pass(&request.type_name, &violations)?;
    }
    Ok(Response {
        planned_state: Some(dynamic_value::encode(&planned.planned, ty)?),
        requires_replace: planned.requires_replace.iter().map(path::encode).collect(),
        planned_private: planned.private.into(),
        planned_identity: identity::encode(planned.identity.as_ref(), &kept.identity_type)?,
        ..Response::default()
    })
}

/// The identity that the object will have. One that goes or stays has the one that it had.
fn planned_identity(kept: &Kept, plan: &ResourcePlan<'_>, prior: Option<&Value>) -> Option<Value> {
    let stays = !plan.prior().is_null() && plan.requires_replace.is_empty();
    stored::identity(&kept.identity, &plan.planned).or_else(|| prior.filter(|_| stays).cloned())
}
