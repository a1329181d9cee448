//! Line 9: which paths need more than a token, and which need none, is always known.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::{Announced, Call, Mount, PlayedHost};
use serde_json::{Value, json};

use crate::{SOUND, program};

#[tokio::test]
async fn line_9_special_paths_are_known_before_a_set_up_and_after_a_failed_one() -> Result<()> {
    let Some(host) = PlayedHost::start(&program()?).await? else { return Ok(()) };
    let mount = Mount::new(&Arc::new(host), "one");
    check(&mount).await.context("before the set-up")?;
    let said = mount.set_up(Announced::Never, Some(SOUND)).await?;
    ensure!(!said.is_empty(), "the set-up did not fail");
    check(&mount).await.context("after a failed set-up")?;
    mount.set_up_again().await?;
    check(&mount).await.context("after the set-up")
}

async fn check(mount: &Mount) -> Result<()> {
    let answer = mount.call("SpecialPaths", json!({}), Call::default()).await?;
    let paths = answer.ok()?.get("paths").context("no paths")?;
    let has = |kind: &str, path: &str| {
        paths.get(kind).and_then(Value::as_array).is_some_and(|paths| paths.iter().any(|found| found == path))
    };
    ensure!(has("root", "status"), "anybody may see the status: {paths}");
    ensure!(has("unauthenticated", "about"), "{paths}");
    ensure!(has("seal_wrap_storage", "items/*"), "{paths}");
    ensure!(!has("unauthenticated", "status"), "{paths}");
    Ok(())
}
