//! ValidateEphemeralResourceConfig: what is wrong with the configuration of an ephemeral resource.

use plugin_proto::tfplugin6::validate_ephemeral_resource_config::{Request, Response};

use super::run::run_at_once;
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::validate::{ClientCapabilities, validate};
use crate::wire::{diagnostics, dynamic_value};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let told = validation(server, &request).unwrap_or_else(|failure| failure.into_diagnostics());
    Response { diagnostics: diagnostics::encode(told) }
}

fn validation<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<Diagnostics> {
    let listed = server.ephemeral_resource(&request.type_name)?;
    let config = dynamic_value::decode("configuration", request.config.as_ref(), listed.schema().implied_type())?;
    // The message has no capabilities; nothing here is write-only.
    let mut told = validate(listed.schema(), &config, ClientCapabilities::default());
    told.extend(run_at_once("Validating", &request.type_name, || listed.author.validate(&config))?);
    Ok(told)
}
