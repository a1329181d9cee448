//! Line 19: whatever reaches the log, every line can be read by a host.

use anyhow::{Result, ensure};
use secrets_engine_conformance::{Announced, Behaviour, Mount};
use serde_json::json;

use crate::{SOUND, in_use};

/// Texts that have broken log readers somewhere.
fn hostile() -> Vec<String> {
    vec![
        "plain".to_owned(),
        "two\nlines\r\nand\rmore\n".to_owned(),
        (1..0x20_u8).map(char::from).collect(),
        "\u{7f}\u{80}\u{9f}\u{a0}\u{2028}\u{2029}\u{feff}\u{fffd}\u{10ffff}".to_owned(),
        "\"quotes\" and \\backslashes\\".to_owned(),
        r#"{"@level":30,"@message":null,"@timestamp":[]}"#.to_owned(),
        "\n{\"@level\":30,\"@message\":null,\"@timestamp\":[]}\n".to_owned(),
        "panic: not really".to_owned(),
        "x".repeat(1 << 20),
        "\u{1}".repeat(100_000),
    ]
}

#[tokio::test]
async fn line_19_every_line_of_the_log_is_one_that_hosts_can_read() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    for text in hostile() {
        mount.request("update", "log", json!({ "text": text })).await?.data()?;
    }
    mount.request("read", "fault/panic", json!({ "text": "\u{2028}\u{1}\"{\"@level\":30}\n" })).await?;
    mount.request("read", "fault/unrecoverable", json!({ "text": "\n{\"@level\":30}" })).await?;
    // What the SDK itself has to say of a storage, and of the end.
    let again = Mount::new(&host, "again");
    let broken = Behaviour { broken: "\n{\"@level\":30}\n", ..SOUND };
    again.set_up(Announced::Before, Some(broken)).await?;
    let refused = again.initialise().await?;
    ensure!(!refused.ok()?["err"].is_null(), "a broken storage is initialised");
    again.clean_up().await?;
    host.wait_for_log(|line| line.level == "warn" && line.message.contains("not initialised")).await?;
    host.end().await?;

    let all: String = host.log().await?.into_iter().map(|line| line.message).collect();
    for text in hostile() {
        let shown: String = text.chars().take(60).collect();
        ensure!(all.contains(&text), "lost in the log: {shown:?}");
    }
    Ok(())
}
