//! As it goes when nothing goes wrong.

use std::os::unix::fs::PermissionsExt as _;

use acceptance::Scenario;
use anyhow::{Context as _, Result, ensure};

use super::stack::Stack;

pub(super) fn from_nothing(scenario: &Scenario, stack: &Stack) -> Result<()> {
    let applied = stack.apply()?;
    ensure!(!applied.contains("Warning"), "the first apply has something to warn of");
    learn(scenario, stack)?;
    stack.converged().context("after the first apply")?;
    for name in ["keys/cluster-keys.json", "keys/operator.role_id", "keys/operator.secret_id", "pki/root.key"] {
        let mode = stack.file(name).metadata()?.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "{name} has the mode {mode:o}");
    }

    // Root is revoked, and the operator can do what it is for, and no more.
    stack.http(Some(&stack.root_token()?))?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    let operator = stack.http(Some(&stack.operator_token()?))?;
    operator.get("/v1/sys/policies/acl/reader")?.ok()?;
    operator.put("/v1/sys/seal", &serde_json::json!({}))?.refused_with(403)?;
    operator.get("/v1/sys/storage/raft/snapshot")?.refused_with(403)?;

    // A secret that was made on the server, read through an ephemeral, and written again.
    let password = |name: &str| -> Result<String> {
        let reply = operator.get(&format!("/v1/secret/data/app/{name}"))?.ok()?;
        let found = reply.pointer("/data/data/password").and_then(serde_json::Value::as_str);
        found.map(str::to_owned).with_context(|| format!("{name} has no password"))
    };
    let made = password("config")?;
    scenario.learnt("the password", &made)?;
    ensure!(made.len() == 32 && made == password("copy")?, "the copy has another password");

    // A reboot: nobody has unsealed the server, and the next apply does.
    stack.kill_server()?;
    stack.start_server()?;
    ensure!(stack.is_sealed()?, "it is not sealed after a restart");
    stack.apply()?.says("0 added, 1 changed, 0 destroyed")?;
    ensure!(!stack.is_sealed()?, "it is still sealed");
    stack.converged().context("after the restart")?;

    let destroyed = stack.destroy()?;
    ensure!(!stack.is_running(), "the server is still running");
    let left = stack.leftovers()?;
    ensure!(left == ["keys/cluster-keys.json", "pki/root.key"], "what is left is {left:?}");
    for path in ["home/keys/cluster-keys.json", "home/pki/root.key"] {
        destroyed.contains(path).then_some(()).with_context(|| format!("nobody said that {path} stays"))?;
    }
    Ok(())
}

/// Everything secret that the apply has made.
pub(super) fn learn(scenario: &Scenario, stack: &Stack) -> Result<()> {
    let keys = stack.keys()?;
    scenario.learnt("the root token", stack.root_token()?)?;
    for (index, share) in keys["unseal_keys_b64"].as_array().into_iter().flatten().enumerate() {
        scenario.learnt(&format!("key share {index}"), share.as_str().context("a share is no text")?)?;
    }
    for (index, share) in keys["unseal_keys_hex"].as_array().into_iter().flatten().enumerate() {
        scenario.learnt(&format!("key share {index} in hexadecimal"), share.as_str().context("a share is no text")?)?;
    }
    scenario.learnt("the secret id", stack.read("keys/operator.secret_id")?.trim())
}
