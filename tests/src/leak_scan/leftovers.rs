//! What somebody has left in the system's folder for temporary files since the scenario began.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Others use this folder too: what is larger or deeper, or comes after so many files, is not ours.
const LARGEST: u64 = 1 << 20;
const DEPTH: usize = 2;
const MOST: usize = 200;

/// When a scenario began, and whose it is.
pub(super) struct Begin {
    seconds: i64,
    user: u32,
}

impl Begin {
    /// From the folder of a scenario, which is new.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let about = fs::metadata(folder).with_context(|| format!("looking at {}", folder.display()))?;
        Ok(Self { seconds: about.ctime(), user: about.uid() })
    }

    /// Files of this user that are newer, without those of this harness.
    pub(super) fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![(std::env::temp_dir(), DEPTH)];
        while let Some((folder, depth)) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                let is_of_a_run =
                    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("secretzero-"));
                let Ok(about) = fs::symlink_metadata(&path) else { continue };
                if is_of_a_run || about.uid() != self.user || about.ctime() < self.seconds {
                    continue;
                }
                if about.is_dir() && depth > 0 {
                    folders.push((path, depth - 1));
                } else if about.is_file() && about.len() <= LARGEST && found.len() < MOST {
                    found.push(path);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_found_and_an_old_one_is_not() {
        let scenario = tempfile::tempdir().unwrap();
        let begin = Begin::of(scenario.path()).unwrap();
        let left = tempfile::NamedTempFile::new().unwrap();
        assert!(begin.leftovers().contains(&left.path().to_owned()));
        let later = Begin { seconds: begin.seconds + 1000, ..begin };
        assert!(!later.leftovers().contains(&left.path().to_owned()));
    }
}
