//! Lines 5, 16 and 17: calls beside each other, calls that panic, calls that are large.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{PATIENCE, Session};
use http_body_util::{BodyExt as _, Full};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::Code;
use tonic::codegen::Service as _;

use crate::{InUse, since};

/// The first five bytes of a TLS record whose rest never comes.
const BEGINNING_OF_A_HELLO: &[u8] = &[0x16, 0x03, 0x01, 0x01, 0x00];

#[tokio::test]
async fn line_5_a_handshake_that_stalls_holds_up_nobody_and_is_dropped_at_the_deadline() -> Result<()> {
    let InUse { plugin: _plugin, line, host, session } = InUse::start().await?;
    let before = Instant::now();
    let mut silent = line.connect().await?;
    let mut stalled = line.connect().await?;
    stalled.write_all(BEGINNING_OF_A_HELLO).await?;

    let others = async {
        for _ in 0..3 {
            Session::open(&line, &host).await?.ping().await?;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(8), others).await.context("others wait for the one that stalls")??;

    let mut rest = Vec::new();
    for connection in [&mut silent, &mut stalled] {
        let ended = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut rest)).await;
        ended.context("a stalled handshake is never dropped")??;
        ensure!(rest.is_empty(), "it was sent {} bytes", rest.len());
    }
    ensure!(
        since(before) > Duration::from_secs(5),
        "it was dropped after {:?}, which a busy host may need",
        since(before)
    );
    session.ping().await
}

#[tokio::test]
async fn line_16_a_panic_fails_its_own_call_and_is_one_line_of_the_log() -> Result<()> {
    let InUse { mut plugin, session, .. } = InUse::start().await?;
    let beside = tokio::spawn({
        let mut probe = session.probe();
        async move { probe.wait(500).await }
    });
    session.ping().await?;

    let error = session.probe().panic("the \"third\" wheel\nfell off".to_owned()).await.err().context("no error")?;
    ensure!(error.code() == Code::Internal, "{error:?}");
    beside.await?.context("the call beside the one that panicked")?;
    for _ in 0..3 {
        session.ping().await?;
        ensure!(session.probe().echo(vec![1]).await?.into_inner() == [1], "a call after the panic");
    }
    ensure!(plugin.is_alive()?, "the plugin has ended");

    session.shutdown().await?;
    plugin.wait(PATIENCE).await?;
    plugin.stderr.wait_for_end(PATIENCE).await?;
    let text = plugin.stderr.text();
    let panics: Vec<_> = plugin.stderr.log()?.into_iter().filter(|line| line.message.contains("wheel")).collect();
    let [panic] = panics.as_slice() else { anyhow::bail!("{} lines tell of the panic: {text}", panics.len()) };
    ensure!(panic.level == "error" && panic.message.starts_with("panic: the \"third\" wheel"), "{panic:?}");
    Ok(())
}

/// The text of a panic travels in the trailers of the answer, where there is little room.
#[tokio::test]
async fn line_16_a_panic_with_a_long_text_fails_its_own_call_too() -> Result<()> {
    let InUse { plugin: _plugin, session, .. } = InUse::start().await?;
    let beside = tokio::spawn({
        let mut probe = session.probe();
        async move { probe.wait(500).await }
    });
    session.ping().await?;
    for text in ["x".repeat(1 << 20), "\u{1}\u{2028}".repeat(50_000)] {
        let error = session.probe().panic(text).await.err().context("no error")?;
        ensure!(error.code() == Code::Internal, "{error:?}");
    }
    beside.await?.context("the call beside the one that panicked")?;
    session.ping().await
}

#[tokio::test]
async fn line_17_twenty_megabytes_pass_both_ways() -> Result<()> {
    let InUse { plugin: _plugin, session, .. } = InUse::start().await?;
    let value: Vec<u8> = (0..20 << 20_u32).map(|n: u32| n.to_le_bytes()[1]).collect();
    let mut probe = session.probe();
    let (large, small) = tokio::join!(probe.echo(value.clone()), session.ping());
    small.context("a ping beside the large call")?;
    ensure!(large?.into_inner() == value, "the value came back changed");
    Ok(())
}

/// The length stands before the message, so a plugin can refuse it without having read it.
#[tokio::test]
async fn line_17_a_message_above_the_limit_is_refused_and_the_plugin_lives() -> Result<()> {
    let InUse { mut plugin, session, .. } = InUse::start().await?;
    for length in [(256_u32 << 20) + 1, u32::MAX] {
        let frame = [&[0], length.to_be_bytes().as_slice(), b"the beginning"].concat();
        let request = http::Request::post("http://localhost/conformance.v1.Probe/Echo")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(tonic::body::Body::new(Full::from(frame).map_err(|never| match never {})))?;
        let mut channel = session.channel.clone();
        std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
        let answer = channel.call(request).await?;
        let in_headers = answer.headers().get("grpc-status").cloned();
        let trailers = answer.into_body().collect().await?.trailers().cloned();
        let status = in_headers.or_else(|| trailers?.get("grpc-status").cloned()).context("no status")?;
        ensure!(status == (Code::OutOfRange as i32).to_string(), "{length} bytes: status {status:?}");
        session.ping().await?;
    }
    ensure!(plugin.is_alive()?, "the plugin has ended");
    Ok(())
}

#[tokio::test]
async fn calls_run_beside_each_other() -> Result<()> {
    let InUse { plugin: _plugin, session, .. } = InUse::start().await?;
    let calls: Vec<_> = (0..32)
        .map(|_| {
            let mut probe = session.probe();
            tokio::spawn(async move { probe.wait(1000).await })
        })
        .collect();
    let all = async {
        for call in calls {
            call.await??;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(16), all).await.context("32 calls of a second run one after the other")?
}

#[tokio::test]
async fn a_burst_of_small_calls_is_answered() -> Result<()> {
    let InUse { plugin: _plugin, session, .. } = InUse::start().await?;
    let calls: Vec<_> = (0..2000_u32)
        .map(|n| {
            let mut probe = session.probe();
            tokio::spawn(async move { probe.echo(n.to_le_bytes().to_vec()).await })
        })
        .collect();
    for (n, call) in (0..2000_u32).zip(calls) {
        let answer = call.await?.with_context(|| format!("call {n} of a burst"))?;
        ensure!(answer.into_inner() == n.to_le_bytes(), "call {n} got another one's answer");
    }
    Ok(())
}
