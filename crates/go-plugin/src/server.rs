//! The gRPC server around the services, the same for the main connection and for brokered ones.

use std::io;

use futures_util::Stream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::incoming::HostStream;
use crate::panics::CatchPanics;

/// Serves until `stop`, then lets running calls finish. The caller decides how long it waits for that.
pub(crate) async fn serve(
    routes: Routes,
    connections: impl Stream<Item = io::Result<HostStream>>,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    Server::builder()
        .accept_http1(false)
        // Windows that grow with what the connection carries: large states and small calls share it.
        .http2_adaptive_window(Some(true))
        .layer(CatchPanics)
        .add_routes(routes)
        .serve_with_incoming_shutdown(connections, stop.cancelled_owned())
        .await
}
