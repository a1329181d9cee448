//! What a call has around it: the client of the provider, time, what it tells the user, and what it has achieved so far.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tf_value::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::failure::Outcome;
use crate::model::{Fields as _, Model, PlanOf};
use crate::private::Private;
use crate::provider::Provider;

/// The context of one call to a resource, data source or ephemeral resource.
pub struct Context<P: Provider> {
    client: Arc<P::Client>,
    call: Call,
}

/// The part of a context that is the same for all providers.
#[derive(Debug)]
pub(crate) struct Call {
    stop: CancellationToken,
    deadline: Option<Instant>,
    said_once: Arc<Mutex<BTreeSet<String>>>,
    private: Mutex<Private>,
    told: Mutex<Diagnostics>,
    checkpoint: Mutex<Option<Value>>,
}

/// What is left of a call when it is over.
#[derive(Debug)]
pub(crate) struct Remains {
    /// What is stored beside the state from now on.
    pub(crate) private: Private,
    /// What to tell the user, beside why it failed if it did.
    pub(crate) told: Diagnostics,
    /// What exists, if the call failed.
    pub(crate) checkpoint: Option<Value>,
}

impl Call {
    /// A call that ends early when `stop` is cancelled, and at the deadline.
    pub(crate) fn new(
        stop: CancellationToken,
        deadline: Option<Instant>,
        private: Private,
        said_once: Arc<Mutex<BTreeSet<String>>>,
    ) -> Self {
        Self {
            stop,
            deadline,
            said_once,
            private: Mutex::new(private),
            told: Mutex::default(),
            checkpoint: Mutex::default(),
        }
    }
}

impl<P: Provider> Context<P> {
    pub(crate) fn new(client: Arc<P::Client>, call: Call) -> Self {
        Self { client, call }
    }

    pub(crate) fn end(self) -> Remains {
        let Call { private, told, checkpoint, .. } = self.call;
        Remains { private: inner(private), told: inner(told), checkpoint: inner(checkpoint) }
    }

    /// What [`Provider::configure`] made of the provider block.
    pub fn client(&self) -> &P::Client {
        &self.client
    }

    /// Records what exists by now, after each step that made or changed something. If the call fails after this, panics, or
    /// runs out of time, this is what the state says: a half-made object is then neither lost nor taken for a whole one.
    /// After success, what the call returns is what counts.
    ///
    /// What a failed creation recorded is tainted: core replaces it with the next apply. Where that would throw away what
    /// can be kept, record nothing, and let [`create`](crate::Resource::create) look first whether the object is there
    /// already. What an update recorded is not tainted.
    pub fn checkpoint<M: Model>(&self, state: &M) {
        *lock(&self.call.checkpoint) = Some(state.to_object());
    }

    /// As [`checkpoint`](Self::checkpoint), for an object of which not everything is decided yet. That is null in the state.
    pub fn checkpoint_plan<T: PlanOf>(&self, plan: &T) {
        *lock(&self.call.checkpoint) = Some(T::Model::plan_to_object(plan).unknown_as_null());
    }

    /// Takes the last checkpoint back: what was made is gone again.
    pub fn forget_checkpoint(&self) {
        *lock(&self.call.checkpoint) = None;
    }

    /// Tells the user something while the call goes on. What would be an error is said as a warning.
    pub fn warn(&self, diagnostic: Diagnostic) {
        lock(&self.call.told).push(diagnostic.into_warning());
    }

    /// As [`warn`](Self::warn), but a headline is said once in a run, however many objects it concerns.
    pub fn warn_once(&self, diagnostic: Diagnostic) {
        if lock(&self.call.said_once).insert(diagnostic.summary().to_owned()) {
            self.warn(diagnostic);
        }
    }

    /// What is stored beside the state of the object. Don't hold it across an `await`.
    pub fn private(&self) -> MutexGuard<'_, Private> {
        lock(&self.call.private)
    }

    /// When the call must be done, as the user or the resource says. Then it is dropped and fails.
    pub fn deadline(&self) -> Option<Instant> {
        self.call.deadline
    }

    /// Whether the user asked to stop. What was begun is finished; nothing new is waited for.
    pub fn is_stopped(&self) -> bool {
        self.call.stop.is_cancelled()
    }

    /// Completes when the user asked to stop.
    pub async fn stopped(&self) {
        self.call.stop.cancelled().await;
    }

    /// Asks again and again until the answer is there: `probe` returns `None` as long as it is not.
    ///
    /// `what` completes "waiting for …" in errors.
    ///
    /// # Errors
    /// Those of `probe`; if the user asked to stop; if the deadline of the call is over.
    pub async fn wait_for<T, F>(&self, what: &str, interval: Duration, mut probe: impl FnMut() -> F) -> Outcome<T>
    where
        F: Future<Output = Outcome<Option<T>>>,
    {
        loop {
            if let Some(answer) = probe().await? {
                return Ok(answer);
            }
            let next = Instant::now() + interval;
            if self.call.deadline.is_some_and(|deadline| next >= deadline) {
                return Err(Diagnostic::error(format!("Timed out waiting for {what}"))
                    .remedy("Raise the timeout of this operation if it needs longer, and apply again.")
                    .into());
            }
            tokio::select! {
                () = self.stopped() => return Err(Diagnostic::error(format!("Stopped while waiting for {what}"))
                    .remedy("Apply again to go on from here.")
                    .into()),
                () = tokio::time::sleep_until(next) => {}
            }
        }
    }
}

/// Without any value, which may be secret.
impl<P: Provider> fmt::Debug for Context<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// A panic elsewhere in the same call is reported by itself; it makes nothing here unusable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
