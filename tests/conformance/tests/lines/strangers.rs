//! Line 4: nobody but the host gets in.
//!
//! Every attempt runs against one live plugin and must end without a single application byte from it. Whoever gets as
//! far as gRPC asks for something that leaves a trace in the plugin's log, which is looked for at the end. After every
//! attempt the true host still gets in.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{
    Algorithm, Credentials, HandshakeLine, Identity, NoCredentials, PATIENCE, Peer, Session, Start, TlsVersion,
    channel_over, client,
};
use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::{InUse, PROGRAM, hello, replay, tickets};

/// What the true host calls itself.
const HOST: &str = "the host itself";

#[tokio::test]
async fn line_4_strangers_are_refused() -> Result<()> {
    let InUse { mut plugin, line, host, session } = InUse::start().await?;
    // The same means in the right hands, or a refusal would prove nothing.
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let shown = Credentials::chain(vec![host.certificate.clone()], &host)?;
        let outcome =
            Means::Tls(Box::new(client(version, &Peer::anybody(), shown)?)).try_on(&line, &host, HOST).await?;
        ensure!(matches!(outcome, Outcome::Served(_)), "the true host was refused with {version:?}");
    }

    let mut served = Vec::new();
    let attempts = attempts(&line, &host).await?;
    let count = attempts.len();
    for Attempt { name, means } in attempts {
        let outcome = means.try_on(&line, &host, name).await.with_context(|| name.to_owned())?;
        if let Outcome::Served(what) = outcome {
            served.push(format!("{name}: {what}"));
        }
        let again = Session::open(&line, &host).await.with_context(|| format!("the true host after: {name}"))?;
        again.ping().await.with_context(|| format!("the true host after: {name}"))?;
    }
    ensure!(plugin.is_alive()?, "the plugin has ended");
    session.shutdown().await?;
    plugin.wait(PATIENCE).await?;
    plugin.stderr.wait_for_end(PATIENCE).await?;
    let log = plugin.stderr.log()?;
    let (hosts, strangers): (Vec<_>, Vec<_>) = log
        .into_iter()
        .map(|line| line.message)
        .filter(|message| message.starts_with("trace of "))
        .partition(|message| message.ends_with(HOST));
    ensure!(hosts.len() == 2, "calls leave no trace, so the log proves nothing");
    served.extend(strangers);
    println!("INTRUDERS {} of {count} refused", count - served.len().min(count));
    ensure!(served.is_empty(), "{served:#?}");
    ensure!(count >= 20, "only {count} attempts");
    Ok(())
}

struct Attempt {
    name: &'static str,
    means: Means,
}

enum Means {
    /// A TLS client that, if it gets in, makes a call.
    Tls(Box<ClientConfig>),
    /// gRPC without TLS.
    Grpc,
    /// Bytes on the bare socket, and then no more.
    Bytes(Vec<u8>),
    /// A true session's bytes once more.
    Replay(TlsVersion),
    /// A client that was let in once, and comes again without its certificate.
    Return(TlsVersion),
    /// A ticket from elsewhere, with a request in the first flight.
    EarlyData,
}

/// How an attempt ended.
pub(crate) enum Outcome {
    Refused,
    /// With what.
    Served(String),
}

async fn attempts(line: &HandshakeLine, host: &Identity) -> Result<Vec<Attempt>> {
    let (other, imitation, reissued) = (Identity::of_host()?, host.imitated()?, host.reissued()?);
    let leaf = host.delegated()?;
    let plugins = line.certificate.clone().context("no certificate")?;
    let longer = CertificateDer::from([host.certificate.as_ref(), &[0]].concat());
    let p256 = Identity::new(Algorithm::P256, (2020, 2050))?;
    let elsewhere = Identity::of_host()?;
    let (_elsewhere, _) = Start::of(PROGRAM).pinning(&elsewhere).shake_hands().await?;

    let alone = |identity: &Identity| Credentials::of(identity);
    let chain = |shown: &[&CertificateDer<'static>], key: &Identity| {
        Credentials::chain(shown.iter().map(|der| (*der).clone()).collect(), key)
    };
    let (v2, v3) = (TlsVersion::V1_2, TlsVersion::V1_3);
    let mut attempts = Vec::new();
    let mut tls = |name, version, shown: Arc<dyn ResolvesClientCert>| -> Result<()> {
        let config = client(version, &Peer::anybody(), shown)?;
        attempts.push(Attempt { name, means: Means::Tls(Box::new(config)) });
        Ok(())
    };
    tls("no certificate", v3, Arc::new(NoCredentials))?;
    tls("no certificate, TLS 1.2", v2, Arc::new(NoCredentials))?;
    tls("another certificate of the host's kind", v3, alone(&other)?)?;
    tls("another certificate of the host's kind, TLS 1.2", v2, alone(&other)?)?;
    tls("a certificate on P-256", v3, alone(&p256)?)?;
    tls("a certificate on Ed25519", v3, alone(&Identity::new(Algorithm::Ed25519, (2020, 2050))?)?)?;
    tls("a certificate with RSA", v3, alone(&Identity::new(Algorithm::Rsa, (2020, 2050))?)?)?;
    tls("an expired certificate", v3, alone(&Identity::new(Algorithm::P521, (2000, 2001))?)?)?;
    tls("a certificate of the future", v3, alone(&Identity::new(Algorithm::P521, (2090, 2095))?)?)?;
    tls("the host's subject and serial", v3, alone(&imitation)?)?;
    tls("the host's subject and serial, TLS 1.2", v2, alone(&imitation)?)?;
    tls("the host's key under another certificate", v3, alone(&reissued)?)?;
    tls("a leaf that the host signed", v3, alone(&leaf)?)?;
    tls(
        "a leaf that the host signed, with the host above it",
        v3,
        chain(&[&leaf.certificate, &host.certificate], &leaf)?,
    )?;
    tls("a stranger with the host above", v3, chain(&[&other.certificate, &host.certificate], &other)?)?;
    tls("a stranger with the host above, TLS 1.2", v2, chain(&[&other.certificate, &host.certificate], &other)?)?;
    tls("the host with a stranger above", v3, chain(&[&host.certificate, &other.certificate], host)?)?;
    tls("the host's certificate without its key", v3, chain(&[&host.certificate], &other)?)?;
    tls("the host's certificate without its key, TLS 1.2", v2, chain(&[&host.certificate], &other)?)?;
    tls("the host's certificate and one byte more", v3, chain(&[&longer], host)?)?;
    tls("the plugin's own certificate", v3, chain(&[&plugins], &p256)?)?;
    tls("the host of another start", v3, alone(&elsewhere)?)?;

    let mut http1 = client(v3, &Peer::anybody(), alone(host)?)?;
    http1.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut push = |name, means| attempts.push(Attempt { name, means });
    push("the true certificate for HTTP/1.1", Means::Tls(Box::new(http1)));
    push("gRPC without TLS", Means::Grpc);
    push("an HTTP/2 preface without TLS", Means::Bytes(hello::http2_preface()));
    push("an HTTP/1.1 request without TLS", Means::Bytes(hello::http1_request()));
    push("TLS 1.0", Means::Bytes(hello::client_hello(0x0301, hello::Extensions::Old)));
    push("TLS 1.1", Means::Bytes(hello::client_hello(0x0302, hello::Extensions::Old)));
    push("TLS 1.2 without signature algorithms", Means::Bytes(hello::client_hello(0x0303, hello::Extensions::Old)));
    push("TLS 1.2 with signatures over SHA-1 only", Means::Bytes(hello::client_hello(0x0303, hello::Extensions::Sha1)));
    push("noise", Means::Bytes(hello::noise(4096)));
    push("noise in a TLS record", Means::Bytes(hello::record(&hello::noise(512))));
    push("a TLS alert", Means::Bytes(vec![0x15, 0x03, 0x03, 0x00, 0x02, 0x01, 0x00]));
    push("nothing", Means::Bytes(Vec::new()));
    let whole = hello::of_rustls()?;
    push("half a hello", Means::Bytes(whole.iter().take(whole.len() / 2).copied().collect()));
    push("a hello and plaintext behind it", Means::Bytes([whole, hello::http2_preface()].concat()));
    push("a replayed session", Means::Replay(v3));
    push("a replayed session, TLS 1.2", Means::Replay(v2));
    push("coming back without the certificate", Means::Return(v3));
    push("coming back without the certificate, TLS 1.2", Means::Return(v2));
    push("a ticket from elsewhere and early data", Means::EarlyData);
    Ok(attempts)
}

impl Means {
    async fn try_on(self, line: &HandshakeLine, host: &Identity, name: &str) -> Result<Outcome> {
        match self {
            Self::Tls(config) => match Session::secure(line.connect().await?, *config).await {
                Ok(stream) => call_over(stream, name, 0).await,
                Err(_) => Ok(Outcome::Refused),
            },
            Self::Grpc => call_over(line.connect().await?, name, hello::PLAIN_ALERT_BYTES).await,
            Self::Bytes(bytes) => {
                let answer = exchange(line.connect().await?, &bytes).await?;
                Ok(judge(&answer, TlsVersion::V1_3))
            }
            Self::Replay(version) => replay::attempt(line, host, version).await,
            Self::Return(version) => tickets::come_back(line, host, version, name).await,
            Self::EarlyData => tickets::early_data(line).await,
        }
    }
}

/// Makes a call that leaves a trace, and counts what comes back. Up to `harmless` bytes are no service.
pub(crate) async fn call_over<S>(stream: S, name: &str, harmless: u64) -> Result<Outcome>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let Ok((channel, received)) = channel_over(stream).await else { return Ok(Outcome::Refused) };
    let session = Session { channel };
    let call = tokio::time::timeout(PATIENCE, session.probe().log(format!("trace of {name}"))).await;
    let answer = call.context("neither answered nor turned away")?;
    Ok(match (answer, received.bytes()) {
        (Err(_), bytes) if bytes <= harmless => Outcome::Refused,
        (Err(status), bytes) => Outcome::Served(format!("{bytes} bytes, then {status}")),
        (Ok(_), bytes) => Outcome::Served(format!("an answer in {bytes} bytes")),
    })
}

/// Sends bytes, says that no more will come, and reads until the plugin hangs up.
pub(crate) async fn exchange(mut stream: UnixStream, bytes: &[u8]) -> Result<Vec<u8>> {
    // The plugin may have seen enough and hung up before all is written.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A connection reset ends it as well; what was read before counts.
    let _ = reading.context("neither answered nor turned away")?;
    Ok(answer)
}

/// Nothing may come back but TLS records that are legibly no application data, or that end with an alert.
///
/// TLS 1.3 hides the kind of its encrypted records; TLS 1.2 does not, so there every one counts.
pub(crate) fn judge(answer: &[u8], version: TlsVersion) -> Outcome {
    let Some(records) = hello::records(answer) else {
        return Outcome::Served(format!("bytes that are no TLS: {:?}", String::from_utf8_lossy(answer)));
    };
    let is_silent = records.iter().all(|(kind, _)| *kind != hello::APPLICATION_DATA);
    let ends_with_alert = records.last().is_some_and(|(_, body)| body.len() == hello::ENCRYPTED_ALERT_BYTES);
    if is_silent || (version == TlsVersion::V1_3 && ends_with_alert) {
        return Outcome::Refused;
    }
    let sizes: Vec<_> = records.iter().map(|(kind, body)| (kind, body.len())).collect();
    Outcome::Served(format!("TLS records of these kinds and sizes: {sizes:?}"))
}
