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

impl<S, Body, Answer> Service<Request<Body>> for CatchPanicsService<S>
where
    S: Service<Request<Body>, Response = Response<Answer>>,
    S::Future: Send + 'static,
    Answer: Default,
{
    type Response = Response<Answer>;
    type Error = S::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = request.uri().path().to_owned();
        // The first half of a handler may run before its future is made.
        let call = std::panic::catch_unwind(AssertUnwindSafe(|| self.inner.call(request)));
        Box::pin(async move {
            let outcome = match call {
                Ok(call) => AssertUnwindSafe(call).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            outcome.unwrap_or_else(|panic| {
                let text: String = text(panic.as_ref()).chars().take(MAX_STATUS_CHARACTERS).collect();
                let message = format!("{method} panicked: {text}. This is a bug in the plugin; its log has the place.");
                Ok(Status::internal(message).into_http())
            })
        })
    }
}
