//! An engine: its paths, what it lends, what it does by itself.

mod build;
mod route;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::vault::pb;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;
use crate::lease::{LeaseCall, LeaseType, Renewal};
use crate::mount::{Mount, Setup};
use crate::path::Path;

pub use build::BuildError;
pub(crate) use route::Route;

/// What a host gives a request before it gives up: 90 s. Ours comes before that, so that the client gets a reason.
const LONGEST: Duration = Duration::from_secs(85);

/// What a tick gets. A server that is being sealed waits for it.
const TICK: Duration = Duration::from_secs(5);

type Hook<S> = Arc<dyn Fn(Mount<S>) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;
type Renew<S> = Arc<dyn Fn(LeaseCall<S>, Value) -> BoxFuture<'static, Result<Renewal, Error>> + Send + Sync>;
type Revoke<S> = Arc<dyn Fn(LeaseCall<S>, Value) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// An engine, whole and checked. Made by a [`BackendBuilder`].
pub struct Backend<S = ()> {
    pub(crate) version: String,
    pub(crate) help: &'static str,
    /// In the order in which they are asked.
    pub(crate) routes: Vec<Route<S>>,
    pub(crate) leases: BTreeMap<&'static str, LeaseHandlers<S>>,
    pub(crate) special_paths: pb::Paths,
    pub(crate) state: Box<dyn Fn(&Setup) -> S + Send + Sync>,
    pub(crate) initialise: Option<Hook<S>>,
    pub(crate) tick: Option<Hook<S>>,
    pub(crate) tick_budget: Duration,
    pub(crate) deadline: Duration,
}

/// What happens to leases of one type.
pub(crate) struct LeaseHandlers<S> {
    pub(crate) renew: Option<Renew<S>>,
    pub(crate) revoke: Revoke<S>,
}

/// An engine as its author describes it. `S` is the state that each mount has for itself.
#[must_use = "an engine does nothing until it is served"]
pub struct BackendBuilder<S = ()> {
    version: String,
    help: &'static str,
    paths: Vec<Path<S>>,
    leases: Vec<(&'static str, LeaseHandlers<S>)>,
    seal_wrapped: Vec<&'static str>,
    local: Vec<&'static str>,
    state: Box<dyn Fn(&Setup) -> S + Send + Sync>,
    initialise: Option<Hook<S>>,
    tick: Option<Hook<S>>,
    tick_budget: Duration,
    deadline: Duration,
}

impl Backend {
    /// An engine whose mounts have no state but their storage. `version` is `env!("CARGO_PKG_VERSION")`.
    pub fn builder(version: impl Into<String>) -> BackendBuilder {
        BackendBuilder::with_state(version, |_| ())
    }
}

impl<S: Send + Sync + 'static> BackendBuilder<S> {
    /// An engine with a state for each mount: caches, clients. `state` makes it, without any work: the engine may only be
    /// registered, and have no storage.
    pub fn with_state(version: impl Into<String>, state: impl Fn(&Setup) -> S + Send + Sync + 'static) -> Self {
        Self {
            version: version.into(),
            help: "",
            paths: Vec::new(),
            leases: Vec::new(),
            seal_wrapped: Vec::new(),
            local: Vec::new(),
            state: Box::new(state),
            initialise: None,
            tick: None,
            tick_budget: TICK,
            deadline: LONGEST,
        }
    }

    /// What the engine is for, in a few sentences: the first thing that `path-help` shows.
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// Adds a path.
    pub fn path(mut self, path: Path<S>) -> Self {
        self.paths.push(path);
        self
    }

    /// Adds a kind of lease that can't be renewed, and says how one is taken back.
    ///
    /// That it is gone already, [`Error::NotFound`], is a success. After any other error the server tries again, six times,
    /// except after [`Error::Unrecoverable`]; then the lease is left to the operator.
    pub fn lease<T, F>(self, kind: LeaseType<T>, revoke: impl Fn(LeaseCall<S>, T) -> F + Send + Sync + 'static) -> Self
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.with_lease(kind, None, revoke)
    }

    /// Adds a kind of lease that can be renewed.
    pub fn renewable_lease<T, R, F>(
        self,
        kind: LeaseType<T>,
        renew: impl Fn(LeaseCall<S>, T) -> R + Send + Sync + 'static,
        revoke: impl Fn(LeaseCall<S>, T) -> F + Send + Sync + 'static,
    ) -> Self
    where
        T: Serialize + DeserializeOwned,
        R: Future<Output = Result<Renewal, Error>> + Send + 'static,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let renew: Renew<S> = Arc::new(move |call, content| match understood(content) {
            Ok(content) => renew(call, content).boxed(),
            Err(error) => std::future::ready(Err(error)).boxed(),
        });
        self.with_lease(kind, Some(renew), revoke)
    }

    fn with_lease<T, F>(
        mut self,
        kind: LeaseType<T>,
        renew: Option<Renew<S>>,
        revoke: impl Fn(LeaseCall<S>, T) -> F + Send + Sync + 'static,
    ) -> Self
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let revoke: Revoke<S> = Arc::new(move |call, content| match understood(content) {
            Ok(content) => revoke(call, content).boxed(),
            Err(error) => std::future::ready(Err(error)).boxed(),
        });
        self.leases.push((kind.name, LeaseHandlers { renew, revoke }));
        self
    }

    /// What to do once a mount has its storage: when it is made, when the server is unsealed, after a crash or a reload.
    ///
    /// It has to be quick, to stand being done again, and must not call any server: the host holds locks meanwhile, and is told of
    /// a failure after 10 s, though the work goes on. As long as it has not succeeded, every request tries again first, or waits
    /// for the one that does.
    pub fn initialise<F>(mut self, initialise: impl Fn(Mount<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.initialise = Some(Arc::new(move |mount| initialise(mount).boxed()));
        self
    }

    /// What to do about once a minute. It is dropped where it awaits after the [budget](Self::tick_budget): the server holds a lock
    /// meanwhile. Longer work is for a [background task](crate::Background), which a tick can start.
    pub fn periodically<F>(mut self, tick: impl Fn(Mount<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.tick = Some(Arc::new(move |mount| tick(mount).boxed()));
        self
    }

    /// How long a tick may take. Without this it is 5 s.
    pub fn tick_budget(mut self, budget: Duration) -> Self {
        self.tick_budget = budget.min(LONGEST);
        self
    }

    /// How long a request may take. Without this it is 85 s, and never more: after 90 s servers give up.
    ///
    /// What only reads is dropped then. A write goes on, and its client is told so.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST);
        self
    }

    /// Storage keys, or folders with `*` at the end, that the seal shall encrypt once more, where there is such a seal.
    pub fn seal_wrap(mut self, keys: &'static str) -> Self {
        self.seal_wrapped.push(keys);
        self
    }

    /// Storage keys, or folders with `*` at the end, that are not replicated to other clusters.
    pub fn local_storage(mut self, keys: &'static str) -> Self {
        self.local.push(keys);
        self
    }
}

/// The content of a lease, as its handlers want it.
fn understood<T: DeserializeOwned>(content: Value) -> Result<T, Error> {
    // serde's own message would quote the content.
    serde_json::from_value(content).map_err(|error| {
        Error::Internal(format!("the lease is of another form than expected ({:?} error)", error.classify()))
    })
}
