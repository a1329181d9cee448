//! Lines 1 to 5: how an engine comes up, and for whom.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{Credentials, Identity, LogLine, PATIENCE, Peer, Session, Start, TlsVersion, client};

use crate::program;

/// The cookie of every secrets engine.
const COOKIE: (&str, &str) = ("VAULT_BACKEND_PLUGIN", "6669da05-b1c8-4f49-97d9-c8e5bed98e20");

/// What a process may take that refuses to start.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What a server would do, as far as its certificate.
fn start() -> Result<Start> {
    let (name, value) = COOKIE;
    let start = Start::of(&program()?).without("CONFORMANCE_PLUGIN_COOKIE").env(name, value);
    Ok(start.env("PLUGIN_PROTOCOL_VERSIONS", "5"))
}

#[tokio::test]
async fn line_1_without_the_cookie_of_servers_it_ends_at_once() -> Result<()> {
    for wrong in [None, Some(""), Some("another")] {
        // A machine that was busy at that moment gets a second chance.
        let first = refuse(wrong).await?;
        if first >= AT_ONCE {
            let second = refuse(wrong).await?;
            ensure!(second < AT_ONCE, "{wrong:?}: it took {first:?}, then {second:?}");
        }
    }
    let right = start()?.pinning(&Identity::of_host()?).shake_hands().await;
    right.context("with the cookie of servers it does not start")?;
    Ok(())
}

/// How long it takes to end with this cookie.
async fn refuse(wrong: Option<&str>) -> Result<Duration> {
    let start = start()?.pinning(&Identity::of_host()?);
    let start = match wrong {
        Some(value) => start.env(COOKIE.0, value),
        None => start.without(COOKIE.0),
    };
    let begin = Instant::now();
    let mut plugin = start.spawn()?;
    let status = plugin.wait(PATIENCE).await?;
    let took = begin.elapsed();
    ensure!(status.code() == Some(1), "{wrong:?}: it ended with {status}");
    let said = plugin.stdout.wait_for_end(PATIENCE).await?;
    ensure!(said.is_empty(), "{wrong:?}: standard output has {said:?}");
    Ok(took)
}

#[tokio::test]
async fn line_2_the_line_has_six_fields_and_the_certificate_that_tls_presents() -> Result<()> {
    let host = Identity::of_host()?;
    let (_plugin, line) = start()?.pinning(&host).shake_hands().await?;
    ensure!(line.fields.len() == 6, "{} fields in {:?}", line.fields.len(), line.fields);
    ensure!(line.version == 5, "{:?}", line.fields);
    let peer = Peer::anybody();
    let config = client(TlsVersion::V1_3, &peer, Credentials::of(&host)?)?;
    Session::secure(line.connect().await?, config).await?;
    ensure!(peer.presented() == line.certificate, "TLS presents another certificate than the line");
    Ok(())
}

#[tokio::test]
async fn line_3_a_server_without_version_5_is_told_that_there_is_no_other() -> Result<()> {
    let host = Identity::of_host()?;
    for versions in ["5", "4,5", "4", "3,4"] {
        let start = start()?.pinning(&host).env("PLUGIN_PROTOCOL_VERSIONS", versions);
        let (_plugin, line) = start.shake_hands().await?;
        ensure!(line.version == 5, "a server with {versions} was answered {}", line.version);
    }
    Ok(())
}

#[tokio::test]
async fn line_4_only_the_server_that_started_it_gets_in_and_never_in_plaintext() -> Result<()> {
    let (host, other) = (Identity::of_host()?, Identity::of_host()?);
    let (_plugin, line) = start()?.pinning(&host).shake_hands().await?;
    let stranger = async { Session::open(&line, &other).await?.ping().await };
    ensure!(stranger.await.is_err(), "a stranger was let in");
    let plaintext = async { Session::open_plaintext(&line).await?.ping().await };
    ensure!(plaintext.await.is_err(), "somebody was let in without TLS");
    Session::open(&line, &host).await?.ping().await?;

    // A server that wants no TLS at all.
    let mut plugin = start()?.spawn()?;
    let status = plugin.wait(PATIENCE).await.context("it serves without TLS")?;
    ensure!(!status.success(), "it ended with {status}");
    let said = plugin.stdout.wait_for_end(PATIENCE).await?;
    ensure!(said.is_empty(), "standard output has {said:?}");
    let hint = plugin.stderr.wait_for_end(PATIENCE).await?;
    ensure!(LogLine::parse(hint.trim_end())?.level == "error", "{hint}");
    Ok(())
}

#[tokio::test]
async fn line_5_a_stalled_handshake_holds_up_nobody() -> Result<()> {
    let host = Identity::of_host()?;
    let (_plugin, line) = start()?.pinning(&host).shake_hands().await?;
    let _stalled = line.connect().await?;
    let begin = Instant::now();
    Session::open(&line, &host).await?.ping().await?;
    ensure!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    Ok(())
}
