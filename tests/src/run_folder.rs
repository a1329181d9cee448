//! The one temporary folder of this process, in which every server and scenario has its own.
//!
//! The watchdog removes it when the process is gone. `SECRETZERO_KEEP=1` leaves it behind for a look.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow};

use crate::watchdog;

static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// The folder of this process, made on the first call.
///
/// # Errors
/// If it can't be made, or the watchdog that is to remove it can't be started.
pub fn run_folder() -> Result<&'static Path> {
    let folder = FOLDER.get_or_init(|| create().map_err(|error| format!("{error:#}")));
    folder.as_deref().map_err(|error| anyhow!("no temporary folder: {error}"))
}

/// Makes a new folder `<parent>/<name>-<number>`, which nobody had before.
///
/// Other users may pass through it (PostgreSQL runs as one) but not list it.
pub(crate) fn subfolder(parent: &Path, name: &str) -> Result<PathBuf> {
    let folder = parent.join(format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let_others_pass(&folder)?;
    Ok(folder)
}

/// Whether the user wants to look at the folders afterwards.
pub(crate) fn is_kept() -> bool {
    std::env::var_os("SECRETZERO_KEEP").is_some_and(|value| value == "1")
}

fn create() -> Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix("secretzero-").tempdir().context("creating a temporary folder")?;
    // Servers compare plugin paths with the real one, so no symlink may be in it.
    let folder = folder.keep().canonicalize().context("resolving the temporary folder")?;
    let_others_pass(&folder)?;
    if !is_kept() {
        watchdog::remove_at_end(&folder)?;
    }
    Ok(folder)
}

fn let_others_pass(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711))
        .with_context(|| format!("setting the mode of {}", folder.display()))
}
