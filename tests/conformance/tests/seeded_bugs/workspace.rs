//! The generated workspace: for every bug a changed copy of `go-plugin` and a plugin on top of it.
//!
//! It lies in the cache and is built into the same target folder as the tests, with their manifest's versions and
//! profiles, so that the dependencies are compiled once. Files are written only when they differ: what has not changed is
//! not compiled again, not even for a new checkout.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use seeded_bugs::{SETTINGS, Sources, manifest, read, replace_once, update};

use crate::CONTROL;
use crate::bug::Bug;

/// Manifest of the plugin on top of a copy. The dependencies are those that `plugin/` uses.
const PLUGIN_MANIFEST: &str = r#"[package]
name = "seeded-NAME"
version.workspace = true
edition.workspace = true
publish.workspace = true

[dependencies]
go-plugin = { package = "go-plugin-NAME", path = "../go-plugin" }
plugin-proto = { workspace = true, features = ["conformance"] }
tokio = { workspace = true, features = ["rt-multi-thread"] }
tokio-stream.workspace = true
tonic.workspace = true
tonic-health.workspace = true
tracing.workspace = true

[[bin]]
name = "seeded-NAME"
path = "main.rs"
"#;

/// The wire, which every copy needs unchanged. Named as in the checkout, so that the root manifest finds it.
const WIRE: &str = "proto";

pub(crate) struct Workspace {
    folder: PathBuf,
    root: PathBuf,
    /// Held until the trials are over, so that another run does not exchange the plugins under them.
    _lock: File,
}

impl Workspace {
    /// Brings the workspace up to date with the sources.
    pub(crate) fn write(bugs: &[&Bug]) -> Result<Self> {
        let conformance = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = conformance.ancestors().nth(2).context("the crate has moved")?.to_owned();
        let folder = testbed::cache_root().join("seeded-bugs");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let lock = File::create(folder.join(".lock")).context("opening the lock")?;
        lock.lock().context("waiting for another run")?;
        let (library, plugin) = (Sources::below(&root.join("crates/go-plugin/src"))?, conformance.join("plugin"));
        let plugin = Sources::below(&plugin)?;
        let manifest = read(&root.join("crates/go-plugin/Cargo.toml"))?;

        let names: Vec<&str> = bugs.iter().map(|bug| bug.name).chain([CONTROL]).collect();
        for name in &names {
            let edits = bugs.iter().find(|bug| bug.name == *name).map_or(&[][..], |bug| bug.edits);
            let changed = library.edited(edits).with_context(|| format!("seeding {name}"))?;
            let home = folder.join(name);
            changed.write(&home.join("go-plugin/src"))?;
            let renamed = replace_once(&manifest, "name = \"go-plugin\"", &format!("name = \"go-plugin-{name}\""))?;
            update(&home.join("go-plugin/Cargo.toml"), &renamed)?;
            plugin.write(&home.join("plugin"))?;
            update(&home.join("plugin/Cargo.toml"), &PLUGIN_MANIFEST.replace("NAME", name))?;
        }
        Sources::below(&root.join(WIRE).join("src"))?.write(&folder.join(WIRE).join("src"))?;
        update(&folder.join(WIRE).join("Cargo.toml"), &read(&root.join(WIRE).join("Cargo.toml"))?)?;
        forget_others(&folder, &names)?;
        update(&folder.join("Cargo.toml"), &workspace_manifest(&read(&root.join("Cargo.toml"))?, &names)?)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("copying Cargo.lock")?;
        Ok(Self { folder, root, _lock: lock })
    }

    /// Builds every plugin, and returns where each is.
    pub(crate) fn build(&self) -> Result<BTreeMap<String, PathBuf>> {
        seeded_bugs::build(&self.folder, &self.root, "seeded-")
    }
}

/// The root manifest with the copies as members.
fn workspace_manifest(manifest: &str, names: &[&str]) -> Result<String> {
    let copies = names.iter().flat_map(|name| ["go-plugin", "plugin"].map(|part| format!("{name}/{part}")));
    let members: Vec<String> = copies.chain([WIRE.to_owned()]).collect();
    let manifest = manifest::with_members(manifest, members.iter().map(String::as_str))?;
    let profiles: String = names
        .iter()
        .flat_map(|name| ["go-plugin", "seeded"].map(|of| format!("[profile.dev.package.{of}-{name}]\n{SETTINGS}")))
        .collect();
    Ok(format!("{manifest}\n{profiles}"))
}

/// Removes the folders of bugs that are no longer in the table.
fn forget_others(folder: &Path, names: &[&str]) -> Result<()> {
    let known: BTreeSet<&str> = names.iter().copied().chain([WIRE]).collect();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let is_known = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| known.contains(name));
        if path.is_dir() && !is_known {
            fs::remove_dir_all(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}
