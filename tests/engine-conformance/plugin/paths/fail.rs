//! `fail/<kind>`: errors of every kind.

use vault_plugin_sdk::{Call, Error, Field, Outcome, Path};

use crate::engine::Engine;

const KIND: Field<String> = Field::string("kind", "The kind of the error.").one_of(&[
    "bad-request",
    "permission-denied",
    "not-found",
    "conflict",
    "precondition-failed",
    "too-large",
    "too-many-requests",
    "bad-gateway",
    "unavailable",
    "unsupported-operation",
    "unsupported-path",
    "read-only",
    "unrecoverable",
    "internal",
]);
const TEXT: Field<String> = Field::string("text", "The text of the error.").or("as asked");

pub(crate) fn path() -> Path<Engine> {
    Path::new("fail/{kind}")
        .synopsis("Fails in the way that is asked for.")
        .field(KIND)
        .field(TEXT)
        .read(fail)
        .update(fail)
}

async fn fail(call: Call<Engine>) -> Outcome {
    let text = call.require(TEXT)?;
    Err(match call.require(KIND)?.as_str() {
        "bad-request" => Error::BadRequest(text),
        "permission-denied" => Error::PermissionDenied(text),
        "not-found" => Error::NotFound(text),
        "conflict" => Error::Conflict(text),
        "precondition-failed" => Error::PreconditionFailed(text),
        "too-large" => Error::TooLarge(text),
        "too-many-requests" => Error::TooManyRequests(text),
        "bad-gateway" => Error::BadGateway(text),
        "unavailable" => Error::Unavailable(text),
        "unsupported-operation" => Error::UnsupportedOperation,
        "unsupported-path" => Error::UnsupportedPath,
        "read-only" => Error::ReadOnly,
        "unrecoverable" => Error::Unrecoverable(text),
        _ => Error::Internal(text),
    })
}
