//! What can go wrong with a server that was set up, and how the next apply gets over it.

use std::fs;

use acceptance::Scenario;
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::stack::Stack;
use super::story::learn;

pub(super) fn every_kind(scenario: &Scenario, stack: &Stack) -> Result<()> {
    stack.apply()?;
    learn(scenario, stack)?;
    dead_server(stack).context("a server that died")?;
    sealed_server(stack).context("a sealed server")?;
    damaged_operator(stack).context("an operator that was changed by hand")?;
    lost_credentials(stack).context("lost credentials")?;
    half_destroyed(stack).context("a destruction that was cut off")
}

/// It is not started by an apply, and the error says what to do. Nothing is taken for gone.
fn dead_server(stack: &Stack) -> Result<()> {
    let before = stack.project.resources()?.len();
    stack.kill_server()?;
    stack.try_apply(&[])?.refused()?.says("can't be reached")?.says("start it, then apply")?;
    ensure!(stack.project.resources()?.len() == before, "something is gone from the state");
    stack.start_server()
}

/// A refresh keeps what the state says, once for all objects, and the same apply unseals it.
fn sealed_server(stack: &Stack) -> Result<()> {
    ensure!(stack.is_sealed()?, "it is not sealed");
    let applied = stack.apply()?.says("The server is sealed, so what is on it is taken to be as the state says")?;
    applied.says("0 added, 1 changed, 0 destroyed")?;
    stack.converged()
}

fn damaged_operator(stack: &Stack) -> Result<()> {
    let operator = stack.http(Some(&stack.operator_token()?))?;
    let text = stack.operator_policy()?.replace("sys/quotas", "sys/quota");
    operator.put("/v1/sys/policies/acl/operator", &json!({ "policy": text }))?.ok()?;
    stack.apply()?.says("0 added, 1 changed, 0 destroyed")?;
    ensure!(stack.operator_policy()?.contains("sys/quotas"), "the policy is still another");
    stack.converged()
}

/// Without permission nothing is minted; with it, the shares are enough. Root is dead before and after.
fn lost_credentials(stack: &Stack) -> Result<()> {
    let before = stack.read("keys/operator.secret_id")?;
    fs::remove_file(stack.file("keys/operator.secret_id"))?;
    // What is on the server can't be looked at, so it stands as the state says, and what would help is said.
    let resources = stack.project.resources()?.len();
    let stood = stack.try_apply(&[])?.refused()?.says("The credentials of the operator are lost")?;
    // What is read for the run alone has no state to stand in for it.
    stood.says("No request can be authorised")?.says("recover_with_shares")?;
    ensure!(stack.project.resources()?.len() == resources, "something is gone from the state");
    stack.edit(
        "mount          = \"operator\"\n  role_id_file",
        "recover_with_shares = true\n  mount = \"operator\"\n  role_id_file",
    )?;
    stack.apply()?.says("A root token was made with the key shares")?;
    let after = stack.read("keys/operator.secret_id")?;
    ensure!(before != after, "it has the same secret id");
    stack.operator_token().context("the new credentials work")?;
    stack.http(Some(&stack.root_token()?))?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    // No root token is left over.
    let operator = stack.http(Some(&stack.operator_token()?))?;
    let root_is_under_way = stack.http(None)?.get("/v1/sys/generate-root/attempt")?.ok()?["started"].clone();
    ensure!(root_is_under_way == false, "an attempt is under way");
    let ids = operator.list("/v1/auth/operator/role/operator/secret-id")?.ok()?;
    ensure!(ids["data"]["keys"].as_array().map(Vec::len) == Some(1), "earlier secret ids are still valid: {ids}");
    stack.converged()
}

/// The mount is gone, the policy and the files are still there, and so is the mark that it was meant.
fn half_destroyed(stack: &Stack) -> Result<()> {
    stack.command("destroy", &["-target=module.contents", "-target=secretzero_audit.file"]).run()?.succeeded()?;
    let operator = stack.http(Some(&stack.operator_token()?))?;
    fs::write(stack.file("keys/operator.secret_id.destroying"), "by a run that was cut off")?;
    operator.delete("/v1/sys/auth/operator")?.ok()?;
    let destroyed = stack.command("destroy", &[]).run()?.succeeded()?;
    destroyed.says("The policy of the operator may still be there")?.says("policy delete operator")?;
    let left = stack.leftovers()?;
    ensure!(left == ["keys/cluster-keys.json", "pki/root.key"], "what is left is {left:?}");
    Ok(())
}
