//! Line 13: what a node says that can't write, and what it knows of the writes of another.

use anyhow::{Result, ensure};
use secrets_engine_conformance::{Announced, Answer, Behaviour, Call, Mount};
use serde_json::{Value, json};

use crate::{SOUND, in_use};

async fn rollback(mount: &Mount) -> Result<Answer> {
    mount.call("HandleRequest", mount.arguments("rollback", "", &Value::Null), Call::default()).await
}

#[tokio::test]
async fn line_13_on_storage_that_cannot_be_written_it_says_so_in_the_words_of_hosts() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    ensure!(rollback(&mount).await?.data()?.is_null(), "a rollback has an answer");
    ensure!(mount.contents().await?.entries.get("ticks/all").is_some_and(|ticks| ticks == "{\"count\":1}"));

    mount.behave(Behaviour { read_only: true, ..SOUND }).await?;
    let answer = rollback(&mount).await?;
    let said = answer.reply.pointer("/err/err_msg").cloned().unwrap_or_default();
    ensure!(answer.judged()?.forwards, "instead of the words that hosts know it said {said}");
    // So do requests, and then the host has the active node answer them.
    let answer = mount.request("update", "kv/a", json!({})).await?;
    ensure!(answer.judged()?.forwards, "{answer:?}");
    // What only reads is answered here.
    mount.request("read", "kv/a", json!({})).await?.expect_status(404)?;
    Ok(())
}

#[tokio::test]
async fn line_13_what_another_node_has_changed_is_read_again() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    mount.request("update", "kv/a", json!({ "value": 1 })).await?.data()?;
    let read = async || mount.request("read", "kv/a", json!({})).await?.data();
    ensure!(read().await? == json!({ "value": 1 }));

    // A second instance with the same storage, as on another node.
    mount.set_up_as(&["another node"], Announced::Before, None).await?.ok()?;
    let there = Call { ids: Some(vec!["another node".to_owned()]), ..Call::default() };
    let write = mount.arguments("update", "kv/a", &json!({ "value": 2 }));
    mount.call("HandleRequest", write, there).await?.data()?;
    mount.call("InvalidateKey", json!({ "key": "items/a" }), Call::default()).await?.ok()?;
    let data = read().await?;
    ensure!(data == json!({ "value": 2 }), "it still reads {data}");
    Ok(())
}
