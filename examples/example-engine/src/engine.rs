//! The engine: its paths, what it lends, and what it does by itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use vault_plugin_sdk::{BackendBuilder, Error, Mount, RecordCache, Setup};

use crate::item::Item;
use crate::paths::{about, answer, fault, headers, kv, lend, loans, log, rename, status, task, work};
use crate::ticks::Ticks;

/// What each mount has for itself, beside its storage.
pub(crate) struct Engine {
    pub(crate) items: RecordCache<Item>,
    pub(crate) initialised: AtomicU64,
}

impl Engine {
    fn new(setup: &Setup) -> Self {
        Self { items: setup.cache(), initialised: AtomicU64::new(0) }
    }
}

pub(crate) fn engine() -> BackendBuilder<Engine> {
    BackendBuilder::with_state(version(), Engine::new)
        .help("Keeps objects under names, and lends them out. An example, and nothing to keep secrets in.")
        .path(about::path())
        .path(answer::path())
        .path(fault::path())
        .path(headers::path())
        .path(kv::path())
        .path(lend::path())
        .path(loans::path())
        .path(log::path())
        .path(rename::path())
        .path(status::path())
        .path(task::path())
        .path(work::path())
        .renewable_lease(lend::LOAN, lend::renew, lend::revoke)
        .initialise(initialise)
        .periodically(tick)
        .seal_wrap("items/*")
}

/// The version of this crate, or another one, to try upgrades with one program: `env` of its catalogue entry can have it.
fn version() -> String {
    std::env::var("EXAMPLE_ENGINE_VERSION").unwrap_or_else(|_| env!("CARGO_PKG_VERSION").to_owned())
}

/// Reads, so that a mount whose storage is broken is not initialised, and counts how often it was tried: see the path `status`.
/// Options of the mount make it slow, or fail some times: `initialise_seconds` and `initialise_failures`.
async fn initialise(mount: Mount<Engine>) -> Result<(), Error> {
    let option = |name| mount.setup().option(name).and_then(|number| number.parse::<u64>().ok()).unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(option("initialise_seconds"))).await;
    Ticks::load(&mount).await?;
    let tries = mount.state().initialised.fetch_add(1, Ordering::Relaxed);
    if tries < option("initialise_failures") {
        return Err(Error::Unavailable(format!("the initialisation fails, as asked ({tries} times before)")));
    }
    Ok(())
}

/// Writes, as most engines do: it cleans up, say.
async fn tick(mount: Mount<Engine>) -> Result<(), Error> {
    let mut ticks = Ticks::load(&mount).await?;
    ticks.count += 1;
    Ok(ticks.save(&mount).await?)
}
