//! Objects that an apply left half-made.
//!
//! Their state has null where the model has no null, so it can't be handed to the author's code. If what is left tells which
//! object it is, the object itself tells the rest: it is imported.

use tf_value::Value;

use super::limit::Limit;
use super::run::{self, Operation, failure, run};
use crate::contents::ListedResource;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::model::DecodeError;
use crate::provider::Provider;
use crate::stored;

/// Why an object could not be made whole.
pub(super) enum Lost {
    /// There is no way to find it.
    Nowhere(Failure),
    /// Looking for it failed.
    Failed(Failure),
}

impl From<Lost> for Failure {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Nowhere(failure) | Lost::Failed(failure) => failure,
        }
    }
}

/// The whole state of an object. `None` if there is no such object.
pub(super) async fn whole<P: Provider>(
    listed: &ListedResource<P>,
    cx: &Context<P>,
    name: &str,
    limit: Option<&Limit>,
    state: &Value,
    error: &DecodeError,
) -> Result<Option<Value>, Lost> {
    let nowhere = || Lost::Nowhere(run::partial(error, name).into());
    let identity = stored::identity(&listed.kept().identity, state).ok_or_else(nowhere)?;
    run(Operation::Import, name, limit, listed.author.import(cx, identity)).await.map_err(|halt| {
        let failure = failure(halt, name);
        if matches!(failure.kind(), Kind::NotImportable) { nowhere() } else { Lost::Failed(failure) }
    })
}
