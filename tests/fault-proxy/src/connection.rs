//! One connection of a client: TLS, HTTP, and its early end if a call wants that.

use std::sync::Arc;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::cut::{Cut, CutStream};
use crate::relay::Relay;

/// Serves a connection to its end, whatever that is.
pub(crate) async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, relay: Arc<Relay>) {
    let cut = Arc::new(Cut::default());
    let stream = CutStream::new(stream, Arc::clone(&cut));
    let Some(tls) = tls else {
        return serve_http1(stream, relay, cut).await;
    };
    // A client that does not trust the certificate has ended the connection, and knows why.
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => serve_http2(stream, relay, cut).await,
        _ => serve_http1(stream, relay, cut).await,
    }
}

async fn serve_http1<S>(stream: S, relay: Arc<Relay>, cut: Arc<Cut>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(|request| relay.answer(request, Arc::clone(&cut)));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    until_cut(connection, &cut).await;
}

async fn serve_http2<S>(stream: S, relay: Arc<Relay>, cut: Arc<Cut>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let of_calls = Arc::clone(&cut);
    let service = service_fn(move |request| {
        let (relay, cut) = (Arc::clone(&relay), Arc::clone(&of_calls));
        async move { relay.answer(request, cut).await }
    });
    let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    until_cut(connection, &cut).await;
}

/// Dropping the connection drops its stream, which knows how it is to end. The cut comes first, so that HTTP/2 has no time to
/// tell the client about it.
async fn until_cut<T>(connection: impl Future<Output = T>, cut: &Cut) {
    tokio::select! {
        biased;
        () = cut.made() => {}
        _ = connection => {}
    }
}
