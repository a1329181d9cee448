//! Line 17: large values, from the client to the storage and back.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::in_use;

#[tokio::test]
async fn line_17_twenty_megabytes_go_both_ways() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    let large = json!({ "large": "0123456789abcdef".repeat(20 * 1024 * 1024 / 16) });
    mount.request("create", "kv/large", large.clone()).await?.data()?;
    // From memory, and from the storage.
    for _ in 0..2 {
        let data = mount.request("read", "kv/large", json!({})).await?.data()?;
        ensure!(data == large, "something else came back");
        mount.clean_up().await?.ok()?;
        mount.set_up_again().await?;
    }
    Ok(())
}
