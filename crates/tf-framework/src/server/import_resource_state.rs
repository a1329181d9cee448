//! ImportResourceState: an object that someone else made, by import id or by identity.

use plugin_proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};
use tf_value::Value;

use super::limit::Limit;
use super::run::{Operation, failure, run, run_at_once};
use super::served::Served;
use crate::contents::ListedResource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::failure::Outcome;
use crate::plan::without_write_only;
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, identity};
use crate::{assert, stored};

pub(super) async fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let imported = importing(server, &request, &mut told).await;
    let imported_resources = match imported {
        Ok(imported) => vec![imported],
        Err(failure) => {
            told.extend(failure.into_diagnostics());
            Vec::new()
        }
    };
    Response { imported_resources, diagnostics: diagnostics::encode(told), ..Response::default() }
}

async fn importing<P: Provider>(
    server: &Served<P>,
    request: &Request,
    told: &mut Diagnostics,
) -> Outcome<ImportedResource> {
    let name = &request.type_name;
    let listed = server.resource(name)?;
    let kept = listed.kept();
    let (wanted, called) = wanted(listed, request)?;
    let limit = Limit::of(&kept.schema, &Value::Null, listed.author.timeouts(), Operation::Import);
    let cx = server.context(limit.as_ref(), Private::default())?;
    let found = run(Operation::Import, name, limit.as_ref(), listed.author.import(&cx, wanted)).await;
    let remains = cx.end();
    told.extend(remains.told);
    let Some(state) = found.map_err(|halt| failure(halt, name))? else {
        return Err(Diagnostic::error(format!("No such {name}"))
            .detail(format!("There is no {name} with {called}."))
            .remedy("Check how it is spelled, and that the provider is configured for the server that has it.")
            .into());
    };
    let state = without_write_only(&kept.schema, state);
    server.judgement().pass(name, &assert::state(&kept.schema, &state))?;
    let identity = stored::identity(&kept.identity, &state);
    Ok(ImportedResource {
        type_name: name.clone(),
        state: Some(dynamic_value::encode(&state, kept.schema.implied_type())?),
        private: remains.private.to_bytes().into(),
        identity: identity::encode(identity.as_ref(), &kept.identity_type)?,
    })
}

/// The identity that is asked for, and how the user called it.
fn wanted<P: Provider>(listed: &ListedResource<P>, request: &Request) -> Outcome<(Value, String)> {
    let kept = listed.kept();
    if let Some(identity) = identity::decode(request.identity.as_ref(), &kept.identity_type)? {
        let parts = identity.as_object().into_iter().flatten().filter_map(|(name, value)| {
            let value =
                value.as_str().map(|text| format!("{text:?}")).or_else(|| Some(value.as_number()?.to_string()))?;
            Some(format!("{name} = {value}"))
        });
        let called = format!("the identity {{ {} }}", parts.collect::<Vec<_>>().join(", "));
        return Ok((identity, called));
    }
    let wanted =
        run_at_once("Reading the import id of", &request.type_name, || listed.author.parse_import_id(&request.id))??;
    Ok((wanted, format!("the id {:?}", request.id)))
}
