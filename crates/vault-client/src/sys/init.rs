//! `sys/init`: initialising the storage of a new server. No token is needed.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind};
use crate::request::Request;

/// How long the answer is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// How the key of a new server is split.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InitRequest {
    /// Into how many shares the key is split that unseals the server. Only if it does not unseal itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_shares: Option<u32>,
    /// How many of them are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_threshold: Option<u32>,
    /// Into how many shares the key is split that recovers a server that unseals itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_shares: Option<u32>,
    /// How many of them are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_threshold: Option<u32>,
    /// Public keys, in base64, that the shares are encrypted with, one each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pgp_keys: Vec<String>,
    /// Public keys, in base64, that the recovery shares are encrypted with, one each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovery_pgp_keys: Vec<String>,
    /// Public key, in base64, that the root token is encrypted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_token_pgp_key: Option<String>,
}

/// What the server tells once, and never again. It is not printed.
#[derive(Deserialize)]
pub struct InitReply {
    /// The shares, in hexadecimal.
    pub keys: Vec<SecretString>,
    /// The shares, in base64.
    pub keys_base64: Vec<SecretString>,
    /// The recovery shares, in hexadecimal.
    #[serde(default)]
    pub recovery_keys: Vec<SecretString>,
    /// The recovery shares, in base64.
    #[serde(default)]
    pub recovery_keys_base64: Vec<SecretString>,
    /// The root token.
    pub root_token: SecretString,
}

impl fmt::Debug for InitReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitReply(…)")
    }
}

/// Initialises the server. Answers with [`InitReply`].
///
/// It is never sent twice: what the first reply told is told by no other. So its answer is waited for longer than that of any
/// other request.
pub fn initialize(body: &InitRequest) -> Request {
    Request::write("sys/init", body).patiently(PATIENCE)
}

/// Whether a server refuses to be initialised because its raft storage has a cluster already. It says so of a cluster that has
/// no keys, too, and for ever: the one is made before the other when a server is initialised.
pub fn has_cluster_already(error: &Error) -> bool {
    matches!(error.kind(), Kind::Refused { .. } | Kind::Fault { .. })
        && error.said().iter().any(|text| text.contains("cluster already has state"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_without_keys_is_known_by_the_words_of_both_servers() {
        let refused =
            |text: &str| Error::new("POST", "sys/init", Kind::Refused { status: 400, said: vec![text.to_owned()] });
        let said = "could not bootstrap clustered storage: error bootstrapping cluster: cluster already has state";
        assert!(has_cluster_already(&refused(said)));
        assert!(!has_cluster_already(&refused("Vault is already initialized")));
    }
}
