//! Signals: who may end the process.
//!
//! Ctrl-C reaches every process in the terminal's foreground group. The host handles it, asks us to stop what we do and
//! later to end. A plugin that died of it first would lose what it was just doing.

use tokio_util::sync::CancellationToken;

/// What Ctrl-C means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// The host's business: ignored.
    IsForTheHost,
    /// Ours: somebody started us by hand.
    Ends,
}

/// Installs the handlers and keeps serving them until `stop`. SIGTERM is meant for us and ends us in good order.
#[cfg(unix)]
pub(crate) fn watch(interrupt: Interrupt, stop: CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = interrupts.recv() => match interrupt {
                    Interrupt::IsForTheHost => tracing::debug!("an interrupt was left to the host"),
                    Interrupt::Ends => stop.cancel(),
                },
                _ = terminations.recv() => {
                    tracing::info!("ending: asked to by SIGTERM");
                    stop.cancel();
                }
            }
        }
    });
    Ok(())
}

/// Installs the handler and keeps serving it until `stop`.
#[cfg(not(unix))]
pub(crate) fn watch(interrupt: Interrupt, stop: CancellationToken) -> std::io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && !stop.is_cancelled() {
            if interrupt == Interrupt::Ends {
                stop.cancel();
            }
        }
    });
    Ok(())
}
