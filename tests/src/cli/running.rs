//! A command that runs: waited for with a deadline, interrupted, killed, its plugins found.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};

use crate::cli::command::CliCommand;
use crate::cli::finished::{Finished, quote};
use crate::cli::process_group::{GroupMember, ProcessGroup, pid};
use crate::leak_scan::ProcessWatch;
use crate::readiness::wait_until;
use crate::watchdog;

/// How often to look whether a command has ended. Short commands take 80 ms.
const INTERVAL: Duration = Duration::from_millis(5);

/// What a CLI's plugins get to be gone after it has ended. CLIs wait for them, so this is for a machine under load.
pub(crate) const LEFT_WITHIN: Duration = Duration::from_secs(20);

/// A started command. Dropping it kills whatever is left of its process group.
#[derive(Debug)]
pub struct Running {
    command: CliCommand,
    child: Child,
    group: ProcessGroup,
    deadline: Instant,
    status: Option<ExitStatus>,
    /// What lay in the folder for sockets before: who was killed earlier could not tidy up.
    earlier: BTreeSet<PathBuf>,
    watch: Option<ProcessWatch>,
}

impl Running {
    pub(crate) fn start(command: CliCommand) -> Result<Self> {
        let line = command.line();
        let earlier = entries(&command.sockets)?;
        let mut child = spawn(&command).with_context(|| format!("starting `{line}`"))?;
        let group = ProcessGroup(child.id());
        let permission = watchdog::watch(group.0, Signal::SIGKILL).and_then(|()| {
            let mut gate = child.stdin.take().context("the gate has no stdin")?;
            gate.write_all(b"go\n").context("opening the gate")
        });
        let deadline = Instant::now() + command.within;
        // Made before the permission is looked at: from here on its destructor ends the child.
        let mut running = Self { command, child, group, deadline, status: None, earlier, watch: None };
        if let Some(traces) = running.command.traces.clone() {
            running.watch = Some(ProcessWatch::start(traces, group.0, running.command.stem.clone())?);
        }
        permission.with_context(|| format!("starting `{line}`"))?;
        Ok(running)
    }

    /// Waits until the command itself has ended. What it started may still run.
    ///
    /// # Errors
    /// If its time is over; then its whole group is killed, and the error quotes the last output.
    pub fn wait(&mut self) -> Result<Finished> {
        loop {
            if let Some(status) = self.exit_status()? {
                return self.finished(status);
            }
            if Instant::now() >= self.deadline {
                self.group.signal(Signal::SIGKILL)?;
                bail!("`{}` still ran after {:?} and was killed{}", self.line(), self.command.within, self.quote());
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Waits until the log holds this text so many times.
    ///
    /// # Errors
    /// If the command ends before, or its time is over.
    pub fn wait_for_log(&mut self, text: &str, times: usize) -> Result<()> {
        loop {
            // The end is looked for first, so that the last lines of a command count.
            let status = self.exit_status()?;
            let seen = self.log().matches(text).count();
            if seen >= times {
                return Ok(());
            }
            if let Some(status) = status {
                bail!("`{}` ended ({status}) with {text:?} {seen} times in its log{}", self.line(), self.quote());
            }
            if Instant::now() >= self.deadline {
                bail!("`{}` has {text:?} {seen} times in its log, not {times}{}", self.line(), self.quote());
            }
            thread::sleep(INTERVAL);
        }
    }

    /// The log so far: everything, unless the test has asked for less with `TF_LOG` or a variable like it.
    pub fn log(&self) -> String {
        read(&self.file("trace"))
    }

    /// Interrupts the command and its plugins at once, as Ctrl-C in a terminal does.
    ///
    /// # Errors
    /// If none of them runs.
    pub fn interrupt(&self) -> Result<()> {
        self.group.signal(Signal::SIGINT)
    }

    /// Kills the command alone, as a crash would: its plugins learn nothing.
    ///
    /// # Errors
    /// If it has ended.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(status) = self.exit_status()? {
            bail!("`{}` has ended already: {status}", self.line());
        }
        // Not taken note of yet, so the number can't belong to another process.
        kill(pid(self.group.0), Signal::SIGKILL).with_context(|| format!("killing `{}`", self.line()))
    }

    /// Kills the command and its plugins at once, as the end of a container does.
    ///
    /// # Errors
    /// If none of them runs.
    pub fn kill_group(&self) -> Result<()> {
        self.group.signal(Signal::SIGKILL)
    }

    /// The provider processes that it started and that run now.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn providers(&self) -> Result<Vec<GroupMember>> {
        let members = self.group.members()?;
        Ok(members.into_iter().filter(|member| member.process != self.group.0 && member.is_provider()).collect())
    }

    /// Waits until no process of its group is left, and checks that no socket is.
    ///
    /// # Errors
    /// If there still is one when `within` has passed.
    pub fn leaves_nothing(&self, within: Duration) -> Result<()> {
        self.leaves_no_process(within)?;
        let now = entries(&self.command.sockets)?;
        let left: Vec<_> = now.difference(&self.earlier).collect();
        if left.is_empty() { Ok(()) } else { bail!("`{}` left {left:?} behind{}", self.line(), self.quote()) }
    }

    /// Waits until no process of its group is left. Whoever was killed could not remove its socket.
    ///
    /// # Errors
    /// If there still is one when `within` has passed.
    pub fn leaves_no_process(&self, within: Duration) -> Result<()> {
        wait_until(&format!("all processes of `{}` to end", self.line()), within, || {
            let members = self.group.members()?;
            if members.is_empty() { Ok(()) } else { bail!("{members:?}{}", self.quote()) }
        })
    }

    fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait().with_context(|| format!("waiting for `{}`", self.command.line()))?;
        }
        Ok(self.status)
    }

    fn finished(&self, status: ExitStatus) -> Result<Finished> {
        let line = self.line();
        Ok(Finished {
            line,
            status,
            stdout: read(&self.file("stdout")),
            stderr: read(&self.file("stderr")),
            log: self.log(),
        })
    }

    fn line(&self) -> String {
        self.command.line()
    }

    fn quote(&self) -> String {
        let [stdout, stderr] = ["stdout", "stderr"].map(|stream| read(&self.file(stream)));
        quote(&[("stdout", &stdout), ("stderr", &stderr), ("log", &self.log())])
    }

    fn file(&self, stream: &str) -> PathBuf {
        output_file(&self.command, stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // No such group means that all of it is gone already.
        let _ = self.group.signal(Signal::SIGKILL);
        if self.status.is_none() {
            let _ = self.child.wait();
        }
        // Whoever is killed is gone at once unless the machine is about to stop; the watchdog keeps the others.
        if self.leaves_no_process(LEFT_WITHIN).is_ok() {
            let _ = watchdog::forget(self.group.0);
        }
        if let Some(watch) = &mut self.watch {
            watch.finish();
        }
    }
}

/// Starts the command behind the watchdog's gate.
fn spawn(command: &CliCommand) -> Result<Child> {
    let open = |stream| {
        let path = output_file(command, stream);
        File::create(&path).with_context(|| format!("creating {}", path.display()))
    };
    // The leak scan wants to see all that a CLI and its plugins can log, unless the test asks for something else.
    let logs_by_itself = command.environment.iter().any(|(name, _)| name.as_encoded_bytes().starts_with(b"TF_LOG"));
    let child = Command::new("/bin/sh")
        .args(["-c", watchdog::GATE, "gate"])
        .arg(&command.program)
        .args(&command.arguments)
        .current_dir(&command.folder)
        .env_clear()
        .env("TF_LOG_PATH", output_file(command, "trace"))
        .envs((!logs_by_itself).then_some(("TF_LOG", "TRACE")))
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        // Files, so that a plugin that outlives the command can't keep us waiting for the end of a pipe.
        .stdout(open("stdout")?)
        .stderr(open("stderr")?)
        .process_group(0)
        .spawn()?;
    Ok(child)
}

fn entries(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.with_context(|| format!("listing {}", folder.display()))
}

fn output_file(command: &CliCommand, stream: &str) -> PathBuf {
    command.stem.with_added_extension(stream).with_added_extension("log")
}

/// What is in the file; nothing if there is none. Half a character at the end, just being written, is replaced.
fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell in place of a CLI.
    fn shell(folder: &Path, script: &str) -> CliCommand {
        let sockets = folder.join("sockets");
        fs::create_dir(&sockets).unwrap();
        CliCommand::new("/bin/sh".into(), folder.to_owned(), sockets, folder.join("1-sh"))
            .args(["-c", script])
            .env("PATH", "/usr/bin:/bin")
    }

    #[test]
    fn output_exit_code_and_environment_are_the_commands_own() {
        let folder = tempfile::tempdir().unwrap();
        let finished = shell(folder.path(), "echo out; echo err >&2; echo \"${HOME-none}\"; exit 3").run().unwrap();
        let finished = finished.exited_with(3).unwrap();
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\nnone\n", "err\n"));
    }

    #[test]
    fn a_command_that_exceeds_its_time_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mut running =
            shell(folder.path(), "sleep 1000 & echo here; wait").within(Duration::from_millis(300)).start().unwrap();
        let error = running.wait().unwrap_err().to_string();
        assert!(error.contains("300ms") && error.contains("here"), "{error}");
        running.leaves_no_process(LEFT_WITHIN).unwrap();
    }

    #[test]
    fn what_a_command_leaves_behind_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = shell(folder.path(), "sleep 1000 & echo > sockets/plugin1").start().unwrap();
        running.wait().unwrap().succeeded().unwrap();
        let error = running.leaves_nothing(Duration::from_millis(50)).unwrap_err();
        assert!(format!("{error:#}").contains("sleep"), "{error:#}");
        running.group.signal(Signal::SIGKILL).unwrap();
        running.leaves_no_process(LEFT_WITHIN).unwrap();
        let error = running.leaves_nothing(Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("plugin1"), "{error:#}");
    }
}
