//! Waiting for a file, which stands for the slow work of a real provider.

use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(20);

/// The CLI asked to stop before the gate opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Waits until `path` exists, or until `stopped` says so.
pub(crate) async fn wait(path: &Path, mut stopped: watch::Receiver<bool>) -> Result<(), Stopped> {
    while !path.exists() {
        tokio::select! {
            outcome = stopped.wait_for(|stopped| *stopped) => if outcome.is_ok() { return Err(Stopped) },
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_ends_when_the_file_is_there_or_when_stopped() {
        let (stop, stopped) = watch::channel(false);
        assert_eq!(wait(Path::new(env!("CARGO_MANIFEST_DIR")), stopped.clone()).await, Ok(()));
        let waiting = tokio::spawn(wait(Path::new("/nonexistent"), stopped));
        stop.send(true).unwrap();
        assert_eq!(waiting.await.unwrap(), Err(Stopped));
    }
}
