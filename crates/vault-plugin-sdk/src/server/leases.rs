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
    let (limit, backend, cut) = (backend.deadline, Arc::clone(backend), instance.cut().clone());
    let outcome = to_the_end(limit, &cut, async move {
        let _writing = instance.writing().await;
        let (internal, secret) = lease(&mut wire)?;
        let handlers = handlers(&backend, &internal)?;
        let renew = handlers.renew.as_ref();
        let renew = renew.ok_or_else(|| Error::BadRequest(format!("a {} can't be renewed", internal.kind)))?;
        instance.initialise(&backend).await?;
        let mount = instance.mount.clone();
        let call = LeaseCall { mount, request: Arc::new(Request::read(&mut wire)), secret: secret.clone() };
        let renewal = renew(call, internal.content).await?;
        Ok(renewal.apply(secret))
    });
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
    let (limit, backend, cut) = (backend.deadline, Arc::clone(backend), instance.cut().clone());
    let outcome = to_the_end(limit, &cut, async move {
        let _writing = instance.writing().await;
        let (internal, secret) = lease(&mut wire)?;
        let handlers = handlers(&backend, &internal)?;
        instance.initialise(&backend).await?;
        let mount = instance.mount.clone();
        let call = LeaseCall { mount, request: Arc::new(Request::read(&mut wire)), secret };
        (handlers.revoke)(call, internal.content).await
    });
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
