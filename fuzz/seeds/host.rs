//! What a real client sends, recorded while it talks to the real server.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use go_plugin::fuzzing::PluginServer;
use hyper_util::rt::TokioIo;
use plugin_proto::go_plugin::ConnInfo;
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::runtime::Builder;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_prost::ProstCodec;

use crate::Outcome;

/// The one field of a request for a service's health.
#[derive(Clone, PartialEq, Message)]
struct Service {
    #[prost(string, tag = "1")]
    name: String,
}

/// One connection per call, by what is called.
pub(crate) fn recordings() -> Outcome<Vec<(&'static str, Vec<u8>)>> {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let plugin = || Service { name: "plugin".to_owned() };
    let announcement =
        ConnInfo { service_id: 1, network: "unix".to_owned(), address: "/nonexistent/s".to_owned(), knock: None };
    runtime.block_on(async {
        Ok(vec![
            ("health_check", record("/grpc.health.v1.Health/Check", plugin(), false).await?),
            ("health_watch", record("/grpc.health.v1.Health/Watch", plugin(), true).await?),
            ("unknown", record("/echo.Echo/Say", Service { name: "hello ".repeat(50) }, false).await?),
            ("broker", record("/plugin.GRPCBroker/StartStream", announcement, true).await?),
            ("stdio", record("/plugin.GRPCStdio/StreamStdio", (), true).await?),
            ("shutdown", record("/plugin.GRPCController/Shutdown", (), false).await?),
        ])
    })
}

async fn record<M>(method: &'static str, message: M, is_streaming: bool) -> Outcome<Vec<u8>>
where
    M: Message + Default + Clone + 'static,
{
    let server = PluginServer::start().await?;
    let (host, theirs) = tokio::io::duplex(64 * 1024);
    server.connect(theirs);
    let recording = Arc::new(Mutex::new(Vec::new()));
    let mut grpc = Grpc::new(connect(Recorded { stream: host, recording: Arc::clone(&recording) }).await?);
    grpc.ready().await?;
    let (method, codec) = (PathAndQuery::from_static(method), ProstCodec::<M, M>::default());
    if is_streaming {
        // An answer of headers alone is enough: most of these streams are silent.
        drop(grpc.server_streaming(Request::new(message), method, codec).await?);
    } else {
        // Whether the server knows the method is not the question here.
        let _ = grpc.unary(Request::new(message), method, codec).await;
    }
    drop(grpc);
    server.end().await?;
    let recording = recording.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(recording)
}

async fn connect(stream: Recorded) -> Outcome<Channel> {
    let mut stream = Some(TokioIo::new(stream));
    let once = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move { stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
    });
    Ok(Endpoint::from_static("http://localhost").connect_with_connector(once).await?)
}

/// Keeps a copy of everything that is sent.
struct Recorded {
    stream: DuplexStream,
    recording: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Recorded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = &written {
            let sent = bytes.get(..*written).unwrap_or_default();
            self.recording.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(sent);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
