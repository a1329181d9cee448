//! The conformance lines of a secrets engine, each against the real process of `conformance-engine`.
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

use anyhow::{Context as _, Result};
use go_plugin_conformance::PATIENCE;
use secrets_engine_conformance::{Behaviour, Mount, PlayedHost};

/// The engine that was compiled with these tests.
const PROGRAM: &str = env!("CARGO_BIN_EXE_conformance-engine");

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

/// A host with one mount in ordinary use; `None` where no host can be played.
async fn in_use() -> Result<Option<(Arc<PlayedHost>, Mount)>> {
    let Some(host) = PlayedHost::start(PROGRAM).await? else { return Ok(None) };
    let host = Arc::new(host);
    let mount = Mount::start(&host, "one", SOUND).await?;
    Ok(Some((host, mount)))
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
