//! The example engine through the servers' own command lines, and the documents that they make of it.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use acceptance::cli::workspace_binary;
use acceptance::{Product, Scenario, VaultServer, wait_until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::plugin_requests::{PROGRAM, TOOLS, VERSION};

/// Each path of the example, with values in place of its fields.
const PATHS: [&str; 15] = [
    "",
    "about",
    "answer/data",
    "fault/panic",
    "fault/slow",
    "headers",
    "kv/",
    "kv/a/b",
    "lend/a",
    "loans",
    "log",
    "rename/a",
    "status",
    "task/kind",
    "work",
];

/// One of the servers' command lines.
struct Line<'a> {
    server: &'a VaultServer,
    token: &'a str,
}

impl Line<'_> {
    fn run(&self, arguments: &str) -> Result<String> {
        self.server.cli(self.token, arguments.split(' ')).with_context(|| arguments.to_owned())
    }

    fn json(&self, arguments: &str) -> Result<Value> {
        serde_json::from_str(&self.run(arguments)?).with_context(|| format!("the answer to {arguments} is no JSON"))
    }

    fn refused(&self, arguments: &str, text: &str) -> Result<()> {
        let Err(error) = self.run(arguments) else { anyhow::bail!("{arguments} succeeded") };
        let error = format!("{error:#}");
        ensure!(error.contains(text), "{arguments} says {error:?} and not {text:?}");
        Ok(())
    }
}

/// Registers the example as `name` and mounts it there, all with the command line, and takes it away again.
fn on_each(scenario: &Scenario, name: &str, test: impl Fn(&Line<'_>) -> Result<()>) -> Result<()> {
    let program = workspace_binary(PROGRAM)?;
    let sum: String = Sha256::digest(fs::read(&program)?).iter().map(|byte| format!("{byte:02x}")).collect();
    for product in Product::ALL {
        let server = VaultServer::shared(scenario, product)?;
        let line = Line { server, token: &server.keys()?.root_token };
        let run = || {
            fs::hard_link(&program, server.plugin_directory().join(name))?;
            line.run(&format!("plugin register -sha256={sum} -command={name} -version={VERSION} secret {name}"))?;
            let info = line.json(&format!("plugin info -format=json -version={VERSION} secret {name}"))?;
            ensure!(info["sha256"] == sum.as_str() && info["version"] == VERSION, "{info}");
            line.run(&format!("secrets enable -path={name} -plugin-version={VERSION} {name}"))?;
            test(&line)?;
            line.run(&format!("plugin reload -plugin={name}"))?;
            line.run(&format!("secrets disable {name}"))?;
            line.run(&format!("plugin deregister -version={VERSION} secret {name}"))?;
            let list = line.run("plugin list -format=json -detailed secret")?;
            ensure!(!list.contains(name), "{list}");
            Ok(())
        };
        run().with_context(|| format!("on {}", product.name()))?;
    }
    Ok(())
}

#[test]
fn objects() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "cli-kv", |line| {
            line.run("write cli-kv/kv/door code=1234 colour=red")?;
            let read = line.json("read -format=json cli-kv/kv/door")?;
            ensure!(read["data"] == json!({ "code": "1234", "colour": "red" }), "{read}");
            ensure!(line.run("read -field=code cli-kv/kv/door")? == "1234", "the field is another");
            let file = scenario.folder().join("value.json");
            let value =
                json!({ "text": "two\nlines \u{2028}\u{1} \"ä\"", "list": [1, 2.5, null], "deep": { "a": true } });
            fs::write(&file, value.to_string())?;
            line.run(&format!("write -format=json cli-kv/kv/folder/file @{}", file.display()))?;
            let read = line.json("read -format=json cli-kv/kv/folder/file")?;
            ensure!(read["data"] == value, "{read}");
            ensure!(line.json("list -format=json cli-kv/kv/")? == json!(["door", "folder/"]), "the list is another");
            ensure!(line.json("list -format=json cli-kv/kv/folder")? == json!(["file"]), "the folder is another");
            let table = line.run("list cli-kv/kv")?;
            ensure!(table.lines().any(|row| row == "door"), "{table}");
            line.run("write -force cli-kv/work")?;
            line.run("write cli-kv/rename/door to=gate")?;
            line.refused("read cli-kv/kv/door", "No value found")?;
            ensure!(line.run("read -field=colour cli-kv/kv/gate")? == "red", "what was renamed is another");
            line.run("delete cli-kv/kv/gate")?;
            line.refused("read cli-kv/kv/gate", "No value found")?;
            line.refused("write -force cli-kv/rename/a", "\"to\" is missing")?;
            line.refused("patch cli-kv/kv/a x=1", "unsupported operation")?;
            line.refused("write cli-kv/nowhere x=1", "unsupported path")?;
            line.refused("list cli-kv/status", "unsupported operation")
        })
    })
}

#[test]
fn leases() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "cli-lend", |line| {
            line.run("write cli-lend/kv/door code=1234")?;
            let lend = || -> Result<String> {
                let lent = line.json("read -format=json cli-lend/lend/door ttl=10m")?;
                ensure!(lent["lease_duration"] == 600 && lent["renewable"] == true, "{lent}");
                Ok(lent["lease_id"].as_str().context("no lease")?.to_owned())
            };
            let lease = lend()?;
            let renewed = line.json(&format!("lease renew -format=json -increment=60 {lease}"))?;
            ensure!(renewed["lease_duration"] == 60, "{renewed}");
            let loans = line.json("list -format=json -detailed cli-lend/loans").context("the list with details")?;
            ensure!(loans.to_string().contains("\"renewals\":1"), "{loans}");
            line.run(&format!("lease revoke -sync {lease}"))?;
            line.refused(&format!("lease renew {lease}"), "lease")?;
            for _ in 0..3 {
                lend()?;
            }
            let left = line.json("list -format=json cli-lend/loans")?;
            ensure!(left.as_array().map(Vec::len) == Some(3), "{left}");
            line.run("lease revoke -prefix -sync cli-lend/")?;
            line.refused("list cli-lend/loans", "")
        })
    })
}

#[test]
fn help() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "cli-help", |line| {
            for path in PATHS {
                let help = line.run(&format!("path-help cli-help/{path}"))?;
                let expected = if path.is_empty() { "kv/{name" } else { "## OPERATIONS" };
                ensure!(help.contains(expected), "the help on {path:?} has no {expected:?}: {help}");
            }
            line.refused("path-help cli-help/nowhere", "unsupported path")?;
            let client = line.server.root()?;
            // A mount of another test that is just being removed fails the document of the whole server.
            let document = || client.get("/v1/sys/internal/specs/openapi")?.ok();
            let document = wait_until("the document", Duration::from_secs(30), document)?;
            is_well_formed(&document, "/cli-help/")
        })
    })
}

/// What a reader of OpenAPI 3 relies on, for all paths below a prefix. References are followed nowhere, so there must be none.
fn is_well_formed(document: &Value, prefix: &str) -> Result<()> {
    let version = document["openapi"].as_str().context("no version")?;
    ensure!(version.starts_with("3.0."), "the version is {version}");
    ensure!(document["info"]["title"].is_string() && document["info"]["version"].is_string(), "{}", document["info"]);
    let paths = document["paths"].as_object().context("no paths")?;
    let ours: Vec<(&String, &Value)> = paths.iter().filter(|(path, _)| path.starts_with(prefix)).collect();
    ensure!(ours.len() >= PATHS.len() - 4, "only {} paths", ours.len());
    let mut operations = BTreeSet::new();
    for (path, item) in ours {
        path_item(path, item, &mut operations).with_context(|| format!("in {path}: {item}"))?;
    }
    Ok(())
}

fn path_item(path: &str, item: &Value, operations: &mut BTreeSet<String>) -> Result<()> {
    let item = item.as_object().context("no object")?;
    ensure!(!Value::from(item.clone()).to_string().contains("\"$ref\""), "a reference");
    let in_path: BTreeSet<&str> =
        path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
    let common = parameters(item)?;
    let mut count = 0;
    for method in ["get", "post", "delete", "patch"] {
        let Some(operation) = item.get(method) else { continue };
        let operation = operation.as_object().with_context(|| format!("{method} is no object"))?;
        count += 1;
        let responses = operation.get("responses").and_then(Value::as_object).context("no responses")?;
        ensure!(!responses.is_empty(), "{method} has no responses");
        for (status, response) in responses {
            ensure!(status.parse::<u16>().is_ok() || status == "default", "the status {status:?}");
            ensure!(response["description"].is_string(), "{method} {status} has no description");
        }
        let id = operation.get("operationId").and_then(Value::as_str).context("no operationId")?;
        ensure!(operations.insert(id.to_owned()), "the operationId {id} is there twice");
        let named: BTreeSet<&str> = common.union(&parameters(operation)?).copied().collect();
        ensure!(in_path.is_subset(&named), "{method}: of {in_path:?} only {named:?} are described");
        if let Some(body) = operation.get("requestBody") {
            let form = if method == "patch" { "application/merge-patch+json" } else { "application/json" };
            schema(&body["content"][form]["schema"]).with_context(|| format!("the body of {method}"))?;
        }
    }
    ensure!(count > 0, "no operations");
    Ok(())
}

/// The names of parameters.
fn parameters(of: &Map<String, Value>) -> Result<BTreeSet<&str>> {
    let Some(list) = of.get("parameters") else { return Ok(BTreeSet::new()) };
    list.as_array().context("parameters are no list")?.iter().map(parameter).collect()
}

fn parameter(parameter: &Value) -> Result<&str> {
    let place = parameter["in"].as_str().context("a parameter is nowhere")?;
    ensure!(matches!(place, "path" | "query" | "header"), "a parameter is in {place}");
    ensure!(place != "path" || parameter["required"] == true, "{parameter} may be missing");
    schema(&parameter["schema"]).with_context(|| parameter.to_string())?;
    parameter["name"].as_str().context("a parameter without a name")
}

fn schema(schema: &Value) -> Result<()> {
    let kind = schema["type"].as_str().with_context(|| format!("{schema} has no type"))?;
    ensure!(matches!(kind, "object" | "array" | "string" | "integer" | "number" | "boolean"), "the type {kind}");
    if kind == "array" {
        self::schema(&schema["items"])?;
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        self::schema(property).with_context(|| format!("the property {name}"))?;
    }
    Ok(())
}
