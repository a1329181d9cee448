//! Private keys that a provider wrote into files: what they hold is a secret from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ::leak_scan::Secret;
use anyhow::{Context as _, Result};
use memchr::memmem;

/// Larger files are data of a server, not keys.
const LARGEST: u64 = 64 << 10;

/// The files that were looked at, as they were then.
#[derive(Default)]
pub(super) struct KeyFiles(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl KeyFiles {
    /// The keys that have appeared below the folder of a scenario, outside of its projects, and in the homes of
    /// secrets.
    pub(super) fn news(
        &mut self,
        folder: &Path,
        projects: &BTreeSet<PathBuf>,
        homes: &[PathBuf],
    ) -> Result<Vec<Secret>> {
        let mut keys = Vec::new();
        let mut paths: Vec<PathBuf> = homes.iter().cloned().chain([folder.to_owned()]).collect();
        while let Some(path) = paths.pop() {
            // What is being written or removed at this moment is looked at the next time.
            let Ok(about) = fs::symlink_metadata(&path) else { continue };
            if about.is_dir() && !projects.contains(&path) {
                let Ok(entries) = fs::read_dir(&path) else { continue };
                paths.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
            } else if about.is_file() && about.len() <= LARGEST {
                let now = (about.len(), about.modified().ok());
                if self.0.insert(path.clone(), now) == Some(now) {
                    continue;
                }
                let Ok(bytes) = fs::read(&path) else { continue };
                if memmem::find(&bytes, b"PRIVATE KEY-----").is_some() {
                    let name = path.strip_prefix(folder).unwrap_or(&path);
                    // An encrypted one is no secret without its password.
                    keys.extend(Secret::private_key(&format!("the key in {}", name.display()), &bytes));
                }
            }
        }
        Ok(keys)
    }
}

/// The keys in one file.
pub(crate) fn key_in(label: &str, path: &Path) -> Result<Secret> {
    let bytes = fs::read(path).with_context(|| format!("reading the key in {}", path.display()))?;
    Ok(Secret::private_key(label, bytes)?)
}
