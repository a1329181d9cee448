//! One running server: started in its own process group, watched, logged, killed and restarted.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::launch::Launch;
use crate::readiness::Pauses;
use crate::watchdog;

/// How many lines of its log a server that failed to start is quoted with.
const QUOTED_LINES: usize = 50;

/// How long a group may take to vanish after SIGKILL.
const KILL_PATIENCE: Duration = Duration::from_secs(30);

/// A started program. Dropping it ends its whole process group.
#[derive(Debug)]
pub struct Process {
    launch: Launch,
    log: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The latest child, until its end was noticed.
    child: Option<Child>,
    /// The groups of all children so far that are not known to be empty; plugins of a killed server may still live in an
    /// old one.
    groups: Vec<u32>,
    last_exit: Option<ExitStatus>,
}

/// Why a program that was started can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It ended by itself.
    #[error("{name} ended ({status}) before it was ready; the end of {}:\n{tail}", .log.display())]
    Ended {
        /// Name of the process.
        name: String,
        /// How it ended, in words.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// It runs, but did not get ready in time.
    #[error("{name} was not ready within {within:?}; the last state seen: {state}; the end of {}:\n{tail}", .log.display())]
    NeverReady {
        /// Name of the process.
        name: String,
        /// How long was waited.
        within: Duration,
        /// What the last probe saw.
        state: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
}

impl StartError {
    /// Whether somebody else had the port.
    pub fn is_address_in_use(&self) -> bool {
        match self {
            Self::Ended { tail, .. } => tail.to_ascii_lowercase().contains("address already in use"),
            Self::NeverReady { .. } => false,
        }
    }
}

impl Process {
    /// Starts the program. It is not ready yet; see [`Self::wait_ready`].
    ///
    /// # Errors
    /// If the log can't be written, the watchdog can't be told, or no process can be made.
    pub fn start(launch: Launch) -> Result<Self> {
        let log = launch.log();
        let process = Self { launch, log, state: Mutex::default() };
        process.spawn(&mut process.state())?;
        Ok(process)
    }

    /// The name, which is also that of the log.
    pub fn name(&self) -> &str {
        &self.launch.name
    }

    /// Where stdout and stderr of all starts go.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let mut state = self.state();
        state.notice_exit();
        state.child.as_ref().map(Child::id)
    }

    /// Waits until `probe` succeeds; the error of a probe is the state that it saw.
    ///
    /// # Errors
    /// When the program ends or the time has passed, with the last 50 lines of the log.
    pub fn wait_ready<T>(&self, within: Duration, mut probe: impl FnMut() -> Result<T>) -> Result<T, StartError> {
        let mut pauses = Pauses::until(within);
        loop {
            let state = match probe() {
                Ok(value) => return Ok(value),
                Err(state) => state,
            };
            if let Some(status) = self.exit_status() {
                let (name, log, tail) = (self.launch.name.clone(), self.log.clone(), self.log_tail(QUOTED_LINES));
                return Err(StartError::Ended { name, status: describe(status), log, tail });
            }
            if pauses.is_over() {
                let (name, log, tail) = (self.launch.name.clone(), self.log.clone(), self.log_tail(QUOTED_LINES));
                return Err(StartError::NeverReady { name, within, state: format!("{state:#}"), log, tail });
            }
            pauses.pause();
        }
    }

    /// The last lines of the log; a note in brackets if it can't be read.
    pub fn log_tail(&self, lines: usize) -> String {
        match fs::read(&self.log) {
            Ok(bytes) => last_lines(&String::from_utf8_lossy(&bytes), lines),
            Err(error) => format!("[the log can't be read: {error}]"),
        }
    }

    /// Sends a signal to the process alone, not to its children.
    ///
    /// # Errors
    /// If it does not run.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.state().signal(&self.launch.name, signal)
    }

    /// Kills the process with SIGKILL, as a crash would: its children, such as plugins, are not touched.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill9(&self) -> Result<()> {
        let mut state = self.state();
        state.signal(&self.launch.name, Signal::SIGKILL)?;
        state.reap(KILL_PATIENCE).with_context(|| format!("{} survived SIGKILL", self.launch.name))
    }

    /// Asks the process to end with SIGTERM and waits for it.
    ///
    /// # Errors
    /// If it does not run, or still runs when `within` has passed.
    pub fn terminate(&self, within: Duration) -> Result<()> {
        let mut state = self.state();
        state.signal(&self.launch.name, Signal::SIGTERM)?;
        state.reap(within).with_context(|| format!("{} did not obey SIGTERM within {within:?}", self.launch.name))
    }

    /// Starts the same program again with the same arguments; one that still runs is killed first.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn restart(&self) -> Result<()> {
        let mut state = self.state();
        state.notice_exit();
        if state.child.is_some() {
            state.signal(&self.launch.name, Signal::SIGKILL)?;
            state.reap(KILL_PATIENCE).with_context(|| format!("{} survived SIGKILL", self.launch.name))?;
        }
        self.spawn(&mut state)
    }

    fn spawn(&self, state: &mut State) -> Result<()> {
        // What lived on in an earlier group may have ended since.
        state.forget_empty_groups();
        let Launch { name, farewell, .. } = &self.launch;
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.with_context(|| format!("opening {}", self.log.display()))?;
        let mut child = self.launch.command(&log)?.spawn().with_context(|| format!("starting {name}"))?;
        let group = child.id();
        let permission = watchdog::watch(group, *farewell).and_then(|()| {
            state.groups.push(group);
            let mut gate = child.stdin.take().context("the gate has no stdin")?;
            gate.write_all(b"go\n").context("opening the gate")
        });
        if permission.is_err() {
            // Still behind the gate, where nothing but this can be the child.
            let _ = child.kill();
            let _ = child.wait();
        }
        permission.with_context(|| format!("starting {name}"))?;
        state.child = Some(child);
        state.last_exit = None;
        Ok(())
    }

    fn exit_status(&self) -> Option<ExitStatus> {
        let mut state = self.state();
        state.notice_exit();
        state.last_exit
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let farewell = self.launch.farewell;
        let mut state = self.state();
        if farewell != Signal::SIGKILL && state.child.is_some() {
            state.signal_groups(farewell);
            let _ = state.reap(KILL_PATIENCE);
        }
        state.signal_groups(Signal::SIGKILL);
        let _ = state.reap(KILL_PATIENCE);
        state.wait_for_groups(KILL_PATIENCE);
    }
}

impl State {
    fn signal(&mut self, name: &str, signal: Signal) -> Result<()> {
        self.notice_exit();
        let Some(child) = &self.child else { bail!("{name} does not run") };
        // Not reaped yet, so the number can't belong to another process.
        kill(pid(child.id()), signal).with_context(|| format!("sending {signal} to {name}"))
    }

    /// Waits for the end of the child; the error is a timeout.
    fn reap(&mut self, within: Duration) -> Result<()> {
        let mut pauses = Pauses::until(within);
        loop {
            self.notice_exit();
            if self.child.is_none() {
                return Ok(());
            }
            if pauses.is_over() {
                bail!("process still runs");
            }
            pauses.pause();
        }
    }

    fn notice_exit(&mut self) {
        if let Some(child) = &mut self.child
            && let Ok(Some(status)) = child.try_wait()
        {
            self.last_exit = Some(status);
            self.child = None;
            self.forget_empty_groups();
        }
    }

    fn signal_groups(&self, signal: Signal) {
        for group in &self.groups {
            // No such group means that all of it is gone already.
            let _ = killpg(pid(*group), signal);
        }
    }

    /// Takes the groups in which nothing lives off the own list and the watchdog's: the system may give their numbers to
    /// somebody else, who must not be killed.
    fn forget_empty_groups(&mut self) {
        self.groups.retain(|group| {
            let is_empty = killpg(pid(*group), None) == Err(Errno::ESRCH);
            if is_empty {
                // Without a watchdog there is no list.
                let _ = watchdog::forget(*group);
            }
            !is_empty
        });
    }

    /// Waits until all groups are empty.
    fn wait_for_groups(&mut self, within: Duration) {
        let mut pauses = Pauses::until(within);
        loop {
            self.forget_empty_groups();
            if self.groups.is_empty() || pauses.is_over() {
                return;
            }
            pauses.pause();
        }
    }
}

fn pid(number: u32) -> Pid {
    // The kernel's own type is signed; its numbers end at 2^22.
    Pid::from_raw(number.cast_signed())
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn last_lines(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readiness::wait_until;

    #[test]
    fn last_lines_are_the_last_ones() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a\nb\nc\n", 9), "a\nb\nc");
        assert_eq!(last_lines("", 9), "");
    }

    #[test]
    fn a_server_that_never_gets_ready_is_reported_with_its_last_state_and_50_lines() {
        let folder = tempfile::tempdir().unwrap();
        let chatter = "i=0; while [ $i -lt 60 ]; do i=$((i + 1)); echo line-$i-end; done; exec sleep 60";
        let process = Process::start(Launch::new("chatterer", "/bin/sh", folder.path()).args(["-c", chatter])).unwrap();
        process
            .wait_ready(Duration::from_secs(10), || {
                if process.log_tail(1) == "line-60-end" { Ok(()) } else { bail!("still talking") }
            })
            .unwrap();
        let error = process.wait_ready::<()>(Duration::from_millis(50), || bail!("health is 503")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("chatterer") && text.contains("health is 503"), "{text}");
        assert!(
            text.contains("line-11-end") && !text.contains("line-10-end") && text.ends_with("line-60-end"),
            "{text}"
        );
    }

    #[test]
    fn a_server_that_ends_is_reported_at_once_with_its_exit_code() {
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::new("quitter", "/bin/sh", folder.path()).args(["-c", "echo no such option; exit 7"]);
        let process = Process::start(launch).unwrap();
        let error = process.wait_ready::<()>(Duration::from_secs(60), || bail!("nobody listens")).unwrap_err();
        assert!(matches!(&error, StartError::Ended { status, .. } if status == "exit code 7"), "{error}");
        assert!(error.to_string().ends_with("no such option"), "{error}");
        process.signal(Signal::SIGTERM).unwrap_err();
    }

    #[test]
    fn a_program_that_is_not_there_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(Launch::new("absent", folder.path().join("absent"), folder.path())).unwrap();
        let error = process.wait_ready::<()>(Duration::from_secs(60), || bail!("nobody listens")).unwrap_err();
        assert!(matches!(&error, StartError::Ended { status, .. } if status == "exit code 127"), "{error}");
    }

    #[test]
    fn a_restarted_server_has_a_new_process_and_the_old_log() {
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::new("clock", "/bin/sh", folder.path()).args(["-c", "echo up; exec sleep 60"]);
        let process = Process::start(launch).unwrap();
        let wait_for = |log: &str| {
            process.wait_ready(Duration::from_secs(10), || {
                if process.log_tail(9) == log { Ok(process.pid()) } else { bail!("not yet") }
            })
        };
        let first = wait_for("up").unwrap();
        process.terminate(Duration::from_secs(10)).unwrap();
        assert_eq!(process.pid(), None);
        process.restart().unwrap();
        assert_ne!(wait_for("up\nup").unwrap(), first);
    }

    #[test]
    fn the_group_of_a_dead_server_is_forgotten_as_soon_as_nothing_lives_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::new("parent", "/bin/sh", folder.path());
        let process = Process::start(launch.args(["-c", "sleep 1000 & echo child $!; wait"])).unwrap();
        let groups = || process.state().groups.clone();
        let orphan = || {
            process.wait_ready(Duration::from_secs(10), || {
                let log = process.log_tail(1);
                log.strip_prefix("child ").and_then(|number| number.parse::<u32>().ok()).context("no child yet")
            })
        };
        let (first, child) = (groups(), orphan().unwrap());
        process.kill9().unwrap();
        assert_eq!(groups(), first, "its child lives");
        kill(pid(child), Signal::SIGKILL).unwrap();
        // Until whoever adopts orphans has taken note of its end.
        wait_until("the group to be empty", Duration::from_secs(10), || match killpg(pid(first[0]), None) {
            Err(_) => Ok(()),
            Ok(()) => bail!("{child} is still in it"),
        })
        .unwrap();
        process.restart().unwrap();
        assert_eq!(groups(), [process.pid().unwrap()]);
    }

    #[test]
    fn a_server_sees_nothing_of_the_callers_environment_but_path() {
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::new("env", "/usr/bin/env", folder.path()).env("OURS", "1");
        let process = Process::start(launch).unwrap();
        process.wait_ready::<()>(Duration::from_secs(10), || bail!("it only prints")).unwrap_err();
        let log = process.log_tail(99);
        let mut names: Vec<_> = log.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        names.sort_unstable();
        // PWD, OLDPWD and _ are the shell's own; which of them there are depends on the shell.
        names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
        assert_eq!(names, ["HOME", "OURS", "PATH"]);
    }
}
