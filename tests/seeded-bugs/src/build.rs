//! Building the workspace of copies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// How copies are compiled: once, and never debugged. Two thirds of the time and nearly all of the disk are saved.
pub const SETTINGS: &str = "debug = false\nincremental = false\nstrip = \"debuginfo\"\n";

/// Builds every program in the workspace `folder` into the target folder of this very program, so that dependencies are
/// compiled once, and returns where each is that is called `<prefix><name>`, by its name.
///
/// # Errors
/// If they do not compile; with what the compiler said.
pub fn build(folder: &Path, root: &Path, prefix: &str) -> Result<BTreeMap<String, PathBuf>> {
    let this = std::env::current_exe().context("finding this program")?;
    // It lies in `<target>/<profile>/deps`.
    let target = this.ancestors().nth(3).context("this program is in no target folder")?;
    // Behind the tests that run meanwhile: they have deadlines, and this has none.
    let output = Command::new("nice")
        .args(["-n", "15", "cargo", "build"])
        .args(["--workspace", "--offline", "--keep-going", "--message-format=json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        // The checkout's toolchain and cargo configuration count here, too.
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .context("running nice and cargo")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the copies do not compile:\n{errors}");
    let messages = String::from_utf8_lossy(&output.stdout);
    let built = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let path = PathBuf::from(message.get("executable")?.as_str()?);
        let name = message.pointer("/target/name")?.as_str()?.strip_prefix(prefix)?.to_owned();
        Some((name, path))
    });
    Ok(built.collect())
}
