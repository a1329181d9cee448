//! What must work whatever the author's handlers do: signals, the look at the parent, and an end in time.
//!
//! A handler that blocks its thread takes a worker away from the runtime, and a few of them take all: then no timer fires
//! and no signal is seen. So these have a thread and a runtime of their own.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::orphan::Parent;
use crate::signals::{Interrupt, Signals};

/// From the first wish to end until the process is ended by force. A host kills after two seconds, and then the socket
/// would stay behind.
const LIMIT: Duration = Duration::from_millis(1450);

/// Watches from a thread of its own until the process ends: cancels `stop` when a signal or the loss of the parent asks
/// for it, and if the process is still there when its time is over, calls `last_resort`.
///
/// Signal handlers are in place when this returns.
pub(crate) fn start(
    interrupt: Interrupt,
    parent: Option<Parent>,
    stop: CancellationToken,
    last_resort: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _within = runtime.enter();
        Signals::install(interrupt)?
    };
    std::thread::Builder::new().name("plugin-watchdog".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = signals.end() => {}
                () = gone(parent) => {}
            }
            stop.cancel();
            tokio::time::sleep(LIMIT).await;
        });
        last_resort();
    })?;
    Ok(())
}

async fn gone(parent: Option<Parent>) {
    match parent {
        Some(parent) => parent.gone().await,
        None => std::future::pending().await,
    }
}
