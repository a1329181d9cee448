//! Panics: one log line that hosts recognise, and an error for the one call that panicked.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::future::Future;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::hclog;

/// What of a panic's text goes into the answer; the log has all of it. Status messages travel in trailers, where room is
/// small: a host that gets more than it allows gives up the whole connection, with every other call on it.
const MAX_STATUS_CHARACTERS: usize = 500;

/// Replaces the default hook, whose text hosts would show as a debug message.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let backtrace = Backtrace::capture();
        let trace = match backtrace.status() {
            BacktraceStatus::Captured => format!("\n{backtrace}"),
            _ => String::new(),
        };
        let message = format!("panic: {}{place}{trace}", text(info.payload()));
        let line = hclog::line(hclog::Severity::Error, "go_plugin::panics", &message);
        // Nothing is left to tell the failure to.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }));
}

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Turns a panic in a handler into `INTERNAL` for its caller. Calls beside it don't notice.
#[derive(Clone, Copy)]
pub(crate) struct CatchPanics;

impl<S> Layer<S> for CatchPanics {
    type Service = CatchPanicsService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CatchPanicsService { inner }
    }
}

#[derive(Clone)]
pub(crate) struct CatchPanicsService<S> {
    inner: S,
}

type BoxFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<S, RequestBody> Service<Request<RequestBody>> for CatchPanicsService<S>
where
    S: Service<Request<RequestBody>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let method = request.uri().path().to_owned();
        // The first half of a handler may run before its future is made.
        let call = std::panic::catch_unwind(AssertUnwindSafe(|| self.inner.call(request)));
        Box::pin(async move {
            let outcome = match call {
                Ok(call) => AssertUnwindSafe(call).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            match outcome {
                Ok(answer) => Ok(answer?.map(|body| Body::new(CatchPanicsBody { inner: Some(body), method }))),
                Err(panic) => Ok(status(&method, panic.as_ref()).into_http()),
            }
        })
    }
}

/// The body of an answer: of a streaming call, it is made by the author's code, message by message.
struct CatchPanicsBody {
    /// `None` once it panicked.
    inner: Option<Body>,
    method: String,
}

impl http_body::Body for CatchPanicsBody {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Status>>> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        match std::panic::catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(cx))) {
            Ok(frame) => frame,
            Err(panic) => {
                self.inner = None;
                let mut trailers = http::HeaderMap::new();
                let outcome = status(&self.method, panic.as_ref()).add_header(&mut trailers);
                Poll::Ready(Some(outcome.map(|()| http_body::Frame::trailers(trailers))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.as_ref().map(http_body::Body::size_hint).unwrap_or_default()
    }
}

fn status(method: &str, panic: &(dyn Any + Send)) -> Status {
    let text: String = text(panic).chars().take(MAX_STATUS_CHARACTERS).collect();
    Status::internal(format!("{method} panicked: {text}. This is a bug in the plugin; its log has the place."))
}
