//! `plugin.GRPCStdio`: a stream for what a plugin prints.
//!
//! Ours prints nothing, since standard output is sealed and standard error goes to the host directly. The stream is
//! open and silent, because a host that finds it closed or missing logs a warning.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use plugin_proto::go_plugin::StdioData;
use plugin_proto::go_plugin::grpc_stdio_server::GrpcStdio;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

pub(crate) struct Stdio {
    pub(crate) stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = Pin<Box<dyn Stream<Item = Result<StdioData, Status>> + Send>>;

    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        let silence = futures_util::stream::pending().take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}
