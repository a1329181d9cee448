//! `plugin.GRPCController`: the host says that it is done with us.

use plugin_proto::go_plugin::Empty;
use plugin_proto::go_plugin::grpc_controller_server::GrpcController;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

pub(crate) struct Controller {
    pub(crate) stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    /// Answers first and ends then; a host ignores the answer, waits two seconds and kills.
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("ending: asked to by the host");
        self.stop.cancel();
        Ok(Response::new(Empty {}))
    }
}
