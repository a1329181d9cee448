//! Orphans: a host that is killed outright tells nobody, and its plugins would stay behind for ever.

#[cfg(unix)]
use std::time::Duration;

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

    /// Returns once the parent is gone, which the system shows by giving us another one.
    #[cfg(unix)]
    pub(crate) async fn gone(self) {
        while std::os::unix::process::parent_id() == self.process {
            tokio::time::sleep(INTERVAL).await;
        }
        tracing::warn!(host = self.process, "ending: the host is gone");
    }

    /// Elsewhere a child is not told and can't see it.
    #[cfg(not(unix))]
    pub(crate) async fn gone(self) {
        std::future::pending().await
    }
}
