//! A long-running command: its output goes to a log file, and it ends by itself, at a deadline or at an interrupt.
//!
//! The command leads a process group of its own, so that a deadline also ends the compilers that `go build` started and the
//! servers that a test started. Ctrl-C therefore does not reach it by itself; [`Stop::interrupted`] does that.

use std::{
    fs::File,
    io,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// How often the command is looked at.
const POLL: Duration = Duration::from_millis(50);
/// How often the caller hears that it still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How long it may clean up after SIGTERM before SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

/// When a command is ended early.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// Past this moment.
    pub deadline: Option<Instant>,
    /// As soon as this is true: the user pressed Ctrl-C.
    pub interrupted: Arc<AtomicBool>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It was ended at [`Stop::deadline`].
    Deadline,
    /// It was ended because of [`Stop::interrupted`].
    Interrupted,
}

impl Stop {
    /// The same, but not later than `moment`.
    pub fn not_after(&self, moment: Option<Instant>) -> Self {
        let deadline = match (self.deadline, moment) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { deadline, interrupted: Arc::clone(&self.interrupted) }
    }

    /// The reason to stop at this moment, if there is one.
    pub fn reached(&self) -> Option<Ended> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(Ended::Interrupted);
        }
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline).then_some(Ended::Deadline)
    }
}

/// Runs `command` with its output appended to `log` and no input, and calls `beat` with the time passed every half minute.
///
/// # Errors
/// If the log can't be opened or the command can't be started.
pub fn run(command: &mut Command, log: &Path, stop: &Stop, beat: &mut dyn FnMut(Duration)) -> io::Result<Ended> {
    let output = File::options().create(true).append(true).open(log)?;
    let errors = output.try_clone()?;
    let mut child = command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0).spawn()?;
    let start = Instant::now();
    let mut next_beat = start + HEARTBEAT;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Exited(status));
        }
        if let Some(reason) = stop.reached() {
            end(&mut child)?;
            return Ok(reason);
        }
        if Instant::now() >= next_beat {
            next_beat += HEARTBEAT;
            beat(start.elapsed());
        }
        thread::sleep(POLL);
    }
}

/// SIGTERM to the group, and SIGKILL to what is left of it after the grace period.
fn end(child: &mut Child) -> io::Result<()> {
    let group = Pid::from_raw(child.id().try_into().map_err(io::Error::other)?);
    // ESRCH means that nobody is left, which is what we want.
    let _ = killpg(group, Signal::SIGTERM);
    let limit = Instant::now() + GRACE;
    while child.try_wait()?.is_none() && Instant::now() < limit {
        thread::sleep(POLL);
    }
    let _ = killpg(group, Signal::SIGKILL);
    child.wait().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_logged_and_the_status_returned() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let ended = run(&mut shell("echo out; echo err >&2; exit 3"), &log, &Stop::default(), &mut |_| ()).unwrap();
        let Ended::Exited(status) = ended else { panic!("{ended:?}") };
        assert_eq!(status.code(), Some(3));
        assert_eq!(fs::read_to_string(&log).unwrap(), "out\nerr\n");
    }

    #[test]
    fn a_deadline_ends_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let stop = Stop { deadline: Some(Instant::now() + Duration::from_millis(300)), ..Stop::default() };
        let ended = run(&mut shell("sleep 600 & echo $!; wait"), &log, &stop, &mut |_| ()).unwrap();
        assert_eq!(ended, Ended::Deadline);
        let grandchild: i32 = fs::read_to_string(&log).unwrap().trim().parse().unwrap();
        // It may stay a zombie for a moment until init collects it.
        let limit = Instant::now() + Duration::from_secs(10);
        while is_running(grandchild) {
            assert!(Instant::now() < limit, "process {grandchild} survived its group");
            thread::sleep(POLL);
        }
    }

    #[test]
    fn an_interrupt_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::default();
        stop.interrupted.store(true, Ordering::Relaxed);
        let ended = run(&mut shell("sleep 600"), &folder.path().join("log"), &stop, &mut |_| ()).unwrap();
        assert_eq!(ended, Ended::Interrupted);
    }

    fn is_running(pid: i32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    }
}
