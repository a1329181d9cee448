//! Lines 15 and 20: the end of the process and of a mount is quick, leaves nothing, and may come twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Behaviour, Mount, PlayedHost};
use serde_json::json;

use crate::{SOUND, in_use, program, under_way};

/// What the end of a process may take. After two seconds hosts kill.
const END: u64 = 1_500;

/// What the end of a mount may take.
const CLEANUP: u64 = 1_000;

#[tokio::test]
async fn line_15_the_process_ends_in_time_whatever_goes_on_in_it() -> Result<()> {
    // A machine that was busy at that moment gets a second chance, an engine that is always too slow does not.
    let Some(first) = end().await? else { return Ok(()) };
    println!("END after {first} ms");
    if first >= END {
        let second = end().await?;
        ensure!(second.is_some_and(|second| second < END), "it took {first} ms, then {second:?}");
    }
    Ok(())
}

/// How many milliseconds it takes. `None` where no host can be played.
async fn end() -> Result<Option<u64>> {
    let temporary = tempfile::Builder::new().prefix("conf").tempdir()?;
    let environment = [format!("TMPDIR={}", temporary.path().display())];
    let Some(host) = PlayedHost::start_with(&program()?, &environment).await? else { return Ok(None) };
    let host = Arc::new(host);
    let mount = Mount::start(&host, "one", SOUND).await?;
    for kind in ["kind", "stubborn"] {
        let started = mount.request("update", &format!("task/{kind}"), json!({})).await?.data()?;
        ensure!(started == json!({ "started": true }), "{kind}: {started}");
    }
    host.half_close().await?;
    for operation in ["read", "update"] {
        let mount = mount.clone();
        tokio::spawn(async move { mount.request(operation, "fault/slow", json!({ "time": "60s" })).await });
    }
    ensure!(temporary.path().read_dir()?.next().is_some(), "its socket is somewhere else");

    let took = host.end().await?;
    let log = host.log().await?;
    ensure!(log.iter().any(|line| line.message == "a task was told to stop"), "the task was not told: {log:?}");
    let left: Vec<_> = temporary.path().read_dir()?.flatten().map(|entry| entry.path()).collect();
    ensure!(left.is_empty(), "left behind: {left:?}");
    Ok(Some(took))
}

#[tokio::test]
async fn line_20_a_cleanup_is_quick_may_come_twice_and_lets_go_of_the_storage() -> Result<()> {
    // As in line 15.
    let Some(first) = cleanup().await? else { return Ok(()) };
    println!("CLEANUP after {first} ms");
    if first >= CLEANUP {
        let second = cleanup().await?;
        ensure!(second.is_some_and(|second| second < CLEANUP), "it took {first} ms, then {second:?}");
    }
    Ok(())
}

/// How many milliseconds the longer of two takes. `None` where no host can be played.
async fn cleanup() -> Result<Option<u64>> {
    let Some((host, mount)) = in_use().await? else { return Ok(None) };
    let other = Mount::start(&host, "other", SOUND).await?;
    for kind in ["kind", "stubborn"] {
        mount.request("update", &format!("task/{kind}"), json!({})).await?.data()?;
    }
    // Something that is under way at the storage, and would hold it for long.
    mount.behave(Behaviour { delay_ms: 60_000, ..SOUND }).await?;
    let stuck = mount.clone();
    let stuck = tokio::spawn(async move { stuck.request("update", "kv/a", json!({})).await });
    under_way(&mount, "Put").await?;

    let mut longest = Duration::ZERO;
    for _ in 0..2 {
        let begin = Instant::now();
        let ended = tokio::time::timeout(PATIENCE / 3, mount.clean_up()).await;
        ensure!(ended.is_ok(), "Cleanup has not ended after {:?}", begin.elapsed());
        ended??.ok()?;
        longest = longest.max(begin.elapsed());
    }
    ensure!(mount.can_end(PATIENCE / 6).await?, "the storage's server can't end");
    stuck.await??.expect_status(503)?;
    let log = host.log().await?;
    ensure!(log.iter().any(|line| line.message == "a task was told to stop"), "the task was not told: {log:?}");
    let gone = mount.request("read", "kv/a", json!({})).await?;
    ensure!(gone.message == "no backend instance found", "{gone:?}");
    other.request("update", "kv/a", json!({})).await?.data()?;
    Ok(Some(u64::try_from(longest.as_millis())?))
}
