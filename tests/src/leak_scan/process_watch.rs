//! Watches a command while it runs: the environment and command lines of the processes that it starts, and files that
//! are there only for a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ::leak_scan::Surface;
use anyhow::{Context as _, Result, anyhow};

use super::gathering::{files, name_of, read};
use super::project_traces::ProjectTraces;

/// How often to look. A provider lives for some 50 ms at least.
const INTERVAL: Duration = Duration::from_millis(10);

/// A temporary file that is larger is looked at when the command has ended.
const LARGEST: u64 = 4 << 20;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(super) surface: Surface,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// A watch over one command.
#[derive(Debug)]
pub(crate) struct ProcessWatch {
    traces: Arc<ProjectTraces>,
    /// Path of the command's output files.
    stem: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Watched>>>,
}

impl ProcessWatch {
    /// Begins with the process group of a command.
    pub(crate) fn start(traces: Arc<ProjectTraces>, group: u32, stem: PathBuf) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (is_over, temporary) = (Arc::clone(&stop), traces.temporary.clone());
        let watch = move || {
            let mut seen = Seen::default();
            while !is_over.load(Ordering::Relaxed) {
                seen.processes(group);
                seen.files(&temporary);
                thread::sleep(INTERVAL);
            }
            seen.watched
        };
        let thread = thread::Builder::new().name("leak scan".to_owned()).spawn(watch).context("starting the watch")?;
        Ok(Self { traces, stem, stop, thread: Some(thread) })
    }

    /// Ends it, and takes what the command has left. What goes wrong is told when the scan looks next.
    pub(crate) fn finish(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return };
        let watched = thread.join().map_err(|_| anyhow!("the watch over a command panicked"));
        if let Err(error) = watched.and_then(|watched| self.traces.gather_command(&self.stem, watched)) {
            self.traces.scan().has_trouble(&error);
        }
    }
}

#[derive(Default)]
struct Seen {
    /// Processes of others, and of ours those that were looked at.
    settled: BTreeSet<u32>,
    /// Ours, which may start others.
    ours: BTreeSet<u32>,
    files: BTreeMap<PathBuf, (u64, i64)>,
    watched: Vec<Watched>,
}

impl Seen {
    /// Looks at every process that is new in the group, or was started by one of ours.
    fn processes(&mut self, group: u32) {
        let Ok(entries) = fs::read_dir("/proc") else { return };
        for entry in entries.flatten() {
            let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            if process == group || self.settled.contains(&process) {
                continue;
            }
            // Processes come and go while we look.
            let Some((parent, of_group)) = parent_and_group(process) else { continue };
            if of_group != group && parent != group && !self.ours.contains(&parent) {
                self.settled.insert(process);
                continue;
            }
            let (Some(environment), Some(line)) = (proc_file(process, "environ"), proc_file(process, "cmdline")) else {
                continue;
            };
            // Between its birth and the start of its program it is a copy of the one that started it.
            if proc_file(parent, "cmdline").as_ref() == Some(&line) {
                continue;
            }
            let Ok(program) = fs::read_link(format!("/proc/{process}/exe")) else { continue };
            let name = name_of(&program);
            for variable in environment.split(|byte| *byte == 0).filter(|variable| !variable.is_empty()) {
                let of = variable.split(|byte| *byte == b'=').next().unwrap_or_default();
                let of = format!("{} of {name}", String::from_utf8_lossy(of));
                self.note(Surface::Environment, of, variable.to_owned());
            }
            let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
            self.note(Surface::CommandLine, format!("of {name}"), words.join(&b' '));
            self.ours.insert(process);
            self.settled.insert(process);
        }
    }

    /// Looks at every temporary file that is new or has changed.
    fn files(&mut self, folder: &Path) {
        for path in files(folder, &|_| false) {
            let Ok(about) = fs::symlink_metadata(&path) else { continue };
            let now = (about.len(), about.mtime_nsec() ^ about.mtime());
            if about.len() > LARGEST || self.files.insert(path.clone(), now) == Some(now) {
                continue;
            }
            if let Some(bytes) = read(&path) {
                self.note(Surface::Temporary, name_of(&path), bytes);
            }
        }
    }

    fn note(&mut self, surface: Surface, name: String, bytes: Vec<u8>) {
        self.watched.push(Watched { surface, name, bytes });
    }
}

/// A file of a process; none if the process is gone, and has nothing any more.
fn proc_file(process: u32, name: &str) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{process}/{name}")).ok().filter(|bytes| !bytes.is_empty())
}

/// Reads `PID (NAME) STATE PARENT GROUP …`, where the name may hold anything.
fn parent_and_group(process: u32) -> Option<(u32, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::readiness::wait_until;

    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = nix::sys::signal::killpg(
                nix::unistd::Pid::from_raw(self.0.id().cast_signed()),
                nix::sys::signal::SIGKILL,
            );
            let _ = self.0.wait();
        }
    }

    #[test]
    fn children_and_grandchildren_are_seen_with_their_environment() {
        // A shell that starts a program that starts another, each with a variable of its own.
        let script = "A=first env B=second sh -c 'sleep 1001 & wait' & wait";
        let shell = Command::new("/bin/sh").args(["-c", script]).process_group(0).stdin(Stdio::null()).spawn().unwrap();
        let shell = Ended(shell);
        let mut seen = Seen::default();
        wait_until("the sleeper", Duration::from_secs(20), || {
            seen.processes(shell.0.id());
            let is_there = seen.watched.iter().any(|watched| watched.bytes == b"sleep 1001 ");
            if is_there { Ok(()) } else { anyhow::bail!("{:?}", seen.watched) }
        })
        .unwrap();
        for (name, value) in [("A of sleep", "A=first"), ("B of sleep", "B=second")] {
            let found = seen.watched.iter().find(|watched| watched.name == name).unwrap();
            assert_eq!((found.surface, &*found.bytes), (Surface::Environment, value.as_bytes()));
        }
    }

    #[test]
    fn a_file_is_taken_whenever_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::default();
        for text in ["one", "three"] {
            fs::write(folder.path().join("file"), text).unwrap();
            seen.files(folder.path());
            seen.files(folder.path());
        }
        let texts: Vec<&[u8]> = seen.watched.iter().map(|watched| &*watched.bytes).collect();
        assert_eq!(texts, [b"one".as_slice(), b"three"]);
    }
}
