//! Shares and root token that the server encrypts with PGP: only their holders can use them, and everybody else is told so.

use std::fs;
use std::process::{Command, Stdio};

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is};
use acceptance::cli::{Cli, Complaint, Import, workspace_binary};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::gpg::Gpg;
use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

#[test]
fn opentofu() -> Result<()> {
    life(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    life(Cli::Terraform)
}

/// A text with line breaks, in a configuration.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The shares in a file with keys, in base64.
fn shares(stage: &Stage<'_>) -> Result<Vec<String>> {
    let keys: Value = serde_json::from_str(&fs::read_to_string(stage.folder.join("keys.json"))?)?;
    let list = keys.get("unseal_keys_b64").and_then(Value::as_array).context("there are no shares")?;
    Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn life(cli: Cli) -> Result<()> {
    let Some(gpg) = Gpg::find()? else { return Ok(()) };
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let (ada, bob) = (quoted(&gpg.make("ada")?), quoted(&gpg.make("bob")?));
        let home = format!("  keys = {{ file = {:?} }}\n  shares = 2\n  threshold = 2\n", stage.path("keys.json"));
        let root = format!("  root_token = {{ file = {:?} }}\n", stage.path("root.json"));
        let with = |lines: &str| stage.init(&format!("{home}{lines}"));
        let both = format!("  pgp_keys = [{ada}, {bob}]\n");
        let unseal = "resource \"secretzero_unseal\" \"this\" {\n  keys = secretzero_init.this.keys\n}\n";
        let whole = format!("{}{unseal}", with(&format!("{both}{root}")));
        let encrypted = with(&format!("{both}  root_token_pgp_key = {ada}\n"));
        let policy = "resource \"secretzero_policy\" \"a\" {\n  name = \"a\"\n  policy = \"path \\\"a\\\" { capabilities = [\\\"read\\\"] }\"\n}\n";
        let as_root = stage.at(stage.server.address(), &format!("  keys_file = {:?}\n", stage.path("keys.json")));
        let with_root = format!("{as_root}{}{policy}", encrypted.split_once("}\n").context("no provider block")?.1);
        stage
            .story()
            .validate_fails(with(&format!("  pgp_keys = [{ada}]\n{root}")))
            .error(
                Complaint::new("Not a Public Key for Each Share")
                    .detail("2 shares and 1 public")
                    .about(INIT)
                    .at("pgp_keys"),
            )
            .validate_fails(with(&format!("  pgp_keys = [{ada}, \"ssh-ed25519 AAAA\"]\n{root}")))
            .error(Complaint::new("Not a Public Key of PGP").about(INIT).at("pgp_keys"))
            .validate_fails(with(&both))
            .error(Complaint::new("Root Token Without a Home").detail("root_token_pgp_key").about(INIT))
            .apply_fails(stage.init(&format!(
                "  keys = {{ file = {:?} }}\n  recovery_pgp_keys = [{ada}, {ada}, {ada}, {bob}, {bob}]\n{root}",
                stage.path("keys.json")
            )))
            .error(Complaint::new("Public Keys for the Other Kind of Seal").detail("pgp_keys").about(INIT))
            .between("see that nothing was done", || {
                ensure!(stage.server.health()? == 501 && stage.files("")?.is_empty(), "something was done");
                Ok(())
            })
            .apply(with(&format!("{both}{root}")))
            .attribute(INIT, "/key_fingerprints", has_length(2))
            .attribute(INIT, "/shares", is(2))
            .apply_fails(&*whole)
            .error(
                Complaint::new("The server is sealed, and the keys can't unseal it")
                    .detail("encrypted with PGP")
                    .about(UNSEAL),
            )
            .between("see that the command line says the same", || {
                let output = Command::new(workspace_binary("secretzero")?)
                    .args(["unseal", "--keys-file", &stage.path("keys.json")])
                    .env_clear()
                    .env("BAO_ADDR", stage.server.address())
                    .env("VAULT_CACERT", stage.server.authority().certificate_file())
                    .stdin(Stdio::null())
                    .output()?;
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                ensure!(output.status.code() == Some(1) && said.contains("PGP"), "{output:?}");
                Ok(())
            })
            .between("let the holders unseal it", || {
                let http = stage.server.anonymous()?;
                for share in shares(&stage)? {
                    let opened = gpg.open(&share)?;
                    stage.scenario.learnt("a share that its holder has decrypted", &opened)?;
                    http.put("/v1/sys/unseal", &json!({ "key": opened }))?.ok()?;
                }
                stage.learn("root.json")?;
                stage.server.wait_active()
            })
            .apply(&*whole)
            .creates(UNSEAL)
            .leaves(INIT)
            .attribute(UNSEAL, "/ready", is(true))
            .plan_fails(whole.replace(&both, &format!("  pgp_keys = [{bob}, {ada}]\n")))
            .error(
                Complaint::new("The shares of an initialised server are not encrypted anew").about(INIT).at("pgp_keys"),
            )
            .apply(&*whole)
            .changes_nothing()
            .import(INIT, Import::IdAt("/id".to_owned()))
            .ignoring("/pgp_keys")
            .ignoring("/root_token")
            .destroy()
            .apply(&*whole)
            .warning(Complaint::new("The server is initialised already, and taken over"))
            .destroy()
            // The root token, too.
            .between("reset the server and take the keys away", || {
                fs::remove_file(stage.folder.join("keys.json"))?;
                fs::remove_file(stage.folder.join("root.json"))?;
                stage.reset()
            })
            .apply(&*encrypted)
            .creates(INIT)
            .between("look at the root token, and unseal", || {
                let keys: Value = serde_json::from_str(&fs::read_to_string(stage.folder.join("keys.json"))?)?;
                let made = keys.pointer("/secretzero/product").and_then(Value::as_str).unwrap_or_default();
                ensure!(made.starts_with(stage.server.product().name()), "the keys are of {made:?}");
                for share in shares(&stage)? {
                    let opened = gpg.open(&share)?;
                    stage.scenario.learnt("a share that its holder has decrypted", &opened)?;
                    stage.server.anonymous()?.put("/v1/sys/unseal", &json!({ "key": opened }))?.ok()?;
                }
                stage.server.wait_active()?;
                let token = keys.pointer("/root_token").and_then(Value::as_str).context("there is no root token")?;
                let token = gpg.open(token)?;
                stage.scenario.learnt("a root token that its holder has decrypted", &token)?;
                stage.server.client(&token)?.get("/v1/auth/token/lookup-self")?.ok().map(drop)
            })
            .apply_fails(with_root)
            .error(Complaint::new("Unusable Credentials for the Server").detail("encrypted with PGP"))
            .run()
    })
}
