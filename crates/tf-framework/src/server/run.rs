//! The author's code, run: against its limit, and with a panic as one more way to fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

use super::limit::Limit;
use crate::diagnostic::Diagnostic;
use crate::erased::{Halt, Pending};
use crate::failure::{Failure, Outcome};
use crate::model::DecodeError;
use crate::timeouts;

/// What is being done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Read,
    Update,
    Delete,
    Import,
    Open,
    Renew,
    Close,
}

impl Operation {
    /// As a headline begins.
    pub(super) fn gerund(self) -> &'static str {
        match self {
            Self::Create => "Creating",
            Self::Read => "Reading",
            Self::Update => "Updating",
            Self::Delete => "Deleting",
            Self::Import => "Importing",
            Self::Open => "Opening",
            Self::Renew => "Renewing",
            Self::Close => "Closing",
        }
    }

    /// The limit that is its own.
    fn limit(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Read | Self::Import | Self::Open | Self::Renew | Self::Close => "read",
        }
    }
}

/// Runs a call to its end or to its limit.
pub(super) async fn run<T>(
    operation: Operation,
    name: &str,
    limit: Option<&Limit>,
    call: Pending<'_, T>,
) -> Result<T, Halt> {
    let call = AssertUnwindSafe(call).catch_unwind();
    let outcome = match limit {
        None => call.await,
        Some(limit) => match tokio::time::timeout_at(limit.deadline(), call).await {
            Ok(outcome) => outcome,
            Err(_) => return Err(timed_out(operation, name, limit).into()),
        },
    };
    outcome.unwrap_or_else(|_| Err(panicked(operation.gerund(), name).into()))
}

/// Runs what does not wait. `doing` begins a headline.
pub(super) fn run_at_once<T>(doing: &str, name: &str, call: impl FnOnce() -> T) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| panicked(doing, name))
}

/// What the user is told of a call that did not get through.
pub(super) fn failure(halt: Halt, name: &str) -> Failure {
    match halt {
        Halt::Failed(failure) => failure,
        Halt::Partial(error) => partial(&error, name).into(),
        Halt::Misfit(error) => misfit(&error).into(),
    }
}

/// A value of the configuration or plan that the model can't hold.
pub(super) fn misfit(error: &DecodeError) -> Diagnostic {
    let (path, headline) = (error.path(), if error.is_unknown() { "Value Not Known Yet" } else { "Invalid Value" });
    let subject = if path.is_root() { "The object".to_owned() } else { path.to_string() };
    Diagnostic::error(headline).detail(format!("{subject} {error}.")).at(path.addressable())
}

/// A state that ended half-way, where nothing else can be done about it.
pub(super) fn partial(error: &DecodeError, name: &str) -> Diagnostic {
    Diagnostic::error(format!("Incomplete State: {name}"))
        .detail(format!(
            "An earlier apply failed half-way and left a state that is not whole ({} {error}), and the object can't be found \
             by what is left.",
            error.path()
        ))
        .remedy(
            "Look on the server what exists of it and remove that by hand. Then take the object out of the state with \
             `state rm ADDRESS`, and apply again.",
        )
}

/// The panic itself is in the log, with its place. Its text is not repeated here: it may quote a value.
fn panicked(doing: &str, name: &str) -> Failure {
    Diagnostic::error(format!("Bug in the Provider: {name}"))
        .detail(format!("{doing} {name} panicked. The provider's log has the place (TF_LOG=ERROR shows it)."))
        .remedy("This is not a mistake in the configuration. Please report it to the developers of the provider.")
        .into()
}

fn timed_out(operation: Operation, name: &str, limit: &Limit) -> Failure {
    let remedy = if limit.is_settable() {
        format!(
            "If it needs longer, raise `{}.{}` in the configuration, and apply again.",
            timeouts::ATTRIBUTE,
            operation.limit()
        )
    } else {
        "See whether the server is overloaded, and apply again.".to_owned()
    };
    Diagnostic::error(format!("{} {name} took too long", operation.gerund()))
        .detail(format!("It was not done within its limit of {}, and was given up.", limit.text()))
        .remedy(remedy)
        .into()
}
