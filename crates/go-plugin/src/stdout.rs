//! Standard output: one line for the host, and nothing else ever.
//!
//! Hosts read it line by line with a bounded buffer. Anything that a dependency prints there before the handshake ends
//! the start, and a long line after it blocks the process.

use std::fs::File;
use std::io::{self, Write};

use crate::handshake::HandshakeLine;

/// The real standard output, held back for the handshake.
pub(crate) struct Stdout(File);

impl Stdout {
    /// Takes standard output away from the rest of the process, which from here on prints into the void.
    #[cfg(unix)]
    pub(crate) fn take() -> io::Result<Self> {
        use std::os::fd::AsFd;

        let real = io::stdout().as_fd().try_clone_to_owned()?;
        let void = File::options().write(true).open("/dev/null")?;
        nix::unistd::dup2_stdout(void)?;
        Ok(Self(File::from(real)))
    }

    /// Standard output as it is: elsewhere there is no safe way to replace it for the whole process.
    #[cfg(windows)]
    pub(crate) fn take() -> io::Result<Self> {
        use std::os::windows::io::AsHandle;

        Ok(Self(File::from(io::stdout().as_handle().try_clone_to_owned()?)))
    }

    /// Writes the one line and lets go of standard output.
    pub(crate) fn announce(mut self, line: &HandshakeLine<'_>) -> io::Result<()> {
        // One write, so that no host sees half a line.
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.0.flush()
    }
}
