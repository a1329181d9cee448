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
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Result, anyhow};
use testbed::{Binary, Tool};

use crate::run_folder::run_folder;
use crate::scenario::Scenario;

/// How long a server may take to get ready: ten times what the slowest needs on an idle machine.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server that all tests of a binary share. It is started by the first one that needs it and ends with the process.
pub(crate) struct Shared<T> {
    /// Its folder, and the server or the text of the error that kept it from starting.
    instance: OnceLock<(PathBuf, Result<T, String>)>,
}

impl<T> Shared<T> {
    pub(crate) const fn new() -> Self {
        Self { instance: OnceLock::new() }
    }

    /// The server; each test that asks gets its logs among the artefacts, also if the start failed.
    pub(crate) fn instance(
        &'static self,
        scenario: &Scenario,
        name: &str,
        start: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<&'static T> {
        let run = run_folder()?;
        let (folder, server) = self.instance.get_or_init(|| {
            let folder = run.join(format!("shared-{name}"));
            let server = fs::create_dir(&folder).map_err(anyhow::Error::from).and_then(|()| start(&folder));
            (folder, server.map_err(|error| format!("{error:#}")))
        });
        scenario.uses(folder);
        server.as_ref().map_err(|text| anyhow!("the shared {name} did not start: {text}"))
    }
}

/// The program of a tool that is about to be started, noted for the table at the end of `cargo xtask test`.
pub(crate) fn program(tool: Tool) -> Result<Binary> {
    let binary = tool.find()?;
    binary.started();
    Ok(binary)
}
