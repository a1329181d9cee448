//! Renewal and revocation: the server brings a lease back.

use std::sync::Arc;

use plugin_proto::vault::pb;

use super::answer::refusal;
use crate::backend::{Backend, LeaseHandlers};
use crate::error::Error;
use crate::instance::Instance;
use crate::isolated::to_the_end;
use crate::lease::{Internal, LeaseCall};
use crate::request::Request;

pub(super) async fn renew<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
    mut wire: pb::Request,
) -> pb::HandleRequestReply {
    let outcome = async {
        let (internal, secret) = lease(&mut wire)?;
        let renew = handlers(backend, &internal)?.renew.clone();
        let renew = renew.ok_or_else(|| Error::BadRequest(format!("a {} can't be renewed", internal.kind)))?;
        let limit = instance.ready_within(backend.deadline, backend).await?;
        let (cut, request) = (instance.cut().clone(), Arc::new(Request::read(&mut wire)));
        to_the_end(limit, &cut, async move {
            let _writing = instance.writing().await?;
            let call = LeaseCall { mount: instance.mount.clone(), request, secret: secret.clone() };
            Ok(renew(call, internal.content).await?.apply(secret))
        })
        .await
    };
    match outcome.await {
        Ok(secret) => {
            let response = pb::Response { secret: Some(secret), data: "{}".to_owned(), ..pb::Response::default() };
            pb::HandleRequestReply { response: Some(response), err: None }
        }
        Err(error) => refusal(&error),
    }
}

pub(super) async fn revoke<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
    mut wire: pb::Request,
) -> pb::HandleRequestReply {
    let outcome = async {
        let (internal, secret) = lease(&mut wire)?;
        let revoke = Arc::clone(&handlers(backend, &internal)?.revoke);
        let limit = instance.ready_within(backend.deadline, backend).await?;
        let (cut, request) = (instance.cut().clone(), Arc::new(Request::read(&mut wire)));
        to_the_end(limit, &cut, async move {
            let _writing = instance.writing().await?;
            revoke(LeaseCall { mount: instance.mount.clone(), request, secret }, internal.content).await
        })
        .await
    };
    match outcome.await {
        // It is gone, and that is what is wanted.
        Ok(()) | Err(Error::NotFound(_)) => pb::HandleRequestReply { response: None, err: None },
        Err(error) => refusal(&error),
    }
}

fn lease(wire: &mut pb::Request) -> Result<(Internal, pb::Secret), Error> {
    let secret = wire.secret.take().ok_or_else(|| Error::BadRequest("the request has no lease".to_owned()))?;
    let internal = serde_json::from_str(&secret.internal_data)
        .map_err(|error| Error::Internal(format!("the lease is none of this engine ({:?} error)", error.classify())))?;
    Ok((internal, secret))
}

fn handlers<'a, S>(backend: &'a Backend<S>, internal: &Internal) -> Result<&'a LeaseHandlers<S>, Error> {
    let unknown =
        || Error::Internal(format!("this version of the engine knows no leases of the kind {:?}", internal.kind));
    backend.leases.get(internal.kind.as_str()).ok_or_else(unknown)
}
