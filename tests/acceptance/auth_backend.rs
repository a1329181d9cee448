//! `secretzero_auth_backend` under the real `tofu` with OpenBao and `terraform` with Vault.

use acceptance::cli::matcher::{is, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Product, Scenario};
use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_secrets_and_history};

const METHOD: &str = "secretzero_auth_backend.one";

/// What the peer needs besides.
const RIGHTS_OF_PEER: &str = "
path \"sys/mounts/auth/*\" { capabilities = [\"create\", \"read\", \"update\"] }";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str = "path \"sys/auth\" { capabilities = [\"read\"] }
path \"sys/auth/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"sudo\"] }
path \"sys/remount\" { capabilities = [\"update\", \"sudo\"] }
path \"sys/remount/status/*\" { capabilities = [\"read\"] }";

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
        let mut rows = Rows::of("secretzero_auth_backend", cli);
        let stage = |stem: &str| OnServer::create(scenario, cli, &format!("auth-{stem}"), RIGHTS);
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
        rows.run(Row::ExpectedError, || errors(stage("errors"), product(cli)));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run(Row::Destroy, || built_in(stage("built-in")));
        let rights = format!("{RIGHTS}{RIGHTS_OF_PEER}");
        run_beside_the_peer(&mut rows, Row::Moved, || moved(OnServer::with_peer(scenario, cli, "auth-moved", &rights)));
        rows.run(Row::PartialFailure, || adopted(stage("adopted")));
        rows.not_measured(
            Row::UnknownProviderConfiguration,
            "the same for all resources on a server: see secretzero_policy",
        );
        without_secrets_and_history(&mut rows);
        rows.finish()
    })
}

fn method(lines: &str) -> String {
    format!("resource \"secretzero_auth_backend\" \"one\" {{\n{lines}\n}}\n")
}

/// The line of the table, as the root of the test sees it.
fn found(stage: &OnServer, path: &str) -> Result<Option<Value>> {
    Ok(stage.get("sys/auth")?.and_then(|list| list["data"].get(format!("{path}/")).cloned()))
}

fn is_gone(stage: &OnServer, path: &str) -> Result<()> {
    let found = found(stage, path)?;
    ensure!(found.is_none(), "there is {found:?}");
    Ok(())
}

/// The server says this at these places of the line.
fn says(stage: &OnServer, path: &str, expected: &[(&str, Value)]) -> Result<()> {
    let line = found(stage, path)?.ok_or_else(|| anyhow!("there is nothing at {path}"))?;
    for (at, value) in expected {
        let there = line.pointer(at);
        ensure!(there == Some(value) || (there.is_none() && value.is_null()), "{at} is {there:?}, not {value}");
    }
    Ok(())
}

fn life(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let full = "  type = \"userpass\"\n  path = \"auth-life\"\n  description = \"first\"\n  tune {\n    \
                default_lease_ttl = \"60m\"\n    max_lease_ttl = 7200\n    audit_non_hmac_request_keys = [\"a\"]\n    \
                audit_non_hmac_response_keys = [\"b\"]\n    listing_visibility = \"unauth\"\n    \
                passthrough_request_headers = [\"X-A\"]\n    allowed_response_headers = [\"X-B\"]\n    \
                token_type = \"batch\"\n  }";
    let bare = "  type = \"userpass\"\n  path = \"auth-life\"";
    let moved = "  type = \"userpass\"\n  path = \"auth-moved-on\"\n  description = \"second\"";
    stage
        .story()
        .apply(stage.with(&method(full)))
        .creates(METHOD)
        .planned(METHOD, "/accessor", unknown())
        .attribute(METHOD, "/id", is("auth-life"))
        .between("see what is there", || {
            says(
                &stage,
                "auth-life",
                &[
                    ("/description", json!("first")),
                    ("/config/default_lease_ttl", json!(3_600)),
                    ("/config/max_lease_ttl", json!(7_200)),
                    ("/config/audit_non_hmac_request_keys", json!(["a"])),
                    ("/config/audit_non_hmac_response_keys", json!(["b"])),
                    ("/config/listing_visibility", json!("unauth")),
                    ("/config/passthrough_request_headers", json!(["X-A"])),
                    ("/config/allowed_response_headers", json!(["X-B"])),
                    ("/config/token_type", json!("batch")),
                ],
            )
        })
        .apply(stage.with(&method(bare)))
        .updates(METHOD)
        .keeps(METHOD, "/accessor")
        .between("see that all is taken back, and make a user", || {
            says(
                &stage,
                "auth-life",
                &[
                    ("/description", json!("")),
                    ("/config/default_lease_ttl", json!(0)),
                    ("/config/max_lease_ttl", json!(0)),
                    ("/config/audit_non_hmac_request_keys", Value::Null),
                    ("/config/listing_visibility", Value::Null),
                    ("/config/token_type", json!("default-service")),
                ],
            )?;
            stage.put("auth/auth-life/users/one", &json!({ "password": "not-a-secret", "token_policies": "default" }))
        })
        .apply(stage.with(&method(moved)))
        .updates(METHOD)
        .keeps(METHOD, "/accessor")
        .attribute(METHOD, "/id", is("auth-moved-on"))
        .between("see that the user went along", || {
            is_gone(&stage, "auth-life")?;
            ensure!(stage.get("auth/auth-moved-on/users/one")?.is_some(), "the user is gone");
            Ok(())
        })
        .apply(stage.with(&method("  type = \"userpass\"\n  path = \"auth-life\"\n  disable_remount = true")))
        .replaces(METHOD)
        .replaced_because_of(METHOD, "/path")
        .destroy()
        .between("see that it is gone", || is_gone(&stage, "auth-life"))
        .run()
}

/// Without a path, which is then that of the type. No other test of the shared server mounts `ldap`.
fn again(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let config = stage.with(&method("  type = \"ldap\""));
    stage
        .story()
        .plan(config.clone())
        .creates(METHOD)
        .planned(METHOD, "/path", is("ldap"))
        .between("see that nothing was made", || is_gone(&stage, "ldap"))
        .apply(config)
        .refresh()
        .between("remove it", || stage.delete("sys/auth/ldap"))
        .apply_again()
        .creates(METHOD)
        .replace(METHOD)
        .taint(METHOD)
        .apply_again()
        .replaces(METHOD)
        .between("remove it again", || stage.delete("sys/auth/ldap"))
        .destroy()
        .run()
}

fn import(stage: Result<OnServer>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let lines = "  type = \"approle\"\n  path = \"auth-import\"\n  description = \"d\"\n  tune {\n    \
                 max_lease_ttl = \"1h\"\n    token_type = \"service\"\n  }";
    let story = stage
        .story()
        .apply(stage.with(&method(lines)))
        .import(METHOD, "auth-import")
        .import(METHOD, "sys/auth/auth-import/")
        .import_block(METHOD, "auth-import")
        .generate_configuration(stage.with(""), METHOD, "auth-import");
    let story = match cli {
        Cli::OpenTofu => story.import_block(METHOD, Import::Identity(json!({ "path": "auth-import" }))),
        Cli::Terraform => story,
    };
    story.destroy().run()
}

fn errors(stage: Result<OnServer>, product: Product) -> Result<()> {
    let stage = stage?;
    let of = |lines: &str| stage.with(&method(lines));
    let of_key = of("  type = \"approle\"\n  path = \"auth-errors\"\n  identity_token_key = \"none\"");
    let key = match product {
        Product::OpenBao => {
            Complaint::new("The Server Does Not Have This").detail("OpenBao 2.").at("identity_token_key")
        }
        Product::Vault => Complaint::new("Creating the auth method \"auth-errors\"").detail("does not exist"),
    };
    stage
        .story()
        .validate_fails(of("  type = \"approle\"\n  path = \"auth-errors/\""))
        .error(Complaint::new("").detail("without slashes").at("path"))
        .validate_fails(of("  type = \"approle\"\n  tune {\n    token_type = \"paper\"\n  }"))
        .error(Complaint::new("").detail("must be one of"))
        .apply_fails(of_key)
        .error(key)
        .between("make another", || stage.put("sys/auth/auth-errors", &json!({ "type": "userpass" })))
        .apply_fails(of("  type = \"approle\"\n  path = \"auth-errors\"\n  description = \"ours\""))
        .error(
            Complaint::new("There Is Another Auth method \"auth-errors\"")
                .detail("differs in: description, type")
                .detail("terraform import ADDRESS 'auth-errors'")
                .about(METHOD),
        )
        .between("see that it is as it was", || {
            says(&stage, "auth-errors", &[("/type", json!("userpass")), ("/description", json!(""))])?;
            stage.delete("sys/auth/auth-errors")
        })
        .destroy()
        .run()
}

fn drift(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  type = \"approle\"\n  path = \"auth-drift\"\n  tune {\n    default_lease_ttl = \"60m\"\n    \
                 token_type = \"service\"\n  }";
    let tune = |body: Value| stage.put("sys/auth/auth-drift/tune", &body);
    stage
        .story()
        .apply(stage.with(&method(lines)))
        .between("say the same, and tune what is not declared", || {
            tune(json!({ "default_lease_ttl": "3600", "max_lease_ttl": "7200", "allowed_response_headers": ["X"] }))
        })
        .apply_again()
        .changes_nothing()
        .between("change what is declared", || {
            tune(json!({ "default_lease_ttl": "1800", "token_type": "batch", "description": "theirs" }))
        })
        .apply_again()
        .updates(METHOD)
        .between("see that it is as before", || {
            says(
                &stage,
                "auth-drift",
                &[
                    ("/config/default_lease_ttl", json!(3_600)),
                    ("/config/token_type", json!("service")),
                    ("/description", json!("")),
                    ("/config/max_lease_ttl", json!(7_200)),
                ],
            )
        })
        .destroy()
        .run()
}

/// What belongs to the server can be managed, and is not removed.
fn built_in(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&method("  type = \"token\"\n  description = \"token based credentials\"")))
        .creates(METHOD)
        .warning("Took over the auth method \"token\"")
        .destroy()
        .warning("The auth method \"token\" stays as it is")
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  type = \"approle\"\n  path = \"auth-moved\"\n  description = \"d\"\n  tune {\n    \
                 max_lease_ttl = \"2h\"\n    listing_visibility = \"unauth\"\n  }";
    let theirs = format!("{}resource \"vault_auth_backend\" \"one\" {{\n{lines}\n}}\n", stage.peer_block());
    let block = "moved {\n  from = vault_auth_backend.one\n  to   = secretzero_auth_backend.one\n}\n";
    stage
        .story()
        .apply(stage.with(&theirs))
        .apply(stage.with(&(stage.peer_block() + &method(lines) + block)))
        .moves("vault_auth_backend.one", METHOD)
        .destroy()
        .run()
}

/// What an apply that was cut off has made is taken over.
fn adopted(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .between("make it", || {
            let config = json!({ "default_lease_ttl": "3600" });
            stage.put("sys/auth/auth-adopted", &json!({ "type": "approle", "config": config }))
        })
        .apply(stage.with(&method(
            "  type = \"approle\"\n  path = \"auth-adopted\"\n  tune {\n    default_lease_ttl = \"1h\"\n  }",
        )))
        .creates(METHOD)
        .warning("Took over the auth method \"auth-adopted\"")
        .destroy()
        .run()
}
