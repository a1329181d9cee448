//! `secretzero_approle_auth_backend_role` under the real `tofu` with OpenBao and `terraform` with Vault.

use acceptance::Scenario;
use acceptance::cli::matcher::{is, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_secrets_and_history};

const ROLE: &str = "secretzero_approle_auth_backend_role.one";

/// Where the method of these tests is mounted.
const BACKEND: &str = "approle-roles";

/// The same for secret ids, and for what is done with them.
const RIGHTS_SECRET_ID: &str = "
path \"sys/policies/acl/role-by-login\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str =
    "path \"auth/approle-roles/role/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

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
        let mut rows = Rows::of("secretzero_approle_auth_backend_role", cli);
        let stage = |stem: &str| OnServer::create(scenario, cli, &format!("role-{stem}"), RIGHTS);
        stage("mount")?.put(&format!("sys/auth/{BACKEND}"), &json!({ "type": "approle" }))?;
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
        rows.run(Row::ExpectedError, || errors(stage("errors"), cli));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run_all(&[Row::Destroy, Row::PartialFailure], || adopted(stage("adopted")));
        run_beside_the_peer(&mut rows, Row::Moved, || moved(OnServer::with_peer(scenario, cli, "role-moved", RIGHTS)));
        let rights = format!("{RIGHTS}{RIGHTS_SECRET_ID}");
        rows.run(Row::Ephemeral, || ephemeral(OnServer::create(scenario, cli, "role-ephemeral", &rights)));
        rows.not_measured(
            Row::UnknownProviderConfiguration,
            "the same for all resources on a server: see secretzero_policy",
        );
        without_secrets_and_history(&mut rows);
        rows.finish()
    })
}

/// A role named `name`.
fn role(name: &str, lines: &str) -> String {
    format!(
        "resource \"secretzero_approle_auth_backend_role\" \"one\" {{\n  backend = {BACKEND:?}\n  role_name = {name:?}\n{lines}\n}}\n"
    )
}

fn at(name: &str) -> String {
    format!("auth/{BACKEND}/role/{name}")
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
    let full = "  secret_id_bound_cidrs = [\"10.0.0.0/8\"]\n  secret_id_num_uses = 3\n  secret_id_ttl = \"24h\"\n  \
                token_ttl = 1200\n  token_max_ttl = \"60m\"\n  token_policies = [\"b\", \"A\"]\n  \
                token_bound_cidrs = [\"10.0.0.1/32\"]\n  token_explicit_max_ttl = \"2h\"\n  \
                token_no_default_policy = true\n  token_num_uses = 5\n  token_period = \"1h\"\n  token_type = \"service\"";
    let bare = "  role_id = \"chosen\"\n  bind_secret_id = false\n  token_bound_cidrs = [\"127.0.0.1\"]";
    stage
        .story()
        .apply(stage.with(&role("life", full)))
        .creates(ROLE)
        .planned(ROLE, "/role_id", unknown())
        .attribute(ROLE, "/id", is("auth/approle-roles/role/life"))
        .attribute(ROLE, "/token_max_ttl", is("60m"))
        .between("see what is there", || {
            says(
                &stage,
                "life",
                &[
                    ("bind_secret_id", json!(true)),
                    ("secret_id_bound_cidrs", json!(["10.0.0.0/8"])),
                    ("secret_id_num_uses", json!(3)),
                    ("secret_id_ttl", json!(86_400)),
                    ("token_ttl", json!(1_200)),
                    ("token_max_ttl", json!(3_600)),
                    ("token_policies", json!(["a", "b"])),
                    ("token_explicit_max_ttl", json!(7_200)),
                    ("token_no_default_policy", json!(true)),
                    ("token_num_uses", json!(5)),
                    ("token_period", json!(3_600)),
                    ("token_type", json!("service")),
                ],
            )
        })
        // Everything that is taken out goes back to what a new role has.
        .apply(stage.with(&role("life", "")))
        .updates(ROLE)
        .keeps(ROLE, "/role_id")
        .between("see that it is taken back", || {
            says(
                &stage,
                "life",
                &[
                    ("secret_id_num_uses", json!(0)),
                    ("secret_id_ttl", json!(0)),
                    ("token_ttl", json!(0)),
                    ("token_policies", json!([])),
                    ("token_bound_cidrs", json!([])),
                    ("token_no_default_policy", json!(false)),
                    ("token_type", json!("default")),
                ],
            )
        })
        .apply(stage.with(&role("life", bare)))
        .updates(ROLE)
        .attribute(ROLE, "/role_id", is("chosen"))
        .between("see that it counts", || {
            let id = stage.get(&format!("{}/role-id", at("life")))?;
            ensure!(id.as_ref().is_some_and(|id| id["data"]["role_id"] == "chosen"), "the id is {id:?}");
            says(&stage, "life", &[("bind_secret_id", json!(false))])
        })
        .apply(stage.with(&role("life", "  local_secret_ids = true")))
        .replaces(ROLE)
        .replaced_because_of(ROLE, "/local_secret_ids")
        .destroy()
        .between("see that it is gone", || stage.has_nothing_at(&at("life")))
        .run()
}

fn again(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let config = stage.with(&role("again", "  token_policies = [\"a\"]"));
    stage
        .story()
        .plan(config.clone())
        .creates(ROLE)
        .between("see that nothing was made", || stage.has_nothing_at(&at("again")))
        .apply(config)
        .refresh()
        .between("remove it", || stage.delete(&at("again")))
        .apply_again()
        .creates(ROLE)
        .replace(ROLE)
        .taint(ROLE)
        .apply_again()
        .replaces(ROLE)
        .between("remove it again", || stage.delete(&at("again")))
        .destroy()
        .run()
}

fn import(stage: Result<OnServer>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let lines = "  secret_id_ttl = \"1h\"\n  token_policies = [\"a\", \"b\"]\n  token_bound_cidrs = [\"10.0.0.0/8\"]\n  \
                 token_num_uses = 2";
    let story = stage
        .story()
        .apply(stage.with(&role("import", lines)))
        .import(ROLE, "auth/approle-roles/role/import")
        .import_block(ROLE, "auth/approle-roles/role/import")
        .generate_configuration(stage.with(""), ROLE, "auth/approle-roles/role/import");
    let identity = json!({ "backend": BACKEND, "role_name": "import" });
    let story = match cli {
        Cli::OpenTofu => story.import_block(ROLE, Import::Identity(identity)),
        Cli::Terraform => story,
    };
    story.destroy().run()
}

fn errors(stage: Result<OnServer>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let story = stage
        .story()
        .validate_fails(stage.with(&role("a/b", "")))
        .error(Complaint::new("").detail("without slashes").at("role_name"))
        .validate_fails(stage.with(&role("errors", "  token_type = \"paper\"")))
        .error(Complaint::new("").detail("must be one of").at("token_type"))
        .validate_fails(stage.with(&role("errors", "  token_bound_cidrs = [\"somewhere\"]")))
        .error(Complaint::new("").about(ROLE))
        .apply_fails(stage.with(&role("errors", "  token_ttl = \"2h\"\n  token_max_ttl = \"1h\"")))
        .error(
            Complaint::new("Creating the role \"errors\" of the auth method \"approle-roles\"")
                .detail("POST auth/approle-roles/role/errors")
                .detail("token_max_ttl")
                .about(ROLE),
        )
        .between("make another", || stage.put(&at("errors"), &json!({ "token_policies": ["theirs"] })))
        .apply_fails(stage.with(&role("errors", "  token_policies = [\"ours\"]")))
        .error(
            Complaint::new("There Is Another Role \"errors\"")
                .detail("differs in: token_policies")
                .detail("terraform import ADDRESS 'auth/approle-roles/role/errors'")
                .about(ROLE),
        )
        .between("see that it is as it was", || {
            says(&stage, "errors", &[("token_policies", json!(["theirs"]))])?;
            stage.delete(&at("errors"))
        });
    let server = match cli {
        Cli::OpenTofu => "OpenBao 2.",
        Cli::Terraform => "Vault Community",
    };
    let story = story
        .apply_fails(stage.with(&role("errors", "  alias_metadata = { a = \"b\" }")))
        .error(Complaint::new("The Server Does Not Have This").detail(server).about(ROLE).at("alias_metadata"));
    story.destroy().run()
}

fn drift(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  token_policies = [\"a\"]\n  token_ttl = \"20m\"\n  token_bound_cidrs = [\"10.0.0.1/32\"]";
    stage
        .story()
        .apply(stage.with(&role("drift", lines)))
        .between("say the same", || {
            stage.put(&at("drift"), &json!({ "token_ttl": "1200s", "token_bound_cidrs": "10.0.0.1" }))
        })
        .apply_again()
        .changes_nothing()
        .between("change it", || {
            stage.put(
                &at("drift"),
                &json!({
                    "bind_secret_id": false, "secret_id_bound_cidrs": ["10.0.0.0/8"], "secret_id_num_uses": 9,
                    "secret_id_ttl": 60, "token_ttl": 60, "token_max_ttl": 90, "token_policies": ["theirs"],
                    "token_bound_cidrs": "10.0.0.2", "token_explicit_max_ttl": 99, "token_no_default_policy": true,
                    "token_num_uses": 9, "token_period": 77, "token_type": "service",
                }),
            )
        })
        .apply_again()
        .updates(ROLE)
        .between("see that it is as before", || {
            says(
                &stage,
                "drift",
                &[
                    ("bind_secret_id", json!(true)),
                    ("secret_id_num_uses", json!(0)),
                    ("secret_id_ttl", json!(0)),
                    ("token_ttl", json!(1_200)),
                    ("token_max_ttl", json!(0)),
                    ("token_policies", json!(["a"])),
                    ("token_explicit_max_ttl", json!(0)),
                    ("token_no_default_policy", json!(false)),
                    ("token_num_uses", json!(0)),
                    ("token_period", json!(0)),
                    ("token_type", json!("default")),
                ],
            )
        })
        .destroy()
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  token_policies = [\"a\", \"b\"]\n  token_ttl = 1200\n  secret_id_num_uses = 2";
    let theirs = role("moved", lines).replace("secretzero_", "vault_");
    let block =
        "moved {\n  from = vault_approle_auth_backend_role.one\n  to   = secretzero_approle_auth_backend_role.one\n}\n";
    stage
        .story()
        .apply(stage.with(&(stage.peer_block() + &theirs)))
        .apply(stage.with(&(stage.peer_block() + &role("moved", lines) + block)))
        .moves("vault_approle_auth_backend_role.one", ROLE)
        .destroy()
        .run()
}

/// What an apply that was cut off has made is taken over.
fn adopted(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .between("make it", || stage.put(&at("adopted"), &json!({ "token_policies": ["a"], "token_ttl": 1200 })))
        .apply(stage.with(&role("adopted", "  token_policies = [\"a\"]\n  token_ttl = \"20m\"")))
        .creates(ROLE)
        .warning("Took over the role \"adopted\" of the auth method \"approle-roles\"")
        .destroy()
        .between("see that it is gone", || stage.has_nothing_at(&at("adopted")))
        .run()
}

/// A secret id of a role that the same apply makes: another provider block logs in with it, and it ends with each command.
fn ephemeral(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let ca = stage.server.authority().certificate_file();
    let config = |rule: &str| {
        stage.with(&format!(
            "{role}ephemeral \"secretzero_approle_auth_backend_role_secret_id\" \"one\" {{\n  backend = {BACKEND:?}\n  \
             role_name = \"ephemeral\"\n  ttl = \"10m\"\n  num_uses = 50\n  metadata = jsonencode({{ why = \"test\" }})\n  \
             cidr_list = [\"127.0.0.0/8\"]\n  after = {ROLE}.id\n}}\n\
             provider \"secretzero\" {{\n  alias = \"login\"\n  address = {address:?}\n  ca_cert_file = {ca:?}\n  \
             auth_login_approle = {{\n    mount = {BACKEND:?}\n    role_id = {ROLE}.role_id\n    \
             secret_id = ephemeral.secretzero_approle_auth_backend_role_secret_id.one.secret_id\n  }}\n}}\n\
             resource \"secretzero_policy\" \"by_login\" {{\n  provider = secretzero.login\n  name = \"role-by-login\"\n  \
             policy = {rule:?}\n}}\n",
            role = role("ephemeral", "  token_policies = [\"test-role-ephemeral\"]"),
            address = stage.server.address(),
        ))
    };
    let none_left = || -> Result<()> {
        let reply = stage.server.root()?.list(&format!("/v1/{}/secret-id", at("ephemeral")))?;
        ensure!(reply.status == 404, "there are secret ids: {reply:?}");
        Ok(())
    };
    stage
        .story()
        .apply(config("path \"a/*\" { capabilities = [\"read\"] }"))
        .creates(ROLE)
        .creates("secretzero_policy.by_login")
        .between("see that it has ended", none_left)
        .apply(config("path \"b/*\" { capabilities = [\"read\"] }"))
        .updates("secretzero_policy.by_login")
        .between("see that it has ended again", none_left)
        .destroy()
        .run()
}
