//! Examples that lie beside the provider.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The examples can't be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExampleError {
    /// A file or folder can't be read.
    #[error("reading {}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder is named after a type that the provider does not have, so that no page would show it.
    #[error("{} is no example of anything: the provider has no such type", path.display())]
    Stray {
        /// Which one.
        path: PathBuf,
    },
}

/// The text of an example. `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, ExampleError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExampleError::Read { path: path.to_owned(), source }),
    }
}

/// Refuses folders of examples whose type does not exist.
pub(super) fn check_folder<'a>(folder: &Path, types: impl Iterator<Item = &'a String>) -> Result<(), ExampleError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ExampleError::Read { path: folder.to_owned(), source }),
    };
    let types: BTreeSet<&str> = types.map(String::as_str).collect();
    for entry in entries {
        let entry = entry.map_err(|source| ExampleError::Read { path: folder.to_owned(), source })?;
        if !entry.file_name().to_str().is_some_and(|name| types.contains(name)) {
            return Err(ExampleError::Stray { path: entry.path() });
        }
    }
    Ok(())
}
