//! Line 18: whoever goes away in the middle of a write of two entries leaves both or none.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Answer, Behaviour, Call, Contents, Mount, PlayedHost};
use serde_json::json;

use crate::{SOUND, in_use, keep};

/// What every call of the storage takes: long beside what is between the calls.
const DELAY: Duration = Duration::from_millis(300);

/// The names of all objects. Renaming one is a write of two entries: the new one comes, and the old one goes.
fn objects(contents: &Contents) -> Vec<&str> {
    contents.entries.keys().filter_map(|key| key.strip_prefix("items/")).collect()
}

/// A mount with the object `old`.
async fn with_one() -> Result<Option<(Arc<PlayedHost>, Mount)>> {
    let Some((host, mount)) = in_use().await? else { return Ok(None) };
    keep(&mount, "old").await?;
    Ok(Some((host, mount)))
}

async fn rename(mount: &Mount, call: Call) -> Result<Answer> {
    mount.request_with("update", "rename/old", json!({ "to": "new" }), call).await
}

#[tokio::test]
async fn line_18_a_write_of_two_entries_is_finished_although_its_caller_has_gone() -> Result<()> {
    // It goes while the second entry is written: after the reading and the first one, and after the beginning, where there is one.
    for (transactions, after) in [(false, 2 * DELAY + DELAY / 2), (true, 3 * DELAY + DELAY / 2)] {
        let Some((_host, mount)) = with_one().await? else { return Ok(()) };
        mount.behave(Behaviour { transactions, delay_ms: u64::try_from(DELAY.as_millis())?, ..SOUND }).await?;
        let answer = rename(&mount, Call { cancelled_after: Some(after), ..Call::default() }).await?;
        ensure!(answer.code == "Canceled", "the caller did not go away in time: {answer:?}");
        let whole = async {
            while objects(&mount.contents().await?) != ["new"] {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            anyhow::Ok(())
        };
        if tokio::time::timeout(PATIENCE / 5, whole).await.is_err() {
            anyhow::bail!("half of it is left (transactions: {transactions}): {:?}", mount.contents().await?);
        }
        ensure!(mount.contents().await?.open == 0, "a transaction is open: {:?}", mount.contents().await?);
    }
    Ok(())
}

#[tokio::test]
async fn line_18_a_transaction_that_fails_in_the_middle_leaves_nothing() -> Result<()> {
    let Some((_host, mount)) = with_one().await? else { return Ok(()) };
    // The beginning and the first entry succeed.
    let storage = Behaviour { transactions: true, broken: "a full disk", broken_after: 2, ..SOUND };
    mount.behave(storage).await?;
    let answer = rename(&mount, Call::default()).await?;
    answer.expect_status(500)?;
    ensure!(answer.judged()?.error.contains("a full disk"), "{answer:?}");
    let contents = mount.contents().await?;
    ensure!(objects(&contents) == ["old"], "one entry without the other: {contents:?}");
    let tried = contents.calls.get("BeginTx") == Some(&1) && contents.calls.get("Delete") == Some(&1);
    ensure!(tried, "it did not fail in the middle: {contents:?}");
    nothing_open(&mount).await
}

#[tokio::test]
async fn line_18_a_commit_that_comes_second_leaves_nothing_and_can_be_tried_again() -> Result<()> {
    let Some((_host, mount)) = with_one().await? else { return Ok(()) };
    mount.behave(Behaviour { transactions: true, conflicts: 1, ..SOUND }).await?;
    rename(&mount, Call::default()).await?.expect_status(409)?;
    ensure!(objects(&mount.contents().await?) == ["old"], "{:?}", mount.contents().await?);
    rename(&mount, Call::default()).await?.data()?;
    ensure!(objects(&mount.contents().await?) == ["new"], "{:?}", mount.contents().await?);
    nothing_open(&mount).await
}

#[tokio::test]
async fn line_18_what_only_reads_is_dropped_with_its_caller() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    mount.behave(Behaviour { transactions: true, ..SOUND }).await?;
    let call = Call { within: Some(Duration::from_millis(200)), ..Call::default() };
    for (operation, text) in [("read", "a read"), ("update", "a write")] {
        let slow = json!({ "time": "600ms", "text": text });
        let late = mount.request_with(operation, "fault/slow", slow, call.clone()).await?;
        ensure!(is_late(&late), "{late:?}");
    }
    let through = async |text: &str| -> Result<bool> {
        Ok(host.log().await?.iter().any(|line| line.message == format!("a slow request is through: {text}")))
    };
    let written = async {
        while !through("a write").await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    ensure!(tokio::time::timeout(PATIENCE / 5, written).await.is_ok(), "a write was dropped with its caller");
    // It began first.
    ensure!(!through("a read").await?, "a read outlived its caller");
    Ok(())
}

/// Either side may notice first.
fn is_late(answer: &Answer) -> bool {
    ["DeadlineExceeded", "Canceled"].contains(&answer.code.as_str())
}

/// Transactions that nobody ended are rolled back, soon, and nothing that belongs to one comes later.
async fn nothing_open(mount: &Mount) -> Result<()> {
    let none = async {
        while mount.contents().await?.open > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    match tokio::time::timeout(PATIENCE / 6, none).await {
        Ok(outcome) => outcome?,
        Err(_) => anyhow::bail!("transactions are open for good: {:?}", mount.contents().await?),
    }
    let contents = mount.contents().await?;
    ensure!(contents.strays == 0, "written beside a transaction: {contents:?}");
    Ok(())
}
