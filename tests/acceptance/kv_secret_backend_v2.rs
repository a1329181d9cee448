//! `secretzero_kv_secret_backend_v2` under the real `tofu` with OpenBao and `terraform` with Vault.

use std::time::Duration;

use acceptance::cli::matcher::{is, null};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Scenario, wait_until};
use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_history_in_kv};

const BACKEND: &str = "secretzero_kv_secret_backend_v2.one";

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
        let mut rows = Rows::of("secretzero_kv_secret_backend_v2", cli);
        let stage =
            |stem: &str| prepared(OnServer::create(scenario, cli, &format!("kvb-{stem}"), &rights(stem))?, stem);
        let lived = life(stage("life"), cli).map_err(|error| format!("{error:#}"));
        for row in [
            Row::Apply,
            Row::EmptyPlan,
            Row::EmptyPlanWithRefresh,
            Row::PlanChecks,
            Row::UpdateAndReplace,
            Row::PlanOnly,
            Row::Refresh,
            Row::Import,
            Row::ImportBlock,
            Row::GeneratedConfiguration,
            Row::Drift,
            Row::Replace,
            Row::Destroy,
        ] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || lived.map_err(|text| anyhow!(text))),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run_all(&[Row::ExpectedError, Row::Disappears, Row::PartialFailure], || found(stage("found")));
        run_beside_the_peer(&mut rows, Row::Moved, || {
            moved(prepared(OnServer::with_peer(scenario, cli, "kvb-moved", &rights("moved"))?, "moved"))
        });
        rows.not_measured(Row::UnknownProviderConfiguration, "secretzero_policy and secretzero_kv_secret_v2 run it");
        without_history_in_kv(&mut rows);
        rows.finish()
    })
}

/// What the provider may do here, and what the documentation says that it needs.
fn rights(stem: &str) -> String {
    // `config` is a name that the peer can't import.
    format!("path \"kvb-{stem}/config/config\" {{ capabilities = [\"create\", \"read\", \"update\"] }}")
}

fn prepared(stage: OnServer, stem: &str) -> Result<(OnServer, String)> {
    let mount = format!("kvb-{stem}/config");
    stage.put(&format!("sys/mounts/{mount}"), &json!({ "type": "kv", "options": { "version": "2" } }))?;
    Ok((stage, mount))
}

fn backend(mount: &str, lines: &str) -> String {
    format!("resource \"secretzero_kv_secret_backend_v2\" \"one\" {{\n  mount = {mount:?}\n{lines}}}\n")
}

fn has(stage: &OnServer, mount: &str, expected: &Value) -> Result<()> {
    let look = || stage.get(&format!("{mount}/config"));
    let mut found = wait_until("the mount to be upgraded", Duration::from_secs(20), look)?
        .map(|reply| reply["data"].clone())
        .unwrap_or_default();
    // OpenBao has one more.
    found.as_object_mut().and_then(|found| found.remove("metadata_cas_required"));
    ensure!(found == *expected, "the server has {found}");
    Ok(())
}

fn settings(max_versions: u64, cas_required: bool, delete_version_after: &str) -> Value {
    json!({ "max_versions": max_versions, "cas_required": cas_required, "delete_version_after": delete_version_after })
}

fn life(stage: Result<(OnServer, String)>, cli: Cli) -> Result<()> {
    let (stage, mount) = stage?;
    let id = format!("{mount}/config");
    let with = |lines: &str| stage.with(&backend(&mount, lines));
    let change = |body: &Value| stage.put(&id, body);
    let story = stage
        .story()
        .plan(with("  max_versions = 5\n"))
        .creates(BACKEND)
        .between("see that nothing was done", || has(&stage, &mount, &settings(0, false, "0s")))
        .apply(with("  max_versions = 5\n"))
        .creates(BACKEND)
        .planned(BACKEND, "/cas_required", is(false))
        .attribute(BACKEND, "/id", is(id.as_str()))
        .attribute(BACKEND, "/delete_version_after", null())
        .between("see that it is written", || has(&stage, &mount, &settings(5, false, "0s")))
        .apply(with("  cas_required = true\n  delete_version_after = \"2h0m0s\"\n"))
        .updates(BACKEND)
        .between("see that it is written", || has(&stage, &mount, &settings(0, true, "2h0m0s")))
        .refresh()
        .import(BACKEND, id.as_str())
        .import_block(BACKEND, id.as_str())
        .generate_configuration(stage.with(""), BACKEND, id.as_str());
    let story = match cli {
        Cli::OpenTofu => story.import_block(BACKEND, Import::Identity(json!({ "mount": mount }))),
        Cli::Terraform => story,
    };
    story
        // A number is seconds, and the same is no change.
        .apply(with("  cas_required = true\n  delete_version_after = 7200\n"))
        .changes_nothing()
        .between("change everything", || change(&settings(9, false, "1h")))
        .apply_again()
        .updates(BACKEND)
        .between("see that it is as before", || has(&stage, &mount, &settings(0, true, "2h0m0s")))
        .apply(with(""))
        .updates(BACKEND)
        .between("see that it is as on a new mount", || has(&stage, &mount, &settings(0, false, "0s")))
        .between("set what nobody declared", || change(&settings(0, false, "1h")))
        .apply_again()
        .updates(BACKEND)
        .apply(with("  max_versions = 7\n"))
        .replace(BACKEND)
        .destroy()
        .between("see that it is as on a new mount", || has(&stage, &mount, &settings(0, false, "0s")))
        .run()
}

/// Settings that somebody else has made, a mount that is gone, and one of another kind.
fn found(stage: Result<(OnServer, String)>) -> Result<()> {
    let (stage, mount) = stage?;
    let with = |lines: &str| stage.with(&backend(&mount, lines));
    stage
        .story()
        .between("set others, as soon as the mount is upgraded", || {
            let set = || stage.put(&format!("{mount}/config"), &settings(3, false, "1h"));
            wait_until("the mount to be upgraded", Duration::from_secs(20), set)
        })
        .apply_fails(with("  max_versions = 3\n"))
        .error(
            Complaint::new("There Is Another Settings of the KV mount")
                .detail("differs in: delete_version_after")
                .detail("terraform import ADDRESS 'kvb-found/config/config'")
                .about(BACKEND),
        )
        .apply(with("  max_versions = 3\n  delete_version_after = \"60m\"\n"))
        .creates(BACKEND)
        .warning("Took over the settings of the KV mount")
        .between("remove the mount, and make it anew", || {
            stage.delete(&format!("sys/mounts/{mount}"))?;
            stage.put(&format!("sys/mounts/{mount}"), &json!({ "type": "kv", "options": { "version": "2" } }))
        })
        .apply_again()
        .updates(BACKEND)
        .between("remove the mount", || stage.delete(&format!("sys/mounts/{mount}")))
        .destroy()
        .between("make a mount of version 1", || stage.put(&format!("sys/mounts/{mount}"), &json!({ "type": "kv" })))
        .apply_fails(with(""))
        .error(Complaint::new("").detail("KV of version 1").about(BACKEND).at("mount"))
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<(OnServer, String)>) -> Result<()> {
    let (stage, mount) = stage?;
    let ours = backend(&mount, "  max_versions = 5\n  delete_version_after = 3600\n");
    let theirs = stage.peer_block() + &ours.replace("secretzero_", "vault_");
    let block = "moved {\n  from = vault_kv_secret_backend_v2.one\n  to   = secretzero_kv_secret_backend_v2.one\n}\n";
    stage
        .story()
        .apply(stage.with(&theirs))
        .apply(stage.with(&(stage.peer_block() + &ours + block)))
        .moves("vault_kv_secret_backend_v2.one", BACKEND)
        .gone("vault_kv_secret_backend_v2.one")
        .destroy()
        .run()
}
