//! The folder `docs` on disk: written, or compared with what would be written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ExampleError;

/// The folders in which every page is one of ours. Others, such as `guides`, are written by people.
const FOLDERS: [&str; 4] = ["data-sources", "ephemeral-resources", "functions", "resources"];

/// The pages can't be written, or are not what they should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocsError {
    /// The pages can't be made.
    #[error("making the pages")]
    Pages(#[from] ExampleError),
    /// A page or folder can't be read, written or removed.
    #[error("{} {}", operation, path.display())]
    Page {
        /// `reading`, `writing` or `removing`.
        operation: &'static str,
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Pages are not what the schema and the examples say.
    #[error("not up to date: {}; write them anew", paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    Stale {
        /// Which ones: changed, missing, or of a type that is no more.
        paths: Vec<PathBuf>,
    },
}

/// Writes what is new or changed and removes pages of types that are no more. Returns the paths of both.
pub(super) fn write(pages: &BTreeMap<PathBuf, String>, folder: &Path) -> Result<Vec<PathBuf>, DocsError> {
    let stale = stale(pages, folder)?;
    for path in &stale {
        let whole = folder.join(path);
        let failed = |operation| {
            let path = whole.clone();
            move |source| DocsError::Page { operation, path, source }
        };
        match pages.get(path) {
            None => fs::remove_file(&whole).map_err(failed("removing"))?,
            Some(page) => {
                if let Some(parent) = whole.parent() {
                    fs::create_dir_all(parent).map_err(failed("writing"))?;
                }
                fs::write(&whole, page).map_err(failed("writing"))?;
            }
        }
    }
    Ok(stale)
}

/// Which pages differ from what they should be.
pub(super) fn stale(pages: &BTreeMap<PathBuf, String>, folder: &Path) -> Result<Vec<PathBuf>, DocsError> {
    let mut stale = Vec::new();
    for (path, page) in pages {
        let whole = folder.join(path);
        match fs::read_to_string(&whole) {
            Ok(found) if found == *page => {}
            Ok(_) => stale.push(path.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(path.clone()),
            Err(source) => return Err(DocsError::Page { operation: "reading", path: whole, source }),
        }
    }
    for name in FOLDERS {
        for file in files(&folder.join(name))? {
            let path = Path::new(name).join(file);
            if path.extension().is_some_and(|extension| extension == "md") && !pages.contains_key(&path) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    Ok(stale)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, DocsError> {
    let failed = |source| DocsError::Page { operation: "reading", path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    entries.map(|entry| entry.map(|entry| PathBuf::from(entry.file_name())).map_err(failed)).collect()
}
