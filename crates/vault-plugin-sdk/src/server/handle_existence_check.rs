//! `HandleExistenceCheck`: whether a write creates or updates. It comes before the access check.

use std::sync::Arc;

use plugin_proto::vault::pb;

use crate::backend::Backend;
use crate::error::Error;
use crate::fields::Fields;
use crate::instance::Instance;
use crate::isolated::within;
use crate::request::{self, Call, Request};

pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: &Arc<Instance<S>>,
    mut wire: pb::Request,
) -> pb::HandleExistenceCheckReply {
    let found = |check_found, exists| pb::HandleExistenceCheckReply { check_found, exists, err: None };
    let Some((route, captured)) = backend.route(&wire.path, false) else {
        return refusal(&Error::UnsupportedPath);
    };
    let Some(exists) = &route.path.exists else { return found(false, false) };
    // What is wrong in the request is said when it is handled: here it would be a 500.
    let body = request::body(&wire.data).unwrap_or_default();
    let fields = Fields::guess(route.path.declared(), &captured, &body);
    let mount = instance.mount.read_only();
    let call = Call { mount, request: Arc::new(Request::read(&mut wire)), fields, body };
    let work = async {
        instance.ready(backend).await?;
        exists(call).await
    };
    match within(backend.deadline, work).await {
        Ok(exists) => found(true, exists),
        // A name that can't be is of nothing that is there.
        Err(error @ (Error::BadRequest(_) | Error::NotFound(_))) => {
            tracing::debug!(%error, "an existence check takes this for a no");
            found(true, false)
        }
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &Error) -> pb::HandleExistenceCheckReply {
    pb::HandleExistenceCheckReply { check_found: false, exists: false, err: Some(error.to_wire()) }
}
