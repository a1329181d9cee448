//! Ephemeral resources: what an author writes for one.

use std::future::{Future, ready};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::model::{Model, Query, kind};
use crate::provider::Provider;

/// An ephemeral resource: it exists while a command runs, and nothing of it is stored.
///
/// Core opens it when it plans and again when it applies, each time anew.
pub trait Ephemeral: Model<Kind = kind::Ephemeral> {
    /// The provider that it belongs to.
    type Provider: Provider;

    /// What renewing and closing need to know: a lease id, say. It stays in the memory of core.
    type Lease: Serialize + DeserializeOwned + Send + Sync;

    /// Opens it.
    ///
    /// # Errors
    /// If it could not be opened. Nothing may stay open then.
    fn open(cx: &Context<Self::Provider>, query: Query<Self>) -> impl Future<Output = Outcome<Opened<Self>>> + Send;

    /// Prolongs it. Called at the time that [`Opened::renew_at`] says.
    ///
    /// # Errors
    /// If it could not be prolonged.
    fn renew(
        cx: &Context<Self::Provider>,
        lease: Self::Lease,
    ) -> impl Future<Output = Outcome<Renewed<Self::Lease>>> + Send {
        let _ = cx;
        ready(Ok(Renewed { lease, renew_at: None }))
    }

    /// Ends it. It may be called twice, and after the user asked to stop. OpenTofu waits for ten seconds.
    ///
    /// # Errors
    /// If it could not be ended.
    fn close(cx: &Context<Self::Provider>, lease: Self::Lease) -> impl Future<Output = Outcome<()>> + Send;

    /// What is wrong with a configuration that no single attribute tells. Without input or output.
    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }
}

/// An ephemeral resource that was opened.
#[derive(Debug)]
pub struct Opened<E: Ephemeral> {
    /// What the configuration can use. What the user set must be in it as it was set.
    pub result: E,
    /// What renewing and closing need to know.
    pub lease: E::Lease,
    /// When it must be renewed, if ever.
    pub renew_at: Option<SystemTime>,
}

/// An ephemeral resource that was renewed.
#[derive(Debug)]
pub struct Renewed<L> {
    /// What renewing and closing need to know from now on.
    pub lease: L,
    /// When it must be renewed again, if ever.
    pub renew_at: Option<SystemTime>,
}
