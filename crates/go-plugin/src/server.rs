//! The gRPC server around the services, the same for the main connection and for brokered ones.

use std::io;

use futures_util::Stream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::incoming::HostStream;
use crate::panics::CatchPanics;

/// What one call may send ahead of being read: a large state needs few round trips.
const STREAM_WINDOW_BYTES: u32 = 4 << 20;

/// What all calls together may. Half of it is also the limit of h2 for small messages that wait to be read, counted
/// at 256 bytes each; beyond it h2 takes the peer for an attacker and ends the connection. With the protocol's own window
/// of 64 KiB, from which adaptive windows start, that is a hundred calls at once.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

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
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        // A host that gives up many calls at once, on Ctrl-C say, is no attacker: the default of 20 would end the
        // connection, and the host's broker stream with it.
        .http2_max_pending_accept_reset_streams(Some(MAX_CANCELLED_UNSEEN))
        .layer(CatchPanics)
        .add_routes(routes)
        .serve_with_incoming_shutdown(connections, stop.cancelled_owned())
        .await
}
