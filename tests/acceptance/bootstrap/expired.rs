//! Nobody applied for forty days: the certificate of the server has expired, and a reboot has sealed the server.
//!
//! Everything about it is real. The first apply lives forty days ago, by libfaketime in the provider alone; what comes after
//! lives today, where the server still serves the certificate of then.

use std::path::Path;
use std::process::{Command, Stdio};

use acceptance::cli::{Cli, CliCommand, Finished, workspace_binary};
use acceptance::{Scenario, wait_until};
use anyhow::{Context as _, Result, bail, ensure};

use super::stack::{SOON, Stack};
use super::story::learn;
use crate::on_server::product;
use crate::renewal;

/// The resource of the certificate, and what the error has as its way out.
const CERTIFICATE: &str = "secretzero_certificate.server";
const REMEDY: &str = "Renew its certificate: `apply -target=ADDRESS`";

pub(super) fn after_forty_days(cli: Cli) -> Result<()> {
    let library = match renewal::library() {
        Ok(library) => library,
        Err(reason) => {
            println!("SKIPPED an expired certificate on {cli}: {reason:#}");
            return Ok(());
        }
    };
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stack = Stack::create(scenario, cli)?;
        forty_days_ago(stack.command("apply", &[]), &library).run()?.succeeded()?;
        learn(scenario, &stack)?;
        stack.kill_server()?;
        starts_unheard(&stack)?;
        nothing_is_lost(&stack).context("with the certificate expired")?;
        is_renewed(&stack).context("renewing the certificate")?;
        stack.destroy()?;
        let left = stack.leftovers()?;
        ensure!(left == ["keys/cluster-keys.json", "pki/root.key"], "what is left is {left:?}");
        Ok(())
    })
}

/// The certificate is valid for 30 days.
fn forty_days_ago(command: CliCommand, library: &Path) -> CliCommand {
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME", "-40d")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("DONT_FAKE_MONOTONIC", "1")
}

/// The test, too, refuses to talk to a server with this certificate, so it waits for the refusal.
fn starts_unheard(stack: &Stack) -> Result<()> {
    stack.launch_server()?;
    wait_until("the server to listen", SOON, || match stack.is_sealed() {
        Err(error) if format!("{error:#?}").contains("Expired") => Ok(()),
        Err(error) => Err(error),
        Ok(_) => bail!("its certificate has not expired"),
    })
}

/// Every way to the server names the reason, and no object is taken for gone.
fn nothing_is_lost(stack: &Stack) -> Result<()> {
    let (before, keys) = (stack.objects()?, stack.read("keys/cluster-keys.json")?);
    let named = |finished: Finished| -> Result<()> {
        finished.refused()?.says("could not be verified")?.says("expired")?.says(REMEDY).map(drop)
    };
    named(stack.try_apply(&[])?).context("applying")?;
    named(stack.command("destroy", &[]).run()?).context("destroying")?;
    named(stack.command("destroy", &["-refresh=false", "-target=module.contents"]).run()?)
        .context("destroying without a refresh")?;
    ensure!(stack.objects()? == before, "something is gone from the state");
    ensure!(stack.read("keys/cluster-keys.json")? == keys, "the keys are others");
    let output = Command::new(workspace_binary("secretzero")?)
        .args(["unseal", "--keys-file"])
        .arg(stack.file("keys/cluster-keys.json"))
        .env_clear()
        .env("BAO_ADDR", stack.address())
        .env("BAO_CACERT", stack.file("pki/root.pem"))
        .stdin(Stdio::null())
        .output()
        .context("running secretzero unseal")?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code();
    ensure!(code == Some(5) && said.contains("expired"), "secretzero unseal ended with {code:?}: {said}");
    Ok(())
}

/// The way that the error names: the certificate alone needs no connection, and the server loads it without a restart.
fn is_renewed(stack: &Stack) -> Result<()> {
    let key = stack.read("pki/root.key")?;
    let target = format!("-target={CERTIFICATE}");
    stack.try_apply(&[&target])?.succeeded()?.says("0 added, 1 changed, 0 destroyed")?;
    // It was told, and loads it in its own time.
    wait_until("the server to serve the new certificate", SOON, || stack.is_sealed().map(drop))?;
    ensure!(stack.is_sealed()?, "somebody has unsealed the server");
    // And then the reboot is got over as ever.
    stack.try_apply(&[])?.succeeded()?.says("0 added, 1 changed, 0 destroyed")?;
    ensure!(!stack.is_sealed()?, "it is still sealed");
    ensure!(stack.read("pki/root.key")? == key, "the root has another key");
    stack.http(Some(&stack.operator_token()?))?.get("/v1/secret/data/app/config")?.ok()?;
    stack.http(Some(&stack.root_token()?))?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    stack.converged()
}
