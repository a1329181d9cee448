//! Lines 1, 2 and 3: what a plugin says when it comes up, and when it must not come up at all.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{
    Credentials, HandshakeLine, Identity, LogLine, NoCredentials, PATIENCE, Peer, Plugin, Session, Start, TlsVersion,
    client,
};

use crate::{PROGRAM, within};

/// When to stop waiting for a plugin that must not come up.
const LATE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn line_1_a_wrong_or_missing_cookie_ends_the_plugin_at_once() -> Result<()> {
    for wrong in [None, Some(""), Some("7f0a3c52e1d94b6c8d2f5a6be0914c3"), Some("7F0A3C52E1D94B6C8D2F5A6BE0914C37")] {
        within(Duration::from_secs(1), || async move {
            let start = Start::of(PROGRAM).pinning(&Identity::of_host()?);
            let start = match wrong {
                Some(value) => start.env("CONFORMANCE_PLUGIN_COOKIE", value),
                None => start.without("CONFORMANCE_PLUGIN_COOKIE"),
            };
            let before = Instant::now();
            let mut plugin = start.spawn()?;
            let status = plugin.wait(Duration::from_secs(5)).await?;
            let took = before.elapsed();
            ensure!(!status.success(), "{wrong:?}: it ended with {status}");
            let said = plugin.stdout.wait_for_end(PATIENCE).await?;
            ensure!(said.is_empty(), "{wrong:?}: standard output has {said:?}");
            let hint = plugin.stderr.wait_for_end(PATIENCE).await?;
            ensure!(
                hint.contains("plugin") && hint.contains("CONFORMANCE_PLUGIN_COOKIE"),
                "{wrong:?}: no hint in {hint:?}"
            );
            // A host that probes with the wrong cookie reads it, too.
            ensure!(LogLine::parse(hint.trim_end())?.level == "error", "{hint}");
            Ok(took)
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn line_2_the_line_has_six_fields_and_a_seventh_only_when_asked() -> Result<()> {
    let host = Identity::of_host()?;
    for (asked, fields) in [(None, 6), (Some(""), 6), (Some("true"), 7)] {
        let mut start = Start::of(PROGRAM).pinning(&host);
        if let Some(asked) = asked {
            start = start.env("PLUGIN_MULTIPLEX_GRPC", asked);
        }
        let (plugin, line) = start.shake_hands().await?;
        ensure!(line.fields.len() == fields, "{asked:?}: {} fields in {:?}", line.fields.len(), line.fields);
        ensure!(line.fields.iter().all(|field| !field.contains(char::is_whitespace)), "{:?}", line.fields);
        ensure!(line.fields.get(2).is_some_and(|network| network == "unix"), "{:?}", line.fields);
        ensure!(line.fields.get(6).is_none_or(|multiplexing| multiplexing == "false"), "{:?}", line.fields);
        ensure!(Path::new(&line.address).starts_with(plugin.temporary()), "it listens at {}", line.address);
        ensure!(plugin.stdout.text().lines().count() == 1, "standard output has {:?}", plugin.stdout.text());
    }
    Ok(())
}

#[tokio::test]
async fn line_2_the_certificate_is_unpadded_and_the_one_that_tls_presents() -> Result<()> {
    let host = Identity::of_host()?;
    let (_plugin, line) = with_room_for_padding(&host).await?;
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let peer = Peer::anybody();
        let config = client(version, &peer, Credentials::of(&host)?)?;
        Session::secure(line.connect().await?, config).await?;
        let presented = peer.presented().context("no certificate was presented")?;
        ensure!(Some(presented) == line.certificate, "TLS presents another certificate than the line");
    }
    Ok(())
}

/// A start whose certificate would be padded by an encoder that pads: one in three has no need for it.
async fn with_room_for_padding(host: &Identity) -> Result<(Plugin, HandshakeLine)> {
    for _ in 0..20 {
        let (plugin, line) = Start::of(PROGRAM).pinning(host).shake_hands().await?;
        ensure!(!line.fields.iter().any(|field| field.contains('=')), "padding, which Go refuses: {:?}", line.fields);
        if line.certificate.as_ref().is_some_and(|certificate| certificate.len() % 3 != 0) {
            return Ok((plugin, line));
        }
    }
    anyhow::bail!("no certificate would need padding")
}

#[tokio::test]
async fn line_3_the_highest_common_version_is_chosen_or_the_lowest_reported() -> Result<()> {
    let host = Identity::of_host()?;
    for (hosts, chosen) in [
        (Some("2,3"), 3),
        (Some("3,2"), 3),
        (Some("1,2,9"), 2),
        (Some("nonsense,-3,2"), 2),
        (Some("1,4,5"), 2),
        (Some(""), 2),
        (None, 2),
    ] {
        let start = Start::of(PROGRAM).pinning(&host);
        let start = match hosts {
            Some(versions) => start.env("PLUGIN_PROTOCOL_VERSIONS", versions),
            None => start.without("PLUGIN_PROTOCOL_VERSIONS"),
        };
        let (_plugin, line) = start.shake_hands().await?;
        ensure!(line.version == chosen, "a host with {hosts:?} was answered {}, not {chosen}", line.version);
    }
    Ok(())
}

#[tokio::test]
async fn either_version_of_tls_serves_the_host() -> Result<()> {
    let host = Identity::of_host()?;
    let (_plugin, line) = Start::of(PROGRAM).pinning(&host).shake_hands().await?;
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let session = Session::open_with(&line, &host, version).await?;
        session.ping().await?;
        let answer = session.probe().echo(b"hello".to_vec()).await?.into_inner();
        ensure!(answer == b"hello", "{version:?}: {answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn plaintext_is_refused_unless_the_author_allows_it() -> Result<()> {
    let mut refusing = Start::of(PROGRAM).spawn()?;
    let status = refusing.wait(LATE).await?;
    ensure!(!status.success(), "it ended with {status}");
    let said = refusing.stdout.wait_for_end(PATIENCE).await?;
    ensure!(said.is_empty(), "standard output has {said:?}");
    refusing.stderr.wait_for_end(PATIENCE).await?;
    let log = refusing.stderr.log()?;
    ensure!(log.iter().any(|line| line.message.contains("PLUGIN_CLIENT_CERT")), "the reason is not in {log:?}");

    let (_allowing, line) = Start::of(PROGRAM).env("CONFORMANCE_PLAINTEXT", "1").shake_hands().await?;
    ensure!(line.fields.len() == 6 && line.certificate.is_none(), "{:?}", line.fields);
    let session = Session::open_plaintext(&line).await?;
    session.ping().await?;
    // What the author allows is no reason to go without, when the host offers a certificate.
    let host = Identity::of_host()?;
    let both = Start::of(PROGRAM).env("CONFORMANCE_PLAINTEXT", "1").pinning(&host);
    let (_plugin, line) = both.shake_hands().await?;
    let stranger = client(TlsVersion::V1_3, &Peer::anybody(), std::sync::Arc::new(NoCredentials))?;
    ensure!(refuses(&line, stranger).await, "it serves a stranger although its host offered a certificate");
    Session::open(&line, &host).await?.ping().await
}

#[tokio::test]
async fn a_damaged_offer_is_refused_in_words() -> Result<()> {
    let (one, other) = (Identity::of_host()?.to_pem(), Identity::of_host()?.to_pem());
    for certificate in [String::new(), "nonsense".to_owned(), format!("{one}{other}"), one.replace("MII", "MIJ")] {
        let start = Start::of(PROGRAM).env("CONFORMANCE_PLAINTEXT", "1").env("PLUGIN_CLIENT_CERT", &certificate);
        let mut plugin = start.spawn()?;
        let status = plugin.wait(LATE).await?;
        ensure!(!status.success(), "it ended with {status} for {certificate:?}");
        ensure!(plugin.stdout.wait_for_end(PATIENCE).await?.is_empty(), "a handshake line for {certificate:?}");
        let reason = plugin.stderr.wait_for_end(PATIENCE).await?;
        ensure!(reason.contains("PLUGIN_CLIENT_CERT"), "the reason is not in {reason}");
    }
    Ok(())
}

/// RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime after it.
#[tokio::test]
async fn the_certificate_does_not_depend_on_the_clock() -> Result<()> {
    let host = Identity::of_host()?;
    let (_plugin, line) = Start::of(PROGRAM).pinning(&host).shake_hands().await?;
    let certificate = line.certificate.context("no certificate")?;
    let validity = [b"\x30\x20\x17\x0d000101000000Z".as_slice(), b"\x18\x0f99991231"].concat();
    ensure!(
        certificate.windows(validity.len()).any(|bytes| bytes == validity),
        "the certificate is not valid from 2000 to 9999"
    );
    Ok(())
}

#[tokio::test]
async fn a_plugin_with_another_clock_serves_its_host() -> Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("faketime").is_file()) {
        println!("SKIPPED faketime: it is not on PATH. Install it (Debian: apt-get install faketime)");
        return Ok(());
    }
    let host = Identity::of_host()?;
    for date in ["2001-02-03 04:05:06", "2099-01-01 00:00:00"] {
        let script = format!("exec faketime '{date}' \"$0\"");
        let (_plugin, line) = Start::through_shell(&script, PROGRAM).pinning(&host).shake_hands().await?;
        Session::open(&line, &host).await?.ping().await.with_context(|| format!("at {date}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn the_socket_is_in_a_private_folder_where_the_host_wants_it() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let (host, wanted) = (Identity::of_host()?, tempfile::tempdir()?);
    let folder = wanted.path().to_str().context("an odd temporary folder")?;
    let start = Start::of(PROGRAM).pinning(&host).env("PLUGIN_UNIX_SOCKET_DIR", folder);
    let (plugin, line): (Plugin, HandshakeLine) = start.shake_hands().await?;
    ensure!(Path::new(&line.address).starts_with(folder), "it listens at {}", line.address);
    ensure!(plugin.left_behind()?.is_empty(), "it also uses the temporary folder");
    let own = Path::new(&line.address).parent().context("no folder")?;
    let mode = own.metadata()?.permissions().mode() & 0o777;
    ensure!(mode == 0o700, "others may look into {}: mode {mode:o}", own.display());
    Session::open(&line, &host).await?.ping().await
}

/// Whether a client is turned away, during the handshake or right after it.
async fn refuses(line: &HandshakeLine, config: rustls::ClientConfig) -> bool {
    let Ok(stream) = line.connect().await else { return true };
    let Ok(stream) = Session::secure(stream, config).await else { return true };
    let Ok((channel, received)) = go_plugin_conformance::channel_over(stream).await else { return true };
    let session = Session { channel };
    session.ping().await.is_err() && received.bytes() == 0
}
