//! An apply that outlives its login: the login is renewed as long as the server allows that, and made anew after.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use acceptance::cli::Cli;
use acceptance::{Scenario, wait_until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product};

/// What the login may do.
const RIGHTS: &str = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

const SOON: Duration = Duration::from_secs(60);

#[test]
fn opentofu_and_openbao() -> Result<()> {
    outlived(Cli::OpenTofu)
}

#[test]
fn terraform_and_vault() -> Result<()> {
    outlived(Cli::Terraform)
}

fn outlived(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "outlived", RIGHTS)?;
        let admin = stage.server.root()?;
        admin.post("/v1/sys/auth/outlived", &json!({ "type": "approle" }))?.ok()?;
        // Twice two thirds of it are more than it.
        renewed(&stage, scenario, &json!({ "token_policies": ["test-outlived"], "token_ttl": "15s" }))
            .context("renewing the login")?;
        // No renewal gets beyond this, so what comes after needs another login.
        let role = json!({ "token_policies": ["test-outlived"], "token_ttl": "7s", "token_explicit_max_ttl": "7s" });
        made_anew(&stage, scenario, &role).context("a login that is not renewed")?;
        admin.delete("/v1/sys/auth/outlived")?.ok().map(drop)
    })
}

fn renewed(stage: &OnServer, scenario: &Scenario, role: &Value) -> Result<()> {
    let held = Held::create(stage, scenario, role)?;
    let before = held.heard("auth/token/renew-self")?;
    let mut running = stage.project.apply_command().start()?;
    wait_until("the second renewal", SOON, || {
        let renewals = held.heard("auth/token/renew-self")?.saturating_sub(before);
        ensure!(renewals >= 2, "there were {renewals}");
        Ok(())
    })?;
    held.let_go()?;
    running.wait()?.succeeded()?;
    let logins = held.heard("auth/outlived/login")?;
    ensure!(logins == 1, "there were {logins} logins in one apply");
    stage.project.destroy(&[])
}

fn made_anew(stage: &OnServer, scenario: &Scenario, role: &Value) -> Result<()> {
    let held = Held::create(stage, scenario, role)?;
    let before = held.heard("auth/outlived/login")?;
    let mut running = stage.project.apply_command().start()?;
    let logins = || Ok::<_, anyhow::Error>(held.heard("auth/outlived/login")?.saturating_sub(before));
    wait_until("the login", SOON, || {
        ensure!(logins()? == 1, "there are {}", logins()?);
        Ok(())
    })?;
    wait_until("the end of the login", SOON, || {
        let living = held.living()?;
        ensure!(living == 0, "{living} of its tokens are valid");
        Ok(())
    })?;
    held.let_go()?;
    running.wait()?.succeeded()?;
    ensure!(logins()? == 2, "there were {} logins in one apply", logins()?);
    stage.project.destroy(&[])
}

/// Two policies, and between them something that waits for a file.
struct Held<'a> {
    stage: &'a OnServer,
    gate: PathBuf,
}

impl<'a> Held<'a> {
    fn create(stage: &'a OnServer, scenario: &Scenario, role: &Value) -> Result<Self> {
        let admin = stage.server.root()?;
        let gate = stage.folder.join("gate");
        let _ = fs::remove_file(&gate);
        // Without the settings of a role that was there before.
        admin.delete("/v1/auth/outlived/role/app")?.ok()?;
        admin.put("/v1/auth/outlived/role/app", role)?.ok()?;
        let text = |reply: &Value, pointer: &str| -> Result<String> {
            let found = reply.pointer(pointer).and_then(Value::as_str);
            found.map(str::to_owned).with_context(|| format!("there is no text at {pointer}"))
        };
        let role_id = text(&admin.get("/v1/auth/outlived/role/app/role-id")?.ok()?, "/data/role_id")?;
        let secret_id = admin.post("/v1/auth/outlived/role/app/secret-id", &json!({}))?.ok()?;
        let secret_id = text(&secret_id, "/data/secret_id")?;
        scenario.learnt("the secret id", &secret_id)?;
        fs::write(stage.folder.join("secret_id"), secret_id)?;
        let login = format!(
            "auth_login_approle = {{ mount = \"outlived\", role_id = {role_id:?}, secret_id_file = {:?} }}",
            stage.folder.join("secret_id")
        );
        let policy = |name: &str, lines: &str| {
            format!(
                "resource \"secretzero_policy\" \"{name}\" {{\n  name = \"outlived-{name}\"\n  policy = \"path \\\"a\\\" {{ \
                 capabilities = [\\\"read\\\"] }}\"\n{lines}}}\n"
            )
        };
        let text = format!(
            "{}resource \"terraform_data\" \"long\" {{\n  depends_on = [secretzero_policy.before]\n  provisioner \"local-exec\" \
             {{\n    command = \"until [ -e {} ]; do sleep 0.1; done\"\n  }}\n}}\n{}",
            policy("before", ""),
            gate.display(),
            policy("after", "  depends_on = [terraform_data.long]\n")
        );
        stage.project.configure(&stage.with_login(&login, &text))?;
        stage.project.init()?;
        Ok(Self { stage, gate })
    }

    fn let_go(&self) -> Result<()> {
        fs::write(&self.gate, "").context("opening the gate")
    }

    /// How many requests for a path the server has answered to the login of this test, as its audit log tells.
    fn heard(&self, path: &str) -> Result<usize> {
        let log = fs::read_to_string(self.stage.server.audit_log()).context("reading the audit log")?;
        let answers = log.lines().filter(|line| line.contains(path) && line.contains("test-outlived"));
        let answers = answers.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(answers.filter(|entry| entry["type"] == "response" && entry["request"]["path"] == path).count())
    }

    /// How many tokens of the login are valid.
    fn living(&self) -> Result<usize> {
        let root = self.stage.server.root()?;
        let listed = root.list("/v1/auth/token/accessors")?.ok()?;
        let accessors = listed.pointer("/data/keys").and_then(Value::as_array).context("the list has no keys")?;
        let mut living = 0;
        for accessor in accessors {
            let found = root.post("/v1/auth/token/lookup-accessor", &json!({ "accessor": accessor }))?;
            // One that is gone by now is no longer valid.
            let is_of_login = found.body.pointer("/data/path").is_some_and(|path| path == "auth/outlived/login");
            living += usize::from(found.status == 200 && is_of_login);
        }
        Ok(living)
    }
}
