//! Lines 6 and 7: how a mount gets its storage, and what becomes of a mount that gets none.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Announced, Behaviour, Call, Mount, PlayedHost};
use serde_json::json;

use crate::{SOUND, in_use, keep, program, under_way};

#[tokio::test]
async fn line_6_the_storage_may_be_announced_before_the_set_up_or_after_it() -> Result<()> {
    let Some((host, _)) = in_use().await? else { return Ok(()) };
    // A stream that says nothing must not hold up the one on which the host announces.
    host.half_close().await?;
    for (name, announced) in [("before", Announced::Before), ("after", Announced::After(Duration::from_millis(500)))] {
        let mount = Mount::new(&host, name);
        let said = mount.set_up(announced, Some(SOUND)).await?;
        ensure!(said.is_empty(), "{name}: {said}");
        mount.request("create", "kv/a", json!({ "of": name })).await?.data()?;
        ensure!(mount.request("read", "kv/a", json!({})).await?.data()? == json!({ "of": name }), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn line_6_without_an_announcement_the_set_up_fails_in_five_seconds_and_leaves_nothing() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    let before = open_files(&host).await?;
    let other = Mount::new(&host, "never");
    let begin = Instant::now();
    let said = other.set_up(Announced::Never, Some(SOUND)).await?;
    let took = begin.elapsed();
    ensure!(!said.is_empty(), "the set-up says that it succeeded");
    ensure!(said.contains("the host announced no connection"), "{said}");
    ensure!((4..15).contains(&took.as_secs()), "it took {took:?}");
    let answer = other.request("read", "kv/a", json!({})).await?;
    ensure!(answer.message == "no backend instance found", "{answer:?}");
    let after = open_files(&host).await?;
    ensure!(after <= before, "{before} open files became {after}");
    // The others, and the same once more, go on.
    mount.request("create", "kv/a", json!({})).await?.data()?;
    let said = other.set_up(Announced::Before, Some(SOUND)).await?;
    ensure!(said.is_empty(), "once more: {said}");
    Ok(())
}

#[tokio::test]
async fn line_6_a_mount_that_is_set_up_again_lets_go_of_its_old_storage() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    // Something that is under way at the storage, and would hold it for long.
    mount.behave(Behaviour { delay_ms: 60_000, ..SOUND }).await?;
    let stuck = mount.clone();
    let stuck = tokio::spawn(async move { stuck.request("update", "kv/a", json!({})).await });
    under_way(&mount, "Put").await?;

    let again = Mount::new(&host, "one again");
    let answer = again.set_up_as(&["one"], Announced::Before, Some(SOUND)).await?;
    answer.ok()?;
    ensure!(mount.can_end(PATIENCE / 6).await?, "the server of the old storage can't end");
    stuck.await??.expect_status(503)?;
    mount.request("create", "kv/a", json!({ "of": "the new" })).await?.data()?;
    ensure!(mount.contents().await?.entries.is_empty(), "it is in the old storage");
    ensure!(again.contents().await?.entries.len() == 1, "it is not in the new storage");
    Ok(())
}

/// Everything that asks the server for something, on a mount that has the object `there`.
const ASKING: [(&str, &str); 12] = [
    ("create", "kv/a"),
    ("read", "kv/a"),
    ("delete", "kv/there"),
    ("list", "kv/"),
    ("read", "lend/a"),
    ("list", "loans"),
    ("update", "rename/there"),
    ("read", "status"),
    ("read", "work"),
    ("rollback", ""),
    // Its last request was the first that noticed, or all of them are.
    ("create", "kv/b"),
    ("read", "kv/b"),
];

#[tokio::test]
async fn line_6_when_its_storage_is_gone_a_mount_says_so_and_the_others_go_on() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    let asked = async |mount: &Mount, operation, path: &str| -> Result<()> {
        let answer = mount.request(operation, path, json!({ "to": "elsewhere" })).await?;
        answer.expect_status(503).with_context(|| format!("{operation} {path}")).map(drop)
    };
    // Each is the first request once, which may be under way before anybody knows.
    for (number, (operation, path)) in (0..).zip(ASKING) {
        let other = Mount::start(&host, &format!("other-{number}"), SOUND).await?;
        keep(&other, "there").await?;
        other.cut().await?;
        asked(&other, operation, path).await?;
        for (operation, path) in ASKING {
            asked(&other, operation, path).await?;
        }
    }
    // In good order, with nothing under way, it is the same.
    let third = Mount::start(&host, "third", SOUND).await?;
    ensure!(third.can_end(PATIENCE / 6).await?, "the storage's server can't end");
    asked(&third, "create", "kv/a").await?;
    mount.request("create", "kv/a", json!({})).await?.data()?;
    ensure!(!host.has_exited().await?, "the process has ended");
    Ok(())
}

#[tokio::test]
async fn line_6_when_its_storage_goes_in_the_middle_of_a_request_the_mount_says_so() -> Result<()> {
    let Some((host, _)) = in_use().await? else { return Ok(()) };
    for (number, (operation, path, call)) in (0..).zip([
        ("create", "kv/a", "Put"),
        ("read", "kv/a", "Get"),
        ("list", "kv/", "List"),
        ("delete", "kv/a", "Delete"),
    ]) {
        let mount = Mount::start(&host, &format!("mount-{number}"), SOUND).await?;
        mount.behave(Behaviour { delay_ms: 60_000, ..SOUND }).await?;
        let asked = mount.clone();
        let asked = tokio::spawn(async move { asked.request(operation, path, json!({})).await });
        under_way(&mount, call).await?;
        mount.cut().await?;
        asked.await??.expect_status(503).with_context(|| format!("{operation} {path}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn line_7_an_engine_that_is_only_registered_needs_no_storage() -> Result<()> {
    let Some(host) = PlayedHost::start(&program()?).await? else { return Ok(()) };
    let host = Arc::new(host);
    let mount = Mount::new(&host, "registration");
    let nothing_works = Behaviour { missing: true, ..SOUND };
    let said = mount.set_up(Announced::Before, Some(nothing_works)).await?;
    ensure!(said.is_empty(), "setting up: {said}");
    let version = mount.call("Version", json!({}), Call::default()).await?;
    let version = version.ok()?.get("plugin_version").cloned().context("no version")?;
    ensure!(version == concat!("v", env!("CARGO_PKG_VERSION")), "version {version}");
    let kind = mount.call("Type", json!({}), Call::default()).await?;
    ensure!(kind.ok()?.get("type") == Some(&json!(1)), "{kind:?}");
    ensure!(mount.contents().await?.calls.is_empty(), "it asked the storage: {:?}", mount.contents().await?);
    mount.clean_up().await?.ok()?;
    Ok(())
}

#[tokio::test]
async fn line_7_a_mount_that_could_not_be_initialised_tries_again() -> Result<()> {
    let Some(host) = PlayedHost::start(&program()?).await? else { return Ok(()) };
    let mount = Mount::new(&Arc::new(host), "one");
    let said = mount.set_up(Announced::Before, Some(Behaviour { broken: "not yet", ..SOUND })).await?;
    ensure!(said.is_empty(), "setting up: {said}");
    // At an unseal a server only logs it, and the mount is there all the same.
    let refused = mount.initialise().await?;
    ensure!(refused.ok()?.pointer("/err/err_msg").is_some(), "a broken storage is initialised");
    let answer = mount.request("update", "log", json!({ "text": "text" })).await?;
    answer.expect_status(500).context("it was not tried again")?;
    mount.behave(SOUND).await?;
    mount.request("update", "log", json!({ "text": "text" })).await?.data()?;
    ensure!(mount.contents().await?.calls.get("Get") == Some(&3), "{:?}", mount.contents().await?);
    mount.request("update", "log", json!({ "text": "text" })).await?.data()?;
    ensure!(mount.contents().await?.calls.get("Get") == Some(&3), "it is initialised again and again");
    Ok(())
}

/// How many files, sockets included, the engine holds.
async fn open_files(host: &PlayedHost) -> Result<usize> {
    let folder = format!("/proc/{}/fd", host.process().await?);
    Ok(Path::new(&folder).read_dir().with_context(|| folder.clone())?.count())
}
