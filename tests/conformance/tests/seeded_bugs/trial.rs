//! One conformance test against one plugin.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail, ensure};

/// What the tests take their plugin from.
const OVERRIDE: &str = "CONFORMANCE_PLUGIN";

pub(crate) struct Trial {
    /// The bug that the plugin has, or the control.
    pub(crate) plugin: String,
    path: PathBuf,
    test: &'static str,
    /// What the test must say when it fails; `None` if it must pass.
    reason: Option<&'static str>,
}

impl Trial {
    pub(crate) fn new(
        plugin: &str,
        plugins: &BTreeMap<String, PathBuf>,
        test: &'static str,
        reason: Option<&'static str>,
    ) -> Result<Self> {
        let path = plugins.get(plugin).with_context(|| format!("{plugin} was not built"))?.clone();
        ensure!(path.is_file(), "{} was built and is gone", path.display());
        Ok(Self { plugin: plugin.to_owned(), path, test, reason })
    }

    /// Runs the test alone. Errors say in which way it ended otherwise than it should.
    pub(crate) fn run(&self) -> Result<()> {
        let output = Command::new(lines()?)
            .args(["--exact", self.test, "--show-output"])
            .env(OVERRIDE, &self.path)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .context("running the conformance lines")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let (passed, failed) =
            (said.contains("test result: ok. 1 passed; 0 failed"), said.contains("0 passed; 1 failed"));
        ensure!(passed != failed, "{} did not run: {said}", self.test);
        match self.reason {
            None if failed => bail!("the unchanged plugin fails {}:\n{said}", self.test),
            Some(_) if passed => bail!("{} does not notice it", self.test),
            Some(reason) if !said.contains(reason) => {
                bail!("{} fails, but not because of {reason:?}:\n{said}", self.test)
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// The program with the conformance lines. Cargo builds it into the same folder as this one, under a name with a hash.
///
/// An old one would prove things about old tests, so it must be newer than its sources.
fn lines() -> Result<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let this = std::env::current_exe().ok()?;
        let (modified, path) = newest(this.parent()?, |path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("lines-") && path.extension().is_none()
        })?;
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = ["src", "tests/lines"].map(|folder| newest(&package.join(folder), |_| true));
        sources.into_iter().flatten().all(|(changed, _)| changed < modified).then_some(path)
    });
    let stale = "the conformance lines are not built, or older than their sources: \
                 run `cargo test -p go-plugin-conformance --no-run`";
    found.as_deref().context(stale)
}

fn newest(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Option<(SystemTime, PathBuf)> {
    let files = fs::read_dir(folder).ok()?.flatten().filter(|entry| wanted(&entry.path()));
    files.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).max()
}
