//! A root token from the shares of the key, for an operator whose credentials are lost; and what an operator must be able to
//! do so that it never comes to that.

use std::collections::BTreeMap;

use cluster_keys::KeyShare;
use serde::Serialize;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::auth::token;
use vault_client::sys::generate_root::{self, Attempt};
use vault_client::{Client, Request, Token};

use super::Declared;
use super::credentials::Attempted;
use super::speaker::Speaker;
use crate::SecretZero;
use crate::connection::{OperatorLogin, Unsent};

const DOING: &str = "Making a root token with the key shares";

/// Makes a root token with the shares in the file of the keys.
///
/// # Errors
/// If there are too few, or the server does not take them.
pub(super) async fn root_token(cx: &Context<SecretZero>, login: &OperatorLogin) -> Outcome<Minted> {
    let path = login.keys_file.path.display();
    let keys = login.keys_file.load().map_err(|error| {
        Diagnostic::error(DOING).because(&error).remedy("Bring the file with the keys back from where it is kept.")
    })?;
    let shares: Vec<_> = keys.shares().shares.iter().filter(|share| !share.is_encrypted()).collect();
    if shares.is_empty() {
        return Err(Diagnostic::error(DOING)
            .detail(format!("{path} has no key shares, or only such as are encrypted with PGP."))
            .remedy("Bring the shares together in this file, in clear, for one apply; keep the root token out of it.")
            .into());
    }
    let client = cx.client();
    let attempted = Attempted::beside(&login.files);
    let begun = attempt(client.ask(&generate_root::status()).await)?;
    if begun.started && attempted.is(&begun.nonce) {
        // Of an earlier run of ours, which was cut off.
        client.ask(&generate_root::cancel()).await.map_err(|error| error.doing(DOING))?;
    } else if begun.started {
        return Err(Diagnostic::error(DOING)
            .detail("An attempt to make a root token is under way on this server, by somebody else.")
            .remedy("If it is nobody's, end it with `operator generate-root -cancel`, and apply again.")
            .into());
    }
    let begun = attempt(client.ask(&generate_root::begin()).await)?;
    let made = match attempted.remember(&begun.nonce) {
        Ok(()) => complete(cx, &begun, &shares, &path.to_string()).await,
        Err(diagnostic) => Err(diagnostic),
    };
    if made.is_err() && client.ask(&generate_root::cancel()).await.is_ok() {
        attempted.forget()?;
    }
    let token = made?;
    let made = Minted::new(client.detached().map_err(|error| error.doing(DOING))?, token);
    attempted.forget()?;
    cx.warn(
        Diagnostic::warning("A root token was made with the key shares")
            .detail("The operator could not log in, or not look after itself. It is revoked again when this is over."),
    );
    Ok(made)
}

/// Gives an attempt as many shares as it needs, and returns the token.
async fn complete(
    cx: &Context<SecretZero>,
    begun: &Attempt,
    shares: &[&KeyShare],
    path: &str,
) -> Result<Token, Diagnostic> {
    let Some(otp) = &begun.otp else {
        return Err(Diagnostic::error(DOING).detail("The server told no one-time password."));
    };
    let mut last = begun.clone();
    for share in shares {
        last = attempt(cx.client().ask(&generate_root::share(&share.base64(), &begun.nonce)).await)?;
        if last.complete {
            return generate_root::decode(&last.encoded_token, otp)
                .map_err(|error| Diagnostic::error(DOING).because(&error));
        }
    }
    Err(Diagnostic::error(DOING)
        .detail(format!("It needs {} shares, and {path} has {}.", last.required, shares.len()))
        .remedy("Bring enough shares together in one file."))
}

/// A root token that was made. Whoever has it ends it; if that is cut off, it is ended all the same, as long as this process
/// lives.
pub(super) struct Minted {
    client: Client,
    token: Option<Token>,
}

impl Minted {
    fn new(client: Client, token: Token) -> Self {
        Self { client, token: Some(token) }
    }

    pub(super) fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// Revokes it. That it is dead already is fine.
    pub(super) async fn revoke(mut self) -> Result<(), Unsent> {
        let Some(token) = self.token() else { return Ok(()) };
        let revoked = self.client.send(&token::revoke_self(), Some(token)).await;
        self.token = None;
        match revoked {
            Err(error) if !error.is_denied() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Minted {
    fn drop(&mut self) {
        let Some(token) = self.token.take() else { return };
        let client = self.client.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { client.send(&token::revoke_self(), Some(&token)).await });
        }
    }
}

fn attempt(sent: Result<vault_client::Reply, Unsent>) -> Result<Attempt, Diagnostic> {
    let reply = sent.map_err(|error| error.doing(DOING))?;
    reply.data().map_err(|error| Diagnostic::error(DOING).because(&error))
}

/// What looking after an operator and destroying it takes, by path.
fn needed(declared: &Declared) -> BTreeMap<String, &'static [&'static str]> {
    let (mount, name) = (declared.mount.trim_matches('/'), &declared.name);
    let role = super::id(mount, name, declared.is_cert());
    let mut needed: BTreeMap<String, &'static [&'static str]> = BTreeMap::from([
        ("sys/auth".to_owned(), &["read"][..]),
        (format!("sys/auth/{mount}"), &["delete", "sudo"]),
        (format!("sys/policies/acl/{name}"), &["read", "update", "delete"]),
        (role.clone(), &["read", "update", "delete"]),
        ("auth/token/create-orphan".to_owned(), &["update"]),
    ]);
    if !declared.is_cert() {
        needed.extend([
            (format!("{role}/role-id"), &["read"][..]),
            (format!("{role}/secret-id"), &["update", "list"]),
            (format!("{role}/secret-id-accessor/destroy"), &["update"]),
        ]);
    }
    needed
}

/// What its policy lacks of that, so that it need not be tried: once a policy counts that does not grant this, the operator can't
/// take it back.
pub(super) fn missing_in_policy(declared: &Declared) -> Vec<String> {
    let policy = declared.document();
    let lacks = |(path, capabilities): (String, &[&str])| {
        missing(&path, capabilities, |name| policy.grants(&path).contains(name))
    };
    needed(declared).into_iter().filter_map(lacks).collect()
}

fn missing(path: &str, capabilities: &[&str], is_granted: impl Fn(&str) -> bool) -> Option<String> {
    let lacks: Vec<&str> = capabilities.iter().copied().filter(|name| !is_granted(name)).collect();
    (!lacks.is_empty()).then(|| format!("{} on {path}", lacks.join(", ")))
}

/// What the login lacks of it.
///
/// # Errors
/// See [`Unsent`].
pub(super) async fn missing_capabilities(speaker: &Speaker<'_>, declared: &Declared) -> Result<Vec<String>, Unsent> {
    #[derive(Serialize)]
    struct Body<'a> {
        paths: Vec<&'a str>,
    }
    let needed = needed(declared);
    let request = Request::write("sys/capabilities-self", &Body { paths: needed.keys().map(String::as_str).collect() })
        .repeatable();
    let reply = speaker.send(&request).await?;
    let has: BTreeMap<String, serde_json::Value> = reply.data().map_err(|error| request.malformed(&error))?;
    let mut found = Vec::new();
    for (path, capabilities) in needed {
        let granted: Vec<&str> = has
            .get(&path)
            .and_then(serde_json::Value::as_array)
            .map(|names| names.iter().filter_map(serde_json::Value::as_str).collect())
            .unwrap_or_default();
        let is_granted = |name: &str| granted.contains(&"root") || granted.contains(&name);
        found.extend(missing(&path, capabilities, is_granted));
    }
    Ok(found)
}
