//! A command of a CLI that is about to run: its arguments, environment, log and deadline.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::cli::finished::Finished;
use crate::cli::running::{LEFT_WITHIN, Running};
use crate::leak_scan::ProjectTraces;

/// Twenty-five times what the slowest command takes on an idle machine.
const WITHIN: Duration = Duration::from_secs(300);

/// A command, made by [`Project::command`](crate::cli::Project::command).
#[derive(Clone, Debug)]
#[must_use = "a command does nothing until it is run"]
pub struct CliCommand {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// Where plugins put their sockets.
    pub(crate) sockets: PathBuf,
    /// Path of its output files, up to `.stdout.log` and so on.
    pub(crate) stem: PathBuf,
    pub(crate) within: Duration,
    /// Who takes what it leaves behind.
    pub(crate) traces: Option<Arc<ProjectTraces>>,
}

impl CliCommand {
    pub(crate) fn new(program: PathBuf, folder: PathBuf, sockets: PathBuf, stem: PathBuf) -> Self {
        let (arguments, environment) = (Vec::new(), Vec::new());
        Self { program, arguments, environment, folder, sockets, stem, within: WITHIN, traces: None }
    }

    /// Has the leak scan look at what it leaves behind.
    pub(crate) fn watched_by(self, traces: &Arc<ProjectTraces>) -> Self {
        Self { traces: Some(Arc::clone(traces)), ..self }
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable for this command alone.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Lets it run this long instead of five minutes.
    pub fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Runs it to its end, whatever exit code that is.
    ///
    /// # Errors
    /// If it can't be started, exceeds its time (it is killed then), or leaves a process or a socket behind.
    pub fn run(self) -> Result<Finished> {
        let mut running = self.start()?;
        let finished = running.wait()?;
        running.leaves_nothing(LEFT_WITHIN)?;
        Ok(finished)
    }

    /// Starts it in a process group of its own, as a shell with a terminal does.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(self) -> Result<Running> {
        Running::start(self)
    }

    /// As a person would type it.
    pub(crate) fn line(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str());
        let words: Vec<_> = std::iter::once(program)
            .chain(self.arguments.iter().map(OsString::as_os_str))
            .map(|word| word.to_string_lossy())
            .collect();
        words.join(" ")
    }
}
