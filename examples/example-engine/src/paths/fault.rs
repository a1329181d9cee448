//! `fault/<kind>`: everything that can go wrong, to see what becomes of it.

use std::time::Duration;

use vault_plugin_sdk::{Call, Error, Field, Outcome, Path, Response};

use crate::engine::Engine;

const KIND: Field<String> = Field::string("kind", "What shall go wrong.").one_of(&[
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
    "panic",
    "panic-in-check",
    "slow",
]);
const TEXT: Field<String> = Field::string("text", "The text of the error.").or("as asked");
const TIME: Field<Duration> =
    Field::duration("time", "How long `slow` takes. At its end there is a line in the log.").or_seconds(1);

pub(crate) fn path() -> Path<Engine> {
    Path::new("fault/{kind}")
        .synopsis("Fails in the way that is asked for.")
        .field(KIND)
        .field(TEXT)
        .field(TIME)
        .exists(check)
        .read(fail)
        .write(fail)
}

#[expect(clippy::panic, reason = "to see that only this request fails")]
async fn check(call: Call<Engine>) -> Result<bool, Error> {
    match call.require(KIND)?.as_str() {
        "panic-in-check" => panic!("{}", call.require(TEXT)?),
        _ => Ok(false),
    }
}

#[expect(clippy::panic, reason = "to see that only this request fails")]
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
        "panic" | "panic-in-check" => panic!("{text}"),
        "slow" => {
            tokio::time::sleep(call.require(TIME)?).await;
            tracing::info!("a slow request is through: {text}");
            return Ok(Response::none());
        }
        _ => Error::Internal(text),
    })
}
