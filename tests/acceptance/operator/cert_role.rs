//! An operator that logs in with a client certificate, with all that an operator with an AppRole is held to.

use std::fs;
use std::time::Duration;

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is};
use acceptance::cli::{Cli, Complaint, Import};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::new_server::{Stage, UNSEAL};
use crate::on_server::product;

const OPERATOR: &str = "secretzero_operator.this";

/// What the provider logs with each request.
const REQUEST: &str = "asking the server";

/// How many points there are if nobody asks for another number, as for the whole bootstrap.
const FEW: usize = 4;
const NUMBER: &str = "SECRETZERO_INTERRUPTS";

/// The requests of an apply that makes the operator, roughly; the first two read how the server is sealed.
const REQUESTS: usize = 24;

struct Operators<'a>(Stage<'a>);

impl<'a> Operators<'a> {
    fn create(scenario: &'a Scenario, cli: Cli) -> Result<Self> {
        Ok(Self(Stage::create(scenario, cli, "")?))
    }

    fn block(&self, mount: &str, file: &str) -> String {
        let (keys, file) = (self.0.path("keys.json"), self.0.path(file));
        format!(
            "  keys_file = {keys:?}\n  client_cert_file = {file:?}\n  client_key_file = {file:?}\n  auth_login_cert = {{ mount = {mount:?} }}\n"
        )
    }

    fn with_block(&self, block: &str, lines: &str) -> String {
        format!("{}{}", self.unsealed(block), self.operator("operator.pem", lines))
    }

    fn unsealed(&self, block: &str) -> String {
        let all = self.0.init_and_unseal("keys.json", "");
        let (_, resources) = all.split_once("}\n").unwrap_or_default();
        format!("{}{resources}", self.0.at(self.0.server.address(), block))
    }

    fn operator(&self, file: &str, lines: &str) -> String {
        let file = self.0.path(file);
        format!(
            "resource \"secretzero_operator\" \"this\" {{\n  client_cert_file = {file:?}\n{lines}  depends_on = [{UNSEAL}]\n}}\n"
        )
    }

    fn with(&self, lines: &str) -> String {
        self.with_block(&self.block("operator", "operator.pem"), lines)
    }

    /// What the server says to the root token.
    fn root(&self) -> Result<u16> {
        let keys: Value = serde_json::from_str(&fs::read_to_string(self.0.folder.join("keys.json"))?)?;
        let token = keys.pointer("/root_token").and_then(Value::as_str).context("there is no root token")?;
        Ok(self.0.server.client(token)?.get("/v1/auth/token/lookup-self")?.status)
    }

    fn root_is_revoked(&self) -> Result<()> {
        ensure!(self.root()? == 403, "root is alive");
        Ok(())
    }

    /// The key in the file, which is looked for everywhere from now on.
    fn learn(&self) -> Result<()> {
        self.0.scenario.learnt_key("the key of the operator", &self.0.folder.join("operator.pem"))
    }
}

#[test]
fn opentofu() -> Result<()> {
    life(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    life(Cli::Terraform)
}

fn life(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let all = Operators::create(scenario, cli)?;
        let stage = &all.0;
        let [file, aside, earlier] = ["operator.pem", "aside.pem", "earlier.pem"].map(|name| stage.folder.join(name));
        let nothing_was_made = || {
            ensure!(!file.exists(), "there are credentials");
            ensure!(all.root()? == 200, "root is dead");
            Ok(())
        };
        let approle = "  role_id_file = \"role_id\"\n  secret_id_file = \"secret_id\"\n";
        let policy = "resource \"secretzero_policy\" \"after\" {\n  name = \"after\"\n  policy = \"path \\\"a\\\" { capabilities = [\\\"read\\\"] }\"\n  depends_on = [secretzero_operator.this]\n}\n";
        stage
            .story()
            .validate_fails(all.with(approle))
            .error(Complaint::new("").about(OPERATOR))
            .apply_fails(all.with_block(&format!("  keys_file = {:?}\n", stage.path("keys.json")), ""))
            .error(
                Complaint::new("The Provider Block Has No Login for an Operator")
                    .detail("auth_login_cert")
                    .about(OPERATOR),
            )
            .between("learn the keys", || stage.learn("keys.json").map(drop))
            .apply_fails(all.with_block(&all.block("another", "operator.pem"), ""))
            .error(Complaint::new("Another Login Than That of the Provider Block").detail("another").about(OPERATOR))
            .apply_fails(all.with_block(&all.block("operator", "other.pem"), ""))
            .error(Complaint::new("Another Login Than That of the Provider Block").detail("other.pem").about(OPERATOR))
            .between("see that nothing was made", nothing_was_made)
            // It could neither be looked after nor destroyed with this, so root stays until it can.
            .apply_fails(all.with("  policy = \"path \\\"a\\\" { capabilities = [\\\"read\\\"] }\"\n"))
            .error(
                Complaint::new("The Policy of the Operator Is Not Enough")
                    .detail("auth/operator/certs/operator")
                    .about(OPERATOR),
            )
            .between("see that root is still there", nothing_was_made)
            // What comes after goes on with the new login, in the same apply.
            .apply(all.with("") + policy)
            .creates(OPERATOR)
            .attribute(OPERATOR, "/id", is("auth/operator/certs/operator"))
            .attribute(OPERATOR, "/root_revoked", is(true))
            .between("see that root was revoked, and keep the certificate", || {
                all.learn()?;
                fs::copy(&file, &earlier)?;
                all.root_is_revoked()
            })
            .import(OPERATOR, Import::Id("operator/operator".to_owned()))
            .ignoring("/policy")
            .ignoring("/token_ttl")
            .ignoring("/root_revoked")
            .plan_fails(all.with("").replace(
                &format!("client_cert_file = {:?}\n  depends", stage.path("operator.pem")),
                &format!("{approle}  depends"),
            ))
            .error(Complaint::new("An Operator Does Not Change Its Kind of Login").about(OPERATOR))
            // A new certificate, and the old one is worth nothing.
            .apply(all.with("  client_cert_version = 2\n"))
            .updates(OPERATOR)
            .between("put the earlier certificate in place", || {
                all.learn()?;
                fs::rename(&file, &aside)?;
                Ok(fs::rename(&earlier, &file)?)
            })
            .plan_fails(all.with("  client_cert_version = 2\n"))
            .error(Complaint::new("").detail("auth/operator/login"))
            .between("put the new one back", || Ok(fs::rename(&aside, &file)?))
            .apply(all.with("  client_cert_version = 2\n  token_ttl = \"10m\"\n"))
            .updates(OPERATOR)
            // Lost, while root is gone.
            .between("lose the certificate", || Ok(fs::remove_file(&file)?))
            .apply_again()
            .changes_nothing()
            .warning(Complaint::new("The credentials of the operator are lost").detail("recover_with_shares"))
            .apply(all.with("  client_cert_version = 2\n  token_ttl = \"10m\"\n  recover_with_shares = true\n"))
            .updates(OPERATOR)
            .warning(Complaint::new("A root token was made with the key shares"))
            .attribute(OPERATOR, "/drift", has_length(0))
            .between("see that root is still revoked", || {
                all.learn()?;
                all.root_is_revoked()
            })
            .destroy()
            .between("see that nothing is left", || {
                ensure!(!file.exists(), "the certificate is there");
                ensure!(stage.files("")? == ["keys.json"], "{:?} is left", stage.files("")?);
                Ok(())
            })
            .run()
    })
}

#[test]
fn what_was_changed_by_hand_is_repaired() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let all = Operators::create(scenario, cli)?;
        let stage = &all.0;
        let mark = stage.folder.join("operator.pem.destroying");
        let role = || -> Result<(acceptance::Http, String)> {
            let keys: Value = serde_json::from_str(&fs::read_to_string(stage.folder.join("keys.json"))?)?;
            let token = keys.pointer("/root_token").and_then(Value::as_str).context("there is no root token")?;
            Ok((stage.server.client(token)?, "/v1/auth/operator/certs/operator".to_owned()))
        };
        stage
            .story()
            .apply(all.with("  keep_root = true\n"))
            .between("let the role trust somebody else, too", || {
                stage.learn("keys.json")?;
                all.learn()?;
                let (http, path) = role()?;
                let found = http.get(&path)?.ok()?;
                let trusted =
                    found.pointer("/data/certificate").and_then(Value::as_str).context("nobody is trusted")?;
                let more = format!("{trusted}\n{}", stage.server.authority().certificate_pem());
                let body = json!({ "certificate": more, "token_policies": ["operator"], "token_ttl": 1200 });
                http.post(&path, &body)?.ok().map(drop)
            })
            .apply_again()
            .updates(OPERATOR)
            .attribute(OPERATOR, "/drift", has_length(0))
            .between("see that it trusts one, and open the file", || {
                let (http, path) = role()?;
                let found = http.get(&path)?.ok()?;
                let trusted = found.pointer("/data/certificate").and_then(Value::as_str).unwrap_or_default().to_owned();
                ensure!(trusted.matches("BEGIN CERTIFICATE").count() == 1, "{trusted}");
                use std::os::unix::fs::PermissionsExt as _;
                Ok(fs::set_permissions(stage.folder.join("operator.pem"), fs::Permissions::from_mode(0o644))?)
            })
            .apply_again()
            .updates(OPERATOR)
            .between("see that it is closed", || {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = fs::metadata(stage.folder.join("operator.pem"))?.permissions().mode() & 0o7777;
                ensure!(mode == 0o600, "{mode:o}");
                Ok(())
            })
            // A destruction that was begun and is no longer meant.
            .between("leave the mark of a destruction", || Ok(fs::write(&mark, "by a run that was cut off")?))
            .apply_again()
            .updates(OPERATOR)
            .attribute(OPERATOR, "/drift", has_length(0))
            // And one that is: the refresh meets a login that is refused.
            .between("cut a destruction off halfway", || {
                ensure!(!mark.exists(), "the mark is still there");
                fs::write(&mark, "by a run that was cut off")?;
                role()?.0.delete("/v1/sys/auth/operator")?.ok().map(drop)
            })
            .destroy()
            .between("see that nothing is left", || {
                ensure!(stage.files("")? == ["keys.json"], "{:?} is left", stage.files("")?);
                Ok(())
            })
            .run()
    })
}

/// The role takes the old certificate until the new one is in its file: a run that gets no further locks nobody out.
#[test]
fn a_new_certificate_that_can_not_be_stored_leaves_the_old_one() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let all = Operators::create(scenario, cli)?;
        let stage = &all.0;
        let file = stage.folder.join("operator.pem");
        // So long a path that none beside it with a longer name can be opened, not even by root.
        let mut deep = stage.folder.join("deep");
        while deep.as_os_str().len() < 3800 {
            deep.push("x".repeat(200));
        }
        deep.push("x".repeat(4084 - deep.as_os_str().len()));
        fs::create_dir_all(&deep)?;
        let long = deep.join("k.pem");
        let second = all.with("  client_cert_version = 2\n");
        stage
            .story()
            .apply(all.with(""))
            .creates(OPERATOR)
            .between("put the file where it can be read, and not be written", || {
                stage.learn("keys.json")?;
                all.learn()?;
                fs::rename(&file, &long)?;
                Ok(std::os::unix::fs::symlink(&long, &file)?)
            })
            .apply_fails(&*second)
            .error(Complaint::new("Writing").about(OPERATOR))
            .between("put it back", || Ok(fs::rename(&long, &file)?))
            // With the login of before, which nobody has locked out.
            .apply(&*second)
            .updates(OPERATOR)
            .attribute(OPERATOR, "/drift", has_length(0))
            .destroy()
            .run()
    })
}

/// Killed at each request in turn, whether it is being made, given another certificate or destroyed: the next run goes on.
#[test]
fn killed_anywhere_it_converges() -> Result<()> {
    let cli = Cli::OpenTofu;
    let number = std::env::var(NUMBER).ok().and_then(|text| text.parse().ok()).unwrap_or(FEW);
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let all = Operators::create(scenario, cli)?;
        let stage = &all.0;
        let project = &stage.project;
        for index in 0..number {
            let request = 3 + index * (REQUESTS - 3) / number;
            let at = format!("request {request}");
            project.configure(&all.unsealed(&all.block("operator", "operator.pem")))?;
            if index == 0 {
                project.init()?;
            }
            project.apply(&[]).with_context(|| at.clone())?;
            stage.learn("keys.json")?;
            for (lines, verb) in [("", "apply"), ("  client_cert_version = 2\n", "apply"), ("", "destroy")] {
                if verb == "apply" {
                    project.configure(&all.with(lines))?;
                }
                // Only the operator is destroyed: what is asked of the server then is asked for it.
                let target: &[&str] = if verb == "destroy" { &["-target=secretzero_operator.this"] } else { &[] };
                let command = || project.command([verb, "-input=false", "-auto-approve"]).args(target.iter().copied());
                let mut running = command().within(Duration::from_secs(120)).start()?;
                // One that has made fewer requests is done, which is a point, too.
                if running.wait_for_log(REQUEST, request).is_ok() {
                    // It may have ended since.
                    let _ = running.kill_group();
                }
                let _ = running.wait()?;
                drop(running);
                command().run()?.succeeded().with_context(|| format!("{verb} after {at}"))?;
                if verb == "apply" {
                    all.learn()?;
                    all.root_is_revoked()?;
                    let left = stage.files("")?;
                    ensure!(left == ["keys.json", "operator.pem"], "{verb} after {at}: {left:?} is there");
                }
            }
            let left = stage.files("")?;
            ensure!(left == ["keys.json"], "after {at}: {left:?} is left");
            fs::remove_file(stage.folder.join("keys.json"))?;
            fs::remove_file(project.module().join("terraform.tfstate"))?;
            stage.reset()?;
        }
        Ok(())
    })
}
