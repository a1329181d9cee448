//! MoveResourceState: the state of another resource, mostly of another provider, becomes one of ours by a `moved` block.
//!
//! What tells the other resource is the name of its type and the version of its schema. The address of its provider is a
//! hint: OpenTofu before 1.11.12 and 1.12.4 sends the local name, and mirrors have addresses of their own.

use plugin_proto::tfplugin6::move_resource_state::{Request, Response};

use super::run::{misfit, run_at_once};
use super::served::Served;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::failure::Outcome;
use crate::plan::without_write_only;
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, identity, raw_state};
use crate::{assert, stored};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    moving(server, &request).unwrap_or_else(|failure| Response {
        diagnostics: diagnostics::encode(failure.into_diagnostics()),
        ..Response::default()
    })
}

fn moving<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<Response> {
    let (from, name) = (&request.source_type_name, &request.target_type_name);
    let listed = server.resource(name)?;
    let kept = listed.kept();
    let moves = run_at_once("Moving", name, || listed.author.moves())?;
    let sources: Vec<String> = moves.iter().map(|(type_name, ..)| (*type_name).to_owned()).collect();
    let matching = moves
        .into_iter()
        .find(|(type_name, versions, _)| type_name == from && versions.contains(&request.source_schema_version));
    let Some((_, _, migration)) = matching else { return Err(no_move(request, &sources).into()) };
    let text = raw_state::text("state", request.source_state.as_ref())?;
    let old = raw_state::decode("state", text, &migration.old)?;
    let moved = run_at_once("Moving", name, || (migration.convert)(old))?.map_err(|error| {
        misfit(&error).remedy(format!("Apply once more with the provider of {from}, so that its state is whole."))
    })??;
    let state = without_write_only(&kept.schema, stored::with_empty_blocks(&kept.schema, moved));
    server.judgement().pass(name, &assert::state(&kept.schema, &state))?;
    let identity = stored::identity(&kept.identity, &state);
    Ok(Response {
        target_state: Some(dynamic_value::encode(&state, kept.schema.implied_type())?),
        target_private: private::<P>(request).to_bytes().into(),
        target_identity: identity::encode(identity.as_ref(), &kept.identity_type)?,
        diagnostics: diagnostics::encode(Diagnostics::new()),
    })
}

/// What is stored beside the state, if this provider wrote it: a resource of its own got another name.
fn private<P: Provider>(request: &Request) -> Private {
    let provider = request.source_provider_address.rsplit('/').next();
    if provider == Some(P::TYPE_NAME) { Private::from_bytes(&request.source_private) } else { Private::default() }
}

fn no_move(request: &Request, sources: &[String]) -> Diagnostic {
    let Request { source_type_name: from, source_schema_version: version, target_type_name: to, .. } = request;
    let diagnostic = Diagnostic::error(format!("A {from} can't become a {to}"));
    if sources.contains(from) {
        diagnostic
            .detail(format!(
                "The state of the {from} has version {version} of its schema, which this provider does not know."
            ))
            .remedy("Use a version of its provider that this one knows, and apply with it before the move.")
    } else if sources.is_empty() {
        diagnostic
            .detail(format!("A {to} can't take over the state of any other resource."))
            .remedy("Remove the `moved` block, and import the object instead.")
    } else {
        diagnostic
            .detail(format!("A {to} can take over the state of: {}.", sources.join(", ")))
            .remedy("Remove the `moved` block, and import the object instead.")
    }
}
