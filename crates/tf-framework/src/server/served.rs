//! What all calls share: the contents, the client, and the wish to stop.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tf_value::Value;
use tokio_util::sync::CancellationToken;

use super::judgement::Judgement;
use super::limit::Limit;
use crate::contents::{Contents, Listed, ListedResource};
use crate::context::{Call, Context, lock};
use crate::diagnostic::Diagnostic;
use crate::erased::{AnyDataSource, AnyEphemeral, AnyFunction};
use crate::failure::Outcome;
use crate::private::Private;
use crate::provider::Provider;
use crate::schema::Schema;

/// A provider as it is served.
pub(crate) struct Served<P: Provider> {
    contents: Contents<P>,
    schema: OnceLock<Schema>,
    session: Mutex<Session<P>>,
    calls: AtomicU64,
    judgement: Judgement,
}

/// What a configuration begins anew. In debug mode one process serves one command after the other.
struct Session<P: Provider> {
    client: Option<Arc<P::Client>>,
    /// Clients of earlier configurations, of which calls may still be under way.
    retired: Vec<Arc<P::Client>>,
    stop: CancellationToken,
    said_once: Arc<Mutex<BTreeSet<String>>>,
}

impl<P: Provider> Served<P> {
    pub(super) fn new(contents: Contents<P>, judgement: Judgement) -> Self {
        let session =
            Session { client: None, retired: Vec::new(), stop: CancellationToken::new(), said_once: Arc::default() };
        Self { contents, schema: OnceLock::new(), session: Mutex::new(session), calls: AtomicU64::new(1), judgement }
    }

    pub(super) fn contents(&self) -> &Contents<P> {
        &self.contents
    }

    /// What becomes of an answer that breaks a rule of core.
    pub(super) fn judgement(&self) -> Judgement {
        self.judgement
    }

    /// The schema of the provider block.
    pub(super) fn schema(&self) -> &Schema {
        self.schema.get_or_init(P::schema)
    }

    /// What log lines of a call have in common. Never a value.
    pub(super) fn span(&self, rpc: &'static str, type_name: &str) -> tracing::Span {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        tracing::error_span!("call", tf_rpc = rpc, tf_resource_type = type_name, tf_req_id = call)
    }

    /// Begins a session with this client. Without one, calls fail until the next configuration.
    ///
    /// Returns the clients that nobody uses any more.
    pub(super) fn begin(&self, client: Option<P::Client>) -> Vec<Arc<P::Client>> {
        let mut session = lock(&self.session);
        let earlier = std::mem::replace(&mut session.client, client.map(Arc::new));
        session.retired.extend(earlier);
        session.stop = CancellationToken::new();
        session.said_once = Arc::default();
        let (idle, retired) =
            std::mem::take(&mut session.retired).into_iter().partition(|client| Arc::strong_count(client) == 1);
        session.retired = retired;
        idle
    }

    /// Ends what calls wait for.
    pub(super) fn stop(&self) {
        lock(&self.session).stop.cancel();
    }

    pub(super) async fn shut_down(&self) {
        let clients = {
            let mut session = lock(&self.session);
            let mut clients = std::mem::take(&mut session.retired);
            clients.extend(session.client.take());
            clients
        };
        futures_util::future::join_all(clients.iter().map(|client| P::shut_down(client))).await;
    }

    /// What a call to the author's code gets.
    pub(super) fn context(&self, limit: Option<&Limit>, private: Private) -> Outcome<Context<P>> {
        self.context_until(limit, private, |session| session.stop.clone())
    }

    /// The same for a call that goes on after the user asked to stop.
    pub(super) fn context_for_cleaning_up(&self) -> Outcome<Context<P>> {
        self.context_until(None, Private::default(), |_| CancellationToken::new())
    }

    fn context_until(
        &self,
        limit: Option<&Limit>,
        private: Private,
        stop: impl FnOnce(&Session<P>) -> CancellationToken,
    ) -> Outcome<Context<P>> {
        let session = lock(&self.session);
        let client = session.client.clone().ok_or_else(|| {
            Diagnostic::error("Provider Not Configured")
                .detail("The provider was called before it was configured, or after its configuration failed.")
                .remedy("See to the first error of this run. If there is none, please report this to the developers of the provider.")
        })?;
        let call = Call::new(stop(&session), limit.map(Limit::deadline), private, Arc::clone(&session.said_once));
        Ok(Context::new(client, call))
    }

    pub(super) fn resource(&self, name: &str) -> Outcome<&ListedResource<P>> {
        self.contents.resources().get(name).ok_or_else(|| unheard_of("resource", name).into())
    }

    pub(super) fn data_source(&self, name: &str) -> Outcome<&Listed<dyn AnyDataSource<P>>> {
        self.contents.data_sources().get(name).ok_or_else(|| unheard_of("data source", name).into())
    }

    pub(super) fn ephemeral_resource(&self, name: &str) -> Outcome<&Listed<dyn AnyEphemeral<P>>> {
        self.contents.ephemeral_resources().get(name).ok_or_else(|| unheard_of("ephemeral resource", name).into())
    }

    pub(super) fn function(&self, name: &str) -> Option<&dyn AnyFunction> {
        self.contents.functions().get(name).map(AsRef::as_ref)
    }
}

fn unheard_of(what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(format!("No {what} {name:?}"))
        .detail(format!("This version of the provider has no {what} of the type {name:?}."))
        .remedy("Run init again, so that one version of the provider is used throughout.")
}

/// A configuration is known to its last part, or says where it is not.
pub(super) fn wholly_known(config: &Value) -> Outcome<()> {
    let mut unknown = None;
    config.walk(&mut |path, part| {
        if !part.is_known() && unknown.is_none() {
            unknown = Some(path.addressable());
        }
        tf_value::Descend::Into
    });
    unknown.map_or(Ok(()), |path| {
        Err(Diagnostic::error("Value Not Known Yet")
            .detail(format!("{path} is known only after apply, and is needed now."))
            .at(path)
            .into())
    })
}
