//! Starting a plugin as a host does: environment, pipes, the handshake line.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::{HandshakeLine, Identity, Output, PATIENCE};

/// Another build of the plugin to test instead of the one that was compiled with the tests: one with a seeded bug.
const OVERRIDE: &str = "CONFORMANCE_PLUGIN";

/// A start that is being prepared.
#[derive(Debug)]
pub struct Start {
    command: Command,
}

/// A plugin that runs. Dropping it kills the process.
#[derive(Debug)]
pub struct Plugin {
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
    process: Child,
    temporary: TempDir,
}

impl Start {
    /// What a host would do for a plugin of the conformance type, without AutoMTLS.
    ///
    /// `program` is the plugin that was compiled with the tests.
    #[must_use]
    pub fn of(program: &str) -> Self {
        Self::command(Command::new(tested(program)))
    }

    /// The same through a shell: `script` finds the plugin's path in `$0`.
    #[must_use]
    pub fn through_shell(script: &str, program: &str) -> Self {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(tested(program));
        Self::command(command)
    }

    fn command(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .env("CONFORMANCE_PLUGIN_COOKIE", "7f0a3c52e1d94b6c8d2f5a6be0914c37")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_PROTOCOL_VERSIONS", "3,2")
            // A backtrace would make the log of a panic longer than a line.
            .env("RUST_BACKTRACE", "0");
        Self { command }
    }

    /// Asks for mutual TLS with this certificate.
    #[must_use]
    pub fn pinning(self, host: &Identity) -> Self {
        self.env("PLUGIN_CLIENT_CERT", &host.to_pem())
    }

    /// Sets a variable of the plugin's environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of it.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Starts the process in a temporary folder of its own, which is empty again when it has cleaned up.
    ///
    /// # Errors
    /// The system did not start it.
    pub fn spawn(mut self) -> Result<Plugin> {
        let temporary = tempfile::Builder::new().prefix("conf").tempdir().context("making a temporary folder")?;
        let mut process = self.command.env("TMPDIR", temporary.path()).spawn().context("starting the plugin")?;
        let stdout = Output::of(process.stdout.take().context("no standard output")?);
        let stderr = Output::of(process.stderr.take().context("no standard error")?);
        Ok(Plugin { stdout, stderr, process, temporary })
    }

    /// Starts the process and reads the handshake line.
    ///
    /// # Errors
    /// It did not start, or said something else.
    pub async fn shake_hands(self) -> Result<(Plugin, HandshakeLine)> {
        let plugin = self.spawn()?;
        let line = plugin.handshake_line().await?;
        Ok((plugin, line))
    }
}

impl Plugin {
    /// Waits for the first line on standard output.
    ///
    /// # Errors
    /// There is none, or it is no handshake line.
    pub async fn handshake_line(&self) -> Result<HandshakeLine> {
        let line = self.first_line().await?;
        HandshakeLine::parse(&line)
    }

    /// Waits for the first line on standard output, whatever it is.
    ///
    /// # Errors
    /// There is none.
    pub async fn first_line(&self) -> Result<String> {
        let said = self.stdout.wait_for(PATIENCE, |text| text.contains('\n')).await;
        let said =
            said.with_context(|| format!("no line on standard output; standard error: {}", self.stderr.text()))?;
        said.lines().next().map(str::to_owned).context("an empty line")
    }

    /// Number of the process; `None` once it has been waited for.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Kills the process outright.
    ///
    /// # Errors
    /// It has ended already.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.kill().await.context("killing the plugin")
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn is_alive(&mut self) -> Result<bool> {
        Ok(self.process.try_wait().context("looking at the plugin")?.is_none())
    }

    /// Waits for it to end by itself.
    ///
    /// # Errors
    /// It did not within the time.
    pub async fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let ended = tokio::time::timeout(limit, self.process.wait()).await;
        let ended = ended.with_context(|| format!("the plugin still runs after {limit:?}: {}", self.stderr.text()))?;
        ended.context("waiting for the plugin")
    }

    /// Files and folders that it has left in its temporary folder.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn left_behind(&self) -> Result<Vec<PathBuf>> {
        let entries = self.temporary.path().read_dir().context("reading the temporary folder")?;
        entries.map(|entry| Ok(entry?.path())).collect()
    }

    /// A place for sockets of the host.
    #[must_use]
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }
}

impl HandshakeLine {
    /// Opens a bare connection.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(&self) -> Result<UnixStream> {
        UnixStream::connect(&self.address).await.with_context(|| format!("connecting to {}", self.address))
    }
}

/// The plugin to test: `program`, unless the environment names another build of it.
#[must_use]
pub fn tested(program: &str) -> PathBuf {
    std::env::var_os(OVERRIDE).map_or_else(|| PathBuf::from(program), PathBuf::from)
}
