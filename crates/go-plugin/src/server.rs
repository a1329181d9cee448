//! The gRPC server around the services, the same for the main connection and for brokered ones.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;

use futures_util::Stream;
use hyper::server::conn::http2;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tower::ServiceExt as _;
use tower_service::Service;

use crate::deadline::Deadlines;
use crate::incoming::HostStream;
use crate::panics::CatchPanics;
use crate::turn::Turn;

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
///
/// Calls of the methods in `at_once` are answered by the connection's own task: see [`Turn`].
pub(crate) async fn serve(
    routes: Routes,
    at_once: &'static [&'static str],
    connections: impl Stream<Item = io::Result<HostStream>>,
    stop: CancellationToken,
) {
    let service = tower::ServiceBuilder::new().layer(Deadlines).layer(CatchPanics).service(routes.prepare());
    // Each connection holds a sender; nothing is ever sent.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut connections = pin!(connections);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            next = connections.next() => match next {
                Some(Ok(stream)) => {
                    let serving = serve_connection(stream, service.clone(), at_once, stop.clone());
                    let open = open.clone();
                    tokio::spawn(async move {
                        serving.await;
                        drop(open);
                    });
                }
                Some(Err(error)) => tracing::debug!(%error, "no connection"),
                None => break,
            },
        }
    }
    drop(open);
    all_closed.recv().await;
}

async fn serve_connection<S>(stream: HostStream, service: S, at_once: &'static [&'static str], stop: CancellationToken)
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let turn = Turn::default();
    let noted = turn.clone();
    let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
        noted.note(at_once.contains(&request.uri().path()));
        service.clone().oneshot(request.map(Body::new))
    });
    let connection = http2::Builder::new(turn.clone())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        // A host that gives up many calls at once, on Ctrl-C say, is no attacker: the default of 20 would end the
        // connection, and the host's broker stream with it.
        .max_pending_accept_reset_streams(MAX_CANCELLED_UNSEEN)
        // hyper's own limits are for peers that nobody knows: 200 calls at once, of which some may wait for others, and
        // 1,024 frames that come too late for their call.
        .max_concurrent_streams(None)
        .max_local_error_reset_streams(None)
        // gRPC has no use for it.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut stop = pin!(stop.cancelled_owned());
    let mut is_ending = false;
    let serving = turn.serve(|cx| {
        if !is_ending && stop.as_mut().poll(cx).is_ready() {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    });
    if let Err(error) = serving.await {
        tracing::debug!(error = crate::error::chain(&error), "a connection ended with an error");
    }
}
