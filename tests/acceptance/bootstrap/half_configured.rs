//! A server of which a part is missing: what is on it was removed by hand, the operator lacks a right or its login, or it is
//! sealed when everything is to be destroyed.

use std::fs;

use acceptance::Scenario;
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::stack::Stack;
use super::story::learn;

pub(super) fn every_half(scenario: &Scenario, stack: &Stack) -> Result<()> {
    stack.apply()?;
    learn(scenario, stack)?;
    without_contents(scenario, stack).context("what is on the server was removed by hand")?;
    without_rights(stack).context("a right of the operator was taken away by hand")?;
    without_login(stack).context("the login of the operator was removed by hand")?;
    learn(scenario, stack)?;
    sealed_at_the_end(stack).context("destroying everything while the server is sealed")
}

/// That there is nothing is certain, so it is made anew, and only that.
fn without_contents(scenario: &Scenario, stack: &Stack) -> Result<()> {
    let operator = stack.http(Some(&stack.operator_token()?))?;
    let password = || -> Result<String> {
        let reply = operator.get("/v1/secret/data/app/config")?.ok()?;
        Ok(reply["data"]["data"]["password"].as_str().context("there is no password")?.to_owned())
    };
    let before = password()?;
    scenario.learnt("the password", &before)?;
    operator.delete("/v1/sys/mounts/secret")?.ok()?;
    operator.delete("/v1/sys/policies/acl/reader")?.ok()?;
    stack.try_apply(&[])?.succeeded()?.says("4 added, 0 changed, 0 destroyed")?;
    let after = password()?;
    scenario.learnt("the new password", &after)?;
    ensure!(before != after, "the password can't be the same");
    stack.converged()
}

/// What the operator may not look at is not gone. Its own policy comes first, and then the rest is as it was.
fn without_rights(stack: &Stack) -> Result<()> {
    let before = stack.objects()?;
    let operator = stack.http(Some(&stack.operator_token()?))?;
    let less = stack.operator_policy()?.replace("sys/mounts", "sys/mounted");
    operator.put("/v1/sys/policies/acl/operator", &json!({ "policy": less }))?.ok()?;
    for verb in ["plan", "destroy"] {
        let options: &[&str] = if verb == "plan" { &[] } else { &["-auto-approve"] };
        let refused =
            stack.project.command([verb, "-input=false"]).args(stack.variables()).args(options).run()?.refused()?;
        refused.says("permission denied")?.says("one of them must have")?.says("sys/mounts")?;
    }
    ensure!(stack.objects()? == before, "something is gone from the state");
    stack.try_apply(&["-target=secretzero_operator.this"])?.succeeded()?.says("0 added, 1 changed, 0 destroyed")?;
    ensure!(stack.operator_policy()?.contains("sys/mounts"), "the right is still missing");
    stack.converged()
}

/// Credentials that the server does not take are no reason to fall back to root, and nothing is taken for gone. The way out
/// is that of lost credentials.
fn without_login(stack: &Stack) -> Result<()> {
    let before = stack.objects()?;
    stack.http(Some(&stack.operator_token()?))?.delete("/v1/sys/auth/operator")?.ok()?;
    let refused = stack.try_apply(&[])?.refused()?;
    let refused = refused.says("The server does not take these credentials")?.says("operator.secret_id away")?;
    refused.says("recover_with_shares = true")?;
    stack.command("destroy", &[]).run()?.refused()?.says("The server does not take these credentials")?;
    ensure!(stack.objects()? == before, "something is gone from the state");
    fs::remove_file(stack.file("keys/operator.secret_id"))?;
    stack.edit(
        "mount          = \"operator\"\n  role_id_file",
        "recover_with_shares = true\n  mount = \"operator\"\n  role_id_file",
    )?;
    stack.try_apply(&[])?.succeeded()?.says("A root token was made with the key shares")?;
    stack.http(Some(&stack.root_token()?))?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    stack.converged()
}

/// Without being asked to, nothing is forgotten; the error names the way. With it, only what is on the server is.
fn sealed_at_the_end(stack: &Stack) -> Result<()> {
    let before = stack.objects()?;
    stack.kill_server()?;
    stack.start_server()?;
    for options in [&[][..], &["-refresh=false"]] {
        let refused = stack.command("destroy", options).run()?.refused()?;
        refused.says("the server is sealed")?.says("secretzero unseal")?.says("server_unreachable = \"forget\"")?;
        ensure!(stack.objects()? == before, "something is gone from the state");
    }
    ensure!(stack.is_sealed()? && stack.is_running(), "something was done to the server");
    stack.edit(
        "  address      = local.address\n",
        "  address      = local.address\n  server_unreachable = \"forget\"\n",
    )?;
    let destroyed = stack.destroy()?;
    destroyed.says("forgotten")?;
    ensure!(stack.objects()?.is_empty(), "something is left in the state");
    ensure!(!stack.is_running(), "the server is still running");
    let left = stack.leftovers()?;
    ensure!(left == ["keys/cluster-keys.json", "pki/root.key"], "what is left is {left:?}");
    Ok(())
}
