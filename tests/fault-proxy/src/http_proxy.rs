//! The proxy that understands HTTP: what tests hold in their hands.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;

use crate::background::Background;
use crate::calls::{Call, Calls};
use crate::connection;
use crate::fault::Fault;
use crate::filter::Filter;
use crate::listen::Listen;
use crate::plan::Indexes;
use crate::relay::Relay;
use crate::start_error::StartError;
use crate::upstream::Upstream;

/// A running proxy. Dropping it ends all connections through it.
///
/// Numbers, log and plan belong to a round. The first begins at the start; [`Self::begin_round`] begins the next.
pub struct FaultProxy {
    address: String,
    calls: Arc<Calls>,
    background: Background,
}

impl FaultProxy {
    /// Starts a proxy in front of `upstream`, which need not run yet and may end and come back.
    ///
    /// # Errors
    /// If the system gives no port or no thread.
    pub fn start(upstream: Upstream, listen: Listen) -> Result<Self, StartError> {
        let scheme = listen.scheme();
        let tls = listen.tls.map(TlsAcceptor::from);
        let calls = Arc::new(Calls::new());
        let relay = Arc::new(Relay { upstream, calls: Arc::clone(&calls) });
        let background = Background::start(move |stream| connection::serve(stream, tls.clone(), Arc::clone(&relay)))?;
        Ok(Self { address: format!("{scheme}://{}", background.address()), calls, background })
    }

    /// Where clients find it: `https://127.0.0.1:<port>`, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The same for clients that want no scheme.
    pub fn socket_address(&self) -> SocketAddr {
        self.background.address()
    }

    /// Numbers only calls that match, from now on; all others pass untouched and unseen. At first all count.
    pub fn count(&self, filter: Filter) {
        self.calls.count(filter);
    }

    /// Plans a fault for these calls of the round. A later plan for the same call replaces it.
    pub fn fail(&self, indexes: impl Into<Indexes>, fault: Fault) {
        self.calls.fail(indexes.into(), fault);
    }

    /// Forgets all faults that are planned, and goes on numbering. A call that waits in a timeout stays there.
    pub fn lift(&self) {
        self.calls.lift();
    }

    /// Begins a round: an empty log, the next call is number 0, and no fault is planned. The filter stays.
    pub fn begin_round(&self) {
        self.calls.begin_round();
    }

    /// The calls of this round that counted, in order of arrival.
    ///
    /// When a client has an answer, its call is complete here.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.log()
    }

    /// Each of these faults at each call of this round: what a sweep goes through after a clean round.
    pub fn sweep(&self, faults: &[Fault]) -> Vec<(usize, Fault)> {
        (0..self.calls.log().len()).flat_map(|index| faults.iter().map(move |fault| (index, *fault))).collect()
    }
}
