//! ConfigureProvider: makes the client. Without input or output, and again for each command in debug mode.

use std::sync::Arc;

use plugin_proto::tfplugin6::configure_provider::{Request, Response};

use super::run::{misfit, run_at_once};
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let (client, told) = match configure(server, &request) {
        Ok(client) => (Some(client), Diagnostics::new()),
        Err(failure) => (None, failure.into_diagnostics()),
    };
    for idle in server.begin(client) {
        give_back::<P>(idle);
    }
    tracing::debug!(client = request.terraform_version, "configured");
    Response { diagnostics: diagnostics::encode(told) }
}

fn configure<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<P::Client> {
    let schema = server.schema();
    let config = dynamic_value::decode("provider block", request.config.as_ref(), schema.implied_type())?;
    let settings = P::from_object(config).map_err(|error| misfit(&error))?;
    run_at_once("Configuring", P::TYPE_NAME, || P::configure(settings))?
}

/// What an earlier configuration holds ends beside the calls of this one.
fn give_back<P: Provider>(client: Arc<P::Client>) {
    tokio::spawn(async move { P::shut_down(&client).await });
}
