//! Debug mode: a plugin that a person starts and that hosts attach to.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{HandshakeLine, Plugin, Session, Start, channel_over};
use nix::sys::signal::Signal;
use tokio::net::UnixStream;

use crate::{PROGRAM, signal};

async fn detached() -> Result<(Plugin, serde_json::Value)> {
    // No host, so nothing that a host sets.
    let start = Start::of(PROGRAM).argument("-debug").without("CONFORMANCE_PLUGIN_COOKIE");
    let plugin = start.without("PLUGIN_PROTOCOL_VERSIONS").spawn()?;
    let line = plugin.first_line().await?;
    ensure!(HandshakeLine::parse(&line).is_err(), "a handshake line without a host: {line}");
    let reattach = serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))?;
    Ok((plugin, reattach))
}

#[tokio::test]
async fn what_it_prints_is_enough_to_attach() -> Result<()> {
    let (plugin, reattach) = detached().await?;
    let text = |pointer: &str| reattach.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
    ensure!(text("/Protocol").as_deref() == Some("grpc"), "{reattach}");
    ensure!(text("/Addr/Network").as_deref() == Some("unix"), "{reattach}");
    // A host reads version 0 as something else, so the highest that is served has to stand there.
    ensure!(reattach["ProtocolVersion"] == 3, "{reattach}");
    ensure!(reattach["Test"] == true, "hosts would end the process: {reattach}");
    ensure!(reattach["Pid"].as_u64() == plugin.id().map(u64::from), "{reattach}");
    let address = text("/Addr/String").context("no address")?;
    let (channel, _) = channel_over(UnixStream::connect(address).await?).await?;
    Session { channel }.ping().await
}

#[tokio::test]
async fn bare_probes_are_shrugged_off_and_hosts_follow_each_other() -> Result<()> {
    let (mut plugin, reattach) = detached().await?;
    let address =
        reattach.pointer("/Addr/String").and_then(serde_json::Value::as_str).context("no address")?.to_owned();
    for host in 0..2 {
        // Hosts look whether somebody listens before they speak.
        for _ in 0..3 {
            drop(UnixStream::connect(&address).await?);
        }
        let (channel, _) = channel_over(UnixStream::connect(&address).await?).await?;
        let session = Session { channel };
        session.ping().await.with_context(|| format!("host {host}"))?;
        // Each opens a broker stream of its own; what is announced goes to the one that is there.
        let mut broker = session.broker().await?;
        session.ping().await?;
        let id = session.probe().serve(()).await?.into_inner();
        ensure!(broker.announced().await?.service_id == id, "host {host}");
    }
    ensure!(plugin.is_alive()?, "it has ended with a host");
    signal(&plugin, Signal::SIGINT)?;
    let status = plugin.wait(Duration::from_secs(10)).await?;
    ensure!(status.success(), "after Ctrl-C it ended with {status}");
    ensure!(plugin.left_behind()?.is_empty(), "it left {:?}", plugin.left_behind()?);
    Ok(())
}
