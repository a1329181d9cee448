//! `secretzero_operator` on a server that was just initialised: what is refused before anything is done, a policy that is not
//! enough, and what root is worth afterwards. The stack of `bootstrap` has its whole life.

mod cert_role;
mod rights;

use std::cell::RefCell;
use std::fs;

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::new_server::{Stage, UNSEAL};
use crate::on_server::product;

const OPERATOR: &str = "secretzero_operator.this";

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
        let stage = Stage::create(scenario, cli, "")?;
        let login = |mount: &str| {
            format!(
                "  keys_file = {:?}\n  auth_login_approle = {{ mount = {mount:?}, role_id_file = {:?}, secret_id_file = {:?} }}\n",
                stage.path("keys.json"),
                stage.path("role_id"),
                stage.path("secret_id")
            )
        };
        let with = |block: &str, lines: &str| {
            let all = stage.init_and_unseal("keys.json", "");
            let (_, resources) = all.split_once("}\n").unwrap_or_default();
            let provider = stage.at(stage.server.address(), block);
            format!(
                "{provider}{resources}resource \"secretzero_operator\" \"this\" {{\n  role_id_file = {:?}\n  secret_id_file = {:?}\n{lines}  \
                 depends_on = [{UNSEAL}]\n}}\n",
                stage.path("role_id"),
                stage.path("secret_id")
            )
        };
        let token = || -> Result<String> {
            let keys: Value = serde_json::from_str(&fs::read_to_string(stage.folder.join("keys.json"))?)?;
            keys.pointer("/root_token").and_then(Value::as_str).map(str::to_owned).context("there is no root token")
        };
        let root = || Ok::<_, anyhow::Error>(stage.server.client(&token()?)?.get("/v1/auth/token/lookup-self")?.status);
        let spare = RefCell::new(String::new());
        let nothing_was_made = || {
            ensure!(!stage.folder.join("secret_id").exists(), "there are credentials");
            ensure!(root()? == 200, "root is dead");
            Ok(())
        };
        stage
            .story()
            .apply_fails(with(&format!("  keys_file = {:?}\n", stage.path("keys.json")), ""))
            .error(Complaint::new("The Provider Block Has No Login for an Operator").about(OPERATOR))
            .between("learn the keys", || stage.learn("keys.json").map(drop))
            .apply_fails(with(&login("another"), ""))
            .error(Complaint::new("Another Login Than That of the Provider Block").detail("another").about(OPERATOR))
            .between("see that nothing was made", nothing_was_made)
            // It could neither be looked after nor destroyed with this, so root stays until it can.
            .apply_fails(with(&login("operator"), "  policy = \"path \\\"a\\\" { capabilities = [\\\"read\\\"] }\"\n"))
            .error(
                Complaint::new("The Policy of the Operator Is Not Enough").detail("sys/auth/operator").about(OPERATOR),
            )
            .between("see that root is still there", nothing_was_made)
            .between("make a policy of somebody else", || {
                let body = json!({ "policy": "path \"theirs\" { capabilities = [\"read\"] }" });
                stage.server.client(&token()?)?.put("/v1/sys/policies/acl/operator", &body)?.ok().map(drop)
            })
            .apply_fails(with(&login("operator"), "  keep_root = true\n"))
            .error(
                Complaint::new("The Policy of the Operator Is Another's")
                    .detail("policy delete operator")
                    .about(OPERATOR),
            )
            .between("see that nothing was made, and remove it", || {
                nothing_was_made()?;
                let root = stage.server.client(&token()?)?;
                let found = root.get("/v1/sys/policies/acl/operator")?.ok()?["data"]["policy"].to_string();
                ensure!(found.contains("theirs"), "the policy is {found}");
                root.delete("/v1/sys/policies/acl/operator")?.ok().map(drop)
            })
            .apply(with(&login("operator"), "  keep_root = true\n"))
            .creates(OPERATOR)
            .attribute(OPERATOR, "/root_revoked", is(false))
            .between("see that root was kept", || {
                ensure!(root()? == 200, "root is dead");
                let body = json!({ "policies": ["root"], "no_parent": true });
                let made = stage.server.client(&token()?)?.post("/v1/auth/token/create", &body)?.ok()?;
                let made = made.pointer("/auth/client_token").and_then(Value::as_str).context("there is no token")?;
                scenario.learnt("the second root token", made)?;
                spare.replace(made.to_owned());
                Ok(())
            })
            .apply(with(&login("operator"), "  token_ttl = \"10m\"\n"))
            .updates(OPERATOR)
            .attribute(OPERATOR, "/root_revoked", is(true))
            .between("see that root was revoked", || {
                ensure!(root()? == 403, "root is alive");
                Ok(())
            })
            // As when a backup from before comes back: root lives again, and the credentials are of another life.
            .between("bring root back, and lose the credentials", || {
                let keys = stage.folder.join("keys.json");
                let mut text: Value = serde_json::from_str(&fs::read_to_string(&keys)?)?;
                text["root_token"] = spare.borrow().clone().into();
                fs::write(&keys, text.to_string())?;
                fs::remove_file(stage.folder.join("secret_id"))?;
                fs::remove_file(stage.folder.join("role_id"))?;
                ensure!(root()? == 200, "root is dead");
                Ok(())
            })
            .apply_again()
            .updates(OPERATOR)
            .between("see that root was revoked again", || {
                ensure!(root()? == 403, "root is alive");
                Ok(())
            })
            .apply(with(&login("operator"), "  token_ttl = \"10m\"\n  secret_id_version = 2\n"))
            .updates(OPERATOR)
            .changes(OPERATOR, "/secret_id_accessor")
            .destroy()
            .between("see that the credentials are gone", || {
                ensure!(
                    !stage.folder.join("secret_id").exists() && !stage.folder.join("role_id").exists(),
                    "they are there"
                );
                Ok(())
            })
            .run()
    })
}
