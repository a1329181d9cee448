//! Tests of the harness itself: nothing that it started outlives it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use acceptance::{Launch, Process, Scenario, wait_until};
use anyhow::{Context as _, Result, bail};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testbed::Tool;

const SOON: Duration = Duration::from_secs(20);

/// A process with a child of its own that ignores every polite signal, as a server with a stuck plugin.
const STUBBORN: &str = r#"trap '' HUP INT TERM; sh -c 'trap "" HUP INT TERM; echo child $$; while :; do sleep 60; done' & \
                          echo parent $$; wait"#;

#[test]
fn drop_ends_the_process_and_its_children() -> Result<()> {
    Scenario::run(&[], |scenario| {
        let process = stubborn(scenario.folder())?;
        let pids = pids_of(&process)?;
        drop(process);
        assert_eq!(alive(&pids), Vec::<i32>::new());
        Ok(())
    })
}

#[test]
fn a_panic_ends_the_process_and_its_children() -> Result<()> {
    Scenario::run(&[], |scenario| {
        let mut pids = Vec::new();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let process = stubborn(scenario.folder()).unwrap();
            pids = pids_of(&process).unwrap();
            // Past the panic hook, whose message would look like a failure in the output.
            std::panic::resume_unwind(Box::new("seeded"));
        }));
        assert!(outcome.is_err());
        assert_eq!((pids.len(), alive(&pids)), (2, Vec::new()));
        Ok(())
    })
}

#[test]
fn kill_9_spares_the_children_and_drop_ends_them() -> Result<()> {
    Scenario::run(&[], |scenario| {
        let process = stubborn(scenario.folder())?;
        let pids = pids_of(&process)?;
        process.kill9()?;
        assert_eq!(alive(&pids).len(), 1, "the child lives on as an orphan");
        process.kill9().expect_err("it is dead already");
        process.restart()?;
        drop(process);
        assert_eq!(alive(&pids), Vec::<i32>::new());
        Ok(())
    })
}

#[test]
fn a_killed_runner_leaves_neither_processes_nor_folders() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        let Runner { mut child, server, folder } = Runner::start(scenario.folder())?;
        assert_eq!(alive(&[server]), [server]);
        // SIGKILL: no destructor and no signal handler of it runs.
        child.0.kill()?;
        child.0.wait()?;
        wait_until("the server to end", SOON, || {
            if alive(&[server]).is_empty() { Ok(()) } else { bail!("{server} lives") }
        })?;
        wait_until("the folder to go", SOON, || if folder.exists() { bail!("it is there") } else { Ok(()) })
    })
}

#[test]
fn an_interrupted_runner_ends_its_servers_in_order() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let Runner { mut child, server, folder } = Runner::start(scenario.folder())?;
            assert!(scenario.folder().join("up/pid").exists());
            end_with(&mut child, signal)?;
            assert!(alive(&[server]).is_empty(), "the server ends before its runner");
            assert!(!scenario.folder().join("up/pid").exists());
            wait_until("the folder to go", SOON, || if folder.exists() { bail!("it is there") } else { Ok(()) })?;
        }
        Ok(())
    })
}

#[test]
fn a_second_runner_is_refused_and_leaves_the_files_of_the_first() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        let folder = scenario.folder().join("up");
        let Runner { mut child, server, .. } = Runner::start(scenario.folder())?;
        let notes = || -> Result<_> { Ok([fs::read(folder.join("pid"))?, fs::read(folder.join("env"))?]) };
        let first = notes()?;
        let mut second = Runner::command(scenario.folder()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let ended = wait_until("the second to end", SOON, || second.try_wait()?.context("it runs"));
        // Only if it was not refused; it is waited for either way.
        let _ = second.kill();
        let second = second.wait_with_output()?;
        ended?;
        let text = String::from_utf8_lossy(&second.stderr).into_owned();
        let owner = format!("process {}", child.0.id());
        assert!(
            !second.status.success() && text.contains("cargo xtask testbed down") && text.contains(&owner),
            "{text}"
        );
        assert_eq!((notes()?, alive(&[server])), (first, vec![server]));
        end_with(&mut child, Signal::SIGINT)
    })
}

#[test]
fn the_environment_of_a_runner_is_private_and_makes_its_programs_usable() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        let folder = scenario.folder().join("up");
        let path = folder.join("env");
        fs::create_dir(&folder)?;
        fs::write(&path, "left behind, for everybody to read")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
        let Runner { mut child, .. } = Runner::start(scenario.folder())?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        let script = ". \"$1\" && command -v etcd && echo \"$ETCDCTL_ENDPOINTS\" && command -v sh";
        let shell =
            Command::new("/bin/sh").args(["-c", script, "sh"]).arg(&path).env("PATH", "/usr/bin:/bin").output()?;
        let text = String::from_utf8(shell.stdout)?;
        let lines: Vec<_> = text.lines().collect();
        let etcd = Tool::Etcd.find()?.path;
        assert!(
            matches!(lines[..], [program, address, _] if Path::new(program) == etcd && address.starts_with("http")),
            "{text}"
        );
        end_with(&mut child, Signal::SIGINT)
    })
}

#[test]
fn a_missing_core_tool_is_skipped_by_a_person_and_fails_in_ci() -> Result<()> {
    let empty = tempfile::tempdir()?;
    let run = |require: &str| {
        Command::new(std::env::current_exe()?)
            .args(["--exact", "testbed::etcd::a_synced_value_survives_kill_9"])
            .env("XDG_CACHE_HOME", empty.path())
            .env("SECRETZERO_USE_PATH", "0")
            .env("SECRETZERO_REQUIRE", require)
            .output()
    };
    let skipped = run("")?;
    let text = String::from_utf8_lossy(&skipped.stdout).into_owned();
    let reason = "SKIPPED testbed::etcd::a_synced_value_survives_kill_9: etcd is missing";
    assert!(skipped.status.success() && text.lines().any(|line| line.starts_with(reason)), "{text}");
    let failed = run("core")?;
    let text = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert!(!failed.status.success() && text.contains("cargo xtask testbed build"), "{text}");
    Ok(())
}

/// `testbed-up` with one server.
struct Runner {
    child: RunnerChild,
    /// Process id of the server.
    server: i32,
    /// Folder of the server.
    folder: PathBuf,
}

/// A runner is made to outlive its caller, so a test that fails has to end it.
struct RunnerChild(Child);

impl Drop for RunnerChild {
    fn drop(&mut self) {
        // Both fail when the test has ended it, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Runner {
    fn command(folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_testbed-up"));
        command.arg("etcd").arg("--folder").arg(folder.join("up"));
        command
    }

    fn start(folder: &Path) -> Result<Self> {
        let mut child = RunnerChild(Self::command(folder).stdout(Stdio::piped()).spawn()?);
        let mut facts = BTreeMap::new();
        for line in BufReader::new(child.0.stdout.take().context("no stdout")?).lines() {
            let line = line?;
            if let Some((fact, value)) = line.trim().split_once(' ') {
                facts.insert(fact.to_owned(), value.trim().to_owned());
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        let (Some(server), Some(folder)) = (facts.get("process"), facts.get("logs")) else {
            bail!("testbed-up did not say what it started: {facts:?}");
        };
        Ok(Self { server: server.parse()?, folder: folder.into(), child })
    }
}

fn end_with(runner: &mut RunnerChild, signal: Signal) -> Result<()> {
    kill(Pid::from_raw(i32::try_from(runner.0.id())?), signal)?;
    assert!(runner.0.wait()?.success());
    Ok(())
}

fn stubborn(folder: &Path) -> Result<Process> {
    Process::start(Launch::new("stubborn", "/bin/sh", folder).args(["-c", STUBBORN]))
}

/// The process ids that [`STUBBORN`] printed.
fn pids_of(process: &Process) -> Result<Vec<i32>> {
    process
        .wait_ready(SOON, || {
            let log = process.log_tail(10);
            let pids: Vec<i32> = log.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            if pids.len() == 2 { Ok(pids) } else { bail!("{log}") }
        })
        .map_err(Into::into)
}

/// Those that still run; a zombie does not.
fn alive(pids: &[i32]) -> Vec<i32> {
    let runs = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let is_zombie = stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'));
        kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH) && !is_zombie
    };
    pids.iter().copied().filter(|pid| runs(*pid)).collect()
}
