//! `secretzero_mount` under the real `tofu` with OpenBao and `terraform` with Vault.

use std::fs;

use acceptance::cli::matcher::{is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Product, Scenario};
use anyhow::{Result, anyhow, ensure};
use fault_proxy::{Fault, FaultProxy, Filter, Listen, Moment, Upstream};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_secrets_and_history};

const MOUNT: &str = "secretzero_mount.one";

/// What the provider may do here, and what the documentation says that it needs.
const RIGHTS: &str = "path \"sys/mounts\" { capabilities = [\"read\"] }
path \"sys/mounts/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }
path \"sys/remount\" { capabilities = [\"update\", \"sudo\"] }
path \"sys/remount/status/*\" { capabilities = [\"read\"] }
path \"mount-*\" { capabilities = [\"read\", \"list\"] }";

/// The same without the right to read the whole table.
const RIGHTS_ONE_BY_ONE: &str =
    "path \"sys/mounts/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }
path \"mount-*\" { capabilities = [\"read\", \"list\"] }";

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
        let mut rows = Rows::of("secretzero_mount", cli);
        let stage = |stem: &str| OnServer::create(scenario, cli, &format!("mount-{stem}"), RIGHTS);
        let lived = life(stage("life")).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::UpdateAndReplace, || versions(stage("versions")));
        rows.run_all(&[Row::PlanOnly, Row::Refresh, Row::Disappears, Row::Replace], || again(stage("again")));
        let mut imports = vec![Row::Import, Row::ImportBlock, Row::GeneratedConfiguration];
        match cli {
            Cli::OpenTofu => imports.push(Row::ImportByIdentity),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run_all(&imports, || import(stage("import"), cli));
        rows.run(Row::ExpectedError, || errors(stage("errors"), product(cli)));
        rows.run(Row::ExpectedError, || another(stage("another")));
        rows.run(Row::Drift, || drift(stage("drift")));
        rows.run(Row::Drift, || one_by_one(OnServer::create(scenario, cli, "mount-one-by-one", RIGHTS_ONE_BY_ONE)));
        rows.run(Row::Destroy, || holds_data(stage("data")));
        rows.run(Row::Destroy, || built_in(stage("built-in")));
        run_beside_the_peer(&mut rows, Row::Moved, || moved(OnServer::with_peer(scenario, cli, "mount-moved", RIGHTS)));
        rows.run(Row::PartialFailure, || adopted(stage("adopted")));
        rows.run(Row::PartialFailure, || lost_answer(stage("lost")));
        rows.not_measured(
            Row::UnknownProviderConfiguration,
            "the same for all resources on a server: see secretzero_policy",
        );
        without_secrets_and_history(&mut rows);
        rows.finish()
    })
}

fn mount(lines: &str) -> String {
    format!("resource \"secretzero_mount\" \"one\" {{\n{lines}\n}}\n")
}

/// The line of the table, as the root of the test sees it.
fn found(stage: &OnServer, path: &str) -> Result<Option<Value>> {
    Ok(stage.get("sys/mounts")?.and_then(|list| list["data"].get(format!("{path}/")).cloned()))
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
    let full = "  path = \"mount-life\"\n  type = \"kv\"\n  description = \"first\"\n  default_lease_ttl_seconds = 3600\n  \
                max_lease_ttl_seconds = \"120m\"\n  audit_non_hmac_request_keys = [\"a\"]\n  \
                audit_non_hmac_response_keys = [\"b\"]\n  listing_visibility = \"hidden\"\n  \
                passthrough_request_headers = [\"X-A\"]\n  allowed_response_headers = [\"X-B\"]";
    let bare = "  path = \"mount-life\"\n  type = \"kv\"";
    let moved = "  path = \"mount-life-moved\"\n  type = \"kv\"\n  description = \"second\"\n  allow_data_loss = true";
    stage
        .story()
        .apply(stage.with(&mount(full)))
        .creates(MOUNT)
        .planned(MOUNT, "/accessor", unknown())
        .attribute(MOUNT, "/id", is("mount-life"))
        .attribute(MOUNT, "/max_lease_ttl_seconds", is("120m"))
        .attribute(MOUNT, "/options", null())
        .between("see what is there", || {
            says(
                &stage,
                "mount-life",
                &[
                    ("/description", json!("first")),
                    ("/config/default_lease_ttl", json!(3_600)),
                    ("/config/max_lease_ttl", json!(7_200)),
                    ("/config/audit_non_hmac_request_keys", json!(["a"])),
                    ("/config/audit_non_hmac_response_keys", json!(["b"])),
                    ("/config/listing_visibility", json!("hidden")),
                    ("/config/passthrough_request_headers", json!(["X-A"])),
                    ("/config/allowed_response_headers", json!(["X-B"])),
                ],
            )
        })
        // Everything that is taken out goes back to what the server has by default.
        .apply(stage.with(&mount(bare)))
        .updates(MOUNT)
        .keeps(MOUNT, "/accessor")
        .between("see that it is taken back, and keep something in it", || {
            says(
                &stage,
                "mount-life",
                &[
                    ("/description", json!("")),
                    ("/config/default_lease_ttl", json!(0)),
                    ("/config/max_lease_ttl", json!(0)),
                    ("/config/audit_non_hmac_request_keys", Value::Null),
                    ("/config/listing_visibility", Value::Null),
                    ("/config/passthrough_request_headers", Value::Null),
                ],
            )?;
            stage.put("mount-life/kept", &json!({ "a": "b" }))
        })
        .apply(stage.with(&mount(moved)))
        .updates(MOUNT)
        .keeps(MOUNT, "/accessor")
        .attribute(MOUNT, "/id", is("mount-life-moved"))
        .between("see that nothing was lost on the way", || {
            is_gone(&stage, "mount-life")?;
            ensure!(stage.get("mount-life-moved/kept")?.is_some(), "what was kept is gone");
            Ok(())
        })
        // There is no request that changes this, so that it was never changed.
        .apply(stage.with(&mount(&format!("{moved}\n  force_no_cache = true"))))
        .replaces(MOUNT)
        .replaced_because_of(MOUNT, "/force_no_cache")
        .between("see that it counts", || says(&stage, "mount-life-moved", &[("/config/force_no_cache", json!(true))]))
        .destroy()
        .between("see that it is gone", || is_gone(&stage, "mount-life-moved"))
        .run()
}

/// Version 2 of `kv`, in both spellings; it takes secrets as soon as the apply is over.
fn versions(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let of = |lines: &str| stage.with(&mount(&format!("  path = \"mount-kv\"\n  allow_data_loss = true\n{lines}")));
    stage
        .story()
        .apply(of("  type = \"kv\""))
        .between("keep something in it", || stage.put("mount-kv/old", &json!({ "a": "b" })))
        .apply(of("  type = \"kv-v2\""))
        .updates(MOUNT)
        .keeps(MOUNT, "/accessor")
        .between("use it", || {
            ensure!(stage.get("mount-kv/data/old")?.is_some(), "what was kept is gone");
            stage.put("mount-kv/data/new", &json!({ "data": { "a": "b" } }))
        })
        .apply(of("  type = \"kv\"\n  options = { version = \"2\" }"))
        .updates(MOUNT)
        .keeps(MOUNT, "/accessor")
        .apply(of("  type = \"kv\"\n  options = { version = \"1\" }"))
        .replaces(MOUNT)
        .apply(of("  type = \"kv-v2\"\n  force_no_cache = true"))
        .replaces(MOUNT)
        .between("use it at once", || stage.put("mount-kv/data/new", &json!({ "data": { "a": "b" } })))
        .destroy()
        .run()
}

fn again(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let config = stage.with(&mount("  path = \"mount-again\"\n  type = \"transit\""));
    stage
        .story()
        .plan(config.clone())
        .creates(MOUNT)
        .between("see that nothing was made", || is_gone(&stage, "mount-again"))
        .apply(config)
        .refresh()
        .between("remove it", || stage.delete("sys/mounts/mount-again"))
        .apply_again()
        .creates(MOUNT)
        .replace(MOUNT)
        .taint(MOUNT)
        .apply_again()
        .replaces(MOUNT)
        .between("remove it again", || stage.delete("sys/mounts/mount-again"))
        .destroy()
        .run()
}

fn import(stage: Result<OnServer>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let lines = "  path = \"mount-import\"\n  type = \"kv\"\n  options = { version = \"2\" }\n  description = \"d\"\n  \
                 default_lease_ttl_seconds = \"1h\"\n  allowed_response_headers = [\"X-B\"]";
    let story = stage
        .story()
        .apply(stage.with(&mount(lines)))
        .import(MOUNT, "mount-import")
        .import(MOUNT, "sys/mounts/mount-import/")
        .import_block(MOUNT, "mount-import")
        .generate_configuration(stage.with(""), MOUNT, "mount-import");
    let story = match cli {
        Cli::OpenTofu => story.import_block(MOUNT, Import::Identity(json!({ "path": "mount-import" }))),
        Cli::Terraform => story,
    };
    story.destroy().run()
}

fn errors(stage: Result<OnServer>, product: Product) -> Result<()> {
    let stage = stage?;
    let of = |lines: &str| stage.with(&mount(lines));
    let server = match product {
        Product::OpenBao => "The connected server is OpenBao 2.",
        Product::Vault => "The connected server is Vault Community 1.",
    };
    stage
        .story()
        .validate_fails(of("  path = \"mount-errors/\"\n  type = \"kv\""))
        .error(Complaint::new("").detail("without slashes").at("path"))
        .validate_fails(of("  path = \"mount-errors\"\n  type = \"kv\"\n  max_lease_ttl_seconds = \"1500ms\""))
        .error(Complaint::new("").detail("whole seconds").at("max_lease_ttl_seconds"))
        .validate_fails(of("  path = \"mount-errors\"\n  type = \"kv\"\n  listing_visibility = \"shown\""))
        .error(Complaint::new("").detail("must be one of").at("listing_visibility"))
        .apply_fails(of("  path = \"mount-errors\"\n  type = \"kv\"\n  allowed_managed_keys = [\"a\"]"))
        .error(Complaint::new("The Server Does Not Have This").detail(server).about(MOUNT).at("allowed_managed_keys"))
        .between("see that nothing was made", || is_gone(&stage, "mount-errors"))
        .apply_fails(of("  path = \"mount-errors\"\n  type = \"nonsense\""))
        .error(
            Complaint::new("Creating the mount \"mount-errors\"").detail("POST sys/mounts/mount-errors").about(MOUNT),
        )
        .gone(MOUNT)
        .destroy()
        .run()
}

/// What somebody else mounted is not changed in silence.
fn another(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .between("make another", || {
            stage.put("sys/mounts/mount-another", &json!({ "type": "pki", "description": "theirs" }))
        })
        .apply_fails(stage.with(&mount("  path = \"mount-another\"\n  type = \"kv\"\n  description = \"ours\"")))
        .error(
            Complaint::new("There Is Another Mount \"mount-another\"")
                .detail("differs in: description, type")
                .detail("terraform import ADDRESS 'mount-another'")
                .about(MOUNT),
        )
        .between("see that it is as it was", || {
            says(&stage, "mount-another", &[("/type", json!("pki")), ("/description", json!("theirs"))])?;
            stage.delete("sys/mounts/mount-another")
        })
        .destroy()
        .run()
}

fn drift(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines =
        "  path = \"mount-drift\"\n  type = \"kv\"\n  description = \"d\"\n  default_lease_ttl_seconds = \"60m\"";
    let tune = |body: Value| stage.put("sys/mounts/mount-drift/tune", &body);
    stage
        .story()
        .apply(stage.with(&mount(lines)))
        .between("say the same", || tune(json!({ "default_lease_ttl": "3600" })))
        .apply_again()
        .changes_nothing()
        .between("change what is declared", || tune(json!({ "default_lease_ttl": "1800", "description": "theirs" })))
        .apply_again()
        .updates(MOUNT)
        .between("change what is not declared", || {
            says(&stage, "mount-drift", &[("/config/default_lease_ttl", json!(3_600)), ("/description", json!("d"))])?;
            tune(json!({
                "max_lease_ttl": "7200", "listing_visibility": "unauth", "audit_non_hmac_request_keys": ["x"],
                "audit_non_hmac_response_keys": ["x"], "passthrough_request_headers": ["X"],
                "allowed_response_headers": ["X"], "options": { "x": "y" },
            }))
        })
        .apply_again()
        .updates(MOUNT)
        .between("see that it is as before", || {
            says(
                &stage,
                "mount-drift",
                &[
                    ("/config/max_lease_ttl", json!(0)),
                    ("/config/listing_visibility", Value::Null),
                    ("/config/audit_non_hmac_request_keys", Value::Null),
                    ("/config/audit_non_hmac_response_keys", Value::Null),
                    ("/config/passthrough_request_headers", Value::Null),
                    ("/config/allowed_response_headers", Value::Null),
                    ("/options/x", Value::Null),
                ],
            )
        })
        .destroy()
        .run()
}

/// A token that may not read the whole table reads mounts one by one. Vault then shows the durations of the server.
fn one_by_one(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines = "  path = \"mount-alone\"\n  type = \"kv-v2\"\n  max_lease_ttl_seconds = \"2h\"";
    stage
        .story()
        .apply(stage.with(&mount(lines)))
        .between("change it", || stage.put("sys/mounts/mount-alone/tune", &json!({ "max_lease_ttl": "1h" })))
        .apply_again()
        .updates(MOUNT)
        .between("remove it", || stage.delete("sys/mounts/mount-alone"))
        .apply_again()
        .creates(MOUNT)
        .destroy()
        .run()
}

/// Nothing is lost before the user says so.
fn holds_data(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let of = |lines: &str| stage.with(&mount(&format!("  path = \"mount-data\"\n{lines}")));
    let is_there = || -> Result<()> {
        ensure!(stage.get("mount-data/data/team/key")?.is_some(), "the secret is gone");
        Ok(())
    };
    stage
        .story()
        .apply(of("  type = \"kv-v2\""))
        .between("keep a secret", || stage.put("mount-data/data/team/key", &json!({ "data": { "a": "b" } })))
        .destroy_fails()
        .error(
            Complaint::new("The Mount \"mount-data\" Is Not Empty")
                .detail("It holds secrets: \"team/\"")
                .detail("allow_data_loss = true"),
        )
        .between("see that it is there", is_there)
        .apply_fails(of("  type = \"transit\""))
        .error("The Mount \"mount-data\" Is Not Empty")
        .between("see that it is still there", is_there)
        .apply(of("  type = \"kv-v2\"\n  allow_data_loss = true"))
        .updates(MOUNT)
        .destroy()
        .between("see that it is gone", || is_gone(&stage, "mount-data"))
        // Nobody else has the password of a connection, once it was rotated.
        .apply(of("  type = \"database\""))
        .between("make a connection", || {
            let config = json!({
                "plugin_name": "postgresql-database-plugin", "verify_connection": false, "username": "root",
                "connection_url": "postgresql://{{username}}@127.0.0.1:1/none",
            });
            stage.put("mount-data/config/one", &config)
        })
        .destroy_fails()
        .error(Complaint::new("The Mount \"mount-data\" Is Not Empty").detail("It holds connections: \"one\""))
        .between("remove it", || stage.delete("mount-data/config/one"))
        .destroy()
        .run()
}

/// What belongs to the server can be managed, and is not removed.
fn built_in(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let found = found(&stage, "cubbyhole")?.ok_or_else(|| anyhow!("there is no cubbyhole"))?;
    let lines = format!(
        "  path = \"cubbyhole\"\n  type = \"cubbyhole\"\n  description = {}\n  local = {}\n  seal_wrap = {}",
        found["description"], found["local"], found["seal_wrap"]
    );
    stage
        .story()
        .apply(stage.with(&mount(&lines)))
        .creates(MOUNT)
        .warning("Took over the mount \"cubbyhole\"")
        .destroy()
        .warning("The mount \"cubbyhole\" stays as it is")
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let lines =
        "  path = \"mount-moved\"\n  type = \"kv-v2\"\n  description = \"d\"\n  default_lease_ttl_seconds = 3600";
    let theirs = format!("{}resource \"vault_mount\" \"one\" {{\n{lines}\n}}\n", stage.peer_block());
    let block = "moved {\n  from = vault_mount.one\n  to   = secretzero_mount.one\n}\n";
    stage
        .story()
        .apply(stage.with(&theirs))
        .apply(stage.with(&(stage.peer_block() + &mount(lines) + block)))
        .moves("vault_mount.one", MOUNT)
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
            stage.put(
                "sys/mounts/mount-adopted",
                &json!({ "type": "kv", "options": { "version": "2" }, "config": config }),
            )
        })
        .apply(
            stage.with(&mount("  path = \"mount-adopted\"\n  type = \"kv-v2\"\n  default_lease_ttl_seconds = \"1h\"")),
        )
        .creates(MOUNT)
        .warning("Took over the mount \"mount-adopted\"")
        .destroy()
        .run()
}

/// The answer to the request that mounts it is lost: reading shows that it is there.
fn lost_answer(stage: Result<OnServer>) -> Result<()> {
    let stage = stage?;
    let authority = stage.server.authority();
    let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
    let listen = Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?;
    let proxy = FaultProxy::start(Upstream::tls(stage.server.address(), authority.certificate_pem())?, listen)?;
    proxy.count(Filter::all().method("POST").path("/v1/sys/mounts/mount-lost"));
    proxy.fail(0, Fault::Reset(Moment::After));
    let config = stage.with(&mount("  path = \"mount-lost\"\n  type = \"kv\"\n  description = \"d\""));
    stage
        .story()
        .apply(config.replace(stage.server.address(), proxy.address()))
        .creates(MOUNT)
        .between("see that the answer was lost", || {
            let calls = proxy.calls();
            ensure!(calls.len() == 1 && calls[0].fault.is_some(), "the calls were {calls:?}");
            Ok(())
        })
        .destroy()
        .run()
}
