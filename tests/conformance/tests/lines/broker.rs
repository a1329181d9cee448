//! Line 6: the broker in both directions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{
    BrokeredHealth, Credentials, Identity, NoCredentials, PATIENCE, Peer, Session, TlsVersion, channel_over, client,
};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::InUse;

const SERVING: &str = "SERVING";

#[tokio::test]
async fn line_6_the_announcement_may_come_before_the_call_or_after_it() -> Result<()> {
    let InUse { plugin, line, host, session } = InUse::start().await?;
    let broker = session.broker().await?;
    let (before, after) = (plugin.temporary().join("before"), plugin.temporary().join("after"));
    let _early = BrokeredHealth::listen(&before, &host, &line).await?;
    let _late = BrokeredHealth::listen(&after, &host, &line).await?;

    broker.announce(1, &before).await?;
    // Frames on one connection keep their order, so what was announced is known once a later call is answered.
    session.ping().await?;
    ensure!(session.probe().dial(1).await?.into_inner() == SERVING, "announced before the call");

    let call = tokio::spawn({
        let mut probe = session.probe();
        async move { probe.dial(2).await }
    });
    // The same the other way round: the call has arrived when two later ones are answered.
    for _ in 0..2 {
        tokio::task::yield_now().await;
        session.ping().await?;
    }
    ensure!(!call.is_finished(), "the call did not wait for the announcement");
    broker.announce(2, &after).await?;
    ensure!(call.await??.into_inner() == SERVING, "announced after the call");
    Ok(())
}

#[tokio::test]
async fn line_6_a_number_that_is_never_announced_is_an_error_in_five_seconds_and_leaves_nothing() -> Result<()> {
    let InUse { plugin: _plugin, line, host, session } = InUse::start().await?;
    let broker = session.broker().await?;
    let folder = tempfile::tempdir()?;

    // An announcement that nobody asks for is forgotten in the same time.
    broker.announce(8, &folder.path().join("unclaimed")).await?;
    session.ping().await?;

    let before = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(20), session.probe().dial(7)).await;
    let answer = answer.context("a number that is never announced is never given up")?;
    let error = answer.err().context("number 7 was never announced, and yet there is an answer")?;
    let waited = before.elapsed();
    ensure!(error.code() == Code::Unavailable && error.message().contains('7'), "{error:?}");
    ensure!(waited.as_secs() >= 4, "it gave up after {waited:?}");

    let socket = folder.path().join("late");
    let _late = BrokeredHealth::listen(&socket, &host, &line).await?;
    broker.announce(7, &socket).await?;
    ensure!(session.probe().dial(7).await?.into_inner() == SERVING, "the failed call left its number occupied");
    broker.announce(8, &socket).await?;
    let again = session.probe().dial(8).await?.into_inner();
    ensure!(again == SERVING, "the unclaimed announcement was kept, and hides the later one: {again}");
    Ok(())
}

#[tokio::test]
async fn line_6_a_second_stream_does_not_end_the_first() -> Result<()> {
    let InUse { plugin, line, host, session } = InUse::start().await?;
    let mut first = session.broker().await?;
    let second = session.broker().await?;
    // Go's hosts can't announce on a stream that the plugin has ended.
    let ended = tokio::time::timeout(Duration::from_millis(500), first.ended()).await;
    ensure!(ended.is_err(), "stream 1 has ended");
    for (id, stream) in [(1, &first), (2, &second)] {
        let socket = plugin.temporary().join(id.to_string());
        let _server = BrokeredHealth::listen(&socket, &host, &line).await?;
        stream.announce(id, &socket).await.with_context(|| format!("the plugin has ended stream {id}"))?;
        let answer = session.probe().dial(id).await;
        ensure!(answer.is_ok(), "what is announced on stream {id} is lost: {answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn line_6_the_host_dials_a_brokered_server_of_the_plugin_and_strangers_do_not() -> Result<()> {
    let InUse { plugin: _plugin, line, host, session } = InUse::start().await?;
    let mut broker = session.broker().await?;
    let id = session.probe().serve(()).await?.into_inner();
    let announced = broker.announced().await?;
    ensure!(announced.service_id == id && announced.network == "unix", "{announced:?} for number {id}");
    ensure!(announced.address != line.address, "a brokered server needs a socket of its own");

    let certificate = line.certificate.context("no certificate")?;
    let stranger = Identity::of_host()?;
    let strangers: [Arc<dyn rustls::client::ResolvesClientCert>; 2] =
        [Arc::new(NoCredentials), Credentials::of(&stranger)?];
    for shown in strangers {
        let config = client(TlsVersion::V1_3, &Peer::anybody(), shown)?;
        let stream = tokio::net::UnixStream::connect(&announced.address).await?;
        let Ok(stream) = Session::secure(stream, config).await else { continue };
        let Ok((channel, received)) = channel_over(stream).await else { continue };
        let answer = check(channel).await;
        ensure!(answer.is_err() && received.bytes() == 0, "a stranger was served: {answer:?}");
    }
    let config = client(TlsVersion::V1_3, &Peer::exactly(certificate), Credentials::of(&host)?)?;
    let stream = tokio::net::UnixStream::connect(&announced.address).await?;
    let (channel, _) = channel_over(Session::secure(stream, config).await?).await?;
    check(channel).await?;
    Ok(())
}

#[tokio::test]
async fn line_6_calls_fail_once_the_host_has_closed_its_brokered_server_and_the_plugin_lives() -> Result<()> {
    let InUse { mut plugin, line, host, session } = InUse::start().await?;
    let broker = session.broker().await?;
    let socket = plugin.temporary().join("served");
    let server = BrokeredHealth::listen(&socket, &host, &line).await?;
    broker.announce(3, &socket).await?;
    ensure!(session.probe().dial(3).await?.into_inner() == SERVING, "before the end");
    server.close().await;

    // Another server at the same place is not the one that was announced: nothing may connect to it by itself.
    std::fs::remove_file(&socket)?;
    let _other = BrokeredHealth::listen(&socket, &host, &line).await?;
    for _ in 0..3 {
        let call = tokio::time::timeout(PATIENCE, session.probe().dial(3)).await;
        let answer = call.context("a call on a closed connection does not end")?;
        ensure!(answer.is_err(), "a call on a closed connection was answered: {answer:?}");
    }
    ensure!(plugin.is_alive()?, "the plugin has ended");
    session.ping().await
}

#[tokio::test]
async fn line_6_a_server_that_is_not_the_hosts_is_not_spoken_to() -> Result<()> {
    let InUse { plugin, line, host, session } = InUse::start().await?;
    let broker = session.broker().await?;
    let stranger = Identity::of_host()?;
    let imitation = host.imitated()?;
    for (id, identity) in [(4, &stranger), (5, &imitation)] {
        let socket = plugin.temporary().join(id.to_string());
        let _server = BrokeredHealth::listen(&socket, identity, &line).await?;
        broker.announce(id, &socket).await?;
        let answer = session.probe().dial(id).await;
        ensure!(answer.is_err(), "it asked a stranger, who answered {answer:?}");
    }
    session.ping().await
}

async fn check(channel: tonic::transport::Channel) -> Result<(), tonic::Status> {
    let request = HealthCheckRequest { service: String::new() };
    match tokio::time::timeout(Duration::from_secs(20), HealthClient::new(channel).check(request)).await {
        Ok(answer) => answer.map(|_| ()),
        Err(_) => Err(tonic::Status::deadline_exceeded("no answer")),
    }
}
