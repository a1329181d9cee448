//! The socket of a running engine, tried by somebody who did not start it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{Credentials, Identity, Peer, Session, TlsVersion, channel_over, client};
use tokio::net::UnixStream;

/// Much longer than a handshake takes, and shorter than one that stalls is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the kernel calls a socket that listens.
const LISTENS: &str = "00010000";

pub(super) fn lets_no_stranger_in(process: u32) -> Result<()> {
    let path = socket(process)?;
    run(async {
        let peer = Peer::anybody();
        let stranger = async {
            let config = client(TlsVersion::V1_3, &peer, Credentials::of(&Identity::of_host()?)?)?;
            let stream = Session::secure(UnixStream::connect(&path).await?, config).await?;
            Session { channel: channel_over(stream).await?.0 }.ping().await
        };
        let stranger = tokio::time::timeout(PATIENCE, stranger).await.context("a stranger gets no answer")?;
        ensure!(peer.presented().is_some(), "nobody speaks TLS there");
        ensure!(stranger.is_err(), "a stranger was let in");
        let plaintext = async {
            let stream = UnixStream::connect(&path).await?;
            Session { channel: channel_over(stream).await?.0 }.ping().await
        };
        let plaintext = tokio::time::timeout(PATIENCE, plaintext).await.context("plaintext gets no answer")?;
        ensure!(plaintext.is_err(), "somebody was let in without TLS");
        Ok(())
    })
}

pub(super) fn lets_nobody_wait(process: u32) -> Result<()> {
    let path = socket(process)?;
    run(async {
        let _stalled = UnixStream::connect(&path).await?;
        let peer = Peer::anybody();
        let config = client(TlsVersion::V1_3, &peer, Credentials::of(&Identity::of_host()?)?)?;
        let shaking_hands = Session::secure(UnixStream::connect(&path).await?, config);
        // Whether it is refused is another matter.
        let answered = tokio::time::timeout(PATIENCE, shaking_hands).await;
        ensure!(answered.is_ok() && peer.presented().is_some(), "others wait for the one that stalls");
        Ok(())
    })
}

fn run(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// The one socket at which a process listens.
fn socket(process: u32) -> Result<PathBuf> {
    let mut open = BTreeSet::new();
    for entry in fs::read_dir(format!("/proc/{process}/fd")).context("looking for its sockets")? {
        // Some are closed meanwhile.
        let Ok(link) = fs::read_link(entry?.path()) else { continue };
        open.extend(link.to_str().and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']')).map(str::to_owned));
    }
    let all = fs::read_to_string("/proc/net/unix").context("reading the list of sockets")?;
    let mut listening = all.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(3);
        let (flags, inode, path) = (fields.next()?, fields.nth(2)?, fields.next()?);
        (flags == LISTENS && open.contains(inode)).then(|| PathBuf::from(path))
    });
    listening.next().context("it listens nowhere")
}
