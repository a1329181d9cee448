//! The Python environment of the judges: made by us in the cache, from versions that are pinned with their hashes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha256};
use testbed::{cache_root, remove_tree, tail};

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/requirements.txt");
const PYTHON: &str = "python3";
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/judges");
/// Older ones have no `VERIFY_X509_STRICT` worth its name, and the pinned packages don't run on them.
const OLDEST: (u32, u32) = (3, 10);

/// A command that runs one of our Python judges with the pinned packages.
///
/// # Errors
/// If there is no Python, or the packages can't be had: the text says what to do.
pub(crate) fn script(name: &str) -> Result<Command> {
    Ok(with(&interpreter()?, name))
}

/// The same for one that needs nothing but Python itself.
///
/// # Errors
/// If there is no Python, or one that is too old.
pub(crate) fn bare_script(name: &str) -> Result<Command> {
    version()?;
    Ok(with(Path::new(PYTHON), name))
}

fn with(interpreter: &Path, script: &str) -> Command {
    let mut command = Command::new(interpreter);
    // Isolated from the user's own packages, but with the folder of the script, which -I would take away, too.
    command.arg("-s").arg("-B").arg(Path::new(SCRIPTS).join(script));
    command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("PYTHONUTF8", "1");
    command
}

/// Several judges ask at the same time; the first makes it.
fn interpreter() -> Result<PathBuf> {
    static MADE: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(interpreter) = made.as_ref() {
        return Ok(interpreter.clone());
    }
    let interpreter = environment()?.join("bin/python");
    *made = Some(interpreter.clone());
    Ok(interpreter)
}

fn environment() -> Result<PathBuf> {
    let version = version()?;
    let requirements = fs::read(REQUIREMENTS).with_context(|| format!("reading {REQUIREMENTS}"))?;
    let digest = Sha256::new().chain_update(&version).chain_update(&requirements).finalize();
    let key: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder = cache_root().join("tools/judges-in-python").join(key);
    // The interpreter is a link to that of the system, which may be gone after an upgrade.
    if folder.join("bin/python").exists() {
        return Ok(folder);
    }
    let unfinished = folder.with_extension(format!("unfinished-{}", std::process::id()));
    let made = make(&unfinished).and_then(|()| put(&unfinished, &folder));
    // Nothing half-made stays, whatever went wrong.
    let removed = remove_tree(&unfinished);
    made?;
    removed.with_context(|| format!("removing {}", unfinished.display()))?;
    Ok(folder)
}

/// `Python 3.11.7`, which is part of the key: compiled packages fit one version.
fn version() -> Result<String> {
    let output = Command::new(PYTHON).arg("--version").stdin(Stdio::null()).output();
    let output = output.context("there is no `python3` on PATH (Debian: apt-get install python3 python3-venv)")?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let numbers: Vec<u32> = text.split([' ', '.']).filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [major, minor, ..] if (*major, *minor) >= OLDEST => Ok(text),
        _ => bail!("`python3` on PATH is {text:?}, and the judges need Python {}.{} or newer", OLDEST.0, OLDEST.1),
    }
}

fn make(folder: &Path) -> Result<()> {
    let log = cache_root().join("logs/judges-in-python.log");
    fs::create_dir_all(log.with_file_name("")).with_context(|| format!("making the folder of {}", log.display()))?;
    remove_tree(folder).with_context(|| format!("removing {}", folder.display()))?;
    run(Command::new(PYTHON).args(["-m", "venv"]).arg(folder), &log)
        .context("making a virtual environment (Debian: apt-get install python3-venv)")?;
    // Wheels only: a source archive would run its build script.
    let pip = ["-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", REQUIREMENTS];
    run(Command::new(folder.join("bin/python")).args(pip), &log)
        .context("installing the judges written in Python; pip must be able to reach a package index")
}

fn run(command: &mut Command, log: &Path) -> Result<()> {
    let file = fs::File::create(log).with_context(|| format!("writing {}", log.display()))?;
    let errors = file.try_clone().context("the log")?;
    let status = command.stdin(Stdio::null()).stdout(file).stderr(errors).status().context("starting python3")?;
    ensure!(status.success(), "it ended with {status}; the end of {}:\n{}", log.display(), tail(log, 5));
    Ok(())
}

/// The rename makes it whole or absent. Another process may have been faster, which is as good.
fn put(unfinished: &Path, folder: &Path) -> Result<()> {
    match fs::rename(unfinished, folder) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("renaming to {}", folder.display())),
    }
}
