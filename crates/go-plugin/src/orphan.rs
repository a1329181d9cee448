//! Orphans: a host that is killed outright tells nobody, and its plugins would stay behind for ever.

#[cfg(unix)]
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How often to look. A look is one system call; an orphan does no harm for a second.
#[cfg(unix)]
const INTERVAL: Duration = Duration::from_secs(1);

/// The process that started us, as it was when we came up.
///
/// Asking the kernel to signal us instead is no good: it does so when the *thread* that started us ends, and Go hosts
/// retire threads.
#[derive(Clone, Copy)]
pub(crate) struct Parent {
    #[cfg(unix)]
    process: u32,
}

impl Parent {
    pub(crate) fn observe() -> Self {
        Self {
            #[cfg(unix)]
            process: std::os::unix::process::parent_id(),
        }
    }

    /// Cancels `stop` once the parent is gone, which the system shows by giving us another one.
    #[cfg(unix)]
    pub(crate) fn watch(self, stop: CancellationToken) {
        tokio::spawn(async move {
            while std::os::unix::process::parent_id() == self.process {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(INTERVAL) => {}
                }
            }
            tracing::warn!(host = self.process, "ending: the host is gone");
            stop.cancel();
        });
    }

    /// Elsewhere a child is not told and can't see it.
    #[cfg(not(unix))]
    pub(crate) fn watch(self, _stop: CancellationToken) {}
}
