//! The gRPC server around the services, the same for the main connection and for brokered ones.

use std::io;

use futures_util::Stream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::incoming::HostStream;
use crate::panics::CatchPanics;

/// Calls that the host has cancelled before they were looked at. Only the host can connect, so this bounds memory and
/// nothing else.
const MAX_CANCELLED_UNSEEN: usize = 1 << 16;

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
        // A host that gives up many calls at once, on Ctrl-C say, is no attacker: the default of 20 would end the
        // connection, and the host's broker stream with it.
        .http2_max_pending_accept_reset_streams(Some(MAX_CANCELLED_UNSEEN))
        .layer(CatchPanics)
        .add_routes(routes)
        .serve_with_incoming_shutdown(connections, stop.cancelled_owned())
        .await
}
