//! Rollback: what the server calls about once a minute, and once more when a mount is removed.
//!
//! The answer never has data: a field `error` in it that is no text would end the server's process.

use std::sync::Arc;

use plugin_proto::vault::pb;
use tracing::Instrument as _;

use super::answer::refusal;
use crate::backend::Backend;
use crate::error::Error;
use crate::instance::Instance;
use crate::isolated::{isolated, until};

pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
) -> pb::HandleRequestReply {
    let Some(tick) = &backend.tick else { return pb::HandleRequestReply::default() };
    let (tick, backend, budget) = (Arc::clone(tick), Arc::clone(backend), backend.tick_budget);
    // Of its own: the server may go away in the middle, and what is begun is finished within the budget.
    let work = async move {
        let tick = async {
            // The initialisation is finished also when the budget is spent: the next call finds it done.
            instance.ready(&backend).await?;
            let _writing = instance.writing().await?;
            tick(instance.mount.clone()).await
        };
        let tick = until(instance.cut().clone(), tick);
        match tokio::time::timeout(budget, isolated("what is done periodically", tick)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                tracing::warn!(
                    seconds = budget.as_secs_f32(),
                    "what is done periodically took too long and was dropped"
                );
                Ok(())
            }
        }
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(Ok(())) => pb::HandleRequestReply::default(),
        Ok(Err(error)) => refusal(&error),
        Err(_) => refusal(&Error::Unavailable("the engine is shutting down".to_owned())),
    }
}
