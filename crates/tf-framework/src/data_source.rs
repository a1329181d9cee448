//! Data sources: what an author writes for one.

use std::future::Future;

use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::model::{Model, Query, kind};
use crate::provider::Provider;

/// A data source. Its model is what it finds, which core stores in the state.
pub trait DataSource: Model<Kind = kind::DataSource> {
    /// The provider that it belongs to.
    type Provider: Provider;

    /// Finds what the user asks for. It is called when all arguments are known.
    ///
    /// # Errors
    /// If there is no such thing, or if that could not be found out.
    fn read(cx: &Context<Self::Provider>, query: Query<Self>) -> impl Future<Output = Outcome<Self>> + Send;

    /// What is wrong with a configuration that no single attribute tells. Without input or output.
    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }
}
