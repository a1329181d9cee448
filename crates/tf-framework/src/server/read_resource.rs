//! ReadResource: the object as it is now.

use plugin_proto::tfplugin6::ResourceIdentityData;
use plugin_proto::tfplugin6::read_resource::{Request, Response};
use tf_value::Value;

use super::limit::Limit;
use super::partial::{self, Lost};
use super::run::{Operation, failure, run};
use super::served::Served;
use crate::contents::{Kept, ListedResource};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::Halt;
use crate::failure::{Failure, Kind, Outcome};
use crate::plan::{keep_spelling, without_write_only};
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, identity};
use crate::{assert, stored};

pub(super) async fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = reading(server, request, &mut told).await.unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        Response::default()
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

/// What reading an object comes to.
enum Found {
    Object(Value),
    Gone,
    /// Nobody knows; what the state says stands.
    PriorStands,
}

async fn reading<P: Provider>(server: &Served<P>, request: Request, told: &mut Diagnostics) -> Outcome<Response> {
    let name = &request.type_name;
    let listed = server.resource(name)?;
    let kept = listed.kept();
    let prior = dynamic_value::decode("state", request.current_state.as_ref(), kept.schema.implied_type())?;
    let limit = Limit::of(&kept.schema, &prior, listed.author.timeouts(), Operation::Read);
    let cx = server.context(limit.as_ref(), Private::from_bytes(&request.private))?;
    let found = find(listed, &cx, name, limit.as_ref(), &prior).await;
    let remains = cx.end();
    told.extend(remains.told);
    Ok(match found? {
        Found::Gone => Response { new_state: Some(dynamic_value::null()), ..Response::default() },
        Found::PriorStands => {
            let new_identity = prior_identity(kept, &prior, request.current_identity)?;
            Response { new_state: request.current_state, private: request.private, new_identity, ..Response::default() }
        }
        Found::Object(new) => {
            let new = without_write_only(&kept.schema, keep_spelling(&kept.schema, &prior, new));
            server.judgement().pass(name, &assert::state(&kept.schema, &new))?;
            let identity = stored::identity(&kept.identity, &new);
            Response {
                new_state: Some(dynamic_value::encode(&new, kept.schema.implied_type())?),
                private: remains.private.to_bytes().into(),
                new_identity: identity::encode(identity.as_ref(), &kept.identity_type)?,
                ..Response::default()
            }
        }
    })
}

async fn find<P: Provider>(
    listed: &ListedResource<P>,
    cx: &Context<P>,
    name: &str,
    limit: Option<&Limit>,
    prior: &Value,
) -> Outcome<Found> {
    if prior.is_null() {
        return Ok(Found::Gone);
    }
    let read = |state: Value| run(Operation::Read, name, limit, listed.author.read(cx, state));
    let found = match read(prior.clone()).await {
        Err(Halt::Partial(error)) => match partial::whole(listed, cx, name, limit, prior, &error).await {
            Ok(None) => Ok(None),
            Ok(Some(whole)) => read(whole).await,
            Err(Lost::Failed(failure)) => Err(failure.into()),
            // It is to be replaced or removed, which will say what to do. A refresh must not stand in the way of that.
            Err(Lost::Nowhere(failure)) => {
                failure.into_diagnostics().into_iter().for_each(|diagnostic| cx.warn(diagnostic));
                return Ok(Found::PriorStands);
            }
        },
        found => found,
    };
    match found {
        Ok(Some(object)) => Ok(Found::Object(object)),
        Ok(None) => Ok(Found::Gone),
        Err(halt) => let_prior_stand(failure(halt, name), cx),
    }
}

/// Two reasons not to know are no failure of a refresh.
fn let_prior_stand<P: Provider>(failure: Failure, cx: &Context<P>) -> Outcome<Found> {
    match failure.kind() {
        Kind::PriorStands => failure.into_diagnostics().into_iter().for_each(|diagnostic| cx.warn_once(diagnostic)),
        Kind::UnknownSetting(path) => cx.warn_once(
            Diagnostic::warning("Provider Configuration Not Known Yet")
                .detail(format!(
                    "The attribute {path} of the provider block is known only after apply. What the state says of the \
                     objects of this provider was not compared with reality."
                ))
                .remedy("Plan again after this apply to see what changed outside of it."),
        ),
        Kind::Plain | Kind::NotImportable => return Err(failure),
    }
    Ok(Found::PriorStands)
}

/// The identity as it came, or from the state if none was stored yet.
fn prior_identity(
    kept: &Kept,
    prior: &Value,
    message: Option<ResourceIdentityData>,
) -> Outcome<Option<ResourceIdentityData>> {
    if identity::decode(message.as_ref(), &kept.identity_type)?.is_some() {
        return Ok(message);
    }
    Ok(identity::encode(stored::identity(&kept.identity, prior).as_ref(), &kept.identity_type)?)
}
