//! Why a request failed, by whose move it is; and the form in which each kind reaches the client.

use std::error::Error as StdError;

use plugin_proto::vault::pb;
use thiserror::Error;

/// The host's kinds of errors that both servers know, and no other: a number that a host does not know is "no error" to it.
mod kind {
    pub(super) const UNKNOWN: u32 = 0;
    pub(super) const INTERNAL: u32 = 2;
    pub(super) const CODED: u32 = 3;
    pub(super) const UNSUPPORTED_OPERATION: u32 = 5;
    pub(super) const UNSUPPORTED_PATH: u32 = 6;
    pub(super) const UNRECOVERABLE: u32 = 10;
}

/// What a host says, and wants to hear, of a storage that can't be written.
pub(crate) const READ_ONLY: &str = "cannot write to readonly storage";

/// On an error with exactly one of these texts, whatever its kind, a host does something of its own: it restarts the plugin
/// and sends the request again, or has another node answer it, which may be itself, and then a write runs again.
const ACTED_ON: [&str; 4] =
    ["connection is shut down", READ_ONLY, "Vault is in standby mode", "please forward to the active node"];

/// What a client can be shown of one error.
const MAX_CHARACTERS: usize = 4096;

/// Why a request failed.
///
/// The variant decides about the HTTP status. The texts are for the client: they name what, why and the remedy, and never a
/// secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// 400: the client's move. Something in the request is wrong.
    #[error("{0}")]
    BadRequest(String),
    /// 403: the client may not, for a reason of the engine's own. (What policies forbid never gets here.)
    #[error("{0}")]
    PermissionDenied(String),
    /// 404: what the request is about is not there. Said of a revocation, it is a success.
    #[error("{0}")]
    NotFound(String),
    /// 409: it collides with something that is there or going on.
    #[error("{0}")]
    Conflict(String),
    /// 412: what the client took for granted, such as a version, does not hold.
    #[error("{0}")]
    PreconditionFailed(String),
    /// 413: more than can be stored.
    #[error("{0}")]
    TooLarge(String),
    /// 429: the client should come back later.
    #[error("{0}")]
    TooManyRequests(String),
    /// 502: a server that the engine needs refused, or answered nonsense.
    #[error("{0}")]
    BadGateway(String),
    /// 503: not now, by no fault of the client's.
    #[error("{0}")]
    Unavailable(String),
    /// 405: the path has no such operation.
    #[error("unsupported operation")]
    UnsupportedOperation,
    /// 404: there is no such path.
    #[error("unsupported path")]
    UnsupportedPath,
    /// The storage can't be written on this node. Hosts know what to do with it.
    #[error("{READ_ONLY}")]
    ReadOnly,
    /// 500, and no use in trying again: a lease whose revocation ends so is left to the operator at once. The client sees a
    /// text of the host's; this one is logged.
    #[error("{0}")]
    Unrecoverable(String),
    /// 500: a fault of the engine, or of what is under it.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// An [`Error::Internal`] that says what was being done, and why it failed, with the causes of the cause.
    #[must_use]
    pub fn internal(doing: &str, cause: &dyn StdError) -> Self {
        let mut text = format!("{doing}: {cause}");
        let mut next = cause.source();
        while let Some(cause) = next {
            text = format!("{text}: {cause}");
            next = cause.source();
        }
        Self::Internal(text)
    }

    /// The HTTP status that the client gets.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) => 400,
            Self::PermissionDenied(_) => 403,
            Self::NotFound(_) | Self::UnsupportedPath => 404,
            Self::UnsupportedOperation => 405,
            Self::Conflict(_) => 409,
            Self::PreconditionFailed(_) => 412,
            Self::TooLarge(_) => 413,
            Self::TooManyRequests(_) => 429,
            Self::BadGateway(_) => 502,
            Self::Unavailable(_) => 503,
            Self::ReadOnly | Self::Unrecoverable(_) | Self::Internal(_) => 500,
        }
    }

    /// The form on the wire.
    pub(crate) fn to_wire(&self) -> pb::ProtoError {
        let (err_type, err_code) = match self {
            Self::UnsupportedOperation => (kind::UNSUPPORTED_OPERATION, 0),
            Self::UnsupportedPath => (kind::UNSUPPORTED_PATH, 0),
            Self::ReadOnly => (kind::UNKNOWN, 0),
            Self::Unrecoverable(text) => {
                tracing::error!(text, "not to be tried again");
                (kind::UNRECOVERABLE, 0)
            }
            Self::Internal(_) => (kind::INTERNAL, 0),
            coded => (kind::CODED, i64::from(coded.status())),
        };
        let text: String = self.to_string().chars().take(MAX_CHARACTERS).collect();
        let err_msg = match self {
            Self::ReadOnly => text,
            _ => harmless(text),
        };
        pb::ProtoError { err_type, err_msg, err_code }
    }
}

/// A text that a host only shows.
fn harmless(text: String) -> String {
    if ACTED_ON.contains(&text.trim()) { format!("refused: {text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Error> {
        let text = || text.to_owned();
        vec![
            Error::BadRequest(text()),
            Error::PermissionDenied(text()),
            Error::NotFound(text()),
            Error::Conflict(text()),
            Error::PreconditionFailed(text()),
            Error::TooLarge(text()),
            Error::TooManyRequests(text()),
            Error::BadGateway(text()),
            Error::Unavailable(text()),
            Error::UnsupportedOperation,
            Error::UnsupportedPath,
            Error::ReadOnly,
            Error::Unrecoverable(text()),
            Error::Internal(text()),
        ]
    }

    #[test]
    fn every_kind_is_one_that_both_hosts_know_and_has_a_text() {
        for error in all("why") {
            let wire = error.to_wire();
            assert!(wire.err_type <= 10, "{error:?}");
            assert!(!wire.err_msg.is_empty(), "{error:?}");
            if wire.err_type == kind::CODED {
                assert_eq!(wire.err_code, i64::from(error.status()), "{error:?}");
            }
        }
    }

    #[test]
    fn the_texts_that_hosts_act_on_never_leave() {
        for text in [
            "connection is shut down",
            " connection is shut down\n",
            READ_ONLY,
            "Vault is in standby mode",
            "please forward to the active node",
        ] {
            for error in all(text).into_iter().filter(|error| *error != Error::ReadOnly) {
                let wire = error.to_wire();
                assert!(!ACTED_ON.contains(&wire.err_msg.trim()), "{error:?} leaves as {:?}", wire.err_msg);
            }
        }
        assert_eq!(Error::ReadOnly.to_wire().err_msg, READ_ONLY, "this one is meant to be acted on");
    }

    #[test]
    fn an_internal_error_has_the_causes_of_its_cause() {
        #[derive(Debug, Error)]
        #[error("outer")]
        struct Outer(#[source] std::fmt::Error);
        let error = Error::internal("reading", &Outer(std::fmt::Error));
        let expected = format!("internal error: reading: outer: {}", std::fmt::Error);
        assert_eq!(error.to_string(), expected);
    }
}
