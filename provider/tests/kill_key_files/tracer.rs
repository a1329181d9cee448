//! Kills a process at one of its system calls, counted over all of its threads.
//!
//! strace counts those of each thread by itself, and a provider writes some files in one thread and some in another. Here
//! the test is the tracer, and calls of all threads are in one order.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// Calls that change a file or folder, whatever their arguments are.
const CHANGES: &[(libc::c_long, &str)] = &[
    (libc::SYS_flock, "flock"),
    (libc::SYS_fchown, "fchown"),
    (libc::SYS_fchownat, "fchownat"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_fchmodat, "fchmodat"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_copy_file_range, "copy_file_range"),
    (libc::SYS_sendfile, "sendfile"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_renameat, "renameat"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_linkat, "linkat"),
    (libc::SYS_symlinkat, "symlinkat"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_mkdirat, "mkdirat"),
];

/// Those that only older architectures have.
#[cfg(target_arch = "x86_64")]
const OLDER_CHANGES: &[(libc::c_long, &str)] = &[
    (libc::SYS_chmod, "chmod"),
    (libc::SYS_chown, "chown"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_link, "link"),
    (libc::SYS_symlink, "symlink"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_rmdir, "rmdir"),
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER_CHANGES: &[(libc::c_long, &str)] = &[];

/// Which calls are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted<'a> {
    /// Those after which something below this folder may be another: between two of them the disk stays as it is.
    Changes(&'a Path),
    /// Each opening of a file.
    Openings,
}

/// Whether processes can be traced at all; some containers forbid it.
pub(crate) fn is_allowed() -> bool {
    let Ok(mut child) = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn() else { return false };
    let seized = ptrace::seize(pid(child.id()), Options::PTRACE_O_EXITKILL);
    child.kill().unwrap();
    child.wait().unwrap();
    seized.is_ok()
}

/// Starts a process, lets it prepare itself until it says so with a byte on standard output, and then go on, which is
/// said with a byte, too. Before the call with this number, from 1, it is killed. Returns the name of that; `None` if it
/// made fewer calls and ended with success.
///
/// Panics if the process ends in any other way; what it says on standard error is then in `log`.
#[expect(clippy::zombie_processes, reason = "who traces a process waits for it with all of its threads")]
pub(crate) fn run(mut command: Command, counted: Counted<'_>, number: usize, log: &Path) -> Option<&'static str> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(fs::File::create(log).unwrap());
    let mut child = command.spawn().unwrap();
    let process = pid(child.id());
    let ready = child.stdout.take().unwrap().read_exact(&mut [0]);
    ready.unwrap_or_else(|error| panic!("not ready: {error}: {}", fs::read_to_string(log).unwrap()));
    let options = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
    ptrace::seize(process, options).unwrap();
    ptrace::interrupt(process).unwrap();
    let mut start = child.stdin.take();
    let (mut inside, mut count, mut killed_at) = (BTreeSet::new(), 0, None);
    loop {
        let (thread, signal) = match waitpid(None, Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD)).unwrap() {
            WaitStatus::PtraceSyscall(thread) => {
                // It stops before each call and after it.
                let is_before = inside.insert(thread) || !inside.remove(&thread);
                if let Some(call) = is_before.then(|| counted.name(thread)).flatten() {
                    count += 1;
                    if count == number {
                        kill(process, Signal::SIGKILL).unwrap();
                        killed_at = Some(call);
                    }
                }
                (thread, None)
            }
            WaitStatus::PtraceEvent(thread, ..) => (thread, None),
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
            WaitStatus::Exited(thread, 0) if thread == process => return None,
            WaitStatus::Signaled(thread, Signal::SIGKILL, _) if thread == process && killed_at.is_some() => {
                return killed_at;
            }
            end @ (WaitStatus::Exited(thread, _) | WaitStatus::Signaled(thread, ..)) if thread == process => {
                panic!("{end:?}: {}", fs::read_to_string(log).unwrap());
            }
            other => {
                other.pid().map(|thread| inside.remove(&thread));
                continue;
            }
        };
        match ptrace::syscall(thread, signal) {
            // Killed in the meantime.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => panic!("going on: {error}"),
        }
        if let Some(mut start) = start.take() {
            start.write_all(&[0]).unwrap();
        }
    }
}

impl Counted<'_> {
    /// The name of the call that a thread is about to make, if it counts.
    fn name(self, thread: Pid) -> Option<&'static str> {
        // Killed in the meantime.
        let Ok((call, arguments)) = call(thread) else { return None };
        let is_opening = call == libc::SYS_openat;
        let folder = match self {
            Self::Openings => return is_opening.then_some("openat"),
            Self::Changes(folder) => folder,
        };
        let flags = libc::O_CREAT | libc::O_TRUNC | libc::O_WRONLY | libc::O_RDWR;
        if is_opening && arguments[2] & u64::try_from(flags).unwrap() != 0 {
            return Some("openat");
        }
        // A runtime wakes its threads by writing, too.
        let is_below =
            || fs::read_link(format!("/proc/{thread}/fd/{}", arguments[0])).is_ok_and(|file| file.starts_with(folder));
        if call == libc::SYS_write && is_below() {
            return Some("write");
        }
        CHANGES.iter().chain(OLDER_CHANGES).find(|(number, _)| *number == call).map(|(_, name)| *name)
    }
}

/// The number of a call and the first of its arguments.
fn call(thread: Pid) -> nix::Result<(libc::c_long, [u64; 3])> {
    let registers = ptrace::getregs(thread)?;
    #[cfg(target_arch = "x86_64")]
    let (call, arguments) = (registers.orig_rax, [registers.rdi, registers.rsi, registers.rdx]);
    #[cfg(target_arch = "aarch64")]
    let (call, arguments) = (registers.regs[8], [registers.regs[0], registers.regs[1], registers.regs[2]]);
    Ok((libc::c_long::try_from(call).unwrap_or(-1), arguments))
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(number.try_into().unwrap())
}
