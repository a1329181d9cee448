//! `secretzero_token_auth_backend_role` and the ephemeral `secretzero_token` under the real `tofu` with OpenBao and
//! `terraform` with Vault.

use std::time::Duration;

use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Scenario, wait_until};
use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_secrets_and_history};

const ROLE: &str = "secretzero_token_auth_backend_role.one";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str = "path \"auth/token/roles/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

/// The same for tokens, and for what is done with them.
const RIGHTS_TOKEN: &str = "
path \"auth/token/create/*\" { capabilities = [\"create\", \"update\"] }
path \"auth/token/revoke-accessor\" { capabilities = [\"update\"] }
path \"auth/token/renew-accessor\" { capabilities = [\"update\"] }
path \"sys/policies/acl/tokens-by-token\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

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
        let mut rows = Rows::of("secretzero_token_auth_backend_role", cli);
        let stage = |stem: &str| OnServer::create(scenario, cli, &format!("tokens-{stem}"), RIGHTS);
        let lived = life(stage("life")).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run_all(&[Row::PlanOnly, Row::Refresh, Row::Disappears, Row::Replace], || again(stage("again")));
        let mut imports = vec![Row::Import, Row::ImportBlock, Row::GeneratedConfiguration];
        match cli {
            Cli::OpenTofu => imports.push(Row::ImportByIdentity),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run_all(&imports, || import(stage("import"), cli));
        rows.run(Row::ExpectedError, || errors(stage("errors")));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run_all(&[Row::Destroy, Row::PartialFailure], || adopted(stage("adopted")));
        run_beside_the_peer(&mut rows, Row::Moved, || {
            moved(OnServer::with_peer(scenario, cli, "tokens-moved", RIGHTS))
        });
        let rights = format!("{RIGHTS}{RIGHTS_TOKEN}");
        rows.run(Row::Ephemeral, || ephemeral(OnServer::create(scenario, cli, "tokens-ephemeral", &rights)));
        rows.not_measured(
            Row::UnknownProviderConfiguration,
            "the same for all resources on a server: see secretzero_policy",
        );
        without_secrets_and_history(&mut rows);
        rows.finish()
    })
}

fn role(name: &str, lines: &str) -> String {
    format!("resource \"secretzero_token_auth_backend_role\" \"one\" {{\n  role_name = {name:?}\n{lines}\n}}\n")
}

fn at(name: &str) -> String {
    format!("auth/token/roles/{name}")
}

/// The server says this of the role.
fn says(stage: &OnServer, name: &str, expected: &[(&str, Value)]) -> Result<()> {
    let found = stage.get(&at(name))?.ok_or_else(|| anyhow!("there is no role {name}"))?;
    for (field, value) in expected {
        let there = &found["data"][field];
        ensure!(there == value, "{field} is {there}, not {value}");
    }
    Ok(())
}

fn life(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let full = "  allowed_policies = [\"B\", \"a\"]\n  allowed_policies_glob = [\"team-*\"]\n  \
                disallowed_policies = [\"c\"]\n  disallowed_policies_glob = [\"x-*\"]\n  orphan = true\n  \
                allowed_entity_aliases = [\"e\"]\n  renewable = false\n  path_suffix = \"suffix\"\n  \
                token_bound_cidrs = [\"10.0.0.1/32\"]\n  token_explicit_max_ttl = \"120m\"\n  \
                token_no_default_policy = true\n  token_num_uses = 3\n  token_period = 3600\n  token_type = \"service\"";
    stage
        .story()
        .apply(stage.with(&role("tokens-life", full)))
        .creates(ROLE)
        .planned(ROLE, "/token_type", is("service"))
        .attribute(ROLE, "/id", is("auth/token/roles/tokens-life"))
        .between("see what is there", || {
            says(
                &stage,
                "tokens-life",
                &[
                    ("allowed_policies", json!(["a", "b"])),
                    ("allowed_policies_glob", json!(["team-*"])),
                    ("disallowed_policies", json!(["c"])),
                    ("disallowed_policies_glob", json!(["x-*"])),
                    ("orphan", json!(true)),
                    ("allowed_entity_aliases", json!(["e"])),
                    ("renewable", json!(false)),
                    ("path_suffix", json!("suffix")),
                    ("token_explicit_max_ttl", json!(7_200)),
                    ("token_no_default_policy", json!(true)),
                    ("token_num_uses", json!(3)),
                    ("token_period", json!(3_600)),
                    ("token_type", json!("service")),
                ],
            )
        })
        // Everything that is taken out goes back to what a new role has.
        .apply(stage.with(&role("tokens-life", "")))
        .updates(ROLE)
        .between("see that it is taken back", || {
            says(
                &stage,
                "tokens-life",
                &[
                    ("allowed_policies", json!([])),
                    ("orphan", json!(false)),
                    ("renewable", json!(true)),
                    ("path_suffix", json!("")),
                    ("token_explicit_max_ttl", json!(0)),
                    ("token_period", json!(0)),
                    ("token_type", json!("default-service")),
                ],
            )
        })
        .apply(
            stage.with(&role(
                "tokens-life-2",
                "  token_ttl = \"1h\"\n  token_max_ttl = \"2h\"\n  token_policies = [\"a\"]",
            )),
        )
        .replaces(ROLE)
        .destroy()
        .between("see that it is gone", || stage.has_nothing_at(&at("tokens-life-2")))
        .run()
}

fn again(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let config = stage.with(&role("tokens-again", "  allowed_policies = [\"a\"]"));
    stage
        .story()
        .plan(config.clone())
        .creates(ROLE)
        .between("see that nothing was made", || stage.has_nothing_at(&at("tokens-again")))
        .apply(config)
        .refresh()
        .between("remove it", || stage.delete(&at("tokens-again")))
        .apply_again()
        .creates(ROLE)
        .replace(ROLE)
        .taint(ROLE)
        .apply_again()
        .replaces(ROLE)
        .between("remove it again", || stage.delete(&at("tokens-again")))
        .destroy()
        .run()
}

fn import(stage: Result<OnServer>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let lines =
        "  allowed_policies = [\"a\", \"b\"]\n  orphan = true\n  token_period = \"1h\"\n  path_suffix = \"suffix\"";
    let story = stage
        .story()
        .apply(stage.with(&role("tokens-import", lines)))
        .import(ROLE, "auth/token/roles/tokens-import")
        .import_block(ROLE, "auth/token/roles/tokens-import")
        .generate_configuration(stage.with(""), ROLE, "auth/token/roles/tokens-import");
    let story = match cli {
        Cli::OpenTofu => story.import_block(ROLE, Import::Identity(json!({ "role_name": "tokens-import" }))),
        Cli::Terraform => story,
    };
    story.destroy().run()
}

fn errors(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .validate_fails(stage.with(&role("tokens-errors", "  token_ttl = 60\n  token_period = 60")))
        .error(Complaint::new("").about(ROLE))
        .validate_fails(stage.with(&role("tokens-errors", "  token_type = \"default\"")))
        .error(Complaint::new("").detail("must be one of").at("token_type"))
        .apply_fails(stage.with(&role("tokens-errors", "  token_type = \"batch\"")))
        .error(
            Complaint::new("Creating the role \"tokens-errors\" of the token store")
                .detail("POST auth/token/roles/tokens-errors")
                .detail("batch")
                .about(ROLE),
        )
        .between("make another", || stage.put(&at("tokens-errors"), &json!({ "allowed_policies": ["theirs"] })))
        .apply_fails(stage.with(&role("tokens-errors", "  allowed_policies = [\"ours\"]")))
        .error(
            Complaint::new("There Is Another Role \"tokens-errors\" of the token store")
                .detail("differs in: allowed_policies")
                .detail("terraform import ADDRESS 'auth/token/roles/tokens-errors'")
                .about(ROLE),
        )
        .between("see that it is as it was", || {
            says(&stage, "tokens-errors", &[("allowed_policies", json!(["theirs"]))])?;
            stage.delete(&at("tokens-errors"))
        })
        .destroy()
        .run()
}

fn drift(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  allowed_policies = [\"a\"]\n  token_period = \"60m\"";
    stage
        .story()
        .apply(stage.with(&role("tokens-drift", lines)))
        .between("say the same", || stage.put(&at("tokens-drift"), &json!({ "token_period": "3600s" })))
        .apply_again()
        .changes_nothing()
        .between("change it", || {
            stage.put(
                &at("tokens-drift"),
                &json!({
                    "allowed_policies": ["theirs"], "allowed_policies_glob": ["t*"], "disallowed_policies": ["d"],
                    "disallowed_policies_glob": ["d*"], "orphan": true, "renewable": false, "path_suffix": "other",
                    "allowed_entity_aliases": ["e"], "token_period": 60, "token_bound_cidrs": "10.0.0.2",
                    "token_explicit_max_ttl": 99, "token_no_default_policy": true, "token_num_uses": 9,
                    "token_type": "service",
                }),
            )
        })
        .apply_again()
        .updates(ROLE)
        .between("see that it is as before", || {
            says(
                &stage,
                "tokens-drift",
                &[
                    ("allowed_policies", json!(["a"])),
                    ("allowed_policies_glob", json!([])),
                    ("disallowed_policies", json!([])),
                    ("disallowed_policies_glob", json!([])),
                    ("orphan", json!(false)),
                    ("renewable", json!(true)),
                    ("path_suffix", json!("")),
                    ("token_period", json!(3_600)),
                    ("token_bound_cidrs", Value::Null),
                    ("token_explicit_max_ttl", json!(0)),
                    ("token_no_default_policy", json!(false)),
                    ("token_num_uses", Value::Null),
                    ("token_type", json!("default-service")),
                ],
            )
        })
        .destroy()
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  allowed_policies = [\"a\", \"b\"]\n  token_period = 3600\n  orphan = true";
    let theirs = role("tokens-moved", lines).replace("secretzero_", "vault_");
    let block =
        "moved {\n  from = vault_token_auth_backend_role.one\n  to   = secretzero_token_auth_backend_role.one\n}\n";
    stage
        .story()
        .apply(stage.with(&(stage.peer_block() + &theirs)))
        .apply(stage.with(&(stage.peer_block() + &role("tokens-moved", lines) + block)))
        .moves("vault_token_auth_backend_role.one", ROLE)
        .destroy()
        .run()
}

/// What an apply that was cut off has made is taken over.
fn adopted(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .between("make it", || {
            stage.put(&at("tokens-adopted"), &json!({ "allowed_policies": ["a"], "token_period": 3600 }))
        })
        .apply(stage.with(&role("tokens-adopted", "  allowed_policies = [\"a\"]\n  token_period = \"1h\"")))
        .creates(ROLE)
        .warning("Took over the role \"tokens-adopted\" of the token store")
        .destroy()
        .between("see that it is gone", || stage.has_nothing_at(&at("tokens-adopted")))
        .run()
}

/// Tokens of a role that the same apply makes: another provider block uses one, the other is wrapped, and both end with each
/// command.
fn ephemeral(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let ca = stage.server.authority().certificate_file();
    let config = |rule: &str| {
        stage.with(&format!(
            "{role}ephemeral \"secretzero_token\" \"one\" {{\n  role_name = \"tokens-ephemeral\"\n  \
             policies = [\"test-tokens-ephemeral\"]\n  ttl = \"10m\"\n  display_name = \"test\"\n  num_uses = 50\n  \
             metadata = {{ why = \"test\" }}\n  after = {ROLE}.id\n}}\n\
             ephemeral \"secretzero_token\" \"wrapped\" {{\n  role_name = \"tokens-ephemeral\"\n  ttl = \"10m\"\n  \
             wrapping_ttl = \"5m\"\n  after = {ROLE}.id\n}}\n\
             provider \"secretzero\" {{\n  alias = \"token\"\n  address = {address:?}\n  ca_cert_file = {ca:?}\n  \
             token = ephemeral.secretzero_token.one.client_token\n}}\n\
             resource \"secretzero_policy\" \"by_token\" {{\n  provider = secretzero.token\n  name = \"tokens-by-token\"\n  \
             policy = {rule:?}\n}}\n",
            role = role("tokens-ephemeral", "  allowed_policies = [\"test-tokens-ephemeral\"]\n  orphan = true"),
            address = stage.server.address(),
        ))
    };
    // The servers revoke in the background what they are told by accessor.
    let none_left = || {
        wait_until("the tokens to be gone", Duration::from_secs(30), || {
            let reply = stage.server.root()?.list("/v1/sys/leases/lookup/auth/token/create/tokens-ephemeral")?;
            ensure!(reply.status == 404, "there are tokens: {reply:?}");
            Ok(())
        })
    };
    stage
        .story()
        .apply(config("path \"a/*\" { capabilities = [\"read\"] }"))
        .creates(ROLE)
        .creates("secretzero_policy.by_token")
        .between("see that they have ended", none_left)
        .apply(config("path \"b/*\" { capabilities = [\"read\"] }"))
        .updates("secretzero_policy.by_token")
        .between("see that they have ended again", none_left)
        .destroy()
        .run()
}
