//! The provider as its author describes it.

use std::future::{Future, ready};

use crate::contents::Contents;
use crate::failure::Outcome;
use crate::model::{Model, kind};

/// A provider. Its model is the provider block; every field of it is a [`Setting`](crate::model::Setting), since anything in
/// a provider block may be known only after apply.
pub trait Provider: Model<Kind = kind::Provider> + Sync {
    /// What the calls of its resources get: connections, configuration.
    type Client: Send + Sync + 'static;

    /// Its resources, data sources, ephemeral resources and functions.
    fn contents() -> Contents<Self>;

    /// Makes the client from the provider block.
    ///
    /// It does no input or output: core configures a provider for every plan, also while the server is yet to be built.
    /// Files are read and connections made when the first call needs them.
    ///
    /// # Errors
    /// If the block makes no sense whatever its unknown parts turn out to be.
    fn configure(settings: Self) -> Outcome<Self::Client>;

    /// The end of the process is near: gives back what the client holds, such as a lease. It has 0.3 s, and a second
    /// more if no calls were running.
    fn shut_down(client: &Self::Client) -> impl Future<Output = ()> + Send {
        let _ = client;
        ready(())
    }
}
