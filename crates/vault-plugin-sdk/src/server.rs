//! The calls of a host, one file each. Here they are only told apart.

mod answer;
mod cleanup;
mod handle_existence_check;
mod handle_request;
mod help;
mod initialize;
mod invalidate_key;
mod leases;
mod rollback;
mod setup;
mod undelivered;

use std::sync::Arc;

use go_plugin::Broker;
use plugin_proto::vault::logical::plugin_version_server::PluginVersion;
use plugin_proto::vault::multiplexing::plugin_multiplexing_server::PluginMultiplexing;
use plugin_proto::vault::multiplexing::{MultiplexingSupportRequest, MultiplexingSupportResponse};
use plugin_proto::vault::{logical, pb};
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use crate::backend::Backend;
use crate::instances::Instances;

/// What `Type` answers: a secrets engine, and no auth method.
const SECRETS_ENGINE: u32 = 1;

/// The engine as its host calls it.
pub(crate) struct Server<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    backend: Arc<Backend<S>>,
    instances: Instances<S>,
    broker: Broker,
}

impl<S> Clone for Server<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S: Send + Sync + 'static> Server<S> {
    pub(crate) fn new(backend: Arc<Backend<S>>, broker: Broker) -> Self {
        Self { shared: Arc::new(Shared { backend, instances: Instances::new(), broker }) }
    }
}

/// Only these four go without a mount: what they say is the same for all, and `SpecialPaths` must never fail.
#[tonic::async_trait]
impl<S: Send + Sync + 'static> pb::backend_server::Backend for Server<S> {
    async fn handle_request(
        &self,
        request: Request<pb::HandleRequestArgs>,
    ) -> Result<Response<pb::HandleRequestReply>, Status> {
        let instance = self.shared.instances.of(request.metadata())?;
        let wire = request.into_inner().request.unwrap_or_default();
        let span = instance.mount.span(&wire.id);
        Ok(Response::new(handle_request::answer(&self.shared.backend, instance, wire).instrument(span).await))
    }

    async fn special_paths(&self, _: Request<pb::Empty>) -> Result<Response<pb::SpecialPathsReply>, Status> {
        Ok(Response::new(pb::SpecialPathsReply { paths: Some(self.shared.backend.special_paths.clone()) }))
    }

    async fn handle_existence_check(
        &self,
        request: Request<pb::HandleExistenceCheckArgs>,
    ) -> Result<Response<pb::HandleExistenceCheckReply>, Status> {
        let instance = self.shared.instances.of(request.metadata())?;
        let wire = request.into_inner().request.unwrap_or_default();
        let span = instance.mount.span(&wire.id);
        let check = handle_existence_check::answer(&self.shared.backend, &instance, wire);
        Ok(Response::new(check.instrument(span).await))
    }

    async fn cleanup(&self, request: Request<pb::Empty>) -> Result<Response<pb::Empty>, Status> {
        cleanup::clean_up(&self.shared.instances, request.metadata()).await
    }

    async fn invalidate_key(&self, request: Request<pb::InvalidateKeyArgs>) -> Result<Response<pb::Empty>, Status> {
        let instance = self.shared.instances.of(request.metadata())?;
        invalidate_key::forget(&instance, &request.into_inner().key);
        Ok(Response::new(pb::Empty {}))
    }

    async fn setup(&self, request: Request<pb::SetupArgs>) -> Result<Response<pb::SetupReply>, Status> {
        let Shared { backend, instances, broker } = &*self.shared;
        setup::set_up(backend, instances, broker, request).await
    }

    async fn initialize(&self, request: Request<pb::InitializeArgs>) -> Result<Response<pb::InitializeReply>, Status> {
        let instance = self.shared.instances.of(request.metadata())?;
        let span = instance.mount.span("");
        Ok(Response::new(initialize::answer(&self.shared.backend, instance).instrument(span).await))
    }

    async fn r#type(&self, _: Request<pb::Empty>) -> Result<Response<pb::TypeReply>, Status> {
        Ok(Response::new(pb::TypeReply { r#type: SECRETS_ENGINE }))
    }
}

#[tonic::async_trait]
impl<S: Send + Sync + 'static> PluginVersion for Server<S> {
    /// With a `v`: a server keeps our text as it is, and compares it with what operators write.
    async fn version(&self, _: Request<logical::Empty>) -> Result<Response<logical::VersionReply>, Status> {
        Ok(Response::new(logical::VersionReply { plugin_version: format!("v{}", self.shared.backend.version) }))
    }
}

#[tonic::async_trait]
impl<S: Send + Sync + 'static> PluginMultiplexing for Server<S> {
    async fn multiplexing_support(
        &self,
        _: Request<MultiplexingSupportRequest>,
    ) -> Result<Response<MultiplexingSupportResponse>, Status> {
        Ok(Response::new(MultiplexingSupportResponse { supported: true }))
    }
}

impl<S: Send + Sync + 'static> Server<S> {
    /// Ends all mounts, when the process does.
    pub(crate) async fn shut_down(&self) {
        let ends = self.shared.instances.drain().into_iter().map(|instance| async move { instance.end().await });
        futures_util::future::join_all(ends).await;
    }
}
