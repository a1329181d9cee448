//! The generated workspace: some changed copies of `vault-plugin-sdk`, and an engine on top of each.
//!
//! It lies in the cache and is built into the same target folder as the tests, with their manifest's versions and profiles, so
//! that the dependencies are compiled once. Files are written only when they differ: what has not changed is not compiled again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use seeded_bugs::{Edit, SETTINGS, Sources, manifest, read, replace_once, update};

use crate::CONTROL;
use crate::bug::Bug;

/// Manifest of the engine on top of a copy. The dependencies are those that `plugin/` uses.
const ENGINE_MANIFEST: &str = r#"[package]
name = "seeded-engine-NUMBER"
version.workspace = true
edition.workspace = true
publish.workspace = true

[dependencies]
vault-plugin-sdk = { package = "vault-plugin-sdk-NUMBER", path = "../sdk" }
serde.workspace = true
serde_json.workspace = true
tokio.workspace = true
tracing.workspace = true

[[bin]]
name = "seeded-engine-NUMBER"
path = "main.rs"
"#;

/// What every copy needs unchanged. Named as in the checkout, so that the root manifest finds it.
const UNCHANGED: [&str; 2] = ["crates/go-plugin", "proto"];

pub(crate) struct Workspace {
    folder: PathBuf,
    root: PathBuf,
    /// Held until the trials are over, so that another run does not exchange the engines under them.
    _lock: File,
}

impl Workspace {
    /// Brings the workspace up to date with the sources.
    pub(crate) fn write(bugs: &[&Bug]) -> Result<Self> {
        let conformance = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = conformance.ancestors().nth(2).context("the crate has moved")?.to_owned();
        let folder = testbed::cache_root().join("seeded-engine-bugs");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let lock = File::create(folder.join(".lock")).context("opening the lock")?;
        lock.lock().context("waiting for another run")?;
        let (library, engine) = (root.join("crates/vault-plugin-sdk"), Sources::below(&conformance.join("plugin"))?);
        let (sources, manifest) = (Sources::below(&library.join("src"))?, read(&library.join("Cargo.toml"))?);

        let copies: BTreeSet<u8> = bugs.iter().map(|bug| bug.copy).chain([CONTROL]).collect();
        for copy in &copies {
            let changed = edited(&sources, bugs.iter().filter(|bug| bug.copy == *copy))?;
            let home = folder.join(name(*copy));
            changed.write(&home.join("sdk/src"))?;
            let renamed = format!("name = \"vault-plugin-sdk-{copy}\"");
            let renamed = replace_once(&manifest, "name = \"vault-plugin-sdk\"", &renamed)?;
            update(&home.join("sdk/Cargo.toml"), &renamed)?;
            engine.write(&home.join("engine"))?;
            update(&home.join("engine/Cargo.toml"), &ENGINE_MANIFEST.replace("NUMBER", &copy.to_string()))?;
        }
        for part in UNCHANGED {
            Sources::below(&root.join(part).join("src"))?.write(&folder.join(part).join("src"))?;
            update(&folder.join(part).join("Cargo.toml"), &read(&root.join(part).join("Cargo.toml"))?)?;
        }
        forget_others(&folder, &copies)?;
        update(&folder.join("Cargo.toml"), &workspace_manifest(&read(&root.join("Cargo.toml"))?, &copies)?)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("copying Cargo.lock")?;
        Ok(Self { folder, root, _lock: lock })
    }

    /// Builds every engine, and returns where each is.
    pub(crate) fn build(&self) -> Result<BTreeMap<String, PathBuf>> {
        seeded_bugs::build(&self.folder, &self.root, "seeded-engine-")
    }
}

/// The sources with all of these bugs. Each is tried alone first, so that the one that has no place any more is named.
fn edited<'a>(sources: &Sources, bugs: impl Iterator<Item = &'a &'a Bug>) -> Result<Sources> {
    let mut all: Vec<Edit> = Vec::new();
    for bug in bugs {
        sources.edited(bug.edits).with_context(|| format!("seeding {}", bug.name))?;
        all.extend(bug.edits);
    }
    sources.edited(&all).context("two bugs of one copy get into each other's way")
}

fn name(copy: u8) -> String {
    format!("copy-{copy}")
}

/// The root manifest with the copies as members.
fn workspace_manifest(manifest: &str, copies: &BTreeSet<u8>) -> Result<String> {
    let parts = copies.iter().flat_map(|copy| ["sdk", "engine"].map(|part| format!("{}/{part}", name(*copy))));
    let members: Vec<String> = parts.chain(UNCHANGED.map(str::to_owned)).collect();
    let manifest = manifest::with_members(manifest, members.iter().map(String::as_str))?;
    let profiles: String = copies
        .iter()
        .flat_map(|copy| ["vault-plugin-sdk", "seeded-engine"].map(|of| (of, copy)))
        .map(|(of, copy)| format!("[profile.dev.package.{of}-{copy}]\n{SETTINGS}"))
        .collect();
    Ok(format!("{manifest}\n{profiles}"))
}

/// Removes the folders of copies that are no longer in the table.
fn forget_others(folder: &Path, copies: &BTreeSet<u8>) -> Result<()> {
    let known: BTreeSet<String> = copies.iter().map(|copy| name(*copy)).collect();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let found = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && found.starts_with("copy-") && !known.contains(found) {
            fs::remove_dir_all(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}
