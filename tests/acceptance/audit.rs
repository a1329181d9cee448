//! `secretzero_audit` under the real `terraform` with Vault, and its refusal by OpenBao, which wants another way.

use std::fs;

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint};
use anyhow::{Result, ensure};
use serde_json::json;

use crate::on_server::{OnServer, product};

const AUDIT: &str = "secretzero_audit.one";

/// What the documentation says that it needs.
const RIGHTS: &str = "path \"sys/audit\" { capabilities = [\"read\", \"sudo\"] }\n\
                      path \"sys/audit/*\" { capabilities = [\"create\", \"update\", \"delete\", \"sudo\"] }";

#[test]
fn terraform_and_vault() -> Result<()> {
    life(Cli::Terraform)
}

/// Vault refuses what it is asked while it makes its first device.
#[test]
fn nothing_else_is_asked_while_a_device_is_made() -> Result<()> {
    let cli = Cli::Terraform;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let policies = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";
        let stage = OnServer::create(scenario, cli, "audit-alone", &format!("{RIGHTS}\n{policies}"))?;
        let file = stage.folder.join("audit.log");
        let many = "resource \"secretzero_policy\" \"many\" {\n  count  = 40\n  name   = \"many-${count.index}\"\n  \
                    policy = \"path \\\"secret/*\\\" { capabilities = [\\\"read\\\"] }\"\n}\n";
        let both = format!("{}{many}", device("first", &file.display().to_string(), ""));
        stage
            .story()
            .apply(stage.with(&both))
            .creates(AUDIT)
            .creates("secretzero_policy.many[39]")
            .apply_again()
            .destroy()
            .run()
    })
}

/// The other command line with the same server is a sample of the crossed pairs.
#[test]
fn refused_by_openbao() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "audit", RIGHTS)?;
        let file = stage.folder.join("audit.log");
        stage
            .story()
            .apply_fails(stage.with(&device("refused", &file.display().to_string(), "")))
            .error(
                Complaint::new("Creating the audit device \"refused\"")
                    .detail("cannot enable audit device via API")
                    .detail("secretzero_server_config")
                    .about(AUDIT),
            )
            .destroy()
            .run()
    })
}

fn device(path: &str, file: &str, lines: &str) -> String {
    format!(
        "resource \"secretzero_audit\" \"one\" {{\n  path    = {path:?}\n  type    = \"file\"\n  options = {{ file_path = {file:?} }}\n{lines}}}\n"
    )
}

fn life(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "audit", RIGHTS)?;
        let [one, two] = ["one.log", "two.log"].map(|name| stage.folder.join(name).display().to_string());
        let at = |path: &str| format!("sys/audit-hash/{path}");
        let written = |file: &str| fs::read_to_string(file).map(|text| text.lines().count());
        stage
            .story()
            .validate_fails(stage.with(&device("own", &one, "").replace("file_path", "log_raw = \"true\", file_path")))
            .error(Complaint::new("Secrets in the Audit Log").detail("danger_log_raw"))
            .apply(stage.with(&device("own", &one, "")))
            .creates(AUDIT)
            .attribute(AUDIT, "/id", is("own"))
            .between("see that it writes", || {
                ensure!(written(&one)? > 0, "the log is empty");
                Ok(())
            })
            .apply(stage.with(&device("own", &two, "  description = \"the second\"\n")))
            .updates(AUDIT)
            .between("see that nothing went unrecorded, and that the stand-in is gone", || {
                // Each device writes down how the next one is made.
                let meanwhile = fs::read_to_string(format!("{two}.stand-in"))?;
                ensure!(meanwhile.contains("sys/audit/own"), "the stand-in began too late");
                ensure!(fs::read_to_string(&two)?.contains("sys/audit/own-stand-in"), "the new device began too late");
                stage.put(&at("own-stand-in"), &json!({ "input": "a" })).expect_err("there is a stand-in");
                Ok(())
            })
            .between("make it of other options", || {
                stage.delete("sys/audit/own")?;
                stage.put("sys/audit/own", &json!({ "type": "file", "options": { "file_path": one } }))
            })
            .apply_again()
            .updates(AUDIT)
            .import(AUDIT, "own")
            .between("leave it as a change does that is cut off", || {
                let options = json!({ "file_path": format!("{one}.stand-in") });
                stage.put("sys/audit/own-stand-in", &json!({ "type": "file", "options": options }))?;
                stage.delete("sys/audit/own")
            })
            .apply_again()
            .updates(AUDIT)
            .between("see that the stand-in is gone", || gone(&stage, "own-stand-in"))
            .between("leave both, as one that is cut off at its end", || {
                let options = json!({ "file_path": format!("{one}.stand-in") });
                stage.put("sys/audit/own-stand-in", &json!({ "type": "file", "options": options }))
            })
            .apply(stage.with(&device("own", &one, "  description = \"the third\"\n")))
            .updates(AUDIT)
            .between("see that it is gone again", || gone(&stage, "own-stand-in"))
            .between("leave only the stand-in", || {
                let options = json!({ "file_path": format!("{one}.stand-in") });
                stage.put("sys/audit/own-stand-in", &json!({ "type": "file", "options": options }))?;
                stage.delete("sys/audit/own")
            })
            .destroy()
            .between("see that nothing is left", || {
                gone(&stage, "own-stand-in")?;
                gone(&stage, "own")
            })
            .apply(stage.with(&device("own", &one, "")))
            .creates(AUDIT)
            .between("remove it", || stage.delete("sys/audit/own"))
            .apply_again()
            .creates(AUDIT)
            .destroy()
            .run()
    })
}

/// There is no such device.
fn gone(stage: &OnServer, path: &str) -> Result<()> {
    let table = stage.server.root()?.get("/v1/sys/audit")?.ok()?;
    ensure!(table[format!("{path}/")].is_null(), "{path} is still there");
    Ok(())
}
