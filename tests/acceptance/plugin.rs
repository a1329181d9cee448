//! `secretzero_plugin` and the versions of `secretzero_mount`, with the example engine, under the real `tofu` with OpenBao and
//! `terraform` with Vault.

mod stage;
mod upgrade;

use std::fs;

use acceptance::cli::matcher::{is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::leak_scan::Canary;
use acceptance::{Product, Scenario};
use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::json;

use self::stage::{Stage, link, sha256};
use self::upgrade::upgrade;
use crate::on_server::{OnServer, product, run_beside_the_peer};
use crate::plugin_requests::VERSION;

const PLUGIN: &str = "secretzero_plugin.one";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str = "path \"sys/plugins/catalog\" { capabilities = [\"read\"] }
path \"sys/plugins/catalog/secret/plugin-*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"sudo\"] }
path \"sys/plugins/reload/backend\" { capabilities = [\"update\"] }
path \"sys/mounts\" { capabilities = [\"read\"] }
path \"sys/mounts/plugin-*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let mut rows = Rows::of("secretzero_plugin", cli);
        let stage = |stem: &str| Stage::of(stem, OnServer::create(scenario, cli, &format!("plugin-{stem}"), RIGHTS)?);
        let lived = life(stage("life")).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::UpdateAndReplace, || told(stage("told")));
        rows.run_all(&[Row::UpdateAndReplace, Row::Drift], || upgrade(stage("upgrade"), product(cli)));
        rows.run_all(&[Row::PlanOnly, Row::Refresh, Row::Disappears, Row::Replace], || again(stage("again")));
        let mut imports = vec![Row::Import, Row::ImportBlock, Row::GeneratedConfiguration];
        match cli {
            Cli::OpenTofu => imports.push(Row::ImportByIdentity),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run_all(&imports, || import(stage("import"), cli));
        rows.run(Row::ExpectedError, || errors(stage("errors")));
        rows.run(Row::ExpectedError, || another(stage("another")));
        rows.run(Row::ExpectedError, || does_not_start(stage("silent")));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run(Row::Destroy, || in_use(stage("used"), product(cli)));
        let peer = || Stage::of("moved", OnServer::with_peer(scenario, cli, "plugin-moved", RIGHTS)?);
        run_beside_the_peer(&mut rows, Row::Moved, || moved(peer()));
        rows.run(Row::PartialFailure, || adopted(stage("adopted")));
        rows.run(Row::WriteOnly, || environment(stage("environment"), &scenario.canary("what is in the environment")?));
        rows.not_measured(
            Row::UnknownProviderConfiguration,
            "the same for all resources on a server: see secretzero_policy",
        );
        rows.not_applicable(Row::StateUpgrade, "there is no older version");
        rows.not_applicable(
            Row::Ephemeral,
            "the write-only attribute takes them as it does in secretzero_kv_secret_v2",
        );
        rows.not_applicable(Row::Functions, "a resource has none");
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in crates/tf-testing");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.not_applicable(Row::Interrupt, "nothing is waited for but the answer to a request");
        rows.finish()
    })
}

/// The hash is that of a file here; a program that was built anew is registered anew, and mounts run it.
fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let file = stage.on.folder.join("engine");
    link(&stage.copy("one")?, &file)?;
    link(&stage.copy("one")?, &stage.installed())?;
    let (one, two) = (sha256(&stage.copy("one")?)?, sha256(&stage.copy("two")?)?);
    let of = |lines: &str| stage.with(&format!("  file = {file:?}\n{lines}"));
    stage
        .on
        .story()
        .apply(of("  version = \"0.1\"\n"))
        .creates(PLUGIN)
        .planned(PLUGIN, "/sha256", is(one.as_str()))
        .planned(PLUGIN, "/id", is(format!("secret/{}/{VERSION}", stage.name)))
        .attribute(PLUGIN, "/version", is("0.1"))
        .attribute(PLUGIN, "/args", null())
        .between("see what is there, and mount it", || {
            stage.has(&[VERSION])?;
            let entry = stage.entry(VERSION)?;
            ensure!(entry["sha256"] == one.as_str() && entry["command"] == stage.name.as_str(), "{entry}");
            let mount = json!({ "type": stage.name, "plugin_version": VERSION });
            stage.on.put(&format!("sys/mounts/{}", stage.name), &mount)
        })
        .apply(of("  version = \"v0.1.0\"\n"))
        .changes_nothing()
        .between("install another build", || {
            link(&stage.copy("two")?, &stage.installed())?;
            link(&stage.copy("two")?, &file)
        })
        .apply(of("  version = \"0.1\"\n"))
        .updates(PLUGIN)
        .planned(PLUGIN, "/sha256", is(two.as_str()))
        .keeps(PLUGIN, "/registered_version")
        .between("see that it is registered, and that the mount runs it", || {
            let (entry, mount) = (stage.entry(VERSION)?, stage.mount()?);
            ensure!(entry["sha256"] == two.as_str(), "{entry}");
            ensure!(mount["running_sha256"] == two.as_str(), "{mount}");
            stage.on.delete(&format!("sys/mounts/{}", stage.name))?;
            // Without the file, what is there stands.
            fs::remove_file(&file).context("removing the file")
        })
        .apply_again()
        .changes_nothing()
        .apply(stage.with(&format!("  version = \"0.1\"\n  args = [\"a\"]\n  sha256 = {two:?}\n")))
        .updates(PLUGIN)
        .between("see its arguments", || {
            let entry = stage.entry(VERSION)?;
            ensure!(entry["args"] == json!(["a"]), "{entry}");
            Ok(())
        })
        .apply(stage.with(&format!(
            "  version = \"0.2\"\n  sha256 = {two:?}\n  env_wo = [\"EXAMPLE_ENGINE_VERSION=0.2.0\"]\n  \
             env_wo_version = 1\n"
        )))
        .replaces(PLUGIN)
        .replaced_because_of(PLUGIN, "/version")
        .between("see that there is no other one", || stage.has(&["v0.2.0"]))
        .destroy()
        .between("see that it is gone", || stage.has(&[]))
        .run()
}

/// Without a version the program is asked, and one that is told anew is registered in place of the old one.
fn told(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let hash = stage.hash()?;
    let third = format!("{hash}  env_wo = [\"EXAMPLE_ENGINE_VERSION=0.3.0\"]\n  env_wo_version = 1\n");
    stage
        .on
        .story()
        .apply(stage.with(&hash))
        .creates(PLUGIN)
        .planned(PLUGIN, "/registered_version", unknown())
        .attribute(PLUGIN, "/registered_version", is(VERSION))
        .attribute(PLUGIN, "/version", null())
        .attribute(PLUGIN, "/id", is(format!("secret/{}/{VERSION}", stage.name)))
        // There is only one.
        .import(PLUGIN, format!("secret/{}", stage.name).as_str())
        .apply(stage.with(&third))
        .updates(PLUGIN)
        .planned(PLUGIN, "/registered_version", unknown())
        .attribute(PLUGIN, "/registered_version", is("v0.3.0"))
        .between("see that there is no other one", || stage.has(&["v0.3.0"]))
        // It has that one already.
        .apply(stage.with(&format!("{third}  version = \"0.3\"\n")))
        .updates(PLUGIN)
        .keeps(PLUGIN, "/registered_version")
        .apply(stage.with(&third))
        .updates(PLUGIN)
        .keeps(PLUGIN, "/registered_version")
        .destroy()
        .run()
}

fn again(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let config = stage.with(&(stage.hash()? + "  version = \"0.1.0\"\n"));
    stage
        .on
        .story()
        .plan(config.clone())
        .creates(PLUGIN)
        .between("see that nothing was made", || stage.has(&[]))
        .apply(config)
        .refresh()
        .between("remove it", || stage.deregister(VERSION))
        .apply_again()
        .creates(PLUGIN)
        .replace(PLUGIN)
        .taint(PLUGIN)
        .apply_again()
        .replaces(PLUGIN)
        .between("remove it again", || stage.deregister(VERSION))
        .destroy()
        .run()
}

fn import(stage: Result<Stage>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let name = &stage.name;
    let lines = stage.hash()? + "  version = \"v0.1.0\"\n  args = [\"a\"]\n";
    let id = format!("secret/{name}/v0.1.0");
    let story = stage
        .on
        .story()
        .apply(stage.with(&lines))
        .import(PLUGIN, id.as_str())
        .import(PLUGIN, format!("secret/version/v0.1.0/name/{name}").as_str())
        .import_block(PLUGIN, id.as_str())
        .generate_configuration(stage.on.with(""), PLUGIN, id.as_str());
    let story = match cli {
        Cli::OpenTofu => {
            let identity = json!({ "type": "secret", "name": name, "version": "v0.1.0" });
            story.import_block(PLUGIN, Import::Identity(identity))
        }
        Cli::Terraform => story,
    };
    story.destroy().run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let hash = stage.hash()?;
    let wrong = stage.with(&format!("{hash}  version = \"0.2.0\"\n"));
    let elsewhere = stage.with(&hash).replace(&format!("command = {:?}", stage.name), "command = \"plugin-nowhere\"");
    let file = stage.on.folder.join("nothing");
    stage
        .on
        .story()
        .validate_fails(stage.with(&format!("{hash}  env = [\"A=b\"]\n")))
        .error(Complaint::new("env Is Not Taken").detail("env_wo_version").about(PLUGIN).at("env"))
        .validate_fails(stage.with(&format!("{hash}  file = \"engine\"\n")))
        .error(Complaint::new("Conflicting Attributes").about(PLUGIN))
        .validate_fails(stage.with(""))
        .error(Complaint::new("Missing Attribute").detail("file").about(PLUGIN))
        .apply_fails(wrong)
        .error(
            Complaint::new("Has Another Version")
                .detail("The program says that it is v0.1.0")
                .detail("Nothing was changed")
                .about(PLUGIN)
                .at("version"),
        )
        .between("see that nothing was made", || stage.has(&[]))
        .apply_fails(elsewhere)
        .error(Complaint::new("Trying the secret plugin").detail("plugin_directory of the server").about(PLUGIN))
        .between("see that nothing was left", || stage.has(&[]))
        .apply_fails(stage.with(&format!("  file = {file:?}\n")))
        .error(Complaint::new("The Program of a Plugin Is Not There").about(PLUGIN).at("file"))
        .gone(PLUGIN)
        .destroy()
        .run()
}

/// The servers register what they can't start, and say nothing.
fn does_not_start(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let lines = format!("  version = \"0.1.0\"\n  sha256 = \"{}\"\n", "0".repeat(64));
    stage
        .on
        .story()
        .apply(stage.with(&lines))
        .creates(PLUGIN)
        .warning(Complaint::new("May Not Start").detail("could not be started"))
        .between("see that it is there", || stage.has(&[VERSION]))
        .destroy()
        .run()
}

/// What somebody else registered is not changed in silence.
fn another(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let lines = stage.hash()? + "  version = \"0.1.0\"\n";
    stage
        .on
        .story()
        .between("register another", || stage.register(VERSION, &json!({ "args": ["theirs"] })))
        .apply_fails(stage.with(&(lines + "  args = [\"ours\"]\n")))
        .error(
            Complaint::new("There Is Another Secret plugin")
                .detail("differs in: args")
                .detail(format!("terraform import ADDRESS 'secret/{}/v0.1.0'", stage.name))
                .about(PLUGIN),
        )
        .between("see that it is as it was", || {
            let entry = stage.entry(VERSION)?;
            ensure!(entry["args"] == json!(["theirs"]), "{entry}");
            stage.deregister(VERSION)
        })
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let zeros = "0".repeat(64);
    stage
        .on
        .story()
        .apply(stage.with(&(stage.hash()? + "  version = \"0.1.0\"\n")))
        .between("register another program", || {
            stage.register(VERSION, &json!({ "sha256": zeros, "args": ["theirs"] }))
        })
        .apply_again()
        .updates(PLUGIN)
        .between("see that it is as before", || {
            let entry = stage.entry(VERSION)?;
            let is_bare = entry["args"].as_array().is_none_or(Vec::is_empty);
            ensure!(entry["sha256"] == sha256(&stage.installed())? && is_bare, "{entry}");
            Ok(())
        })
        .destroy()
        .run()
}

/// What a mount has is not removed, nor what is pinned.
fn in_use(stage: Result<Stage>, product: Product) -> Result<()> {
    let stage = stage?;
    let pin = format!("sys/plugins/pins/secret/{}", stage.name);
    let mount = format!("sys/mounts/{}", stage.name);
    let story = stage
        .on
        .story()
        .apply(stage.with(&(stage.hash()? + "  version = \"0.1.0\"\n")))
        .between("mount it", || stage.on.put(&mount, &json!({ "type": stage.name, "plugin_version": VERSION })))
        .destroy_fails()
        .error(
            Complaint::new("Is in Use")
                .detail(format!("It is that of: {}.", stage.name))
                .detail("create_before_destroy"),
        )
        .between("see that it is there, and remove the mount", || {
            stage.has(&[VERSION])?;
            stage.on.delete(&mount)
        });
    let story = match product {
        Product::OpenBao => story,
        Product::Vault => story
            .between("pin it", || stage.on.put(&pin, &json!({ "version": VERSION })))
            .destroy_fails()
            .error(Complaint::new("Destroying the secret plugin").detail("Remove the pin"))
            .between("remove the pin", || stage.on.delete(&pin)),
    };
    story.destroy().between("see that it is gone", || stage.has(&[])).run()
}

/// From the provider that people have today.
fn moved(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let lines = stage.lines() + &stage.hash()? + "  version = \"v0.1.0\"\n";
    let theirs = format!("{}resource \"vault_plugin\" \"one\" {{\n{lines}}}\n", stage.on.peer_block());
    let ours = format!("resource \"secretzero_plugin\" \"one\" {{\n{lines}}}\n");
    let block = "moved {\n  from = vault_plugin.one\n  to   = secretzero_plugin.one\n}\n";
    stage
        .on
        .story()
        .apply(stage.on.with(&theirs))
        .apply(stage.on.with(&(stage.on.peer_block() + &ours + block)))
        .moves("vault_plugin.one", PLUGIN)
        .destroy()
        .run()
}

/// What an apply that was cut off has registered is taken over, and what its trial left is removed.
fn adopted(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .on
        .story()
        .between("register it", || stage.register(VERSION, &json!({})))
        .apply(stage.with(&stage.hash()?))
        .creates(PLUGIN)
        .attribute(PLUGIN, "/registered_version", is(VERSION))
        .warning("Took over the secret plugin")
        .between("see that no trial was left", || stage.has(&[VERSION]))
        .destroy()
        .run()
}

/// The environment is nowhere but in the catalogue.
fn environment(stage: Result<Stage>, canary: &Canary) -> Result<()> {
    let stage = stage?;
    let hash = stage.hash()?;
    let of = |number: u32, version: &str| {
        "variable \"secret\" {\n  ephemeral = true\n  sensitive = true\n}\n".to_owned()
            + &stage.with(&format!(
                "{hash}  env_wo = [\"SECRET=${{var.secret}}\", \"EXAMPLE_ENGINE_VERSION={version}\"]\n  \
                 env_wo_version = {number}\n"
            ))
    };
    stage
        .on
        .story()
        .variable("secret", canary.value())
        .hides(canary)
        .apply(of(1, "0.4.0"))
        .creates(PLUGIN)
        .attribute(PLUGIN, "/env_wo", null())
        .attribute(PLUGIN, "/registered_version", is("v0.4.0"))
        // Only another number has it sent.
        .apply(of(1, "0.5.0"))
        .changes_nothing()
        .apply(of(2, "0.5.0"))
        .updates(PLUGIN)
        .attribute(PLUGIN, "/registered_version", is("v0.5.0"))
        .destroy()
        .run()
}
