//! A signal to the process whose number is in a file.

use std::fs;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tf_framework::diagnostic::Diagnostic;

use super::OnChangeError;
use crate::installed_file::{InstalledFile, Permissions};

/// Sends it. A warning if there is no such file, no such process, or one that is surely another.
pub(super) fn signal(path: &Path, signal: Signal) -> Result<Option<Diagnostic>, OnChangeError> {
    let permissions = Permissions { mode: 0o644, owner: None, group: None };
    let Some(content) = (InstalledFile { path: path.to_owned(), permissions }).read()? else {
        return Ok(Some(nobody(format!("The file {} does not exist.", path.display()))));
    };
    // Zero and negative numbers would reach whole groups of processes.
    let pid = std::str::from_utf8(&content).ok().and_then(|text| text.split_whitespace().next()?.parse().ok());
    let pid = pid.filter(|pid: &i32| *pid > 0).ok_or_else(|| OnChangeError::NotAPid { path: path.to_owned() })?;
    if ends_by(pid, signal) {
        return Ok(Some(nobody(format!(
            "The file {} names the process {pid}, which would be ended by {signal}: it is not one that reloads its files.",
            path.display()
        ))));
    }
    match kill(Pid::from_raw(pid), signal) {
        Ok(()) => Ok(None),
        Err(Errno::ESRCH) => {
            Ok(Some(nobody(format!("The file {} names the process {pid}, which does not run.", path.display()))))
        }
        Err(errno) => {
            Err(OnChangeError::Signal { path: path.to_owned(), pid, signal: signal.as_str(), source: errno.into() })
        }
    }
}

fn nobody(why: String) -> Diagnostic {
    Diagnostic::warning("Nobody to tell that a file has changed")
        .detail(why)
        .remedy("If the service is stopped, it reads the new files when it starts. Else correct \"pid_file\".")
}

/// Whether a process would not survive a signal that asks for a reload. A file outlives its process, also across a boot, and
/// then its number may be that of anybody. Who sends a signal that is there to end something means it.
fn ends_by(pid: i32, signal: Signal) -> bool {
    let asks = matches!(signal, Signal::SIGHUP | Signal::SIGUSR1 | Signal::SIGUSR2);
    let Some(status) = asks.then(|| fs::read_to_string(format!("/proc/{pid}/status")).ok()).flatten() else {
        return false;
    };
    let bit = 1_u64 << (signal as i32 - 1);
    // Blocked ones are read from a descriptor (signalfd) or by a thread that waits for them.
    let masks: Vec<_> = ["SigBlk:", "SigIgn:", "SigCgt:"]
        .iter()
        .filter_map(|name| status.lines().find_map(|line| line.strip_prefix(name)))
        .filter_map(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .collect();
    masks.len() == 3 && masks.iter().all(|mask| mask & bit == 0)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use tempfile::TempDir;

    use super::*;

    fn pid_file(content: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pid"), content).unwrap();
        folder
    }

    fn told(content: &str, name: Signal) -> Result<Option<String>, OnChangeError> {
        let folder = pid_file(content);
        let told = signal(&folder.path().join("pid"), name);
        told.map(|warning| warning.map(|warning| warning.detail_text().to_owned()))
    }

    /// Prints a line when it is ready.
    fn shell(script: &str) -> Child {
        let mut child =
            Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut line).unwrap();
        child
    }

    #[test]
    fn a_process_that_handles_the_signal_gets_it() {
        let mut child = shell("trap 'exit 7' HUP; echo ready; read line");
        assert_eq!(told(&format!("{}\n", child.id()), Signal::SIGHUP).unwrap(), None);
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(7));
    }

    #[test]
    fn a_process_that_the_signal_would_end_is_left_alone() {
        let mut child = shell("echo ready; read line; exit 5");
        let pid = child.id().to_string();
        let warning = told(&pid, Signal::SIGHUP).unwrap().unwrap();
        assert!(warning.contains("would be ended by SIGHUP"), "{warning}");
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(5));
        let warning = told(&pid, Signal::SIGHUP).unwrap().unwrap();
        assert!(warning.contains("does not run"), "{warning}");
    }

    #[test]
    fn a_missing_file_is_a_warning_and_garbage_an_error() {
        let folder = pid_file("");
        assert!(signal(&folder.path().join("other"), Signal::SIGHUP).unwrap().is_some());
        for bad in ["", "vault", "0", "-1", "99999999999"] {
            assert!(matches!(told(bad, Signal::SIGHUP), Err(OnChangeError::NotAPid { .. })), "{bad:?}");
        }
    }
}
