//! A plugin on a real server: put into its directory, registered, mounted, called, killed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http::Http;
use crate::servers::vault_server::VaultServer;

/// A secrets plugin that a server has in its catalogue.
pub struct VaultPlugin<'a> {
    server: &'a VaultServer,
    name: String,
    program: PathBuf,
    client: Http,
}

impl<'a> VaultPlugin<'a> {
    /// Puts a program into the server's plugin directory and registers it as `name`, with `version` if one is given (without it,
    /// the program is asked for its own).
    ///
    /// # Errors
    /// If the server refuses it. That it can't be run is no refusal: see the server's log.
    pub fn register(server: &'a VaultServer, name: &str, program: &Path, version: Option<&str>) -> Result<Self> {
        Self::register_with(server, name, program, version, &[])
    }

    /// The same, with variables of its environment, each of the form `NAME=value`.
    ///
    /// # Errors
    /// As for [`Self::register`].
    pub fn register_with(
        server: &'a VaultServer,
        name: &str,
        program: &Path,
        version: Option<&str>,
        environment: &[&str],
    ) -> Result<Self> {
        let command = version.map_or_else(|| name.to_owned(), |version| format!("{name}-{version}"));
        let installed = install(server, &command, program)?;
        let mut entry = json!({ "command": command, "sha256": sha256(&installed)?, "env": environment });
        if let (Some(version), Some(entry)) = (version, entry.as_object_mut()) {
            entry.insert("version".to_owned(), version.into());
        }
        let client = server.root()?;
        client.put(&format!("/v1/sys/plugins/catalog/secret/{name}"), &entry)?.ok()?;
        Ok(Self { server, name: name.to_owned(), program: installed, client })
    }

    /// The same plugin on another node of the cluster, which has the catalogue but not yet the program.
    ///
    /// # Errors
    /// If the program can't be put there.
    pub fn on<'b>(&self, node: &'b VaultServer) -> Result<VaultPlugin<'b>> {
        let command = self.program.file_name().and_then(OsStr::to_str).context("the program has no name")?;
        let program = install(node, command, &self.program)?;
        Ok(VaultPlugin { server: node, name: self.name.clone(), program, client: node.root()? })
    }

    /// Its name in the catalogue.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Requests to the server as root: what is tried is the plugin, and not policies.
    pub fn client(&self) -> &Http {
        &self.client
    }

    /// The server.
    pub fn server(&self) -> &VaultServer {
        self.server
    }

    /// What the catalogue says of it, of this version or of the one without.
    ///
    /// # Errors
    /// If it is not there.
    pub fn entry(&self, version: Option<&str>) -> Result<Value> {
        let version = version.map(|version| format!("?version={version}")).unwrap_or_default();
        self.client.get(&format!("/v1/sys/plugins/catalog/secret/{}{version}", self.name))?.ok()
    }

    /// Mounts it, with further settings of the mount or without.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn mount(&self, path: &str, settings: &Value) -> Result<()> {
        let mut mount = json!({ "type": self.name });
        if let (Some(mount), Some(settings)) = (mount.as_object_mut(), settings.as_object()) {
            mount.extend(settings.clone());
        }
        self.client.post(&format!("/v1/sys/mounts/{path}"), &mount)?.ok()?;
        Ok(())
    }

    /// Removes a mount.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn unmount(&self, path: &str) -> Result<()> {
        self.client.delete(&format!("/v1/sys/mounts/{path}"))?.ok()?;
        Ok(())
    }

    /// Has one mount start anew.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn reload(&self, path: &str) -> Result<()> {
        let mounts = json!({ "mounts": [format!("{path}/")] });
        self.client.put("/v1/sys/plugins/reload/backend", &mounts)?.ok()?;
        Ok(())
    }

    /// Has all mounts of it start anew.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn reload_all(&self) -> Result<()> {
        self.client.put("/v1/sys/plugins/reload/backend", &json!({ "plugin": self.name }))?.ok()?;
        Ok(())
    }

    /// Takes it out of the catalogue.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn deregister(&self, version: Option<&str>) -> Result<()> {
        let version = version.map(|version| format!("?version={version}")).unwrap_or_default();
        self.client.delete(&format!("/v1/sys/plugins/catalog/secret/{}{version}", self.name))?.ok()?;
        Ok(())
    }

    /// The ids of all processes that run it now, of this server or left behind by it.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn processes(&self) -> Result<Vec<u32>> {
        let mut processes = Vec::new();
        for entry in fs::read_dir("/proc").context("listing /proc")? {
            let name = entry.context("listing /proc")?.file_name();
            let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            // Processes come and go while we look.
            if fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|program| program == self.program) {
                processes.push(process);
            }
        }
        Ok(processes)
    }

    /// Kills all processes that run it, as a crash would, and says how many they were.
    ///
    /// # Errors
    /// If there is none.
    pub fn kill9(&self) -> Result<usize> {
        let processes = self.processes()?;
        ensure!(!processes.is_empty(), "no process runs {}", self.program.display());
        for process in &processes {
            let process = Pid::from_raw(i32::try_from(*process).context("a process id is no i32")?);
            // It may have ended by itself a moment ago.
            let _ = kill(process, Signal::SIGKILL);
        }
        Ok(processes.len())
    }
}

/// Puts a program into the plugin directory of a server. A link, since a copy would be open for writing for a moment, in which
/// no child of another thread can run it.
fn install(server: &VaultServer, command: &str, program: &Path) -> Result<PathBuf> {
    let installed = server.plugin_directory().join(command);
    if !installed.exists() {
        fs::hard_link(program, &installed)
            .with_context(|| format!("installing {} as {}", program.display(), installed.display()))?;
    }
    Ok(installed)
}

/// As servers want to know it.
fn sha256(program: &Path) -> Result<String> {
    let bytes = fs::read(program).with_context(|| format!("reading {}", program.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
