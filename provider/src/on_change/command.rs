//! A program that is run, and the reload of a systemd unit by one.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tf_framework::diagnostic::Diagnostic;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::OnChangeError;

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(30);

/// How long we read on when it has ended. Whoever it has started may hold its output open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Bytes of output that are told: the last ones.
const OUTPUT: usize = 4096;

/// Reloads a unit. A warning if it does not run.
pub(super) async fn reload(unit: &str) -> Result<Option<Diagnostic>, OnChangeError> {
    let systemctl = |verb: &str| ["systemctl", verb, "--", unit].map(str::to_owned);
    match run(&systemctl("is-active")).await {
        Ok(_) => {}
        // By the convention for init scripts that it follows: the program is not running.
        Err(OnChangeError::Failed { status, output, .. }) if status.code() == Some(3) => {
            return Ok(Some(
                Diagnostic::warning("Nobody to tell that a file has changed")
                    .detail(format!("The unit {unit} does not run: {}.", output.trim()))
                    .remedy("It reads the new files when it starts."),
            ));
        }
        Err(error) => return Err(error),
    }
    run(&systemctl("reload")).await.map(|_| None)
}

/// Runs a program. Returns the end of what it printed.
pub(super) async fn run(argv: &[String]) -> Result<String, OnChangeError> {
    run_within(argv, LIMIT).await
}

async fn run_within(argv: &[String], limit: Duration) -> Result<String, OnChangeError> {
    let Some((program, arguments)) = argv.split_first() else { return Ok(String::new()) };
    let command = argv.join(" ");
    let start = |source| OnChangeError::Start { program: program.clone(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what it starts ends with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    let printed = Arc::new(Mutex::new(Vec::new()));
    let readers = [
        child.stdout.take().map(|pipe| collect(pipe, Arc::clone(&printed))),
        child.stderr.take().map(|pipe| collect(pipe, Arc::clone(&printed))),
    ];
    let ended: Option<io::Result<ExitStatus>> = timeout(limit, child.wait()).await.ok();
    if ended.is_none() {
        if let Some(group) = group {
            // It may have ended just now.
            let _ = killpg(group, Signal::SIGKILL);
        }
        // So that it is not left as a zombie.
        let _ = child.wait().await;
    }
    for mut reader in readers.into_iter().flatten() {
        if timeout(LAST_WORDS, &mut reader).await.is_err() {
            reader.abort();
        }
    }
    let output = String::from_utf8_lossy(&printed.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    match ended {
        Some(Ok(status)) if status.success() => Ok(output),
        Some(Ok(status)) => Err(OnChangeError::Failed { command, status, output }),
        Some(Err(source)) => Err(OnChangeError::Wait { command, source }),
        None => Err(OnChangeError::TooSlow { command, seconds: limit.as_secs(), output }),
    }
}

/// Reads to the end and keeps the last bytes.
fn collect(mut pipe: impl AsyncRead + Unpin + Send + 'static, printed: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut buffer = [0; 1024];
        // A pipe that can't be read is over.
        while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
            let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
            printed.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let surplus = printed.len().saturating_sub(OUTPUT);
            printed.drain(..surplus);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::time::Instant;

    use super::*;

    fn sh(script: &str) -> [String; 3] {
        ["sh", "-c", script].map(str::to_owned)
    }

    #[tokio::test]
    async fn who_does_not_end_is_killed_with_all_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let script = format!("echo begun; (sleep 2; touch {}) & sleep 600", late.display());
        let error = run_within(&sh(&script), Duration::from_secs(1)).await.unwrap_err();
        let OnChangeError::TooSlow { seconds: 1, output, .. } = error else { panic!("{error}") };
        assert_eq!(output, "begun\n");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!late.exists());
    }

    #[tokio::test]
    async fn who_leaves_somebody_behind_is_not_waited_for() {
        let begun = Instant::now();
        assert_eq!(run(&sh("echo done; sleep 20 &")).await.unwrap(), "done\n");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn of_much_output_the_end_is_told() {
        let error = run(&sh("seq 1 100000; exit 1")).await.unwrap_err();
        let OnChangeError::Failed { output, .. } = error else { panic!("{error}") };
        assert!(output.len() <= OUTPUT && output.ends_with("99999\n100000\n"), "{output}");
    }

    #[tokio::test]
    async fn a_signal_is_told_as_such() {
        let error = run(&sh("kill -9 $$")).await.unwrap_err();
        let OnChangeError::Failed { status, .. } = error else { panic!("{error}") };
        assert_eq!(status.signal(), Some(9));
    }
}
