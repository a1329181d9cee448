//! RenewEphemeralResource: prolongs what was opened.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use plugin_proto::tfplugin6::renew_ephemeral_resource::{Request, Response};

use super::run::{Operation, failure, run};
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::erased::AnyRenewed;
use crate::failure::Outcome;
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::diagnostics;

/// When to try again after a failure. OpenTofu takes the time from the answer also then, and renews no more without one.
const RETRY: Duration = Duration::from_secs(30);

pub(super) async fn answer<P: Provider>(server: Arc<Served<P>>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = renewing(&server, &request, &mut told).await.unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        // The lease is still what it was, and still has to be closed.
        #[expect(clippy::disallowed_methods, reason = "core wants to be told a time of day")]
        let renew_at = SystemTime::now() + RETRY;
        Response { private: request.private, renew_at: Some(renew_at.into()), ..Response::default() }
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

async fn renewing<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<Response> {
    let name = &request.type_name;
    let listed = server.ephemeral_resource(name)?;
    let cx = server.context(None, Private::default())?;
    let lease = request.private.as_deref().unwrap_or_default();
    let renewed = run(Operation::Renew, name, None, listed.author.renew(&cx, lease)).await;
    told.extend(cx.end().told);
    let AnyRenewed { lease, renew_at } = renewed.map_err(|halt| failure(halt, name))?;
    Ok(Response { private: Some(lease.into()), renew_at: renew_at.map(Into::into), ..Response::default() })
}
