//! The example engine on both real servers: what requests come to.

use std::time::Duration;

use acceptance::cli::workspace_binary;
use acceptance::{Product, Reply, Scenario, VaultPlugin, VaultServer, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use testbed::Tool;

/// What the harness builds.
pub(crate) const PROGRAM: &str = "vault-plugin-secrets-example";

/// As the example reports it.
pub(crate) const VERSION: &str = "v0.1.0";

/// Both servers.
pub(crate) const TOOLS: [Tool; 2] = [Tool::OpenBao, Tool::Vault];

/// Runs a test on the shared server of each product, with the example at a mount that no other test has.
fn on_each(scenario: &Scenario, mount: &str, test: impl Fn(&VaultPlugin<'_>, &str) -> Result<()>) -> Result<()> {
    for product in Product::ALL {
        let server = VaultServer::shared(scenario, product)?;
        // A name of its own, so that reloads elsewhere don't end its process.
        let plugin = VaultPlugin::register(server, mount, &workspace_binary(PROGRAM)?, Some(VERSION))?;
        plugin.mount(mount, &json!({ "plugin_version": VERSION }))?;
        test(&plugin, &format!("/v1/{mount}")).with_context(|| format!("on {}", product.name()))?;
        plugin.unmount(mount)?;
    }
    Ok(())
}

/// The mount in a path of the API.
fn name(mount: &str) -> &str {
    mount.trim_start_matches("/v1/")
}

/// The error texts of a refusal.
pub(crate) fn errors(reply: &Reply) -> String {
    let errors = reply.body.pointer("/errors").and_then(Value::as_array).cloned().unwrap_or_default();
    errors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}

fn ensure_eq<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "{what}: {found:?} instead of {expected:?}");
    Ok(())
}

#[test]
fn objects_are_written_read_listed_and_deleted() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "example-kv", objects))
}

/// Objects, at a mount that is empty.
pub(crate) fn objects(plugin: &VaultPlugin<'_>, mount: &str) -> Result<()> {
    let client = plugin.client();
    let kv = format!("{mount}/kv");
    client.get(&format!("{kv}/a"))?.refused_with(404)?;
    let value = json!({ "code": "1234", "more": { "deep": [1, 2.5, true, null] } });
    client.put(&format!("{kv}/empty"), &json!({}))?.ok()?;
    ensure_eq("an empty object", &client.get(&format!("{kv}/empty"))?.ok()?["data"], &json!({}))?;
    client.delete(&format!("{kv}/empty"))?.ok()?;
    ensure_eq("a write", &client.put(&format!("{kv}/a"), &value)?.status, &204)?;
    client.put(&format!("{kv}/folder/b"), &json!({ "x": 1 }))?.ok()?;
    let read = client.get(&format!("{kv}/a"))?.ok()?;
    ensure_eq("what was written", &read["data"], &value)?;
    ensure_eq("its warnings", &read["warnings"], &Value::Null)?;
    ensure_eq("the list", &client.list(&format!("{kv}/"))?.ok()?["data"]["keys"], &json!(["a", "folder/"]))?;
    ensure_eq("the folder", &client.list(&format!("{kv}/folder/"))?.ok()?["data"]["keys"], &json!(["b"]))?;
    client.list(&format!("{kv}/none/"))?.refused_with(404)?;
    client.post(&format!("{mount}/rename/a"), &json!({ "to": "c" }))?.ok()?;
    client.get(&format!("{kv}/a"))?.refused_with(404)?;
    ensure_eq("what was renamed", &client.get(&format!("{kv}/c"))?.ok()?["data"], &value)?;
    client.delete(&format!("{kv}/c"))?.ok()?;
    client.get(&format!("{kv}/c"))?.refused_with(404)?;
    client.delete(&format!("{kv}/c"))?.ok()?;
    Ok(())
}

#[test]
fn a_loan_is_renewed_and_taken_back() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "example-lend", loans))
}

/// Leases, from the loan to the end.
pub(crate) fn loans(plugin: &VaultPlugin<'_>, mount: &str) -> Result<()> {
    let client = plugin.client();
    client.put(&format!("{mount}/kv/door"), &json!({ "code": "1234" }))?.ok()?;
    let lent = client.get(&format!("{mount}/lend/door?ttl=10m"))?.ok()?;
    ensure_eq("what is lent", &lent["data"], &json!({ "code": "1234" }))?;
    ensure_eq("for how long", &lent["lease_duration"], &json!(600))?;
    ensure_eq("and further", &lent["renewable"], &json!(true))?;
    let lease = lent["lease_id"].as_str().context("the answer has no lease")?.to_owned();
    let renewed = client.put("/v1/sys/leases/renew", &json!({ "lease_id": lease, "increment": 60 }))?.ok()?;
    ensure_eq("the renewal", &renewed["lease_duration"], &json!(60))?;
    let loans = client.list(&format!("{mount}/loans"))?.ok()?;
    let info = loans.pointer("/data/key_info").and_then(Value::as_object).context("there are no loans")?;
    let loan = info.values().next().context("there is no loan")?;
    ensure_eq("the loan", loan, &json!({ "name": "door", "to": "root", "renewals": 1 }))?;
    client.get(&format!("{mount}/lend/door"))?.ok()?;
    let page = client.get(&format!("{mount}/loans?list=true&limit=1"))?.ok()?;
    let names = |page: &Value| page["data"]["keys"].as_array().cloned().unwrap_or_default();
    // Vault has no pages in its storage: there the SDK cuts them.
    ensure_eq("the first page", &names(&page).len(), &1)?;
    client.put("/v1/sys/leases/revoke", &json!({ "lease_id": lease, "sync": true }))?.ok()?;
    let left = client.list(&format!("{mount}/loans"))?.ok()?;
    ensure_eq("the loans that are left", &names(&left).len(), &1)?;
    client.put(&format!("/v1/sys/leases/revoke-prefix/{}", name(mount)), &json!({ "sync": true }))?.ok()?;
    client.list(&format!("{mount}/loans"))?.refused_with(404)
}

#[test]
fn each_error_has_its_status_and_its_text() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "example-fault", faults))
}

/// Every kind of error, as clients see it.
pub(crate) fn faults(plugin: &VaultPlugin<'_>, mount: &str) -> Result<()> {
    let client = plugin.client();
    for (kind, status, text) in [
        ("bad-request", 400, "why"),
        ("permission-denied", 403, "why"),
        ("not-found", 404, "why"),
        ("unsupported-path", 404, "unsupported path"),
        ("unsupported-operation", 405, "unsupported operation"),
        ("conflict", 409, "why"),
        ("precondition-failed", 412, "why"),
        ("too-large", 413, "why"),
        ("too-many-requests", 429, "why"),
        ("bad-gateway", 502, "why"),
        ("unavailable", 503, "why"),
        ("read-only", 500, "cannot write to readonly storage"),
        ("unrecoverable", 500, "unrecoverable"),
        ("internal", 500, "internal error: why"),
        ("panic", 500, "internal error: the handler panicked"),
    ] {
        let reply = client.put(&format!("{mount}/fault/{kind}"), &json!({ "text": "why" }))?;
        ensure_eq(kind, &reply.status, &status)?;
        ensure!(errors(&reply).contains(text), "{kind} says {:?}, not {text:?}", errors(&reply));
    }
    let before = plugin.processes()?;
    let text = json!({ "text": "connection is shut down" });
    let reply = client.put(&format!("{mount}/fault/conflict"), &text)?;
    ensure_eq("a text that is acted on", &reply.status, &409)?;
    ensure_eq("the process after it", &plugin.processes()?, &before)
}

#[test]
fn what_is_wrong_in_a_request_is_said_to_its_sender() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "example-wrong", |plugin, mount| {
            let client = plugin.client();
            client.put(&format!("{mount}/kv/door"), &json!({ "code": "1234" }))?.ok()?;
            for (path, body, text) in [
                ("fault/slow", json!({ "time": "never" }), "\"time\" is a text of another form"),
                ("fault/slow", json!({ "time": -1 }), "\"time\" is a number"),
                ("fault/slow", json!({ "time": ["1s"] }), "\"time\" is a list"),
                ("fault/other", json!({}), "has to be one of"),
                ("rename/door", json!({}), "\"to\" is missing"),
                ("rename/door", json!({ "to": "a/b" }), "a name of letters"),
                ("kv/a..b", json!({ "x": 1 }), ""),
            ] {
                let reply = client.put(&format!("{mount}/{path}"), &body)?;
                ensure_eq(path, &reply.status, &400)?;
                ensure!(errors(&reply).contains(text), "{path} {body} says {:?}, not {text:?}", errors(&reply));
            }
            let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
            let reply = client.put(&format!("{mount}/kv/deep"), &json!({ "x": deep }))?;
            ensure_eq("deep JSON", &reply.status, &400)?;
            ensure!(errors(&reply).contains("127 levels"), "deep JSON: {:?}", errors(&reply));
            // More than an entry of the storage takes, in parts that the server takes.
            let large = json!({ "x": vec!["x".repeat(500_000); 4] });
            let reply = client.put(&format!("{mount}/kv/large"), &large)?;
            ensure_eq("a large value", &reply.status, &413)?;
            let body = json!({ "to": "gate", "name": "other", "unknown": 1 });
            let reply = client.put(&format!("{mount}/rename/door"), &body)?.ok()?;
            let warnings = reply["warnings"].to_string();
            ensure!(warnings.contains("unknown") && warnings.contains("the path itself"), "warned of {warnings}");
            client.get(&format!("{mount}/kv/gate"))?.ok()?;
            let large = json!({ "x": u64::MAX });
            client.put(&format!("{mount}/kv/large"), &large)?.ok()?;
            let read = client.get(&format!("{mount}/kv/large"))?.ok()?;
            ensure_eq("a large number", &read["data"]["x"], &json!("18446744073709551615"))?;
            ensure!(read["warnings"].to_string().contains("sent as text"), "no warning in {read}");
            Ok(())
        })
    })
}

#[test]
fn rules_of_paths_hold() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "example-rules", rules))
}

/// Who may do what.
pub(crate) fn rules(plugin: &VaultPlugin<'_>, mount: &str) -> Result<()> {
    let server = plugin.server();
    let about = server.anonymous()?.get(&format!("{mount}/about"))?;
    ensure_eq("without a token", &about.status, &200)?;
    ensure_eq("the text", &about.body, &json!("example engine 0.1.0\n"))?;
    server.anonymous()?.get(&format!("{mount}/status"))?.refused_with(403)?;
    let policy = |sudo: &str| format!("path \"{}/*\" {{ capabilities = [\"read\"{sudo}] }}", name(mount));
    let plain = server.token_with_policy(&format!("{}-plain", name(mount)), &policy(""))?;
    server.client(&plain)?.get(&format!("{mount}/status"))?.refused_with(403)?;
    let sudo = server.token_with_policy(&format!("{}-sudo", name(mount)), &policy(", \"sudo\""))?;
    let status = server.client(&sudo)?.get(&format!("{mount}/status"))?.ok()?;
    let data = &status["data"];
    ensure_eq("the mount", &data["mount"], &json!(format!("{}/", name(mount))))?;
    ensure_eq("transactions", &data["has_transactions"], &json!(plugin.server().product() == Product::OpenBao))?;
    ensure_eq("the version", &data["plugin_version"], &json!(VERSION))?;
    // The right to create is none to update: the existence check tells them apart.
    let rules = format!("path \"{}/kv/*\" {{ capabilities = [\"create\"] }}", name(mount));
    let creator = server.client(&server.token_with_policy(&format!("{}-creator", name(mount)), &rules)?)?;
    creator.put(&format!("{mount}/kv/new"), &json!({ "a": 1 }))?.ok()?;
    creator.put(&format!("{mount}/kv/new"), &json!({ "a": 2 }))?.refused_with(403)
}

#[test]
fn help_and_documents_are_there_for_every_path() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "example-help", help))
}

/// Help, and the document of the mount and of the whole server.
pub(crate) fn help(plugin: &VaultPlugin<'_>, mount: &str) -> Result<()> {
    let client = plugin.client();
    let root = client.get(&format!("{mount}/?help=1"))?.ok()?;
    let paths = root.pointer("/openapi/paths").and_then(Value::as_object).context("no paths")?;
    ensure!(paths.contains_key("/kv/{name}") && paths.contains_key("/status"), "the paths are {:?}", paths.keys());
    for path in ["about", "kv/", "kv/a", "fault/panic", "lend/a", "loans/", "rename/a", "status"] {
        let help = client.get(&format!("{mount}/{path}?help=1"))?.ok()?;
        let text = help["help"].as_str().context("no help")?;
        ensure!(text.contains("## OPERATIONS"), "the help on {path} is {text:?}");
        let documented = help.pointer("/openapi/paths").and_then(Value::as_object).map(serde_json::Map::len);
        ensure!(documented.is_some_and(|count| count >= 1), "no document for {path}");
    }
    client.get(&format!("{mount}/nowhere?help=1"))?.refused_with(404)?;
    // A mount of another test that is just being removed fails the document of the whole server.
    let document = || client.get("/v1/sys/internal/specs/openapi")?.ok();
    let all = wait_until("the document", Duration::from_secs(10), document)?;
    let path = all
        .pointer(&format!("/paths/~1{}~1fault~1{{kind}}", name(mount)))
        .context("the mount is not in the document")?;
    ensure!(path.pointer("/post/requestBody").is_some(), "the document says {path}");
    let all = all.to_string();
    ensure!(all.contains(&format!("/{}/kv/{{name}}", name(mount))), "a path is missing");
    plugin.server().cli(&plugin.server().keys()?.root_token, ["path-help", &format!("{}/kv/a", name(mount))])?;
    Ok(())
}

#[test]
fn what_belongs_together_is_written_together() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "example-together", |plugin, mount| {
            let client = plugin.client();
            for round in 0..10 {
                let (from, names) = (format!("a{round}"), [format!("b{round}"), format!("c{round}")]);
                client.put(&format!("{mount}/kv/{from}"), &json!({ "x": round }))?.ok()?;
                let rename = |to: &String| client.post(&format!("{mount}/rename/{from}"), &json!({ "to": to }));
                let answers = std::thread::scope(|scope| -> Result<Vec<Reply>> {
                    let renames: Vec<_> = names.iter().map(|to| scope.spawn(move || rename(to))).collect();
                    renames.into_iter().map(|rename| rename.join().map_err(|_| anyhow!("a thread panicked"))?).collect()
                })?;
                let done = answers.iter().filter(|answer| answer.status < 300).count();
                let mut there = 0;
                for name in &names {
                    there += usize::from(client.get(&format!("{mount}/kv/{name}"))?.status == 200);
                }
                let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
                ensure!(there == done, "of {statuses:?}, {there} have done something");
                ensure!(done == 1 || plugin.server().product() == Product::Vault, "both transactions went through");
                client.get(&format!("{mount}/kv/{from}"))?.refused_with(404)?;
            }
            Ok(())
        })
    })
}

#[test]
fn no_token_reaches_the_engine_in_a_header() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "example-headers", |plugin, mount| {
            let tune = json!({ "passthrough_request_headers": ["Authorization", "X-Mine"] });
            plugin.client().post("/v1/sys/mounts/example-headers/tune", &tune)?.ok()?;
            let token = plugin.server().keys()?.root_token.clone();
            let client = plugin.server().anonymous()?.bearer(&token)?.header("x-mine", "seen")?;
            let reply = client.send(Method::GET, &format!("{mount}/headers"), None)?.ok()?;
            ensure_eq("the headers", &reply["data"], &json!({ "X-Mine": ["seen"] }))
        })
    })
}
