//! The engine: its paths, what it lends, and what it does by itself.

use serde::{Deserialize, Serialize};
use vault_plugin_sdk::{BackendBuilder, Error, Mount, Record, RecordCache, Setup};

use crate::paths::kv::Item;
use crate::paths::{about, answer, fail, kv, lend, log, pair, panic, slow, status, task};

/// The name of its own record.
const TICKS: &str = "ticks";

/// What each mount has for itself, beside its storage.
pub(crate) struct Engine {
    pub(crate) items: RecordCache<Item>,
}

/// How often the server called.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) count: u64,
}

impl Record for Counter {
    const FOLDER: &str = "counters/";
}

pub(crate) fn engine() -> BackendBuilder<Engine> {
    BackendBuilder::with_state(env!("CARGO_PKG_VERSION"), |setup: &Setup| Engine { items: setup.cache() })
        .help("Does everything that an engine can do to its server. For tests.")
        .path(about::path())
        .path(answer::path())
        .path(fail::path())
        .path(kv::path())
        .path(lend::path())
        .path(log::path())
        .path(pair::path())
        .path(panic::path())
        .path(slow::path())
        .path(status::path())
        .path(task::path())
        .renewable_lease(lend::LOAN, lend::renew, lend::revoke)
        .initialise(initialise)
        .periodically(tick)
        .seal_wrap("items/*")
}

/// Reads, so that a mount with a broken storage is not initialised.
async fn initialise(mount: Mount<Engine>) -> Result<(), Error> {
    mount.storage().load::<Counter>(TICKS).await?;
    Ok(())
}

/// Writes, as most engines do.
async fn tick(mount: Mount<Engine>) -> Result<(), Error> {
    let mut ticks = mount.storage().load::<Counter>(TICKS).await?.unwrap_or_default();
    ticks.count += 1;
    Ok(mount.storage().save(TICKS, &ticks).await?)
}
