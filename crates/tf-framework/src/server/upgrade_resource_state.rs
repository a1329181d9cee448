//! UpgradeResourceState: a stored state, of this version of the schema or an earlier one, as a state of today.
//!
//! Core asks for every object before it does anything with it. Nothing is looked up here.

use plugin_proto::tfplugin6::upgrade_resource_state::{Request, Response};
use tf_value::Value;

use super::run::{misfit, run_at_once};
use super::served::Served;
use crate::contents::ListedResource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::failure::Outcome;
use crate::plan::without_write_only;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, raw_state};
use crate::{assert, stored};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = upgrading(server, &request, &mut told).unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        Response::default()
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

fn upgrading<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<Response> {
    let name = &request.type_name;
    let listed = server.resource(name)?;
    let schema = &listed.kept().schema;
    let text = raw_state::text("state", request.raw_state.as_ref())?;
    let state = if request.version == i64::from(schema.version()) {
        raw_state::decode("state", text, schema.implied_type())?
    } else {
        upgraded(listed, request, text, told)?
    };
    let state = without_write_only(schema, stored::with_empty_blocks(schema, state));
    server.judgement().pass(name, &assert::state(schema, &state))?;
    let upgraded_state = Some(dynamic_value::encode(&state, schema.implied_type())?);
    Ok(Response { upgraded_state, ..Response::default() })
}

fn upgraded<P: Provider>(
    listed: &ListedResource<P>,
    request: &Request,
    text: &[u8],
    told: &mut Diagnostics,
) -> Outcome<Value> {
    let (name, schema) = (&request.type_name, &listed.kept().schema);
    let mut upgrades = run_at_once("Upgrading", name, || listed.author.upgrades())?.into_iter();
    let (_, upgrade) = upgrades.find(|(version, _)| i64::from(*version) == request.version).ok_or_else(|| {
        let (stored, current) = (request.version, schema.version());
        Diagnostic::error(format!("No way to upgrade {name} from version {stored}"))
            .detail(format!("The state has version {stored} of the schema. This version of the provider has {current}."))
            .remedy("Use a version of the provider between the one that wrote the state and this one, apply, and go on from there.")
    })?;
    let old = raw_state::decode("state", text, &upgrade.old)?;
    match run_at_once("Upgrading", name, || (upgrade.convert)(old))? {
        Ok(upgraded) => upgraded,
        Err(error) => {
            // Left half-made by an apply that failed. What has the same name and type is kept, so that the object can still be
            // found and removed.
            let rest = raw_state::decode("state", text, schema.implied_type()).map_err(|_| misfit(&error))?;
            told.push(Diagnostic::warning(format!("Incomplete State: {name}")).detail(format!(
                "A state that an earlier apply left half-made was upgraded as far as possible: {} {error}.",
                error.path()
            )));
            Ok(rest)
        }
    }
}
