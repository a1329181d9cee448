//! Recording what a true host sends, and sending it again.

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{
    Credentials, HandshakeLine, Identity, PATIENCE, Peer, Session, TlsVersion, channel_over, client,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::strangers::{Outcome, exchange, judge};

pub(crate) async fn attempt(line: &HandshakeLine, host: &Identity, version: TlsVersion) -> Result<Outcome> {
    let recorded = record(line, host, version).await?;
    let answer = exchange(line.connect().await?, &recorded).await?;
    Ok(judge(&answer, version))
}

/// Everything that a host sends in a session with a ping in it.
async fn record(line: &HandshakeLine, host: &Identity, version: TlsVersion) -> Result<Vec<u8>> {
    let (near, far) = UnixStream::pair().context("making a pair of sockets")?;
    let mut plugin = line.connect().await?;
    let proxy = tokio::spawn(async move {
        let (mut from_plugin, mut to_plugin) = plugin.split();
        let (mut from_host, mut to_host) = tokio::io::split(far);
        let sent = async {
            let (mut recorded, mut piece) = (Vec::new(), vec![0; 4096]);
            while let Ok(length @ 1..) = from_host.read(&mut piece).await {
                let piece: Vec<u8> = piece.iter().take(length).copied().collect();
                to_plugin.write_all(&piece).await?;
                recorded.extend(piece);
            }
            to_plugin.shutdown().await?;
            anyhow::Ok(recorded)
        };
        let (recorded, _) = tokio::join!(sent, tokio::io::copy(&mut from_plugin, &mut to_host));
        recorded
    });
    let certificate = line.certificate.clone().context("no certificate")?;
    let config = client(version, &Peer::exactly(certificate), Credentials::of(host)?)?;
    let session = Session { channel: channel_over(Session::secure(near, config).await?).await?.0 };
    session.ping().await?;
    drop(session);
    let recorded = tokio::time::timeout(PATIENCE, proxy).await.context("the session does not end")???;
    ensure!(recorded.len() > 1000, "only {} bytes were recorded", recorded.len());
    Ok(recorded)
}
