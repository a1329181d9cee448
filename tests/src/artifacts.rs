//! Keeps what explains a failed test: logs and configurations, never keys or data.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

const KEPT: &[&str] = &["conf", "hcl", "json", "log", "tf", "txt", "yaml"];

/// How deep below a source files are looked for; a server's data folder holds nothing of interest.
const DEPTH: usize = 4;

/// Copies the logs and configurations below `sources` to a folder for this test, and returns it.
///
/// The folder is `<base>/<test>`; what an earlier failure left there is replaced.
pub(crate) fn keep(base: &Path, test: &str, sources: &[PathBuf]) -> Result<PathBuf> {
    let folder = base.join(test.replace("::", "."));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("clearing {}", folder.display()))?;
    }
    for source in sources {
        let name = source.file_name().unwrap_or(source.as_os_str());
        copy(source, &folder.join(name), DEPTH)?;
    }
    Ok(folder)
}

/// `$SECRETZERO_ARTIFACTS`, or else `artifacts` in the repository.
pub(crate) fn base() -> PathBuf {
    match std::env::var_os("SECRETZERO_ARTIFACTS") {
        Some(folder) => folder.into(),
        // The manifest of this crate lies one level below the root of the repository.
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts"),
    }
}

fn copy(source: &Path, target: &Path, depth: usize) -> Result<()> {
    let entries = fs::read_dir(source).with_context(|| format!("listing {}", source.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("listing {}", source.display()))?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && depth > 0 {
            copy(&path, &target.join(entry.file_name()), depth - 1)?;
        } else if kind.is_file() && is_kept(&path) {
            fs::create_dir_all(target).with_context(|| format!("creating {}", target.display()))?;
            let target = target.join(entry.file_name());
            fs::copy(&path, &target).with_context(|| format!("copying {}", path.display()))?;
        }
    }
    Ok(())
}

fn is_kept(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| KEPT.contains(&extension))
}
