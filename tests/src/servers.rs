//! The servers, one file each.

pub mod cluster;
pub mod dex;
pub mod etcd;
pub mod kubernetes;
pub mod postgres;
mod vault_config;
pub mod vault_server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use testbed::{Binary, Tool};

use crate::run_folder::run_folder;
use crate::scenario::Scenario;

/// How long a server may take to get ready: thirty times what the slowest needs on an idle machine.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(180);

/// How often a shared server is tried that does not start: a busy machine is busy for a while, a broken server for ever.
const TRIES: usize = 3;

/// A server that all tests of a binary share. It is started by the first one that needs it and ends with the process.
pub(crate) struct Shared<T> {
    /// Its folder, and the server, once it has started.
    instance: OnceLock<(PathBuf, T)>,
    /// What kept it from starting, each time; held by the test that tries.
    failures: Mutex<Vec<String>>,
}

impl<T> Shared<T> {
    pub(crate) const fn new() -> Self {
        Self { instance: OnceLock::new(), failures: Mutex::new(Vec::new()) }
    }

    /// The server; each test that asks gets its logs among the artefacts, also if the start failed.
    pub(crate) fn instance(
        &'static self,
        scenario: &Scenario,
        name: &str,
        start: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<&'static T> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((folder, server)) = self.instance.get() {
            scenario.uses(folder);
            return Ok(server);
        }
        if failures.len() >= TRIES {
            bail!("the shared {name} did not start: {}", failures.join("; and again: "));
        }
        // A folder of its own for each try: what the last one left would be in the way.
        let stem = if failures.is_empty() { String::new() } else { format!("-{}", failures.len()) };
        let folder = run_folder()?.join(format!("shared-{name}{stem}"));
        fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
        scenario.uses(&folder);
        match start(&folder) {
            Ok(server) => Ok(&self.instance.get_or_init(|| (folder, server)).1),
            Err(error) => {
                failures.push(format!("{error:#}"));
                Err(error.context(format!("the shared {name} did not start")))
            }
        }
    }
}

/// The program of a tool that is about to be started, noted for the table at the end of `cargo xtask test`.
pub(crate) fn program(tool: Tool) -> Result<Binary> {
    let binary = tool.find()?;
    binary.started();
    Ok(binary)
}
