//! Where the objects of this provider live: one JSON file each, in a folder per kind.
//!
//! Every command of a CLI starts a new process of the provider, so what is to outlive it lies on disk. A file appears whole
//! or not at all, and only its owner can read it, because it may hold what was write-only.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

/// A folder with the objects of this provider.
#[derive(Clone, Debug)]
pub struct Store {
    directory: PathBuf,
}

/// An object could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is a file, and it could not be read.
    #[error("reading {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("understanding {}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file could not be written.
    #[error("writing {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be removed.
    #[error("removing {}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder has a file that asks for a failure at this point.
    #[error("{} asks for it", path.display())]
    Asked {
        /// The file.
        path: PathBuf,
    },
}

impl Store {
    /// In this folder, which is made when something is written.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// An object, or `None` if there is none.
    ///
    /// # Errors
    /// If it can't be told, or is no `T`.
    pub fn read<T: DeserializeOwned>(&self, kind: &str, name: &str) -> Result<Option<T>, StoreError> {
        let path = self.path(kind, name);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        serde_json::from_slice(&json).map(Some).map_err(|source| StoreError::Parse { path, source })
    }

    /// Makes or replaces an object.
    ///
    /// # Errors
    /// If the folder can't be written to. The old object is untouched then.
    pub fn write<T: Serialize>(&self, kind: &str, name: &str, object: &T) -> Result<(), StoreError> {
        let path = self.path(kind, name);
        replace(&path, object).map_err(|source| StoreError::Write { path, source })
    }

    /// Removes an object. That there is none is no error.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove(&self, kind: &str, name: &str) -> Result<(), StoreError> {
        let path = self.path(kind, name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::Remove { path, source }),
            _ => Ok(()),
        }
    }

    /// Adds a line to the journal, the file that tells afterwards what happened.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn note_down(&self, line: &str) -> Result<(), StoreError> {
        let path = self.directory.join("journal");
        let add = |file: io::Result<fs::File>| file?.write_all(format!("{line}\n").as_bytes());
        add(fs::OpenOptions::new().append(true).create(true).open(&path))
            .map_err(|source| StoreError::Write { path, source })
    }

    /// Fails if the folder has a file `fail-<moment>`. Tests put one there to see an operation fail half-way.
    ///
    /// # Errors
    /// If there is such a file.
    pub fn may_fail(&self, moment: &str) -> Result<(), StoreError> {
        let path = self.directory.join(format!("fail-{moment}"));
        if path.exists() { Err(StoreError::Asked { path }) } else { Ok(()) }
    }

    /// Kinds and names are those of our own schemas, whose validators leave nothing in them that leads out of the folder.
    fn path(&self, kind: &str, name: &str) -> PathBuf {
        self.directory.join(kind).join(format!("{name}.json"))
    }
}

/// A name that can be that of a file: what [`Store`] takes as a name.
///
/// # Errors
/// What is asked of it.
pub fn file_name(name: &str) -> Result<(), String> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if !name.is_empty() && name.len() <= 100 && name.chars().all(allowed) {
        Ok(())
    } else {
        Err("must be 1 to 100 letters, digits, hyphens and underscores".to_owned())
    }
}

/// Writes a new file beside the old one and puts it into its place.
fn replace<T: Serialize>(path: &Path, object: &T) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    // Mode 0600 from the start.
    let mut file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, object)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn an_object_comes_back_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("new"));
        assert_eq!(store.read::<String>("words", "a").unwrap(), None);
        store.remove("words", "a").unwrap();
        store.write("words", "a", &"first").unwrap();
        store.write("words", "a", &"second").unwrap();
        assert_eq!(store.read::<String>("words", "a").unwrap().as_deref(), Some("second"));
        assert!(matches!(store.read::<u32>("words", "a"), Err(StoreError::Parse { .. })));
        let files: Vec<_> = fs::read_dir(folder.path().join("new/words")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
        store.remove("words", "a").unwrap();
        assert_eq!(store.read::<String>("words", "a").unwrap(), None);
    }

    #[test]
    fn what_is_no_file_is_an_error_and_not_absent() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        fs::create_dir_all(folder.path().join("words/a.json")).unwrap();
        assert!(matches!(store.read::<String>("words", "a"), Err(StoreError::Read { .. })));
        assert!(matches!(store.remove("words", "a"), Err(StoreError::Remove { .. })));
        assert!(matches!(store.write("words", "a", &1), Err(StoreError::Write { .. })));
    }

    #[test]
    fn failures_come_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        store.may_fail("create").unwrap();
        fs::write(folder.path().join("fail-create"), "").unwrap();
        store.may_fail("create").unwrap_err();
        store.may_fail("update").unwrap();
    }

    #[test]
    fn names_do_not_leave_their_folder() {
        for bad in ["", ".", "..", "a/b", "../a", "a.json", "ü", &"a".repeat(101)] {
            file_name(bad).unwrap_err();
        }
        file_name("Team-a_1").unwrap();
    }
}
