//! A data source without its type.

use tf_value::Value;

use super::{Halt, HasSchema, Of, Pending};
use crate::config::Config;
use crate::context::Context;
use crate::data_source::DataSource;
use crate::diagnostic::Diagnostics;
use crate::provider::Provider;

/// [`DataSource`] on values.
pub(crate) trait AnyDataSource<P: Provider>: HasSchema + Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;
    fn read<'a>(&'a self, cx: &'a Context<P>, query: Value) -> Pending<'a, Value>;
}

impl<P: Provider, D: DataSource<Provider = P>> AnyDataSource<P> for Of<D> {
    fn validate(&self, config: &Value) -> Diagnostics {
        D::validate(&Config::new(config))
    }

    fn read<'a>(&'a self, cx: &'a Context<P>, query: Value) -> Pending<'a, Value> {
        Box::pin(async move {
            let query = D::plan_from_object(query).map_err(Halt::Misfit)?;
            Ok(D::read(cx, query).await?.to_object())
        })
    }
}
