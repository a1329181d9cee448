//! The server behind the proxy. Every call that it has read to its end is in its list, and then answered.
//!
//! | call | answer |
//! |---|---|
//! | `GET /json`, `HEAD /json` | [`JSON`], with a length |
//! | `GET /chunked` | [`JSON`] in two pieces, of unknown length |
//! | `GET /chunked-empty` | nothing, of unknown length |
//! | `GET /big` | [`BIG`] bytes |
//! | `GET /watch` | what [`Origin::tell`] is given, one chunk each, until [`Origin::end_watch`] |
//! | `DELETE` | 204 |
//! | `GET /headers` | the request's headers as JSON |
//! | anything else | the number of bytes of the request's body, as JSON |

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use acceptance::wait_until;
use anyhow::{Context as _, Result, bail};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

pub(crate) const JSON: &str = r#"{"data":{"colour":"blue"}}"#;
pub(crate) const BIG: usize = 20 * 1024 * 1024;

pub(crate) struct Origin {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    watch: Arc<Mutex<Option<UnboundedSender<Bytes>>>>,
    // Ends with the origin, and all connections with it.
    _runtime: Runtime,
}

impl Origin {
    pub(crate) fn start() -> Result<Self> {
        Self::start_on(0, None)
    }

    pub(crate) fn start_on_port(port: u16) -> Result<Self> {
        Self::start_on(port, None)
    }

    pub(crate) fn start_tls(certificate: &str, key: &str) -> Result<Self> {
        let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Self::start_on(0, Some(TlsAcceptor::from(Arc::new(config))))
    }

    fn start_on(port: u16, tls: Option<TlsAcceptor>) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port)))?;
        let port = listener.local_addr()?.port();
        let (seen, watch) = (Arc::new(Mutex::default()), Arc::new(Mutex::default()));
        let answers = Answers { seen: Arc::clone(&seen), watch: Arc::clone(&watch) };
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answers) = (tls.clone(), answers.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, answers).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, answers).await,
                            Err(error) => println!("origin: {error}"),
                        },
                    }
                });
            }
        });
        Ok(Self { port, seen, watch, _runtime: runtime })
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Method and target of each call so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Sends one piece to the client of `GET /watch`.
    pub(crate) fn tell(&self, piece: &'static str) -> Result<()> {
        let watch = self.watch.lock().unwrap();
        watch.as_ref().context("nobody watches")?.send(Bytes::from_static(piece.as_bytes()))?;
        Ok(())
    }

    pub(crate) fn end_watch(&self) {
        self.watch.lock().unwrap().take();
    }

    /// Waits until the client of `GET /watch` has gone, which the server notices at its connection.
    pub(crate) fn wait_unwatched(&self) -> Result<()> {
        wait_until("the watch to be given up", Duration::from_secs(20), || match self.watch.lock().unwrap().as_ref() {
            Some(watch) if !watch.is_closed() => bail!("still watched"),
            _ => Ok(()),
        })
    }
}

async fn serve<S>(stream: S, answers: Answers)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(|request| answers.clone().answer(request));
    // A broken connection is what half of the tests are about.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

#[derive(Clone)]
struct Answers {
    seen: Arc<Mutex<Vec<String>>>,
    watch: Arc<Mutex<Option<UnboundedSender<Bytes>>>>,
}

impl Answers {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<BoxBody<Bytes, Infallible>>, hyper::Error> {
        let (head, body) = request.into_parts();
        let length = body.collect().await?.to_bytes().len();
        self.seen.lock().unwrap().push(format!("{} {}", head.method, head.uri));
        if head.method == Method::DELETE {
            let mut answer = Response::new(Empty::new().boxed());
            *answer.status_mut() = StatusCode::NO_CONTENT;
            return Ok(answer);
        }
        let body = match head.uri.path() {
            "/json" => full(JSON),
            "/chunked" => {
                let (first, second) = JSON.split_at(10);
                pieces(&[first, second]).boxed()
            }
            "/chunked-empty" => pieces(&[]).boxed(),
            "/big" => full(vec![b'x'; BIG]),
            "/watch" => {
                let (sender, receiver) = unbounded_channel();
                *self.watch.lock().unwrap() = Some(sender);
                Pieces(receiver).boxed()
            }
            "/headers" => {
                let headers = head.headers.iter();
                let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
                full(serde_json::Value::Object(headers.collect()).to_string())
            }
            _ => full(length.to_string()),
        };
        let mut answer = Response::new(body);
        answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        answer.headers_mut().insert("x-origin", HeaderValue::from_static("yes"));
        Ok(answer)
    }
}

fn full(bytes: impl Into<Bytes>) -> BoxBody<Bytes, Infallible> {
    Full::new(bytes.into()).boxed()
}

fn pieces(texts: &[&'static str]) -> Pieces {
    let (sender, receiver) = unbounded_channel();
    for text in texts {
        sender.send(Bytes::from_static(text.as_bytes())).unwrap();
    }
    Pieces(receiver)
}

/// A body of unknown length.
struct Pieces(UnboundedReceiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
