//! Handlers and hosts that don't let go: neither may keep a plugin from ending, nor a server of it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{Credentials, PATIENCE, Peer, Session, TlsVersion, channel_over, client};
use nix::sys::signal::Signal;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::{InUse, signal, since, within};

/// More than a plugin has threads for calls.
const MANY: usize = 16;

/// When to stop waiting for the end.
const LATE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn line_15_handlers_that_block_every_thread_do_not_keep_the_plugin_alive() -> Result<()> {
    within(Duration::from_millis(1600), || async {
        let InUse { mut plugin, session, .. } = InUse::start().await?;
        for _ in 0..MANY {
            let mut probe = session.probe();
            tokio::spawn(async move { probe.block(60_000).await });
        }
        // Once no thread is left, nothing is answered any more.
        let begin = Instant::now();
        while tokio::time::timeout(Duration::from_millis(300), session.ping()).await.is_ok() {
            ensure!(begin.elapsed() < PATIENCE, "the calls don't block the plugin, so this shows nothing");
        }

        signal(&plugin, Signal::SIGTERM)?;
        let asked = Instant::now();
        let status = plugin.wait(LATE).await.context("it lives on")?;
        let took = since(asked);
        ensure!(status.code() == Some(0), "it ended with {status}");
        ensure!(plugin.left_behind()?.is_empty(), "it left {:?}", plugin.left_behind()?);
        Ok(took)
    })
    .await
}

#[tokio::test]
async fn line_6_a_brokered_server_ends_although_the_host_does_not_hang_up() -> Result<()> {
    let InUse { plugin: _plugin, line, host, session } = InUse::start().await?;
    let mut broker = session.broker().await?;
    let id = session.probe().serve(()).await?.into_inner();
    let announced = broker.announced().await?;

    let certificate = line.certificate.context("no certificate")?;
    let config = client(TlsVersion::V1_3, &Peer::exactly(certificate), Credentials::of(&host)?)?;
    let stream = tokio::net::UnixStream::connect(&announced.address).await?;
    let (channel, _) = channel_over(Session::secure(stream, config).await?).await?;
    // A call that has no end of its own.
    let mut watching =
        HealthClient::new(channel).watch(HealthCheckRequest { service: String::new() }).await?.into_inner();
    watching.message().await?.context("the watch ended at once")?;

    session.probe().stop_serving(id).await?;
    let end = tokio::time::timeout(PATIENCE, watching.message()).await;
    let end = end.context("the server was dropped and its connection lives on")?;
    ensure!(!matches!(end, Ok(Some(_))), "the dropped server goes on answering: {end:?}");
    ensure!(!std::path::Path::new(&announced.address).exists(), "the dropped server left its socket");
    session.ping().await
}
