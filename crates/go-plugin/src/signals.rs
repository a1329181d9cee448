//! Signals: who may end the process.
//!
//! Ctrl-C reaches every process in the terminal's foreground group. The host handles it, asks us to stop what we do and
//! later to end. A plugin that died of it first would lose what it was just doing.

use std::io;

/// What Ctrl-C means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// The host's business: ignored.
    IsForTheHost,
    /// Ours: somebody started us by hand.
    Ends,
}

/// The handlers, in place from when it is made. They stay in place for the life of the process.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: Interrupt,
    interrupts: tokio::signal::unix::Signal,
    terminations: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Must be called within a runtime.
    pub(crate) fn install(interrupt: Interrupt) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt,
            interrupts: signal(SignalKind::interrupt())?,
            terminations: signal(SignalKind::terminate())?,
        })
    }

    /// Returns when a signal says that the process is to end. SIGTERM is always meant for us.
    pub(crate) async fn end(mut self) {
        loop {
            tokio::select! {
                _ = self.interrupts.recv() => match self.interrupt {
                    Interrupt::IsForTheHost => tracing::debug!("an interrupt was left to the host"),
                    Interrupt::Ends => return,
                },
                _ = self.terminations.recv() => {
                    tracing::info!("ending: asked to by SIGTERM");
                    return;
                }
            }
        }
    }
}

/// The handler, in place from when it is made.
#[cfg(windows)]
pub(crate) struct Signals {
    interrupt: Interrupt,
    interrupts: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    /// Must be called within a runtime.
    pub(crate) fn install(interrupt: Interrupt) -> io::Result<Self> {
        Ok(Self { interrupt, interrupts: tokio::signal::windows::ctrl_c()? })
    }

    /// Returns when Ctrl-C says that the process is to end.
    pub(crate) async fn end(mut self) {
        while self.interrupts.recv().await.is_some() {
            if self.interrupt == Interrupt::Ends {
                return;
            }
        }
        std::future::pending().await
    }
}
