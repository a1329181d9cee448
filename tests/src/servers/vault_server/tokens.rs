//! Who asks: clients with a token, and the tokens that tests use instead of root's.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::http::Http;
use crate::leak_scan::server_learnt;
use crate::servers::vault_config;
use crate::servers::vault_server::VaultServer;

impl VaultServer {
    /// Requests without a token.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn anonymous(&self) -> Result<Http> {
        Http::new(&self.address, &self.authority)?.header("x-vault-request", "true")
    }

    /// Requests with a token.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn client(&self, token: &str) -> Result<Http> {
        self.anonymous()?.header("x-vault-token", token)
    }

    /// Requests with the root token: for preparation only, since root proves nothing about policies.
    ///
    /// # Errors
    /// If there is none.
    pub fn root(&self) -> Result<Http> {
        self.client(&self.keys()?.root_token)
    }

    /// An orphan token of an administrator who may do everything that needs no root.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn scoped_admin(&self) -> Result<String> {
        self.token_with_policy("harness-admin", vault_config::ADMIN_POLICY)
    }

    /// An orphan token, valid for two hours, with exactly this policy (and `default`).
    ///
    /// # Errors
    /// If the server refuses.
    pub fn token_with_policy(&self, name: &str, policy: &str) -> Result<String> {
        let root = self.root()?;
        root.put(&format!("/v1/sys/policies/acl/{name}"), &json!({ "policy": policy }))?.ok()?;
        let reply = root.post("/v1/auth/token/create-orphan", &json!({ "policies": [name], "ttl": "2h" }))?.ok()?;
        client_token(&reply)
    }

    /// Revokes the root token; [`Self::root`] is refused from now on.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn revoke_root(&self) -> Result<()> {
        self.root()?.post("/v1/auth/token/revoke-self", &json!({}))?.ok()?;
        Ok(())
    }
}

/// The token of a login or of a creation.
///
/// # Errors
/// If the reply has none.
pub fn client_token(reply: &Value) -> Result<String> {
    let token = reply.pointer("/auth/client_token").and_then(Value::as_str);
    let token = token.context("the reply has no auth.client_token")?;
    server_learnt("a token that a test was given", token)?;
    Ok(token.to_owned())
}
