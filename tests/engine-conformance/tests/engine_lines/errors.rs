//! Line 11: each kind of error becomes the HTTP status that is promised, and no text makes a host do something of its own.

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::{Behaviour, Call};
use serde_json::{Value, json};

use crate::{SOUND, in_use, keep};

/// The kinds, and the statuses that clients get.
const KINDS: [(&str, u16); 14] = [
    ("bad-request", 400),
    ("permission-denied", 403),
    ("not-found", 404),
    ("conflict", 409),
    ("precondition-failed", 412),
    ("too-large", 413),
    ("too-many-requests", 429),
    ("bad-gateway", 502),
    ("unavailable", 503),
    ("unsupported-operation", 405),
    ("unsupported-path", 404),
    ("read-only", 500),
    ("unrecoverable", 500),
    ("internal", 500),
];

/// On which hosts restart the plugin and send the request again, if it is the whole of an error.
const SHUT_DOWN: &str = "connection is shut down";
/// On which they send the request on to another node.
const READ_ONLY: &str = "cannot write to readonly storage";
/// On which they do so too, and may mean themselves.
const FORWARD: [&str; 2] = ["Vault is in standby mode", "please forward to the active node"];

/// Those whose text is the host's own.
const TEXT_OF_THE_HOST: [&str; 4] = ["unsupported-operation", "unsupported-path", "read-only", "unrecoverable"];

#[tokio::test]
async fn line_11_every_kind_of_error_has_its_status_and_keeps_its_text() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    for (kind, status) in KINDS {
        for operation in ["read", "update"] {
            let data = json!({ "text": "why it is so" });
            let answer = mount.request(operation, &format!("fault/{kind}"), data).await?;
            let judged = answer.judged()?;
            ensure!(judged.status == status, "{kind}: status {} instead of {status}: {answer:?}", judged.status);
            let keeps = judged.error.contains("why it is so");
            ensure!(keeps || TEXT_OF_THE_HOST.contains(&kind), "{kind}: its text was lost: {answer:?}");
            ensure!(judged.forwards == (kind == "read-only"), "{kind}: {answer:?}");
        }
    }
    // What no handler said.
    mount.request("read", "no/such/path", json!({})).await?.expect_status(404)?;
    mount.request("patch", "kv/a", json!({})).await?.expect_status(405)?;
    mount.request("scan", "kv/", json!({})).await?.expect_status(405)?;
    mount.request("something-new", "kv/a", json!({})).await?.expect_status(405)?;
    mount.request("update", "log", json!({})).await?.expect_status(400)?;
    mount.request("update", "log", json!({ "text": { "a": 1 } })).await?.expect_status(400)?;
    mount.request("update", "log", json!([5])).await?.expect_status(400)?;
    Ok(())
}

#[tokio::test]
async fn line_11_no_text_makes_a_host_restart_the_plugin_or_forward_the_request() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    for (kind, _) in KINDS {
        for text in [SHUT_DOWN, READ_ONLY].into_iter().chain(FORWARD) {
            let answer = mount.request("update", &format!("fault/{kind}"), json!({ "text": text })).await?;
            let judged = answer.judged()?;
            ensure!(!judged.restarts, "{kind} with {text:?} makes a host restart the plugin");
            ensure!(judged.forwards == (kind == "read-only"), "{kind} with {text:?} makes a host forward the request");
        }
    }
    // What the storage says is passed on, with something before it.
    for text in [SHUT_DOWN, "anything else"] {
        mount.behave(Behaviour { broken: text, ..SOUND }).await?;
        let answer = mount.request("read", "kv/a", json!({})).await?;
        answer.expect_status(500)?;
        ensure!(!answer.judged()?.restarts, "the storage's {text:?} makes a host restart the plugin");
        ensure!(answer.judged()?.error.contains(text), "{answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn line_11_data_that_is_no_object_is_the_fault_of_its_sender() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (data, status) in [
        ("", 0),
        ("null", 0),
        ("{}", 0),
        ("[]", 400),
        ("5", 400),
        ("\"hidden\"", 400),
        ("{\"hidden\":", 400),
        ("{\"hidden\":\u{1}}", 400),
        ("{} {}", 400),
        (deep.as_str(), 400),
    ] {
        let mut request = mount.arguments("update", "kv/a", &Value::Null);
        if let Some(text) = request.pointer_mut("/request/data") {
            *text = data.into();
        }
        let shown: String = data.chars().take(20).collect();
        let answer = mount.call("HandleRequest", request.clone(), Call::default()).await?;
        let judged = answer.judged()?;
        ensure!(judged.status == status, "{shown:?}: status {} instead of {status}: {}", judged.status, judged.error);
        ensure!(!judged.error.contains("hidden"), "the error tells what was sent: {}", judged.error);
        // A check that failed would be a 500. What is wrong is said when the request itself comes.
        let check = mount.call("HandleExistenceCheck", request, Call::default()).await?;
        ensure!(check.ok()?.get("err").is_some_and(Value::is_null), "{shown:?}: {check:?}");
    }
    ensure!(!host.has_exited().await?, "the process has ended");
    Ok(())
}

/// Policies go by the path: who may write `kv` may not write `kv/a`.
#[tokio::test]
async fn line_11_what_the_path_leaves_out_is_not_taken_from_the_data() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    keep(&mount, "a").await?;
    for (operation, path) in [("create", "kv"), ("update", "kv"), ("update", "kv/"), ("read", "kv"), ("delete", "kv")] {
        let answer = mount.request(operation, path, json!({ "name": "a" })).await?;
        answer.expect_status(400).with_context(|| format!("{operation} {path} takes the name from the data"))?;
    }
    let listed = mount.request("list", "kv/", json!({ "name": "a/" })).await?.data()?;
    ensure!(listed == json!({ "keys": ["a"] }), "{listed}");
    let check = mount.existence("kv", json!({ "name": "a" })).await?;
    ensure!(check.ok()?.get("exists") == Some(&json!(false)), "{check:?}");
    Ok(())
}

#[tokio::test]
async fn line_11_existence_checks_fail_only_where_nobody_can_know() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    let found = async |path: &str| -> Result<(Value, Value, Value)> {
        let answer = mount.existence(path, json!({})).await?;
        let reply = answer.ok()?;
        let field = |name| reply.pointer(name).cloned().unwrap_or_default();
        Ok((field("/check_found"), field("/exists"), field("/err/err_type")))
    };
    let (yes, no, none) = (json!(true), json!(false), Value::Null);
    ensure!(found("kv/a").await? == (yes.clone(), no.clone(), none.clone()), "{:?}", found("kv/a").await?);
    mount.request("create", "kv/a", json!({})).await?.data()?;
    ensure!(found("kv/a").await? == (yes.clone(), yes.clone(), none.clone()), "{:?}", found("kv/a").await?);
    // No storage has such a key, so there is nothing under it.
    ensure!(found("kv/a//b").await? == (yes, no.clone(), none.clone()), "kv/a//b: {:?}", found("kv/a//b").await?);
    ensure!(found("log").await? == (no.clone(), no.clone(), none), "{:?}", found("log").await?);
    ensure!(found("no/such/path").await? == (no.clone(), no.clone(), json!(6)), "{:?}", found("no/such/path").await?);
    mount.behave(Behaviour { broken: "a full disk", ..SOUND }).await?;
    ensure!(found("kv/b").await? == (no.clone(), no, json!(2)), "{:?}", found("kv/b").await?);
    Ok(())
}
