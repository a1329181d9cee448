//! GnuPG with a home of its own: somebody who holds a share.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

/// Keys without a passphrase, in a folder whose name is short enough for the socket of the agent.
pub(super) struct Gpg(TempDir);

impl Gpg {
    /// `None`, with a line that says so, if there is no GnuPG here.
    pub(super) fn find() -> Result<Option<Self>> {
        if Command::new("gpg").arg("--version").stdin(Stdio::null()).output().is_err() {
            // A line of its own, past the capture of libtest.
            let _ = writeln!(std::io::stdout(), "\nSKIPPED init::pgp_shares: there is no gpg on PATH");
            return Ok(None);
        }
        Ok(Some(Self(TempDir::with_prefix("gpg")?)))
    }

    /// Makes a key, and returns its public part, armoured.
    pub(super) fn make(&self, name: &str) -> Result<String> {
        let address = format!("{name}@home.arpa");
        self.run(&["--passphrase", "", "--quick-gen-key", &address, "future-default", "default", "never"], &[])?;
        Ok(String::from_utf8(self.run(&["--armor", "--export", &address], &[])?)?)
    }

    /// What a message in base64 says, whichever of the keys it is for.
    pub(super) fn open(&self, message: &str) -> Result<String> {
        let message = STANDARD.decode(message).context("the message is no base64")?;
        Ok(String::from_utf8(self.run(&["--decrypt"], &message)?)?)
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
        let mut child = command("gpg", self.0.path())
            .args(["--batch", "--quiet", "--trust-model", "always"])
            .args(arguments)
            .spawn()
            .context("starting gpg")?;
        child.stdin.take().context("no stdin")?.write_all(input)?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(output.stdout)
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        // Its agent would stay for good.
        let ended = command("gpgconf", self.0.path()).args(["--kill", "gpg-agent"]).spawn();
        let _ = ended.and_then(|mut child| child.wait());
    }
}

fn command(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--homedir").arg(home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
