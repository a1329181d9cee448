//! From what a handler comes to, to what the host gets.

use plugin_proto::vault::pb;

use crate::backend::Backend;
use crate::error::Error;
use crate::path::Outcome;
use crate::response::Content;

/// The reply to a request, with what its sender has to be warned of.
pub(super) fn reply<S>(
    backend: &Backend<S>,
    outcome: Outcome,
    warnings: Vec<String>,
    gets: bool,
) -> pb::HandleRequestReply {
    let outcome = outcome.and_then(|mut response| {
        let secret = match &response.content {
            Content::Lease(lease, _) => {
                let handlers = backend.leases.get(lease.kind());
                let handlers = handlers.ok_or_else(|| {
                    Error::Internal(format!(
                        "a bug in the engine: nobody takes leases of the kind {:?} back",
                        lease.kind()
                    ))
                })?;
                Some(lease.to_wire(handlers.renew.is_some())?)
            }
            Content::None | Content::Data(_) | Content::Raw { .. } => None,
        };
        // Nothing with a warning is something, and would no longer be 404.
        let is_missing = gets && matches!(response.content, Content::None);
        if !is_missing {
            response = warnings.into_iter().fold(response, crate::Response::warn);
        }
        Ok(response.into_wire(secret))
    });
    match outcome {
        Ok(response) => pb::HandleRequestReply { response, err: None },
        Err(error) => refusal(&error),
    }
}

/// An error, and nothing beside it: beside a response it would be another status.
pub(super) fn refusal(error: &Error) -> pb::HandleRequestReply {
    pb::HandleRequestReply { response: None, err: Some(error.to_wire()) }
}
