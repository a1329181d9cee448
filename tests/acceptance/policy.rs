//! `secretzero_policy` under the real `tofu` with OpenBao and `terraform` with Vault.

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use anyhow::{Result, anyhow, ensure};
use serde_json::json;

use crate::on_server::{OnServer, product, run_beside_the_peer, without_secrets_and_history};

const POLICY: &str = "secretzero_policy.one";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

const NO_RIGHTS: &str = "path \"nothing\" { capabilities = [\"read\"] }";

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

#[test]
fn opentofu_with_openbao_warns() -> Result<()> {
    warns(Cli::OpenTofu)
}

#[test]
fn terraform_with_vault_warns() -> Result<()> {
    warns(Cli::Terraform)
}

fn warns(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        doubted(&OnServer::create(scenario, cli, "doubted", RIGHTS)?)
    })
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let mut rows = Rows::of("secretzero_policy", cli);
        let stage = |stem: &str| OnServer::create(scenario, cli, stem, RIGHTS);
        let lived = life(stage("life")).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::PlanOnly, || plan_only(stage("plan-only")));
        rows.run(Row::Refresh, || refresh(stage("refresh")));
        rows.run_all(&[Row::Import, Row::ImportBlock, Row::GeneratedConfiguration], || import(stage("import")));
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || import_by_identity(stage("identity"))),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run(Row::ExpectedError, || errors(stage("errors")));
        rows.run(Row::ExpectedError, || another(stage("another")));
        rows.run(Row::ExpectedError, || forbidden(OnServer::create(scenario, cli, "forbidden", NO_RIGHTS)));
        rows.run(Row::Disappears, || disappears(stage("disappears")));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run(Row::Replace, || replace(stage("replace")));
        rows.run(Row::Destroy, || built_in(stage("built-in")));
        run_beside_the_peer(&mut rows, Row::Moved, || moved(OnServer::with_peer(scenario, cli, "moved", RIGHTS)));
        rows.run(Row::UnknownProviderConfiguration, || unknown(stage("unknown")));
        rows.run(Row::PartialFailure, || adopted(stage("adopted")));
        without_secrets_and_history(&mut rows);
        rows.finish()
    })
}

fn rule(path: &str) -> String {
    format!("path \"{path}/*\" {{\n  capabilities = [\"read\", \"list\"]\n}}\n")
}

fn policy(name: &str, path: &str) -> String {
    format!("resource \"secretzero_policy\" \"one\" {{\n  name   = {name:?}\n  policy = {:?}\n}}\n", rule(path))
}

fn at(name: &str) -> String {
    format!("sys/policies/acl/{name}")
}

fn life(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&policy("life", "a")))
        .creates(POLICY)
        .planned(POLICY, "/name", is("life"))
        .attribute(POLICY, "/id", is("life"))
        .between("see that it is there", || {
            let found = stage.get(&at("life"))?.map(|reply| reply["data"]["policy"].clone());
            ensure!(found == Some(rule("a").into()), "the server has {found:?}");
            Ok(())
        })
        .apply(stage.with(&policy("life", "b")))
        .updates(POLICY)
        .apply(stage.with(&policy("life-2", "b")))
        .replaces(POLICY)
        .between("see that the old name is gone", || stage.has_nothing_at(&at("life")))
        .destroy()
        .between("see that it is gone", || stage.has_nothing_at(&at("life-2")))
        .run()
}

fn plan_only(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.with(&policy("plan-only", "a")))
        .creates(POLICY)
        .between("see that nothing was made", || stage.has_nothing_at(&at("plan-only")))
        .run()
}

/// What is probably not meant is said when it is planned, and not again when it stands.
fn doubted(stage: &OnServer) -> Result<()> {
    let text = "path \"kvv2/app\" { capabilities = [\"read\"] }\npath \"sys/*\" { capabilities = [\"read\"] }\n";
    let resource =
        format!("resource \"secretzero_policy\" \"one\" {{\n  name   = \"doubted\"\n  policy = {text:?}\n}}\n");
    let version = || {
        let summary = "A path looks like one of KV version 2, and is none";
        Complaint::new(summary).detail("\"kvv2/app\"").about(POLICY).at("policy")
    };
    let reach = || {
        let summary = "A policy reaches everything below sys/ or auth/";
        Complaint::new(summary).detail("\"sys/*\"").about(POLICY).at("policy")
    };
    stage
        .story()
        .plan(stage.with(&resource))
        .creates(POLICY)
        .warning(version())
        .warning(reach())
        .apply(stage.with(&resource))
        .warning(version())
        .warning(reach())
        .apply_again()
        .changes_nothing()
        .without_warning(version())
        .without_warning(reach())
        .destroy()
        .run()
}

fn refresh(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage.story().apply(stage.with(&policy("refresh", "a"))).refresh().apply_again().changes_nothing().destroy().run()
}

fn replace(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&policy("replace", "a")))
        .replace(POLICY)
        .taint(POLICY)
        .apply_again()
        .replaces(POLICY)
        .destroy()
        .run()
}

/// By name and by path.
fn import(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&policy("import", "a")))
        .import(POLICY, "import")
        .import(POLICY, "sys/policies/acl/import")
        .import_block(POLICY, "import")
        .generate_configuration(stage.with(""), POLICY, "import")
        .destroy()
        .run()
}

fn import_by_identity(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&policy("identity", "a")))
        .import_block(POLICY, Import::Identity(json!({ "name": "identity" })))
        .destroy()
        .run()
}

/// A token without the right to read policies is told which right it lacks.
fn forbidden(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply_fails(stage.with(&policy("forbidden", "a")))
        .error(
            Complaint::new("Creating the policy \"forbidden\"")
                .detail("GET sys/policies/acl/forbidden: permission denied (403)")
                .detail("The policies of the token are default, test-forbidden")
                .detail("\"read\" on \"sys/policies/acl/forbidden\"")
                .about(POLICY),
        )
        .destroy()
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let text = rule("a");
    let theirs = format!(
        "{}resource \"vault_policy\" \"one\" {{\n  name   = \"moved\"\n  policy = {text:?}\n}}\n",
        stage.peer_block()
    );
    let block = "moved {\n  from = vault_policy.one\n  to   = secretzero_policy.one\n}\n";
    stage
        .story()
        .apply(stage.with(&theirs))
        .apply(stage.with(&(stage.peer_block() + &policy("moved", "a") + block)))
        .moves("vault_policy.one", POLICY)
        .gone("vault_policy.one")
        .attribute(POLICY, "/id", is("moved"))
        .destroy()
        .run()
}

/// The address comes from something that is made in the same run.
fn unknown(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let with = |trigger: &str, path: &str| {
        let block = stage.with(&policy("unknown", path));
        let known = format!("{:?}", stage.server.address());
        block.replace(&known, "terraform_data.address.output")
            + &format!(
                "resource \"terraform_data\" \"address\" {{\n  input = {known}\n  triggers_replace = {trigger:?}\n}}\n"
            )
    };
    stage
        .story()
        .apply(with("1", "a"))
        .creates(POLICY)
        // Now it exists and can't be looked at while planning. What the state says stands.
        .apply(with("2", "a"))
        .leaves(POLICY)
        .warning(Complaint::new("Provider Configuration Not Known Yet").detail("address"))
        .apply(with("3", "b"))
        .updates(POLICY)
        .destroy()
        .run()
}

fn errors(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let text = |name: &str, policy: &str| {
        stage.with(&format!(
            "resource \"secretzero_policy\" \"one\" {{\n  name   = {name:?}\n  policy = {policy:?}\n}}\n"
        ))
    };
    stage
        .story()
        .validate_fails(text("Team", &rule("a")))
        .error(Complaint::new("").detail("must be lower case").at("name"))
        .validate_fails(text("root", &rule("a")))
        .error(Complaint::new("").detail("belongs to the server").at("name"))
        .validate_fails(text("broken", "path \"a\" {"))
        .error(Complaint::new("").about(POLICY).at("policy"))
        // What only the server knows.
        .apply_fails(text("errors", "path \"a\" { capabilities = [\"dance\"] }"))
        .error(Complaint::new("Creating the policy \"errors\"").detail("POST sys/policies/acl/errors").about(POLICY))
        .warning(Complaint::new("A policy grants what no server knows").detail("\"dance\" on \"a\"").at("policy"))
        .destroy()
        .run()
}

/// A policy that somebody else made is not replaced in silence.
fn another(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .between("make another", || stage.put(&at("another"), &json!({ "policy": rule("theirs") })))
        .apply_fails(stage.with(&policy("another", "ours")))
        .error(
            Complaint::new("There Is Another Policy \"another\"")
                .detail("terraform import ADDRESS 'another'")
                .detail("differs in: policy")
                .about(POLICY),
        )
        .between("see that it is as it was", || {
            let found = stage.get(&at("another"))?.map(|reply| reply["data"]["policy"].clone());
            ensure!(found == Some(rule("theirs").into()), "the server has {found:?}");
            stage.delete(&at("another"))
        })
        .destroy()
        .run()
}

/// What an apply that was cut off has made is taken over.
fn adopted(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let same = "# Written in another way.\npath \"a/*\" { capabilities = [\"list\", \"read\"] }";
    stage
        .story()
        .between("make it", || stage.put(&at("adopted"), &json!({ "policy": same })))
        .apply(stage.with(&policy("adopted", "a")))
        .creates(POLICY)
        .warning("Took over the policy \"adopted\"")
        .destroy()
        .run()
}

fn disappears(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&policy("disappears", "a")))
        .between("remove it", || stage.delete(&at("disappears")))
        .apply_again()
        .creates(POLICY)
        .between("remove it again", || stage.delete(&at("disappears")))
        .destroy()
        .run()
}

fn drift(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let same = "path \"a/*\" { capabilities = [\"list\", \"read\"] }";
    stage
        .story()
        .apply(stage.with(&policy("drift", "a")))
        .between("write the same in another way", || stage.put(&at("drift"), &json!({ "policy": same })))
        .apply_again()
        .changes_nothing()
        .between("change it", || stage.put(&at("drift"), &json!({ "policy": rule("everything") })))
        .apply_again()
        .updates(POLICY)
        .between("see that it is as before", || {
            let found = stage.get(&at("drift"))?.map(|reply| reply["data"]["policy"].clone());
            ensure!(found == Some(rule("a").into()), "the server has {found:?}");
            Ok(())
        })
        .destroy()
        .run()
}

/// The server keeps `default`, so destroying it only forgets it.
fn built_in(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let found = stage.get(&at("default"))?;
    let text = found.as_ref().and_then(|reply| reply["data"]["policy"].as_str()).unwrap_or_default();
    // Terraform would take "${" and "%{" for templates.
    let text = serde_json::to_string(&text.replace("${", "$${").replace("%{", "%%{"))?;
    let resource =
        format!("resource \"secretzero_policy\" \"one\" {{\n  name   = \"default\"\n  policy = {text}\n}}\n");
    stage
        .story()
        .apply(stage.with(&resource))
        .creates(POLICY)
        .warning("Took over the policy \"default\"")
        .destroy()
        .between("see that it is still there", || {
            ensure!(stage.get(&at("default"))?.is_some(), "it is gone");
            Ok(())
        })
        .run()
}
