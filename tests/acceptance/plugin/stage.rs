//! A plugin on the server of a project: what is installed, registered, mounted, and what runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::cli::workspace_binary;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::on_server::OnServer;
use crate::plugin_requests::PROGRAM;

/// A plugin and a program that no other stage has.
pub(super) struct Stage {
    pub(super) on: OnServer,
    pub(super) name: String,
}

impl Stage {
    /// The example engine lies in the directory of the server.
    pub(super) fn of(stem: &str, on: OnServer) -> Result<Self> {
        let stage = Self { on, name: format!("plugin-{stem}") };
        link(&workspace_binary(PROGRAM)?, &stage.installed())?;
        Ok(stage)
    }

    pub(super) fn installed(&self) -> PathBuf {
        self.on.server.plugin_directory().join(&self.name)
    }

    /// A copy of the program on this machine, of the same or of another build.
    pub(super) fn copy(&self, build: &str) -> Result<PathBuf> {
        let copy = self.on.folder.join(format!("engine-{build}"));
        if copy.exists() {
            return Ok(copy);
        }
        // In a process of its own: nobody can run what some process has open for writing, and children inherit that.
        let script = "cp \"$1\" \"$2.part\" && printf \"$3\" >> \"$2.part\" && mv \"$2.part\" \"$2\"";
        let program = workspace_binary(PROGRAM)?;
        let status = Command::new("sh").args(["-c", script, "sh"]).arg(program).arg(&copy).arg(build).status();
        ensure!(status.context("copying the program")?.success(), "the program was not copied");
        Ok(copy)
    }

    /// A configuration with these lines in the resource.
    pub(super) fn with(&self, lines: &str) -> String {
        self.on.with(&format!("resource \"secretzero_plugin\" \"one\" {{\n{}{lines}}}\n", self.lines()))
    }

    pub(super) fn lines(&self) -> String {
        format!("  type    = \"secret\"\n  name    = {0:?}\n  command = {0:?}\n", self.name)
    }

    /// The line that says what the installed program is.
    pub(super) fn hash(&self) -> Result<String> {
        Ok(format!("  sha256 = \"{}\"\n", sha256(&self.installed())?))
    }

    pub(super) fn path(&self) -> String {
        format!("sys/plugins/catalog/secret/{}", self.name)
    }

    pub(super) fn register(&self, version: &str, more: &Value) -> Result<()> {
        let mut entry = json!({
            "command": self.name, "sha256": sha256(&self.installed())?, "version": version,
            "env": [format!("EXAMPLE_ENGINE_VERSION={}", version.trim_start_matches('v'))],
        });
        if let (Some(entry), Some(more)) = (entry.as_object_mut(), more.as_object()) {
            entry.extend(more.clone());
        }
        self.on.put(&self.path(), &entry)
    }

    pub(super) fn deregister(&self, version: &str) -> Result<()> {
        self.on.delete(&format!("{}?version={version}", self.path()))
    }

    pub(super) fn entry(&self, version: &str) -> Result<Value> {
        let entry = self.on.get(&format!("{}?version={version}", self.path()))?;
        Ok(entry.with_context(|| format!("{} has no {version}", self.name))?["data"].clone())
    }

    /// These versions are there, and no trial was left.
    pub(super) fn has(&self, versions: &[&str]) -> Result<()> {
        let catalog = self.on.get("sys/plugins/catalog")?.context("there is no catalogue")?;
        let lines = catalog["data"]["detailed"].as_array().context("it is empty")?;
        let mut found = Vec::new();
        for line in lines.iter().filter(|line| line["name"].as_str().is_some_and(|name| name.starts_with(&self.name))) {
            ensure!(line["name"] == self.name.as_str(), "{line} was left");
            found.push(line["version"].as_str().context("no version")?.to_owned());
        }
        ensure!(found == versions, "there is {found:?}");
        Ok(())
    }

    /// What the table says of the mount of the same name.
    pub(super) fn mount(&self) -> Result<Value> {
        let mounts = self.on.get("sys/mounts")?.context("there is no table")?;
        Ok(mounts["data"][format!("{}/", self.name)].clone())
    }

    pub(super) fn reload(&self) -> Result<()> {
        self.on.put("sys/plugins/reload/backend", &json!({ "mounts": [self.name] }))
    }

    /// The engine itself says that it is of this version, and has what it was given before.
    pub(super) fn runs(&self, version: &str) -> Result<()> {
        let status = self.on.get(&format!("{}/status", self.name))?.context("no status")?;
        ensure!(status["data"]["plugin_version"] == version, "{status}");
        let kept = self.on.get(&format!("{}/kv/mine", self.name))?.context("what it was given is gone")?;
        ensure!(kept["data"] == json!({ "a": "b" }), "{kept}");
        Ok(())
    }
}

/// A link, since a copy would be open for writing for a moment. What is there is replaced at once.
pub(super) fn link(program: &Path, installed: &Path) -> Result<()> {
    let beside = installed.with_extension("new");
    fs::hard_link(program, &beside).with_context(|| format!("linking {}", beside.display()))?;
    fs::rename(&beside, installed).with_context(|| format!("installing {}", installed.display()))?;
    // Renaming does nothing where both are links to the same file.
    if beside.exists() {
        fs::remove_file(&beside).context("removing a link")?;
    }
    Ok(())
}

pub(super) fn sha256(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
