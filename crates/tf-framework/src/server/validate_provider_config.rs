//! ValidateProviderConfig: what is wrong with the provider block.

use plugin_proto::tfplugin6::validate_provider_config::{Request, Response};

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
    let schema = server.schema();
    let config = dynamic_value::decode("provider block", request.config.as_ref(), schema.implied_type())?;
    // The message has no capabilities; nothing in a provider block is write-only.
    Ok(validate(schema, &config, ClientCapabilities::default()))
}
