//! `Setup`: the mount gets its connection to the host, and nothing is done with it yet.
//!
//! The host holds locks meanwhile. When an engine is only registered, the storage behind the connection answers with errors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use go_plugin::Broker;
use plugin_proto::vault::pb;
use tonic::{Request, Response, Status};

use crate::backend::Backend;
use crate::error::Error;
use crate::instance::Instance;
use crate::instances::{self, Instances};
use crate::link::Link;
use crate::mount::{Mount, Setup};

pub(super) async fn set_up<S: Send + Sync + 'static>(
    backend: &Backend<S>,
    instances: &Instances<S>,
    broker: &Broker,
    request: Request<pb::SetupArgs>,
) -> Result<Response<pb::SetupReply>, Status> {
    let id = instances::id(request.metadata())?.to_owned();
    let pb::SetupArgs { broker_id, config, backend_uuid } = request.into_inner();
    let channel = match broker.dial(broker_id).await {
        Ok(channel) => channel,
        Err(error) => return Ok(failed(&Error::internal("connecting to the server's storage", &error))),
    };
    let link = Arc::new(Link::new(channel));
    let setup = Setup::new(backend_uuid, config);
    let Ok(state) = catch_unwind(AssertUnwindSafe(|| (backend.state)(&setup))) else {
        return Ok(failed(&Error::Internal(
            "making the state of the mount panicked; it is a bug in the engine".to_owned(),
        )));
    };
    let mount = Mount::new(setup, state, Arc::clone(&link));
    if let Some(old) = instances.insert(id, Arc::new(Instance::new(mount, link))) {
        // It was never cleaned up. Its host has a new one, and does not wait for the old.
        tokio::spawn(async move { old.end().await });
    }
    Ok(Response::new(pb::SetupReply { err: String::new() }))
}

fn failed(error: &Error) -> Response<pb::SetupReply> {
    tracing::error!(%error, "the mount can't be set up");
    Response::new(pb::SetupReply { err: error.to_wire().err_msg })
}
