//! Line 16: a panic is one failed request, and one line in the log.

use anyhow::{Result, ensure};
use secrets_engine_conformance::Mount;
use serde_json::json;

use crate::{SOUND, in_use};

#[tokio::test]
async fn line_16_a_panic_fails_one_request_and_nothing_else() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    let process = host.process().await?;
    let other = Mount::start(&host, "other", SOUND).await?;
    other.request("update", "kv/a", json!({ "of": "other" })).await?.data()?;

    let slow = other.clone();
    let slow = tokio::spawn(async move { slow.request("read", "fault/slow", json!({ "time": "300ms" })).await });
    for operation in ["read", "create", "update"] {
        let answer = mount.request(operation, "fault/panic", json!({ "text": "one\n\"two\"" })).await?;
        answer.expect_status(500)?;
        let error = &answer.judged()?.error;
        ensure!(error.contains("panicked") && !error.contains("two"), "{operation}: {error}");
    }
    let check = mount.existence("fault/panic-in-check", json!({ "text": "in a check" })).await?;
    ensure!(check.ok()?.pointer("/err/err_type") == Some(&json!(2)), "{check:?}");
    mount.request("update", "task/panics", json!({})).await?.data()?;

    for text in ["one\n\"two\"", "in a check", "a task"] {
        let line = host.wait_for_log(|line| line.message.contains(text) && line.message.contains("panic")).await?;
        ensure!(line.level == "error" && line.message.starts_with("panic: "), "{line:?}");
    }
    slow.await??.expect_status(404)?;
    for (mount, of) in [(&mount, "one"), (&other, "other")] {
        mount.request("update", "kv/b", json!({ "of": of })).await?.data()?;
        ensure!(mount.request("read", "kv/b", json!({})).await?.data()? == json!({ "of": of }));
    }
    ensure!(host.process().await? == process && !host.has_exited().await?, "the process has ended");
    Ok(())
}
