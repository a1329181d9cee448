//! ApplyResourceChange: creates, updates or deletes an object, and tells what exists now, also when it failed.

use std::sync::Arc;

use plugin_proto::tfplugin6::DynamicValue;
use plugin_proto::tfplugin6::apply_resource_change::{Request, Response};

use super::change::{Change, Made};
use super::served::Served;
use crate::failure::Outcome;
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value, identity};

pub(super) async fn answer<P: Provider>(server: Arc<Served<P>>, request: Request) -> Response {
    applying(&server, &request).await.unwrap_or_else(|failure| Response {
        // Nothing was begun: what there was is still there.
        new_state: request.prior_state,
        private: request.planned_private,
        new_identity: request.planned_identity,
        diagnostics: diagnostics::encode(failure.into_diagnostics()),
        ..Response::default()
    })
}

async fn applying<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<Response> {
    let listed = server.resource(&request.type_name)?;
    let kept = listed.kept();
    let ty = kept.schema.implied_type();
    let value = |what: &str, message: &Option<DynamicValue>| dynamic_value::decode(what, message.as_ref(), ty);
    let change = Change {
        name: &request.type_name,
        listed,
        prior: value("prior state", &request.prior_state)?,
        planned: value("planned state", &request.planned_state)?,
        config: value("configuration", &request.config)?,
        identity: identity::decode(request.planned_identity.as_ref(), &kept.identity_type)?,
    };
    let Made { state, private, identity, mut told } =
        change.make(server, Private::from_bytes(&request.planned_private)).await?;
    let mut written = |outcome: Outcome<_>| outcome.map_err(|failure| told.extend(failure.into_diagnostics())).ok();
    let new_state = written(dynamic_value::encode(&state, ty).map_err(Into::into));
    let new_identity = identity::encode(identity.as_ref(), &kept.identity_type)?;
    Ok(Response {
        new_state,
        private: private.to_bytes().into(),
        new_identity,
        diagnostics: diagnostics::encode(told),
        ..Response::default()
    })
}
