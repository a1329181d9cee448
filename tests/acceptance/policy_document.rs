//! The data source `secretzero_policy_document` and the functions that write policies, under the real `tofu` with OpenBao and
//! `terraform` with Vault: what they write is taken by the server, and means what was meant.

use acceptance::Scenario;
use acceptance::cli::matcher::{is, matches};
use acceptance::cli::{Cli, Complaint};
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product};

const DOCUMENT: &str = "data.secretzero_policy_document.one";
const RIGHTS: &str = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

/// Everything that both servers know, and texts that mean something to a scanner.
const RULES: &str = r##"
data "secretzero_policy_document" "base" {
  rule {
    path         = "base/*"
    capabilities = ["read"]
  }
}

data "secretzero_policy_document" "one" {
  source_documents = [data.secretzero_policy_document.base.json]
  rule {
    path                = "kv/data/a \"b\" \\ {{identity.entity.id}}/+/c*"
    description         = "Two lines,\nand a \"quote\" # { }."
    capabilities        = ["create", "update", "patch", "sudo"]
    required_parameters = ["ttl"]
    min_wrapping_ttl    = "1s"
    max_wrapping_ttl    = "90m"
    allowed_parameter {
      key   = "ttl"
      value = ["1h", "a\"b\\c\n$${d}"]
    }
    allowed_parameter {
      key   = "*"
      value = []
    }
    denied_parameter {
      key   = "no-such"
      value = ["x"]
    }
  }
  rule {
    path         = "kv/metadata/*"
    capabilities = ["list", "delete", EXTRA]
  }
}
"##;

#[test]
fn opentofu() -> Result<()> {
    on(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    on(Cli::Terraform)
}

fn on(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        documents(&OnServer::create(scenario, cli, "documents", RIGHTS)?, cli)?;
        functions(&OnServer::create(scenario, cli, "functions", RIGHTS)?)
    })
}

fn policy(name: &str, text: &str) -> String {
    format!("resource \"secretzero_policy\" {name:?} {{\n  name   = \"document-{name}\"\n  policy = {text}\n}}\n")
}

/// What only one of the servers knows.
fn extra(cli: Cli) -> &'static str {
    match cli {
        Cli::OpenTofu => "scan",
        Cli::Terraform => "subscribe",
    }
}

fn documents(stage: &OnServer, cli: Cli) -> Result<()> {
    let rules = RULES.replace("EXTRA", &format!("{:?}", extra(cli)));
    let bare: String =
        rules.lines().filter(|line| !line.contains("description")).map(|line| format!("{line}\n")).collect();
    let (hcl, json) = ("data.secretzero_policy_document.one.hcl", "data.secretzero_policy_document.one.json");
    let in_json = policy("json", json);
    stage
        .story()
        .apply(stage.with(&(rules.clone() + &policy("one", hcl) + &in_json)))
        .creates("secretzero_policy.one")
        .creates("secretzero_policy.json")
        .attribute(DOCUMENT, "/hcl", matches("with comments, behind the source", |text: &Value| {
            let text = text.as_str().unwrap_or_default();
            text.starts_with("path \"base/*\"") && text.contains("# Two lines,\n# and a \"quote\" # { }.\npath \"kv/data/")
        }))
        .between("see that the server has the paths", || {
            let reply = stage.get("sys/policies/acl/document-json")?.unwrap_or_default();
            let text = reply["data"]["policy"].as_str().unwrap_or_default();
            ensure!(text.contains("\\u0024{d}") && text.contains("Two lines,\\nand"), "the server has {text}");
            Ok(())
        })
        // A comment makes no difference to what is granted, and neither does the form.
        .apply(stage.with(&(bare.clone() + &policy("one", hcl))))
        .leaves("secretzero_policy.one")
        .apply(stage.with(&(bare + &policy("one", json))))
        .leaves("secretzero_policy.one")
        .validate_fails(stage.with(
            "data \"secretzero_policy_document\" \"one\" {\n  rule {\n    path         = \"a\"\n    capabilities = [\"dance\"]\n  }\n  \
             rule {\n    path         = \"a/+*\"\n    capabilities = [\"read\"]\n  }\n}\n",
        ))
        .error(Complaint::new("").detail("subscribe").about(DOCUMENT).at("capabilities"))
        .error(Complaint::new("Not a Rule").detail("+*").about(DOCUMENT))
        .plan_fails(stage.with(
            "data \"secretzero_policy_document\" \"one\" {\n  source_documents = [\"path \\\"a\\\" {}\"]\n}\n",
        ))
        .error(Complaint::new("Not a Document to Merge").detail("must be JSON").about(DOCUMENT))
        .run()
}

fn functions(stage: &OnServer) -> Result<()> {
    let call = |text: &str| format!("provider::secretzero::{text}");
    let rule = "{ rules = [{ path = \"a\", description = \"For a.\", capabilities = [\"read\"], \
                allowed_parameters = { ttl = [\"1h\"] } }] }";
    let policies = [
        policy("function", &call(&format!("policy_document({rule})"))),
        policy("readonly", &call("kv_readonly_policy(\"kv\", \"\", 2)")),
        policy("readwrite", &call("kv_readwrite_policy(\"kv\", \"team/app\", 2)")),
        policy("metrics", &call("metrics_policy()")),
    ];
    let paths = format!(
        "output \"data\" {{\n  value = {0}.data\n}}\noutput \"undelete\" {{\n  value = {0}.undelete\n}}\n",
        call("kv_path(\"kvv2\", \"app/config\")")
    );
    let output = |text: &str| stage.with(&format!("output \"data\" {{\n  value = {}\n}}\n", call(text)));
    let may = |policy: &str, path: &str| -> Result<Value> {
        let token = stage.server.root()?.post(
            "/v1/auth/token/create",
            &json!({ "policies": [format!("document-{policy}")], "no_default_policy": true, "ttl": "5m" }),
        )?;
        let accessor = token.ok()?["auth"]["accessor"].clone();
        let body = json!({ "accessor": accessor, "paths": [path] });
        Ok(stage.server.root()?.post("/v1/sys/capabilities-accessor", &body)?.ok()?["data"][path].clone())
    };
    stage
        .story()
        .apply(stage.with(&(policies.concat() + &paths)))
        .output("data", is("kvv2/data/app/config"))
        .output("undelete", is("kvv2/undelete/app/config"))
        .between("see what they grant", || {
            for (policy, path, expected) in [
                ("readonly", "kv/data/any/thing", json!(["read"])),
                ("readonly", "kv/metadata/any/", json!(["list", "read"])),
                ("readonly", "kv/destroy/any", json!(["deny"])),
                ("readwrite", "kv/data/team/app", json!(["create", "delete", "patch", "read", "update"])),
                ("readwrite", "kv/data/team/app/x", json!(["create", "delete", "patch", "read", "update"])),
                ("readwrite", "kv/data/team/application", json!(["deny"])),
                ("readwrite", "kv/metadata/team/app/", json!(["delete", "list", "read"])),
                ("metrics", "sys/metrics", json!(["list", "read"])),
                ("function", "a", json!(["read"])),
            ] {
                let found = may(policy, path)?;
                ensure!(found == expected, "{policy} at {path}: {found}");
            }
            Ok(())
        })
        .plan_fails(output("policy_document({ rules = [{ path = \"a\", capabilities = [\"read\"], ttl = 1 }] })"))
        .error(Complaint::new("").detail("there is no attribute \"ttl\""))
        .plan_fails(output("kv_path(\"kv/\", \"a\")"))
        .error(Complaint::new("").detail("without one at either end"))
        .plan_fails(output("kv_readonly_policy(\"kv\", \"a\", 3)"))
        .error(Complaint::new("").detail("must be 1 or 2"))
        .run()
}
