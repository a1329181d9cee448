//! Line 19: standard output has one line, standard error has log lines that no host stumbles over.

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{Identity, PATIENCE, Session, Start};

use crate::{InUse, PROGRAM};

/// Texts that have broken log readers somewhere.
fn hostile() -> Vec<String> {
    vec![
        String::new(),
        "plain".to_owned(),
        "two\nlines\r\nand\rmore\n".to_owned(),
        (0..0x20_u8).map(char::from).collect(),
        "\u{7f}\u{80}\u{9f}\u{a0}\u{2028}\u{2029}\u{feff}\u{fffd}\u{10ffff}".to_owned(),
        "\"quotes\" and \\backslashes\\ and </script>".to_owned(),
        r#"{"@level":30,"@message":null,"@timestamp":[]}"#.to_owned(),
        "\n{\"@level\":30,\"@message\":null,\"@timestamp\":[]}\n".to_owned(),
        "panic: not really\nfatal error: neither".to_owned(),
        "[ERROR] and %s %n %p {} {:?} {0}".to_owned(),
        "\u{1b}[31mred\u{1b}[0m".to_owned(),
        "x".repeat(1 << 20),
        "\u{1}".repeat(200_000),
        "\u{1F9E8}".repeat(100_000),
    ]
}

#[tokio::test]
async fn line_19_whatever_is_logged_every_line_can_be_read_by_a_host() -> Result<()> {
    let InUse { mut plugin, session, .. } = InUse::start().await?;
    for text in hostile() {
        session.probe().log(text).await?;
    }
    session.probe().panic("\u{2028}\u{1}\"{\"@level\":30}\n".to_owned()).await.err().context("no panic")?;
    session.shutdown().await?;
    plugin.wait(PATIENCE).await?;
    plugin.stderr.wait_for_end(PATIENCE).await?;

    let log = plugin.stderr.log()?;
    let raw = plugin.stderr.text();
    ensure!(
        !raw.chars().any(|c| c.is_control() && c != '\n' && u32::from(c) < 0x20),
        "raw control characters in the log"
    );
    let all: String = log.iter().map(|line| line.message.as_str()).collect();
    for text in hostile() {
        let shown: String = text.chars().take(60).collect();
        ensure!(all.contains(&text), "lost in the log: {shown:?}");
    }
    Ok(())
}

#[tokio::test]
async fn line_19_stray_prints_never_reach_standard_output() -> Result<()> {
    let InUse { mut plugin, line, session, .. } = InUse::start().await?;
    for text in ["stray", "1|9|unix|/tmp/other|grpc|", "two\nlines"] {
        session.probe().print(text.to_owned()).await?;
    }
    // More than a pipe holds: without the seal a host that has stopped reading would block the plugin here.
    session.probe().print("x".repeat(1 << 20)).await?;
    session.ping().await?;
    session.shutdown().await?;
    plugin.wait(PATIENCE).await?;
    let said = plugin.stdout.wait_for_end(PATIENCE).await?;
    ensure!(said == format!("{}\n", line.fields.join("|")), "standard output has {} bytes", said.len());
    Ok(())
}

#[tokio::test]
async fn line_19_also_the_first_and_the_last_lines_are_structured() -> Result<()> {
    // Everything on the way up that is worth a word, and everything on the way down.
    let host = Identity::of_host()?;
    let start = Start::of(PROGRAM).pinning(&host).env("PLUGIN_PROTOCOL_VERSIONS", "77").env("CONFORMANCE_LOG", "trace");
    let (mut plugin, line) = start.shake_hands().await?;
    drop(line.connect().await?);
    Session::open(&line, &host).await?.shutdown().await?;
    plugin.wait(PATIENCE).await?;
    plugin.stderr.wait_for_end(PATIENCE).await?;
    let log = plugin.stderr.log()?;
    ensure!(log.iter().any(|line| line.level == "error" && line.message.contains("protocol version")), "{log:?}");
    Ok(())
}
