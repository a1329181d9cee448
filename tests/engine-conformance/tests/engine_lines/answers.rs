//! Line 10, first part: whatever an engine answers, a host can read it, and it means what it says.

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrets_engine_conformance::{Answer, Mount};
use serde_json::{Value, json};

use crate::in_use;

async fn answer(mount: &Mount, operation: &str, kind: &str) -> Result<Answer> {
    mount.request(operation, &format!("answer/{kind}"), json!({})).await
}

#[tokio::test]
async fn line_10_nothing_and_an_empty_object_are_answers_that_hosts_can_read() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    for operation in ["read", "list", "update", "delete", "patch"] {
        ensure!(answer(&mount, operation, "empty").await?.judged()?.error.is_empty(), "{operation}");
        let warned = answer(&mount, operation, "warning").await?;
        ensure!(warned.judged()?.error.is_empty(), "{operation}");
        ensure!(warned.reply.pointer("/response/warnings/0") == Some(&json!("careful")), "{operation}: {warned:?}");
    }
    ensure!(answer(&mount, "read", "empty").await?.data()? == json!({}));
    answer(&mount, "read", "none").await?.expect_status(404)?;
    answer(&mount, "list", "none").await?.expect_status(404)?;
    for operation in ["update", "delete", "patch"] {
        ensure!(answer(&mount, operation, "none").await?.data()? == Value::Null, "{operation}");
    }
    let numbers = answer(&mount, "read", "numbers").await?.data()?;
    ensure!(numbers == json!({ "number": "18446744073709551615", "small": 7 }), "{numbers}");
    Ok(())
}

#[tokio::test]
async fn line_10_a_raw_answer_arrives_as_it_is() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    // The first looks like base64, and hosts decode what looks so.
    for body in ["text", "", "{\"error\":5}", "\u{0}\u{1F9E8}"] {
        let request = json!({ "body": body, "status": 202 });
        let data = mount.request("read", "answer/raw", request).await?.data()?;
        ensure!(data["http_status_code"] == 202 && data["http_content_type"] == "text/plain", "{data}");
        let sent = data["http_raw_body"].as_str().unwrap_or_default();
        ensure!(STANDARD.decode(sent).ok().as_deref() == Some(body.as_bytes()), "{body:?} is sent as {sent:?}");
    }
    mount.request("read", "answer/raw", json!({ "status": 99 })).await?.expect_status(500)?;
    Ok(())
}

#[tokio::test]
async fn line_10_answers_that_would_hurt_a_host_are_errors_of_the_engine() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    for kind in ["error-number", "error-text", "no-object"] {
        let refused = answer(&mount, "read", kind).await?;
        refused.expect_status(500)?;
        ensure!(refused.judged()?.error.contains("a bug in the engine"), "{kind}: {refused:?}");
    }
    ensure!(!host.has_exited().await?, "the process has ended");
    Ok(())
}
