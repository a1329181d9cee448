//! `sys/unseal`: giving a share of the key. No token is needed.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use crate::request::Request;

#[derive(Serialize)]
struct Body<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    migrate: bool,
}

/// Gives a share, in hexadecimal or base64. Answers with [`SealStatus`](super::seal_status::SealStatus).
///
/// It may be repeated: a share that the server has already counts once. That it is no longer sealed is told earlier than it
/// can work.
#[expect(clippy::disallowed_methods, reason = "it goes into the body, which is wiped")]
pub fn share(share: &SecretString, migrate: bool) -> Request {
    Request::write("sys/unseal", &Body { key: share.expose_secret(), migrate }).secret().repeatable()
}

/// Begins anew: shares given so far are forgotten. Answers with [`SealStatus`](super::seal_status::SealStatus).
pub fn reset() -> Request {
    #[derive(Serialize)]
    struct Reset {
        reset: bool,
    }
    Request::write("sys/unseal", &Reset { reset: true }).repeatable()
}
