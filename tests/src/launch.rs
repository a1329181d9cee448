//! What a program is started with.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::watchdog;

/// A program with everything that it is started with.
#[derive(Clone, Debug)]
pub struct Launch {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    pub(crate) farewell: Signal,
}

impl Launch {
    /// A program without arguments that runs in `folder` and logs to `<folder>/<name>.log`.
    ///
    /// Of the caller's environment it sees only PATH, so that a developer's `VAULT_ADDR` or `KUBECONFIG` changes nothing;
    /// HOME is `folder`.
    pub fn new(name: &str, program: impl Into<PathBuf>, folder: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: folder.to_owned(),
            user: None,
            farewell: Signal::SIGKILL,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs it as another user and group.
    #[must_use]
    pub(crate) fn user(mut self, user: u32, group: u32) -> Self {
        self.user = Some((user, group));
        self
    }

    /// Ends it with this signal instead of SIGKILL; it gets up to five seconds to obey.
    #[must_use]
    pub(crate) fn farewell(mut self, signal: Signal) -> Self {
        self.farewell = signal;
        self
    }

    /// Where its stdout and stderr go.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    /// The program behind the watchdog's gate, in a process group of its own.
    pub(crate) fn command(&self, log: &File) -> Result<Command> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", watchdog::GATE, "gate"])
            .arg(&self.program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .process_group(0);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        Ok(command)
    }
}
