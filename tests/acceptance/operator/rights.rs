//! What an operator may do, when root is gone: it does not give its own rights away, and gets them back with the key shares. It
//! is gone only if its login is.

use std::fs;

use acceptance::cli::matcher::{has_length, is};
use acceptance::cli::{Cli, Complaint};
use acceptance::{Http, Scenario};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::OPERATOR;
use crate::new_server::{Stage, UNSEAL};
use crate::on_server::product;

const POLICY: &str = "/v1/sys/policies/acl/operator";
const ROLE: &str = "/v1/auth/operator/role/operator";
/// Enough to live by, and not to look after itself.
const LITTLE: &str = "path \"a\" { capabilities = [\"read\"] }";
const RECOVERS: &str = "  recover_with_shares = true\n";

#[test]
fn opentofu() -> Result<()> {
    given_away_and_back(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    given_away_and_back(Cli::Terraform)
}

struct Operator<'a>(Stage<'a>);

impl Operator<'_> {
    fn with(&self, lines: &str) -> String {
        let stage = &self.0;
        let [keys, role_id, secret_id] = ["keys.json", "role_id", "secret_id"].map(|name| stage.path(name));
        let block = format!(
            "  keys_file = {keys:?}\n  auth_login_approle = {{ mount = \"operator\", role_id_file = {role_id:?}, secret_id_file = {secret_id:?} }}\n"
        );
        let all = stage.init_and_unseal("keys.json", "");
        let (_, resources) = all.split_once("}\n").unwrap_or_default();
        format!(
            "{}{resources}resource \"secretzero_operator\" \"this\" {{\n  role_id_file = {role_id:?}\n  secret_id_file = {secret_id:?}\n{lines}  \
             depends_on = [{UNSEAL}]\n}}\n",
            stage.at(stage.server.address(), &block)
        )
    }

    /// With a login of the operator.
    fn http(&self) -> Result<Http> {
        let read = |name: &str| fs::read_to_string(self.0.folder.join(name));
        let body = json!({ "role_id": read("role_id")?, "secret_id": read("secret_id")? });
        let reply = self.0.server.anonymous()?.post("/v1/auth/operator/login", &body)?.ok()?;
        self.0.server.client(reply["auth"]["client_token"].as_str().context("there is no token")?)
    }

    fn policy(&self) -> Result<String> {
        let reply = self.http()?.get(POLICY)?.ok()?;
        Ok(reply["data"]["policy"].as_str().context("there is no policy")?.to_owned())
    }

    fn root(&self) -> Result<u16> {
        let keys: Value = serde_json::from_str(&fs::read_to_string(self.0.folder.join("keys.json"))?)?;
        let token = keys.pointer("/root_token").and_then(Value::as_str).context("there is no root token")?;
        Ok(self.0.server.client(token)?.get("/v1/auth/token/lookup-self")?.status)
    }

    fn has_its_files(&self) -> Result<()> {
        let left = self.0.files("")?;
        ensure!(left == ["keys.json", "role_id", "secret_id"], "{left:?} is there");
        Ok(())
    }
}

fn given_away_and_back(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let operator = Operator(Stage::create(scenario, cli, "")?);
        let stage = &operator.0;
        let marker = stage.folder.join("secret_id.destroying");
        let little = format!("  policy = {LITTLE:?}\n");
        stage
            .story()
            .apply(operator.with(""))
            .creates(OPERATOR)
            .attribute(OPERATOR, "/root_revoked", is(true))
            .between("learn the keys", || stage.learn("keys.json").map(drop))
            // Once it had written this, it could not take it back.
            .apply_fails(operator.with(&little))
            .error(
                Complaint::new("The Policy of the Operator Is Not Enough")
                    .detail("Nothing was changed")
                    .about(OPERATOR),
            )
            .between("see that it may do what it did", || {
                ensure!(operator.policy()?.contains("sys/quotas"), "the policy is another");
                operator.has_its_files()
            })
            .plan_fails(operator.with("  mount = \"elsewhere\"\n"))
            .error(Complaint::new("An Operator Is Not Replaced Without Root").about(OPERATOR).at("mount"))
            .plan_fails(operator.with("  name = \"somebody\"\n"))
            .error(Complaint::new("An Operator Is Not Replaced Without Root").about(OPERATOR).at("name"))
            .apply(operator.with(""))
            .changes_nothing()
            .between("change what nobody has asked for", || {
                let more =
                    json!({ "token_policies": ["operator", "more"], "token_max_ttl": 3600, "secret_id_num_uses": 7 });
                operator.http()?.post(ROLE, &more)?.ok().map(drop)
            })
            .apply_again()
            .updates(OPERATOR)
            .attribute(OPERATOR, "/drift", has_length(0))
            .between("see that it was set right, and let it no longer make tokens", || {
                let role = operator.http()?.get(ROLE)?.ok()?;
                let found = [
                    &role["data"]["token_policies"],
                    &role["data"]["token_max_ttl"],
                    &role["data"]["secret_id_num_uses"],
                ];
                ensure!(found == [&json!(["operator"]), &json!(0), &json!(0)], "{role}");
                let less = operator.policy()? + "path \"auth/token/create-orphan\" { capabilities = [\"deny\"] }\n";
                operator.http()?.put(POLICY, &json!({ "policy": less }))?.ok()?;
                Ok(fs::write(&marker, "by a run that was cut off")?)
            })
            // It can log in, so it is not gone, whatever an earlier run has begun.
            .destroy_fails()
            .error(Complaint::new("Destroying the operator").detail("permission denied"))
            .between("see that nothing is lost", || operator.has_its_files())
            .apply_again()
            .updates(OPERATOR)
            .attribute(OPERATOR, "/drift", has_length(0))
            .between("take its rights away", || {
                operator.http()?.put(POLICY, &json!({ "policy": LITTLE }))?.ok().map(drop)
            })
            .apply_again()
            .changes_nothing()
            .warning(Complaint::new("The operator may not look at itself").detail("recover_with_shares"))
            .apply(operator.with(RECOVERS))
            .updates(OPERATOR)
            .warning(Complaint::new("A root token was made with the key shares"))
            .attribute(OPERATOR, "/drift", has_length(0))
            .between("see that it has its rights back, and that root is still revoked", || {
                ensure!(operator.policy()?.contains("sys/quotas") && operator.root()? == 403, "it is not as before");
                operator.has_its_files()
            })
            .destroy()
            .between("see that nothing is left", || {
                ensure!(stage.files("")? == ["keys.json"], "{:?} is left", stage.files("")?);
                Ok(())
            })
            .run()
    })
}
