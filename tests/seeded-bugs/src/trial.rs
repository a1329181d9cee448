//! One test against one program that has a bug, or none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::SystemTime;

use anyhow::{Context as _, Error, Result, anyhow, bail, ensure};

/// A program with tests that take what they test from an environment variable.
pub struct Lines {
    path: PathBuf,
    variable: &'static str,
}

/// A test that is to notice a bug, or to pass where there is none.
pub struct Trial {
    /// The bug, or the control.
    pub name: &'static str,
    /// The program to be tested.
    pub program: PathBuf,
    /// The test, by its whole name.
    pub test: &'static str,
    /// What the test must say when it fails; `None` if it must pass.
    pub reason: Option<&'static str>,
}

impl Lines {
    /// The test target `name` of the package in `package`. Cargo builds it into the same folder as this program, under a name
    /// with a hash. `variable` is where its tests take their subject from.
    ///
    /// # Errors
    /// If it is not built, or older than its sources: an old one would prove things about old tests.
    pub fn find(package: &Path, name: &str, variable: &'static str) -> Result<Self> {
        let this = std::env::current_exe().context("finding this program")?;
        let beside = this.parent().context("this program is in no folder")?;
        let prefix = format!("{name}-");
        let built = newest(beside, |path| {
            let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
            file.starts_with(&prefix) && path.extension().is_none()
        });
        let sources = [package.join("src"), package.join("tests").join(name)];
        let changed = sources.iter().filter_map(|folder| newest(folder, |_| true)).map(|(changed, _)| changed).max();
        match built {
            Some((modified, path)) if changed.is_none_or(|changed| changed < modified) => Ok(Self { path, variable }),
            _ => bail!(
                "the tests {name} are not built, or older than their sources: run `cargo test --no-run` in {}",
                package.display()
            ),
        }
    }

    /// Errors say in which way the trial ended otherwise than it should.
    fn run(&self, trial: &Trial) -> Result<()> {
        let output = Command::new(&self.path)
            .args(["--exact", trial.test, "--show-output"])
            .env(self.variable, &trial.program)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("running {}", self.path.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let (passed, failed) =
            (said.contains("test result: ok. 1 passed; 0 failed"), said.contains("0 passed; 1 failed"));
        ensure!(passed != failed, "{} did not run: {said}", trial.test);
        match trial.reason {
            None if failed => bail!("without a bug {} fails:\n{said}", trial.test),
            Some(_) if passed => bail!("{} does not notice it", trial.test),
            Some(reason) if !said.contains(reason) => {
                bail!("{} fails, but not because of {reason:?}:\n{said}", trial.test)
            }
            None | Some(_) => Ok(()),
        }
    }

    /// Runs all trials, so many beside each other, and tells what went wrong and how many bugs were caught.
    ///
    /// What is promised has deadlines in real time, and a busy machine can break one: what did not end as it should among the
    /// others gets the machine to itself once.
    ///
    /// # Errors
    /// If one did not end as it should.
    pub fn try_all(&self, trials: Vec<Trial>, beside_each_other: usize, tell: impl Fn(String)) -> Result<()> {
        let bugs: BTreeSet<&str> =
            trials.iter().filter(|trial| trial.reason.is_some()).map(|trial| trial.name).collect();
        let (queue, crowded) = (Mutex::new(trials), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..beside_each_other {
                scope.spawn(|| {
                    while let Some(trial) = queue.lock().ok().and_then(|mut queue| queue.pop()) {
                        if let (Err(error), Ok(mut crowded)) = (self.run(&trial), crowded.lock()) {
                            crowded.push((trial, error));
                        }
                    }
                });
            }
        });
        let mut failures: Vec<(&str, Error)> = Vec::new();
        for (trial, among_others) in crowded.into_inner().map_err(|_| anyhow!("a trial panicked"))? {
            tell(format!("{}: tried again by itself, since among others: {among_others:#}", trial.name));
            if let Err(error) = self.run(&trial) {
                failures.push((trial.name, error));
            }
        }
        for (name, error) in &failures {
            tell(format!("{name}: {error:#}"));
        }
        let missed = bugs.iter().filter(|bug| failures.iter().any(|(name, _)| name == *bug)).count();
        tell(format!("SEEDED BUGS {} of {} caught", bugs.len() - missed, bugs.len()));
        ensure!(failures.is_empty(), "{} of these trials did not end as they should", failures.len());
        Ok(())
    }
}

fn newest(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Option<(SystemTime, PathBuf)> {
    let files = fs::read_dir(folder).ok()?.flatten().filter(|entry| wanted(&entry.path()));
    files.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).max()
}
