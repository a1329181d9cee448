//! ValidateResourceConfig: what is wrong with the configuration of a managed resource.

use plugin_proto::tfplugin6::validate_resource_config::{Request, Response};

use super::run::run_at_once;
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::validate::validate;
use crate::wire::{capabilities, diagnostics, dynamic_value};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let told = validation(server, &request).unwrap_or_else(|failure| failure.into_diagnostics());
    Response { diagnostics: diagnostics::encode(told) }
}

fn validation<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<Diagnostics> {
    let listed = server.resource(&request.type_name)?;
    let schema = &listed.kept().schema;
    let config = dynamic_value::decode("configuration", request.config.as_ref(), schema.implied_type())?;
    let mut told = validate(schema, &config, capabilities::of_client(request.client_capabilities));
    told.extend(run_at_once("Validating", &request.type_name, || listed.author.validate(&config))?);
    Ok(told)
}
