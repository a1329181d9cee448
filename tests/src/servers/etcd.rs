//! etcd, the storage of the Kubernetes API server.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;
use testbed::Tool;

use crate::http::Http;
use crate::launch::Launch;
use crate::ports;
use crate::process::Process;
use crate::run_folder::subfolder;
use crate::servers::{READY_WITHIN, program};

/// What etcd promises to a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every write is on disk before it is answered; for tests that kill it.
    Synced,
    /// Writes may be lost with the machine, which tests don't have to care about.
    Fast,
}

/// A running etcd with one member, without TLS, on loopback.
#[derive(Debug)]
pub struct Etcd {
    process: Process,
    folder: PathBuf,
    address: String,
}

impl Etcd {
    /// Starts it in a new folder below `parent` and waits until it is healthy.
    ///
    /// # Errors
    /// If it is missing or does not get healthy within three minutes.
    pub fn start(parent: &Path, durability: Durability) -> Result<Self> {
        let binary = program(Tool::Etcd)?;
        ports::retry_on_collision(|| {
            let folder = subfolder(parent, "etcd")?;
            let [client, peer] = ports::free()?;
            let (address, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
            let arguments = [
                format!("--data-dir={}", folder.join("data").display()),
                format!("--listen-client-urls={address}"),
                format!("--advertise-client-urls={address}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster=default={peer}"),
            ];
            let unsynced = (durability == Durability::Fast).then(|| "--unsafe-no-fsync".to_owned());
            let launch = Launch::new("etcd", &binary.path, &folder).args(arguments).args(unsynced);
            let etcd = Self { process: Process::start(launch)?, folder, address };
            etcd.wait_healthy()?;
            Ok(etcd)
        })
    }

    /// Base address of its client API, which also speaks JSON.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Folder with its log and data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process, to be killed and restarted.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Starts it again, killing it if it runs, and waits until it is healthy.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn restart(&self) -> Result<()> {
        self.process.restart()?;
        self.wait_healthy()
    }

    fn wait_healthy(&self) -> Result<()> {
        let client = Http::plain(&self.address)?;
        self.process.wait_ready(READY_WITHIN, || {
            let reply = client.get("/health")?;
            match reply.body.get("health").and_then(Value::as_str) {
                Some("true") => Ok(()),
                _ => bail!("/health answers {}: {}", reply.status, reply.body),
            }
        })?;
        Ok(())
    }
}
