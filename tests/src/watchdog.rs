//! Ends what this process started, whatever becomes of this process.
//!
//! Destructors don't run after SIGKILL or Ctrl-C, nor for statics, so a server that is shared by all tests of a binary
//! would outlive it. Therefore the first start also starts a watchdog: a few lines of POSIX shell that hold the reading
//! end of a pipe from this process. The kernel closes the pipe when this process is gone, for whatever reason; then the
//! watchdog ends every process group that was named to it, and removes the temporary folders.
//!
//! No program starts unwatched: a child first waits in [`GATE`] for permission, which it gets after its group was
//! named to the watchdog; if this process dies before that, the gate reads the end of its pipe and leaves.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;

/// The shell text that holds a child back until the line `go` arrives, and then becomes the program in `$@`.
pub(crate) const GATE: &str = r#"read -r go && [ "$go" = go ] && exec "$@" </dev/null"#;

/// Reads lines until this process is gone: `watch GROUP SIGNAL`, `forget GROUP`, `remove FOLDER`.
///
/// A group is asked with its own signal first (a database has shared memory to give back) and killed after two seconds.
const WATCHDOG: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
while read -r action first second; do
  case $action in
    watch) groups="$groups$first:$second " ;;
    forget) groups="${groups%% $first:*} ${groups#* $first:* }" ;;
    remove) set -- "$@" "$first${second:+ $second}" ;;
  esac
done
each() { for entry in $groups; do "$1" "${entry%%:*}" "${entry##*:}"; done; }
ask() { kill -s "$2" -- "-$1"; }
end() { kill -s KILL -- "-$1"; }
alive() { kill -s 0 -- "-$1" && left=yes; }
settle() { rounds=$1; left=yes; while [ $left = yes ] && [ $rounds -gt 0 ]; do left=no; each alive; rounds=$((rounds - 1)); [ $left = yes ] && sleep 0.05; done; }
each ask
settle 40
each end
settle 40
for folder in "$@"; do rm -rf -- "$folder" || { sleep 0.2; rm -rf -- "$folder"; }; done
"#;

static INSTANCE: OnceLock<Result<Mutex<ChildStdin>, String>> = OnceLock::new();

/// Names a process group, which from now on dies with this process.
///
/// `farewell` is sent first; the group gets up to two seconds to leave before it is killed.
pub(crate) fn watch(group: u32, farewell: Signal) -> Result<()> {
    let signal = farewell.as_str().trim_start_matches("SIG");
    tell(&format!("watch {group} {signal}"))
}

/// Takes a process group off the list; its number may belong to somebody else from now on.
pub(crate) fn forget(group: u32) -> Result<()> {
    tell(&format!("forget {group}"))
}

/// Has the watchdog remove a folder after this process is gone.
pub(crate) fn remove_at_end(folder: &Path) -> Result<()> {
    let text = folder.to_str().filter(|text| !text.contains('\n'));
    let Some(text) = text else { bail!("{} can't be named to the watchdog in one line of UTF-8", folder.display()) };
    tell(&format!("remove {text}"))
}

fn tell(line: &str) -> Result<()> {
    let pipe = INSTANCE.get_or_init(|| start().map(Mutex::new).map_err(|error| format!("{error:#}")));
    let pipe = pipe.as_ref().map_err(|error| anyhow::anyhow!("no watchdog: {error}"))?;
    let mut pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner);
    // One write per line, far below the size that pipes keep in one piece.
    pipe.write_all(format!("{line}\n").as_bytes()).context("the watchdog is gone; was it killed?")
}

fn start() -> Result<ChildStdin> {
    let mut child = command().spawn().context("starting /bin/sh as the watchdog")?;
    child.stdin.take().context("the watchdog has no stdin")
}

fn command() -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", WATCHDOG, "secretzero-watchdog"])
        .current_dir("/")
        .stdin(Stdio::piped())
        // Not the test runner's own, or a reader of that output would wait for the watchdog.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C goes to the whole group of the terminal; the watchdog has to outlive it.
        .process_group(0);
    command
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    #[test]
    fn a_forgotten_group_is_spared_and_the_others_end() {
        let sleeper = || Command::new("sleep").arg("1000").process_group(0).spawn().unwrap();
        let mut sleepers = [sleeper(), sleeper(), sleeper()];
        let mut watchdog = command().spawn().unwrap();
        let mut pipe = watchdog.stdin.take().unwrap();
        for sleeper in &sleepers {
            writeln!(pipe, "watch {} TERM", sleeper.id()).unwrap();
        }
        writeln!(pipe, "forget {}", sleepers[1].id()).unwrap();
        drop(pipe);
        // The two that end stay zombies until they are waited for, so their groups would keep the watchdog busy.
        let signals = [0, 2].map(|at: usize| sleepers[at].wait().unwrap().signal());
        assert!(watchdog.wait().unwrap().success());
        let spared = sleepers[1].try_wait().unwrap();
        sleepers[1].kill().unwrap();
        sleepers[1].wait().unwrap();
        assert_eq!((signals, spared), ([Some(Signal::SIGTERM as i32); 2], None));
    }
}
