//! The conformance lines of a secrets engine, each against the real process of the example engine.
//!
//! The number in a test's name is that of its line in the reference. Lines that are about go-plugin alone are looked at in full in
//! `tests/conformance`; here they show that an engine on the SDK has what is promised there.
//!
//! The program has a name of its own, because `seeded_bugs` looks for it among all that is built.

mod answers;
mod broker;
mod cancelled;
mod ending;
mod errors;
mod help;
mod ids;
mod interleavings;
mod killed;
mod large;
mod leases;
mod log;
mod panics;
mod rollback;
mod special_paths;
mod start;

use std::sync::Arc;
use std::time::Duration;

use acceptance::cli::workspace_binary;
use anyhow::{Context as _, Result, anyhow};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Behaviour, Mount, PlayedHost};
use serde_json::json;

/// The example engine.
const PROGRAM: &str = "vault-plugin-secrets-example";

/// Names another build of it: one with a seeded bug.
const OVERRIDE: &str = "CONFORMANCE_PLUGIN";

/// Everything works.
const SOUND: Behaviour = Behaviour {
    missing: false,
    read_only: false,
    broken: "",
    broken_after: 0,
    transactions: false,
    conflicts: 0,
    delay_ms: 0,
};

/// Where the engine is. It is built with these tests, unless the environment names one.
fn program() -> Result<String> {
    let path = match std::env::var_os(OVERRIDE) {
        Some(path) => path,
        None => workspace_binary(PROGRAM)?.into(),
    };
    path.into_string().map_err(|path| anyhow!("{} is not UTF-8", path.display()))
}

/// A host with one mount in ordinary use; `None` where no host can be played.
async fn in_use() -> Result<Option<(Arc<PlayedHost>, Mount)>> {
    let Some(host) = PlayedHost::start(&program()?).await? else { return Ok(None) };
    let host = Arc::new(host);
    let mount = Mount::start(&host, "one", SOUND).await?;
    Ok(Some((host, mount)))
}

/// Writes an object, so that there is one to lend or to rename.
async fn keep(mount: &Mount, name: &str) -> Result<()> {
    mount.request("create", &format!("kv/{name}"), json!({ "value": name })).await?.data().map(drop)
}

/// Waits until the storage of a mount is asked for something.
async fn under_way(mount: &Mount, call: &str) -> Result<()> {
    let asked = async {
        while !mount.contents().await?.calls.contains_key(call) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, asked).await.with_context(|| format!("no {call} came"))?
}
