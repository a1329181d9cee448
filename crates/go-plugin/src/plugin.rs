//! The plugin as its author describes it, and one run of it from the first look at the environment to the end.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use plugin_proto::go_plugin::grpc_broker_server::GrpcBrokerServer;
use plugin_proto::go_plugin::grpc_controller_server::GrpcControllerServer;
use plugin_proto::go_plugin::grpc_stdio_server::GrpcStdioServer;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::broker::Broker;
use crate::certificate::Identity;
use crate::controller::Controller;
use crate::cookie::MagicCookie;
use crate::error::{ServeError, chain};
use crate::handshake::HandshakeLine;
use crate::hclog::{self, HclogLayer};
use crate::host::Host;
use crate::listener::Sockets;
use crate::mtls::PinnedTls;
use crate::offer::{Choice, Offer, OfferError};
use crate::orphan::Parent;
use crate::reattach::Reattach;
use crate::services::Services;
use crate::signals::Interrupt;
use crate::stdio::Stdio;
use crate::stdout::Stdout;
use crate::{incoming, panics, server, watchdog};

/// The service whose health hosts ask for: their ping.
const HEALTH_SERVICE: &str = "plugin";

/// What running calls get once the end is near. A host kills two seconds after it asked.
pub(crate) const DRAIN: Duration = Duration::from_secs(1);

/// What the author's own end gets after that, at the least: it also gets what the running calls have left over.
const SHUTDOWN: Duration = Duration::from_millis(300);

/// What blocking work gets before the process ends under it.
const ABANDON: Duration = Duration::from_millis(50);

/// Threads for calls: enough that one blocking handler does not hold up the others, and no more, since calls are short
/// and few and threads cost start time and memory.
const WORKERS: std::ops::RangeInclusive<usize> = 2..=4;

type MakeServices = Box<dyn FnOnce(Host) -> Services + Send>;
type Shutdown = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// A plugin: which cookie it answers to, which protocol versions it speaks, with which services.
///
/// See the [crate documentation](crate) for an example.
#[must_use = "a plugin does nothing until it is served"]
pub struct Plugin {
    cookie: MagicCookie,
    protocols: BTreeMap<u32, MakeServices>,
    plaintext: bool,
    log_level_variables: &'static [&'static str],
    default_log_level: LevelFilter,
    on_shutdown: Option<Shutdown>,
}

impl Plugin {
    /// A plugin of the type that `cookie` stands for, with no protocol yet.
    pub fn new(cookie: MagicCookie) -> Self {
        Self {
            cookie,
            protocols: BTreeMap::new(),
            plaintext: false,
            log_level_variables: &[],
            default_log_level: LevelFilter::INFO,
            on_shutdown: None,
        }
    }

    /// Adds a version of the protocol and the services that it consists of.
    ///
    /// `services` is called once, when the host has chosen this version, before it is told where to connect.
    pub fn protocol(mut self, version: u32, services: impl FnOnce(Host) -> Services + Send + 'static) -> Self {
        self.protocols.insert(version, Box::new(services));
        self
    }

    /// Also serves hosts that ask for no TLS.
    ///
    /// Then any process of the same user can use the plugin. It is here for protocols whose hosts have a switch for it,
    /// as Terraform's has.
    pub fn allow_plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Takes the log level from the first of these environment variables that holds one, else `default`.
    ///
    /// Hosts filter again, so this saves work and nothing else. Without this call it is `INFO`.
    pub fn log_level_from(mut self, variables: &'static [&'static str], default: LevelFilter) -> Self {
        self.log_level_variables = variables;
        self.default_log_level = default;
        self
    }

    /// What to do at the end, when running calls are through: giving back a lease, say. It has 0.3 s, and what the
    /// running calls left of their second.
    pub fn on_shutdown<F>(mut self, shutdown: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.on_shutdown = Some(Box::new(move || Box::pin(shutdown())));
        self
    }

    /// Serves the host that started this process, until it is done with us or gone.
    ///
    /// Takes over standard output, the panic hook and, unless there is one, the global [`tracing`] subscriber. Without
    /// the magic cookie it says so on standard error and fails at once.
    #[must_use]
    pub fn serve(self) -> ExitCode {
        // First of all: the sooner we look, the smaller the chance that the host is gone already.
        let parent = Parent::observe();
        if !self.cookie.is_set_to(std::env::var_os(self.cookie.name).as_deref()) {
            self.cookie.explain();
            return ExitCode::FAILURE;
        }
        self.install_logging();
        exit_code(self.serve_parent(parent))
    }

    /// Serves without a host, in plaintext, for debugging: `announce` is told how hosts find us. Ends with Ctrl-C.
    #[must_use]
    pub fn serve_detached(self, announce: impl FnOnce(&Reattach)) -> ExitCode {
        self.install_logging();
        exit_code(Life::begin(Interrupt::Ends, None).and_then(|life| run(self.serve_anyone(life, announce))))
    }

    fn serve_parent(self, parent: Parent) -> Result<(), ServeError> {
        // Before anything that takes time, so that a Ctrl-C during the start is ignored too.
        let life = Life::begin(Interrupt::IsForTheHost, Some(parent))?;
        let stdout = Stdout::take().map_err(ServeError::TakeStdout)?;
        let offer = Offer::read(|name| std::env::var_os(name))?;
        run(self.serve_host(life, offer, stdout))
    }

    fn install_logging(&self) {
        panics::install_hook();
        let level = self
            .log_level_variables
            .iter()
            .find_map(|name| hclog::parse_level(std::env::var_os(name)?.to_str()?))
            .unwrap_or(self.default_log_level);
        let subscriber = tracing_subscriber::registry().with(HclogLayer::new(level));
        // An author who installed a subscriber of their own keeps it.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }

    async fn serve_host(self, life: Life, offer: Offer, stdout: Stdout) -> Result<(), ServeError> {
        let choice = offer.choose_version(self.protocols.keys().copied()).ok_or(ServeError::NoProtocol)?;
        if !choice.is_common {
            let ours: Vec<u32> = self.protocols.keys().copied().collect();
            tracing::error!(?ours, hosts = ?offer.versions, "the host speaks none of this plugin's protocol versions");
        }
        let identity = match &offer.client_certificate {
            Some(host) => {
                let identity = Identity::generate()?;
                let tls = PinnedTls::new(&identity, host.clone()).map_err(ServeError::Tls)?;
                Some((identity, tls))
            }
            None if self.plaintext => {
                tracing::warn!("serving in plaintext: the host offered no certificate");
                None
            }
            None => return Err(OfferError::PlaintextRefused.into()),
        };
        let (certificate, tls) = identity.map(|(identity, tls)| (identity.certificate, tls)).unzip();
        let answers_multiplexing = offer.asks_for_multiplexing;

        let run = Run::prepare(self, life, choice, &offer, tls)?;
        run.serve(|address| {
            let line = HandshakeLine {
                version: choice.version,
                address,
                certificate: certificate.as_ref(),
                answers_multiplexing,
            };
            stdout.announce(&line).map_err(ServeError::Stdout)
        })
        .await
    }

    async fn serve_anyone(self, life: Life, announce: impl FnOnce(&Reattach)) -> Result<(), ServeError> {
        let offer = Offer::read(|_| None)?;
        let version = self.protocols.keys().copied().max().ok_or(ServeError::NoProtocol)?;
        let run = Run::prepare(self, life, Choice { version, is_common: true }, &offer, None)?;
        run.serve(|address| {
            announce(&Reattach::new(version, address));
            Ok(())
        })
        .await
    }
}

/// The life of the process: the wish to end it, and what has to be removed when it ends by force.
struct Life {
    stop: CancellationToken,
    broker: Arc<OnceLock<Broker>>,
}

impl Life {
    fn begin(interrupt: Interrupt, parent: Option<Parent>) -> Result<Self, ServeError> {
        let life = Self { stop: CancellationToken::new(), broker: Arc::default() };
        let broker = Arc::clone(&life.broker);
        watchdog::start(interrupt, parent, life.stop.clone(), move || end_by_force(broker.get()))
            .map_err(ServeError::Runtime)?;
        Ok(life)
    }
}

#[expect(clippy::disallowed_methods, reason = "a handler holds its thread, so returning from main is not to be had")]
fn end_by_force(broker: Option<&Broker>) {
    tracing::warn!("ending by force: a call does not let go of its thread");
    if let Some(broker) = broker {
        broker.remove_sockets();
    }
    std::process::exit(0);
}

/// Everything that one run needs, before anybody can connect.
struct Run {
    broker: Broker,
    services: Services,
    tls: Option<PinnedTls>,
    stop: CancellationToken,
    on_shutdown: Option<Shutdown>,
}

impl Run {
    fn prepare(
        mut plugin: Plugin,
        life: Life,
        choice: Choice,
        offer: &Offer,
        tls: Option<PinnedTls>,
    ) -> Result<Self, ServeError> {
        let Life { stop, broker: of_life } = life;
        let broker = Broker::new(Sockets::prepare(offer)?, tls.clone(), stop.clone());
        let broker = of_life.get_or_init(|| broker).clone();
        let services = plugin.protocols.remove(&choice.version).ok_or(ServeError::NoProtocol)?;
        let host = Host { broker: broker.clone(), stop: stop.clone(), protocol: choice.version };
        Ok(Self { broker, services: services(host), tls, stop, on_shutdown: plugin.on_shutdown })
    }

    /// Listens, tells where through `announce`, serves until the end.
    async fn serve(
        self,
        announce: impl FnOnce(&crate::listener::Address) -> Result<(), ServeError>,
    ) -> Result<(), ServeError> {
        let Self { broker, services, tls, stop, on_shutdown } = self;
        let at_once = services.at_once;
        let routes = routes(services, &broker, &stop).await;
        let listener = broker.listen().await?;
        let address = listener.address().clone();
        let connections = incoming::accept(listener, tls, stop.clone(), CancellationToken::new());
        announce(&address)?;

        let mut drained_by = None;
        let drained = async {
            stop.cancelled().await;
            let by = tokio::time::Instant::now() + DRAIN;
            drained_by = Some(by);
            tokio::time::sleep_until(by).await;
        };
        tokio::select! {
            () = server::serve(routes, at_once, connections, stop.clone()) => {}
            () = drained => {
                tracing::warn!(seconds = DRAIN.as_secs(), "ending although calls are still running: the host waits no longer");
            }
        }
        stop.cancel();
        let left = drained_by.map(|by| by.saturating_duration_since(tokio::time::Instant::now())).unwrap_or_default();
        let limit = SHUTDOWN + left;
        if let Some(shutdown) = on_shutdown
            && tokio::time::timeout(limit, shutdown()).await.is_err()
        {
            tracing::warn!(milliseconds = limit.as_millis(), "what the plugin does on shutdown took too long");
        }
        broker.remove_sockets();
        Ok(())
    }
}

/// The author's services, and those that every go-plugin has.
pub(crate) async fn routes(services: Services, broker: &Broker, stop: &CancellationToken) -> Routes {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status(HEALTH_SERVICE, ServingStatus::Serving).await;
    services
        .add_service(health)
        .add_service(GrpcBrokerServer::new(broker.clone()))
        .add_service(GrpcControllerServer::new(Controller { stop: stop.clone() }))
        .add_service(GrpcStdioServer::new(Stdio { stop: stop.clone() }))
        .routes
        .routes()
}

fn run(serving: impl Future<Output = Result<(), ServeError>>) -> Result<(), ServeError> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).clamp(*WORKERS.start(), *WORKERS.end());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("plugin")
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let outcome = runtime.block_on(serving);
    // A handler that blocks its thread must not hold up the end.
    runtime.shutdown_timeout(ABANDON);
    outcome
}

fn exit_code(outcome: Result<(), ServeError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = hclog::line(hclog::Severity::Error, "go_plugin::plugin", &chain(&error));
            // Nothing is left to tell the failure to.
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
            ExitCode::FAILURE
        }
    }
}
