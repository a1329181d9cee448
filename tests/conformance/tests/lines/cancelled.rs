//! Calls that the host takes back: on Ctrl-C it gives up everything that it has under way.
//!
//! That must not look like an attack. A connection that is ended for it takes the broker stream along, which no host
//! opens a second time.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use go_plugin_conformance::{Credentials, PATIENCE, Peer, Session, TlsVersion, client};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{InUse, hello};

/// Calls at once. A large apply has that many.
const MANY: u32 = 150;

/// Kinds and flags of frames (RFC 9113 §6).
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// Written frame by frame, so that every cancellation arrives before its call has been looked at.
#[tokio::test]
async fn calls_cancelled_before_they_are_seen_do_not_end_the_connection() -> Result<()> {
    let InUse { plugin: _plugin, line, host, .. } = InUse::start().await?;
    let plugin = Peer::exactly(line.certificate.clone().context("no certificate")?);
    let config = client(TlsVersion::V1_3, &plugin, Credentials::of(&host)?)?;
    let mut stream = Session::secure(line.connect().await?, config).await?;

    let mut frames = hello::http2_preface();
    for n in 0..MANY {
        // Streams of a client have odd numbers.
        frames.extend(frame(HEADERS, END_HEADERS, 2 * n + 1, &call_to_wait()));
        frames.extend(frame(RST_STREAM, 0, 2 * n + 1, &8_u32.to_be_bytes()));
    }
    frames.extend(frame(PING, 0, 0, b"anybody?"));
    stream.write_all(&frames).await?;

    loop {
        let mut head = [0; 9];
        let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut head)).await.context("no answer")?;
        read.context("the connection was cut")?;
        let [high, middle, low, kind, flags, ..] = head;
        let mut body = vec![0; usize::try_from(u32::from_be_bytes([0, high, middle, low]))?];
        stream.read_exact(&mut body).await?;
        match kind {
            GOAWAY => bail!("the host was sent away: {:?}", String::from_utf8_lossy(&body)),
            PING if flags & ACK != 0 => return Ok(()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn calls_cancelled_all_at_once_do_not_end_the_connection() -> Result<()> {
    let InUse { plugin: _plugin, session, .. } = InUse::start().await?;
    for patience in [0, 1, 100] {
        let calls: Vec<_> = (0..MANY)
            .map(|_| {
                let mut probe = session.probe();
                tokio::spawn(async move { probe.wait(60_000).await })
            })
            .collect();
        // How far the calls get is up to chance, and every stage is worth a try.
        tokio::time::sleep(Duration::from_millis(patience)).await;
        for call in calls {
            call.abort();
        }
        session.ping().await.with_context(|| format!("calls were cancelled after {patience} ms"))?;
    }
    Ok(())
}

fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[high, middle, low, kind, flags], stream.to_be_bytes().as_slice(), body].concat()
}

/// The header of a call, in HPACK without compression (RFC 7541): names by their number in the static table.
fn call_to_wait() -> Vec<u8> {
    let value =
        |name: &[u8], text: &str| [name, &[u8::try_from(text.len()).unwrap_or(u8::MAX)], text.as_bytes()].concat();
    let post_http = vec![0x83, 0x86];
    [
        post_http,
        value(&[4], "/conformance.v1.Probe/Wait"),
        value(&[1], "localhost"),
        value(&[0x0f, 31 - 15], "application/grpc"),
        value(b"\0\x02te", "trailers"),
    ]
    .concat()
}
