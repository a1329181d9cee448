//! Paths of the token store.

use serde::{Deserialize, Serialize};

use crate::request::Request;

/// What a token is.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenInfo {
    /// What it can be revoked and looked up by without being known.
    #[serde(default)]
    pub accessor: String,
    /// The policies that it has by itself.
    #[serde(default)]
    pub policies: Vec<String>,
    /// The policies that it has by its entity.
    #[serde(default)]
    pub identity_policies: Option<Vec<String>>,
    /// How long it lives from now on, in seconds; without end if it is zero.
    #[serde(default)]
    pub ttl: u64,
    /// Whether it can be renewed.
    #[serde(default)]
    pub renewable: bool,
}

impl TokenInfo {
    /// All policies that it has.
    pub fn all_policies(&self) -> Vec<String> {
        self.policies.iter().chain(self.identity_policies.iter().flatten()).cloned().collect()
    }
}

/// What the token that asks is. Answers with [`TokenInfo`].
pub fn lookup_self() -> Request {
    Request::read("auth/token/lookup-self")
}

/// Makes the token that asks live longer. Answers with [`Auth`](crate::Auth).
pub fn renew_self() -> Request {
    Request::write("auth/token/renew-self", &Empty {}).repeatable()
}

/// Ends the token that asks, and what was made with it.
pub fn revoke_self() -> Request {
    Request::write("auth/token/revoke-self", &Empty {}).repeatable()
}

/// Ends the token with this accessor.
pub fn revoke_accessor(accessor: &str) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        accessor: &'a str,
    }
    Request::write("auth/token/revoke-accessor", &Body { accessor }).repeatable()
}

/// Makes the token with this accessor live longer. Answers with [`Auth`](crate::Auth), which does not have the token.
pub fn renew_accessor(accessor: &str) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        accessor: &'a str,
    }
    Request::write("auth/token/renew-accessor", &Body { accessor }).repeatable()
}

#[derive(Serialize)]
struct Empty {}
