//! Line 15: how a plugin ends, and what must not end it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::{Identity, PATIENCE, Session, Start};
use nix::sys::signal::Signal;

use crate::{InUse, PROGRAM, signal, since, within};

/// A host kills two seconds after it asked.
const GRACE: Duration = Duration::from_millis(1500);

/// When to stop waiting for the end.
const LATE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order() -> Result<()> {
    within(GRACE, || async {
        let InUse { mut plugin, session, .. } = InUse::start().await?;
        let mut broker = session.broker().await?;
        let mut stdio = session.stdio().await?;
        let running = tokio::spawn({
            let mut probe = session.probe();
            async move { probe.wait(60_000).await }
        });
        session.ping().await?;
        // A ping may overtake a call that has just been made, and this is about a call that runs.
        tokio::task::yield_now().await;
        session.ping().await?;

        session.shutdown().await.context("the shutdown was not answered")?;
        let asked = Instant::now();
        let status = plugin.wait(LATE).await?;
        let took = since(asked);
        ensure!(status.code() == Some(0), "it ended with {status}");
        ensure!(plugin.left_behind()?.is_empty(), "it left {:?}", plugin.left_behind()?);
        let running = tokio::time::timeout(PATIENCE, running).await.context("a call hangs")??;
        running.context("a call that was running got no answer, although it could have ended in time")?;
        broker.ended().await?;
        tokio::time::timeout(PATIENCE, stdio.message()).await.context("stdio goes on")?.ok();
        let log = plugin.stderr.wait_for_end(PATIENCE).await?;
        ensure!(!log.contains("still running"), "something would not end and was cut off: {log}");
        Ok(took)
    })
    .await
}

/// A call that does not care that the plugin is ending: it waits five seconds for an announcement.
#[tokio::test]
async fn line_15_a_call_that_does_not_stop_can_not_hold_up_the_end() -> Result<()> {
    within(GRACE, || async {
        let InUse { mut plugin, session, .. } = InUse::start().await?;
        let running = tokio::spawn({
            let mut probe = session.probe();
            async move { probe.dial(99).await }
        });
        for _ in 0..2 {
            tokio::task::yield_now().await;
            session.ping().await?;
        }
        session.shutdown().await.context("the shutdown was not answered")?;
        let asked = Instant::now();
        let status = plugin.wait(LATE).await?;
        let took = since(asked);
        ensure!(status.code() == Some(0), "it ended with {status}");
        ensure!(plugin.left_behind()?.is_empty(), "it left {:?}", plugin.left_behind()?);
        ensure!(running.await?.is_err(), "the call was answered");
        Ok(took)
    })
    .await
}

#[tokio::test]
async fn line_15_sigterm_ends_the_plugin_in_good_order() -> Result<()> {
    within(GRACE, || async {
        let InUse { mut plugin, session, .. } = InUse::start().await?;
        let _broker = session.broker().await?;
        let _stdio = session.stdio().await?;
        let asked = Instant::now();
        signal(&plugin, Signal::SIGTERM)?;
        let status = plugin.wait(LATE).await?;
        let took = since(asked);
        ensure!(status.code() == Some(0), "it ended with {status}");
        ensure!(plugin.left_behind()?.is_empty(), "it left {:?}", plugin.left_behind()?);
        Ok(took)
    })
    .await
}

#[tokio::test]
async fn line_15_sigint_is_left_to_the_host() -> Result<()> {
    let InUse { mut plugin, line, host, session } = InUse::start().await?;
    let running = tokio::spawn({
        let mut probe = session.probe();
        async move { probe.wait(300).await }
    });
    session.ping().await?;
    signal(&plugin, Signal::SIGINT)?;
    // It has arrived when the plugin says so; the calls and connections after it are what counts.
    plugin.stderr.wait_for(PATIENCE, |log| log.contains("interrupt")).await.context("the interrupt was not noticed")?;
    running.await?.context("the call that was running")?;
    session.ping().await?;
    Session::open(&line, &host).await?.ping().await?;
    ensure!(plugin.is_alive()?, "the plugin has ended");
    Ok(())
}

/// The shell stands for a host that is killed outright: it can't pass anything on.
#[tokio::test]
async fn line_15_a_plugin_whose_host_was_killed_ends_by_itself() -> Result<()> {
    let host = Identity::of_host()?;
    let script = "\"$0\" & echo \"plugin is $!\" >&2; wait";
    let (mut shell, line) = Start::through_shell(script, PROGRAM).pinning(&host).shake_hands().await?;
    let noted = shell.stderr.wait_for(PATIENCE, |text| text.contains("plugin is ")).await?;
    let id = noted.lines().find_map(|line| line.strip_prefix("plugin is ")?.parse().ok()).context("no number")?;
    let session = Session::open(&line, &host).await?;
    session.ping().await?;

    shell.kill().await?;
    // Both ends of its pipes are held by the plugin alone now.
    let ended = shell.stderr.wait_for_end(LATE).await;
    if ended.is_err() {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), Signal::SIGKILL)?;
    }
    ended.context("the plugin outlives its host")?;
    ensure!(shell.left_behind()?.is_empty(), "it left {:?}", shell.left_behind()?);
    Ok(())
}
