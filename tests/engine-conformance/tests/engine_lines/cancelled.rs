//! Line 18: whoever goes away in the middle of a write of two entries leaves both or none.

use std::time::Duration;

use anyhow::{Result, ensure};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Answer, Behaviour, Call, Contents, Mount};
use serde_json::json;

use crate::{SOUND, in_use};

/// What every call of the storage takes: long beside what is between the calls.
const DELAY: Duration = Duration::from_millis(300);

fn halves(contents: &Contents) -> usize {
    contents.entries.keys().filter(|key| key.starts_with("counters/pair/")).count()
}

/// Writes a pair for a caller that goes away while the second entry is written.
async fn write_and_go(mount: &Mount, storage: Behaviour, after: Duration) -> Result<()> {
    mount.behave(Behaviour { delay_ms: u64::try_from(DELAY.as_millis())?, ..storage }).await?;
    let call = Call { cancelled_after: Some(after), ..Call::default() };
    let answer = mount.request_with("update", "pair/pair", json!({ "count": 7 }), call).await?;
    ensure!(answer.code == "Canceled", "the caller did not go away in time: {answer:?}");
    Ok(())
}

#[tokio::test]
async fn line_18_a_write_of_two_entries_is_finished_although_its_caller_has_gone() -> Result<()> {
    for (transactions, after) in [(false, DELAY + DELAY / 2), (true, 2 * DELAY + DELAY / 2)] {
        let Some((_host, mount)) = in_use().await? else { return Ok(()) };
        write_and_go(&mount, Behaviour { transactions, ..SOUND }, after).await?;
        let whole = async {
            while halves(&mount.contents().await?) != 2 {
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
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    // The beginning and the first entry succeed.
    let storage = Behaviour { transactions: true, broken: "a full disk", broken_after: 2, ..SOUND };
    mount.behave(storage).await?;
    let answer = mount.request("update", "pair/pair", json!({ "count": 7 })).await?;
    answer.expect_status(500)?;
    ensure!(answer.judged()?.error.contains("a full disk"), "{answer:?}");
    let contents = mount.contents().await?;
    ensure!(halves(&contents) == 0, "one entry without the other: {contents:?}");
    ensure!(contents.calls.get("Put") == Some(&2), "it did not fail in the middle: {contents:?}");
    nothing_open(&mount).await
}

#[tokio::test]
async fn line_18_a_commit_that_comes_second_leaves_nothing_and_can_be_tried_again() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    mount.behave(Behaviour { transactions: true, conflicts: 1, ..SOUND }).await?;
    mount.request("update", "pair/pair", json!({ "count": 7 })).await?.expect_status(409)?;
    ensure!(halves(&mount.contents().await?) == 0, "{:?}", mount.contents().await?);
    mount.request("update", "pair/pair", json!({ "count": 7 })).await?.data()?;
    ensure!(halves(&mount.contents().await?) == 2, "{:?}", mount.contents().await?);
    nothing_open(&mount).await
}

#[tokio::test]
async fn line_18_what_only_reads_is_dropped_with_its_caller() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    mount.behave(Behaviour { transactions: true, ..SOUND }).await?;
    let call = Call { within: Some(Duration::from_millis(200)), ..Call::default() };
    let late = mount.request_with("read", "slow/a", json!({ "milliseconds": 60_000 }), call.clone()).await?;
    ensure!(is_late(&late), "{late:?}");
    let late = mount.request_with("update", "slow/a", json!({ "milliseconds": 600 }), call).await?;
    ensure!(is_late(&late), "{late:?}");
    let written = async {
        while !mount.contents().await?.entries.contains_key("counters/a") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    ensure!(tokio::time::timeout(PATIENCE / 5, written).await.is_ok(), "a write was dropped with its caller");
    Ok(())
}

/// Either side may notice first.
fn is_late(answer: &Answer) -> bool {
    ["DeadlineExceeded", "Canceled"].contains(&answer.code.as_str())
}

/// Transactions that nobody ended are rolled back, soon.
async fn nothing_open(mount: &Mount) -> Result<()> {
    let none = async {
        while mount.contents().await?.open > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    match tokio::time::timeout(PATIENCE / 6, none).await {
        Ok(outcome) => outcome,
        Err(_) => anyhow::bail!("transactions are open for good: {:?}", mount.contents().await?),
    }
}
