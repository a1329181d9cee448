//! A file out of a package of Debian, without installing it: for a machine where that is not ours to do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use crate::cache::cache_root;

/// A package that can't be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DebianError {
    /// A folder can't be made or read.
    #[error("unpacking into {}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program of Debian can't be started.
    #[error("starting {program}")]
    Start {
        /// Which.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It failed.
    #[error("{command}: {output}")]
    Failed {
        /// The whole line.
        command: String,
        /// What it said.
        output: String,
    },
    /// apt has downloaded nothing.
    #[error("apt-get has downloaded no {package}")]
    Nothing {
        /// The package.
        package: String,
    },
    /// The file does not do what it should.
    #[error("{} does not work: libraries of it are missing; install {package}", path.display())]
    Useless {
        /// The file.
        path: PathBuf,
        /// The package.
        package: String,
    },
}

/// A file of a package, unpacked into the cache on the first call. `works` tells whether it can be used: the libraries that
/// it needs are not brought along.
///
/// # Errors
/// If apt can't fetch the package, or the file can't be used.
pub fn unpacked(package: &str, file: &str, works: &dyn Fn(&Path) -> bool) -> Result<PathBuf, DebianError> {
    // Two tests of one program may want the same.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);

    let folder = cache_root().join("tools/debian").join(package);
    let path = folder.join(file);
    if works(&path) {
        return Ok(path);
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DebianError::Folder { path, source }
    };
    // Of this process, so that two programs that want it at once don't meet.
    let work = folder.with_extension(std::process::id().to_string());
    fs::create_dir_all(&work).map_err(failed(&work))?;
    let fetched = fetch(package, &work, &folder);
    let _ = fs::remove_dir_all(&work);
    fetched?;
    if works(&path) { Ok(path) } else { Err(DebianError::Useless { path, package: package.to_owned() }) }
}

fn fetch(package: &str, work: &Path, folder: &Path) -> Result<(), DebianError> {
    // Without lists of packages apt knows none; whether they can be updated shows at the download.
    if run("apt-get", &["download", package], work).is_err() {
        let _ = run("apt-get", &["update", "--quiet"], work);
        run("apt-get", &["download", package], work)?;
    }
    let failed = |source| DebianError::Folder { path: work.to_owned(), source };
    let archive = fs::read_dir(work).map_err(failed)?.flatten().map(|entry| entry.path()).next();
    let archive = archive.ok_or_else(|| DebianError::Nothing { package: package.to_owned() })?;
    fs::create_dir_all(folder).map_err(|source| DebianError::Folder { path: folder.to_owned(), source })?;
    run("dpkg", &["-x", &archive.to_string_lossy(), &folder.to_string_lossy()], work)
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), DebianError> {
    let output = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|source| DebianError::Start { program: program.to_owned(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let command = format!("{program} {}", arguments.join(" "));
    Err(DebianError::Failed { command, output: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}
