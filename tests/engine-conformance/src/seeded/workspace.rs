//! The generated workspace: some changed copies of the libraries below the example engine, and the engine on top of each.
//!
//! It lies in the cache and is built into the same target folder as the tests, with their manifest's versions and profiles, so
//! that the dependencies are compiled once. Files are written only when they differ: what has not changed is not compiled again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use seeded_bugs::{Edit, SETTINGS, Sources, manifest, read, replace_once, update};

use super::{Bug, CONTROL};

/// The engine, from the root.
const ENGINE: &str = "examples/example-engine";

/// What every copy needs unchanged. Named as in the checkout, so that the root manifest finds it.
const UNCHANGED: [&str; 2] = ["crates/go-plugin", "proto"];

/// Built engines with seeded bugs, and the folder that they are built from.
pub struct Workspace {
    folder: PathBuf,
    root: PathBuf,
    /// Held until the trials are over, so that another run does not exchange the engines under them.
    _lock: File,
}

/// A library of the checkout.
struct Library {
    name: &'static str,
    manifest: String,
    sources: Sources,
}

impl Workspace {
    /// The libraries that bugs are seeded in, from `crates`.
    pub const CHANGED: [&str; 2] = ["vault-plugin-sdk", "go-plugin"];

    /// Brings the workspace up to date with the sources.
    ///
    /// # Errors
    /// If a bug has no place any more, or the cache can't be written to.
    pub fn write(bugs: &[&Bug]) -> Result<Self> {
        let conformance = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = conformance.ancestors().nth(2).context("the crate has moved")?.to_owned();
        let folder = testbed::cache_root().join("seeded-engine-bugs");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let lock = File::create(folder.join(".lock")).context("opening the lock")?;
        lock.lock().context("waiting for another run")?;
        let [sdk, wire] = Self::CHANGED.map(|name| Library::of(&root, name));
        let (sdk, wire) = (sdk?, wire?);
        let engine = Sources::below(&root.join(ENGINE).join("src"))?;
        let engine_manifest = read(&root.join(ENGINE).join("Cargo.toml"))?;

        let copies: BTreeSet<u8> = bugs.iter().map(|bug| bug.copy).chain([CONTROL]).collect();
        let mut members: BTreeSet<String> = UNCHANGED.map(str::to_owned).into();
        for copy in &copies {
            let seeded: Vec<&Bug> = bugs.iter().filter(|bug| bug.copy == *copy).copied().collect();
            let home = folder.join(name(*copy));
            members.extend(["sdk", "engine"].map(|part| format!("{}/{part}", name(*copy))));
            let mut on_wire = String::from("go-plugin.workspace = true\n");
            if seeded.iter().any(|bug| bug.edits.iter().any(|edit| wire.has(edit))) {
                wire.write(&home.join("wire"), *copy, &seeded, "")?;
                members.insert(format!("{}/wire", name(*copy)));
                on_wire = format!("go-plugin = {{ package = \"go-plugin-{copy}\", path = \"../wire\" }}\n");
            }
            sdk.write(&home.join("sdk"), *copy, &seeded, &on_wire)?;
            engine.write(&home.join("engine/src"))?;
            update(&home.join("engine/Cargo.toml"), &engine_on(&engine_manifest, *copy)?)?;
        }
        for part in UNCHANGED {
            Sources::below(&root.join(part).join("src"))?.write(&folder.join(part).join("src"))?;
            update(&folder.join(part).join("Cargo.toml"), &read(&root.join(part).join("Cargo.toml"))?)?;
        }
        forget_others(&folder, &copies)?;
        update(&folder.join("Cargo.toml"), &workspace_manifest(&read(&root.join("Cargo.toml"))?, &members, &copies)?)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("copying Cargo.lock")?;
        Ok(Self { folder, root, _lock: lock })
    }

    /// Builds every engine, and returns where each is, by the number of its copy.
    ///
    /// # Errors
    /// If one does not compile.
    pub fn build(&self) -> Result<BTreeMap<u8, PathBuf>> {
        let built = seeded_bugs::build(&self.folder, &self.root, "seeded-engine-")?;
        let built = built.into_iter().map(|(copy, path)| Ok((copy.parse().context("another program")?, path)));
        built.collect()
    }
}

impl Library {
    fn of(root: &Path, name: &'static str) -> Result<Self> {
        let folder = root.join("crates").join(name);
        Ok(Self { name, manifest: read(&folder.join("Cargo.toml"))?, sources: Sources::below(&folder.join("src"))? })
    }

    fn has(&self, edit: &Edit) -> bool {
        self.own(edit).is_some()
    }

    /// An edit of this library, with its file below the sources.
    fn own(&self, edit: &Edit) -> Option<Edit> {
        let file = edit.file.strip_prefix(self.name)?.strip_prefix("/src/")?;
        Some(Edit { file, ..*edit })
    }

    /// Writes a copy with all of these bugs under a name of its own. `on_wire` is its dependency on the library below it.
    fn write(&self, home: &Path, copy: u8, bugs: &[&Bug], on_wire: &str) -> Result<()> {
        self.edited(bugs)?.write(&home.join("src"))?;
        let Self { name, manifest, .. } = self;
        let mut text = replace_once(manifest, &format!("name = \"{name}\""), &format!("name = \"{name}-{copy}\""))?;
        if !on_wire.is_empty() {
            text = replace_once(&text, "go-plugin.workspace = true\n", on_wire)?;
        }
        update(&home.join("Cargo.toml"), &text)
    }

    /// The sources with all of these bugs. Each is tried alone first, so that the one that has no place any more is named.
    fn edited(&self, bugs: &[&Bug]) -> Result<Sources> {
        let mut all: Vec<Edit> = Vec::new();
        for bug in bugs {
            let known = |edit: &Edit| Workspace::CHANGED.iter().any(|library| edit.file.starts_with(library));
            ensure!(bug.edits.iter().all(known), "{} changes something else", bug.name);
            let own: Vec<Edit> = bug.edits.iter().filter_map(|edit| self.own(edit)).collect();
            self.sources.edited(&own).with_context(|| format!("seeding {}", bug.name))?;
            all.extend(own);
        }
        self.sources.edited(&all).context("two bugs of one copy get into each other's way")
    }
}

fn name(copy: u8) -> String {
    format!("copy-{copy}")
}

/// The manifest of the engine on top of a copy.
fn engine_on(manifest: &str, copy: u8) -> Result<String> {
    let name = format!("name = \"seeded-engine-{copy}\"");
    let text = replace_once(manifest, "name = \"example-engine\"", &name)?;
    let text = replace_once(&text, "name = \"vault-plugin-secrets-example\"", &name)?;
    let sdk = format!("vault-plugin-sdk = {{ package = \"vault-plugin-sdk-{copy}\", path = \"../sdk\" }}\n");
    replace_once(&text, "vault-plugin-sdk.workspace = true\n", &sdk)
}

/// The root manifest with the copies as members.
fn workspace_manifest(manifest: &str, members: &BTreeSet<String>, copies: &BTreeSet<u8>) -> Result<String> {
    let manifest = manifest::with_members(manifest, members.iter().map(String::as_str))?;
    let packages = copies.iter().flat_map(|copy| {
        let wire = members.contains(&format!("{}/wire", name(*copy))).then_some("go-plugin");
        ["vault-plugin-sdk", "seeded-engine"].into_iter().chain(wire).map(move |of| format!("{of}-{copy}"))
    });
    let profiles: String = packages.map(|package| format!("[profile.dev.package.{package}]\n{SETTINGS}")).collect();
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
