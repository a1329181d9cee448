//! Many keys leave one secret at the same time, and none is left behind; what else is in the secret stays.

use std::time::Duration;

use acceptance::cli::{Cli, Complaint};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::Fault;
use fault_proxy::Moment::Before;
use serde_json::{Value, json};

use super::{KEY, Stage, on_stage, rights};
use crate::on_server::OnServer;

#[test]
fn opentofu() -> Result<()> {
    on_stage(Cli::OpenTofu, "many", at_once)
}

#[test]
fn terraform() -> Result<()> {
    on_stage(Cli::Terraform, "many", at_once)
}

#[test]
fn opentofu_twice_at_once() -> Result<()> {
    on_stage(Cli::OpenTofu, "two", |stage| from_two_projects(stage, Cli::OpenTofu))
}

#[test]
fn terraform_twice_at_once() -> Result<()> {
    on_stage(Cli::Terraform, "two", |stage| from_two_projects(stage, Cli::Terraform))
}

#[test]
fn opentofu_without_a_server() -> Result<()> {
    on_stage(Cli::OpenTofu, "forget", forgotten)
}

#[test]
fn terraform_without_a_server() -> Result<()> {
    on_stage(Cli::Terraform, "forget", forgotten)
}

/// So many keys, each in a field of its own of one secret.
fn many(stage: &Stage<'_>, name: &str, count: usize, path: &str) -> String {
    format!(
        "resource \"secretzero_private_key\" {name:?} {{\n  count = {count}\n  \
         key = {{ vault_kv = {{ mount = {:?}, path = {path:?}, field = \"{name}-${{count.index}}\" }} }}\n}}\n",
        stage.mount
    )
}

fn fields(found: Option<&Value>) -> usize {
    found.and_then(Value::as_object).map_or(0, serde_json::Map::len)
}

fn at_once(stage: &Stage<'_>) -> Result<()> {
    let theirs = json!({ "note": "theirs" });
    let project = &stage.on.project;
    stage.write("shared", &theirs)?;
    project.configure(&stage.on.with(&(many(stage, "own", 16, "own") + &many(stage, "shared", 16, "shared"))))?;
    project.init()?;
    project.apply(&["-parallelism=32"])?;
    for (path, more) in [("own", 0), ("shared", 1)] {
        let found = stage.latest(path)?;
        ensure!(fields(found.as_ref()) == 16 + more, "{path} has {} fields", fields(found.as_ref()));
        (0..16).try_for_each(|index| stage.learn(path, &format!("{path}-{index}")).map(drop))?;
    }
    ensure!(project.plan(&[])? == acceptance::cli::Planned::Nothing, "a second plan has something to do");
    project.destroy(&["-parallelism=32"])?;
    stage.is_gone("own")?;
    ensure!(stage.latest("shared")? == Some(theirs), "what else is in the secret is not as it was");
    (0..16).try_for_each(|index| stage.has_nowhere("shared", &format!("shared-{index}")))
}

/// Two runs know nothing of each other: only the server tells them that the other was faster.
fn from_two_projects(stage: &Stage<'_>, cli: Cli) -> Result<()> {
    let other = OnServer::create(stage.scenario, cli, &format!("{}-other", stage.mount), &rights(&stage.mount))?;
    let both = [(&stage.on, "a"), (&other, "b")];
    for (on, name) in both {
        on.project.configure(&on.with(&many(stage, name, 8, "both")))?;
        on.project.init()?;
    }
    let at_once = |verb: &str| -> Result<()> {
        let start = |on: &OnServer| {
            let options = [verb, "-input=false", "-auto-approve", "-parallelism=16"];
            on.project.command(options).within(Duration::from_secs(180)).start()
        };
        let mut running = both.iter().map(|(on, _)| start(on)).collect::<Result<Vec<_>>>()?;
        running.iter_mut().try_for_each(|running| running.wait()?.succeeded().map(drop))
    };
    at_once("apply")?;
    let found = stage.latest("both")?;
    ensure!(fields(found.as_ref()) == 16, "there are {} keys", fields(found.as_ref()));
    for (_, name) in both {
        (0..8).try_for_each(|index| stage.learn("both", &format!("{name}-{index}")).map(drop))?;
    }
    at_once("destroy")?;
    stage.is_gone("both")
}

/// A server that is gone for good keeps nothing from being destroyed, if the user says so.
fn forgotten(stage: &Stage<'_>) -> Result<()> {
    let proxy = stage.proxy()?;
    let declared = stage.key(&stage.home("one", "key"), "");
    let through = stage.through(&proxy, &declared);
    let forgets = through.replace("  max_retries", "  server_unreachable = \"forget\"\n  max_retries");
    let project = &stage.on.project;
    stage
        .on
        .story()
        .apply(&*through)
        .creates(KEY)
        .between("learn the key, and seal the server", || {
            stage.learn("one", "key")?;
            proxy.begin_round();
            proxy.fail(.., Fault::Sealed(Before));
            Ok(())
        })
        .destroy_fails()
        .error(
            Complaint::new("Reading the private key in the field key of the secret")
                .detail("server_unreachable = \"forget\""),
        )
        .between("say that it is to be forgotten", || project.configure(&forgets))
        .destroy()
        .warning(
            Complaint::new("Reading the private key in the field key of the secret").detail("it may still be there"),
        )
        .between("see that it is there", || {
            stage.latest("one")?.context("it is gone")?;
            ensure!(proxy.calls().iter().any(|call| call.fault.is_some()), "no call met the fault");
            Ok(())
        })
        .run()
}
