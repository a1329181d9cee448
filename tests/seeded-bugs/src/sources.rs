//! The text files of a crate, and copies of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::edit::{Edit, replace_once};

/// Text files by their path below one folder.
#[derive(Clone, Debug)]
pub struct Sources(BTreeMap<PathBuf, String>);

impl Sources {
    /// All files in a folder and the folders in it.
    ///
    /// # Errors
    /// If one of them can't be read, or is no text.
    pub fn below(folder: &Path) -> Result<Self> {
        let mut found = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in next.read_dir().with_context(|| format!("reading {}", next.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(folder)?.to_owned(), read(&path)?);
                }
            }
        }
        Ok(Self(found))
    }

    /// The same with all of these changes.
    ///
    /// # Errors
    /// If one of them has no place.
    pub fn edited(&self, edits: &[Edit]) -> Result<Self> {
        let mut sources = self.0.clone();
        for Edit { file, find, replace } in edits {
            let text = sources.get_mut(Path::new(file)).with_context(|| format!("there is no {file}"))?;
            *text = replace_once(text, find, replace).with_context(|| format!("in {file}"))?;
        }
        Ok(Self(sources))
    }

    /// The text of a file.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.0.get(Path::new(file)).map(String::as_str)
    }

    /// Makes a folder hold these files and no others, except for a manifest beside them.
    ///
    /// # Errors
    /// If it can't be written to.
    pub fn write(&self, folder: &Path) -> Result<()> {
        if folder.exists() {
            for stale in Self::below(folder)?.0.keys().filter(|path| !self.0.contains_key(*path)) {
                if stale != Path::new("Cargo.toml") {
                    fs::remove_file(folder.join(stale)).with_context(|| format!("removing {}", stale.display()))?;
                }
            }
        }
        self.0.iter().try_for_each(|(path, text)| update(&folder.join(path), text))
    }
}

/// The text of a file.
///
/// # Errors
/// If it can't be read, or is no text.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// Writes a file, and the folders that it lies in, unless it is there and the same.
///
/// # Errors
/// If it can't be written.
pub fn update(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    let written = fs::create_dir_all(path.with_file_name("")).and_then(|()| fs::write(path, text));
    written.with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_changes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        update(&from.join("a.rs"), "one").unwrap();
        update(&from.join("b/c.rs"), "two").unwrap();
        let sources = Sources::below(&from).unwrap();
        update(&to.join("old.rs"), "gone").unwrap();
        update(&to.join("Cargo.toml"), "stays").unwrap();

        let edit = Edit { file: "b/c.rs", find: "tw", replace: "tr" };
        let edited = sources.edited(&[edit]).unwrap();
        assert_eq!((edited.text("b/c.rs"), sources.text("b/c.rs")), (Some("tro"), Some("two")));
        edited.write(&to).unwrap();
        let mut found: Vec<_> = Sources::below(&to).unwrap().0.into_keys().collect();
        found.sort();
        assert_eq!(found, ["Cargo.toml", "a.rs", "b/c.rs"].map(PathBuf::from));
        sources.edited(&[Edit { file: "d.rs", ..edit }]).unwrap_err();
    }

    #[test]
    fn what_is_the_same_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rs");
        update(&file, "one").unwrap();
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        update(&file, "one").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), modified);
    }
}
