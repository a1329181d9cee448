//! CloseEphemeralResource: ends what was opened, also after the user asked to stop.

use std::sync::Arc;

use plugin_proto::tfplugin6::close_ephemeral_resource::{Request, Response};

use super::run::{Operation, failure, run};
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::wire::diagnostics;

pub(super) async fn answer<P: Provider>(server: Arc<Served<P>>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    if let Err(failure) = closing(&server, &request, &mut told).await {
        told.extend(failure.into_diagnostics());
    }
    Response { diagnostics: diagnostics::encode(told) }
}

async fn closing<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<()> {
    let name = &request.type_name;
    let listed = server.ephemeral_resource(name)?;
    let cx = server.context_for_cleaning_up()?;
    let lease = request.private.as_deref().unwrap_or_default();
    let closed = run(Operation::Close, name, None, listed.author.close(&cx, lease)).await;
    told.extend(cx.end().told);
    closed.map_err(|halt| failure(halt, name))
}
