//! Line 8: each call names its mount, exactly one, and gets that one or an error.

use anyhow::{Result, ensure};
use secrets_engine_conformance::{Announced, Call, Mount};
use serde_json::json;

use crate::{SOUND, in_use};

#[tokio::test]
async fn line_8_no_name_two_names_an_empty_and_an_unknown_one_are_errors() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    mount.request("create", "kv/a", json!({ "secret": "of one" })).await?.data()?;
    let named = |ids: &[&str]| Call { ids: Some(ids.iter().map(|id| (*id).to_owned()).collect()), ..Call::default() };
    let read = mount.arguments("read", "kv/a", &json!({}));
    let calls = [
        ("HandleRequest", read.clone()),
        ("HandleExistenceCheck", read.clone()),
        ("Initialize", json!({})),
        ("InvalidateKey", json!({ "key": "items/a" })),
    ];
    for ids in [&[][..], &[""], &["one", "one"], &["one", "two"], &["two", "one"], &["two"], &["One"], &["on"]] {
        for (method, request) in &calls {
            let answer = mount.call(method, request.clone(), named(ids)).await?;
            ensure!(answer.code != "OK", "{method} for {ids:?} was answered: {}", answer.reply);
        }
    }
    let two = Mount::new(&host, "two");
    for ids in [&[][..], &[""], &["one", "two"]] {
        let answer = two.set_up_as(ids, Announced::Before, Some(SOUND)).await?;
        ensure!(answer.code != "OK", "Setup for {ids:?} was answered: {}", answer.reply);
    }
    let unknown = mount.call("HandleRequest", read, named(&["two"])).await?;
    ensure!(unknown.message == "no backend instance found", "{unknown:?}");
    // And the mount itself is as it was.
    ensure!(mount.request("read", "kv/a", json!({})).await?.data()? == json!({ "secret": "of one" }));
    Ok(())
}

#[tokio::test]
async fn line_8_what_a_mount_is_called_and_set_to_is_its_own() -> Result<()> {
    let Some((host, one)) = in_use().await? else { return Ok(()) };
    let two = Mount::start(&host, "two", SOUND).await?;
    for (mount, name) in [(&one, "one"), (&two, "two")] {
        let status = mount.request("read", "status", json!({})).await?.data()?;
        ensure!(status["plugin_version"] == format!("that of {name}"), "{name} is {status}");
        ensure!(status["mount_uuid"] == format!("uuid of {name}"), "{name} is {status}");
        ensure!(status["default_lease_seconds"] == 3600, "{status}");
    }
    Ok(())
}
