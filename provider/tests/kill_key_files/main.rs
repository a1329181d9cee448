//! Whatever is done with a file of a key or certificate can be killed at each system call: the old or the new content is
//! there, whole, and doing it again brings it to its end.
//!
//! The test starts itself under strace, which kills it at the first, second, … call of one kind, until it survives. A kill
//! does not show what a power cut would lose; for that, the order of the calls is looked at.
//!
//! Then the same for whole objects: a command of a core is killed at each of its calls, and the next command begins with
//! the state file from before.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "all of it is test code")]

mod deeds;
mod server_keys;
mod steps;
mod tracer;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use deeds::{Case, Deed, Subject};
use pki::{KeyAlgorithm, PrivateKey};
use provider::key_home::KeyFile;
use steps::{NEW, OLD, Step, key_file};
use tracer::Counted;

/// The folder that the step works in; set only in the process that is killed.
const FOLDER: &str = "KILL_KEY_FILES_FOLDER";
/// Which step.
const STEP: &str = "KILL_KEY_FILES_STEP";
/// The folder with the command of a core; set only in the process that is killed.
const COMMAND: &str = "KILL_KEY_FILES_COMMAND";

/// Everything that changes a file or folder. Between two of them the disk stays as it is.
const CALLS: [&str; 15] = [
    "openat",
    "flock",
    "write",
    "fchown",
    "fchmod",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "rmdir",
];

/// More calls of one kind than any step makes.
const ENDLESS: usize = 500;

/// Without the test harness of Rust: it runs tests in threads, and strace counts the calls of each thread by itself, so that
/// the first thread would be killed while it starts, before the step has made as many calls.
fn main() {
    if let (Some(folder), Ok(name)) = (std::env::var_os(FOLDER), std::env::var(STEP)) {
        return Step::of_name(&name).unwrap().run(Path::new(&folder));
    }
    if let Some(base) = std::env::var_os(COMMAND) {
        return deeds::perform(Path::new(&base));
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    // As the harness of Rust takes and says it, for those who choose and count.
    let is_value = |at: usize| at > 0 && ["--format", "--skip", "--test-threads"].contains(&arguments[at - 1].as_str());
    let is_name = |(at, argument): &(usize, &String)| !argument.starts_with('-') && !is_value(*at);
    let named: Vec<&String> = arguments.iter().enumerate().filter(is_name).map(|(_, name)| name).collect();
    let is_asked = |test: &&Test| named.is_empty() || named.iter().any(|name| test.name.contains(name.as_str()));
    let asked: Vec<&Test> = TESTS.iter().filter(is_asked).collect();
    println!("running {} tests", asked.len());
    let mut passed = 0;
    for Test { name, needs, run } in &asked {
        if let Some(lack) = needs.lack() {
            println!("SKIPPED kill_key_files {name}: {lack}");
            continue;
        }
        run();
        println!("test {name} ... ok");
        passed += 1;
    }
    let ignored = asked.len() - passed;
    println!("test result: ok. {passed} passed; 0 failed; {ignored} ignored; 0 measured; 0 filtered out");
}

struct Test {
    name: &'static str,
    needs: Needs,
    run: fn(),
}

/// What kills.
enum Needs {
    Strace,
    Tracing,
}

const TESTS: [Test; 3] = [
    Test {
        name: "content_is_on_disk_before_it_gets_its_name",
        needs: Needs::Strace,
        run: content_is_on_disk_before_it_gets_its_name,
    },
    Test {
        name: "each_step_can_be_killed_at_each_call",
        needs: Needs::Strace,
        run: each_step_can_be_killed_at_each_call,
    },
    Test {
        name: "each_command_can_be_killed_at_each_call",
        needs: Needs::Tracing,
        run: each_command_can_be_killed_at_each_call,
    },
];

impl Needs {
    /// What is missing.
    fn lack(&self) -> Option<&'static str> {
        match self {
            Self::Strace => (!has_strace()).then_some("strace is not installed (Debian: apt-get install strace)"),
            Self::Tracing => (!tracer::is_allowed())
                .then_some("processes can't be traced here (a container needs the capability SYS_PTRACE)"),
        }
    }
}

fn each_command_can_be_killed_at_each_call() {
    let kills = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (subject, deed) in Case::all() {
            let kills = &kills;
            scope.spawn(move || kills.fetch_add(command_killed_everywhere(subject, deed), Ordering::Relaxed));
        }
    });
    println!("commands: killed {} times in all", kills.into_inner());
}

fn command_killed_everywhere(subject: Subject, deed: Deed) -> usize {
    let case = Case::new(subject, deed);
    for number in 1.. {
        assert!(number < ENDLESS, "{subject:?} {deed:?} is killed for ever");
        case.restore();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(COMMAND, case.base());
        // An import changes nothing, so it is killed wherever it looks at something.
        let counted = if deed == Deed::Import { Counted::Openings } else { Counted::Changes(&case.work) };
        let killed_at = tracer::run(command, counted, number, &case.base().join("log"));
        let at = match killed_at {
            Some(call) => format!("{subject:?} {deed:?} killed at call {number}, {call}"),
            None => format!("{subject:?} {deed:?}, done"),
        };
        let found = case.check_killed(&at);
        case.do_again(&found, &at);
        if killed_at.is_none() {
            let kills = number - 1;
            assert!(kills >= 4, "{subject:?} {deed:?} was killed {kills} times only: does the tracer what it should?");
            println!("{subject:?} {deed:?}: killed {kills} times, the old or the new pair each time");
            return kills;
        }
    }
    0
}

fn each_step_can_be_killed_at_each_call() {
    std::thread::scope(|scope| {
        for step in Step::ALL {
            scope.spawn(move || killed_everywhere(step));
        }
    });
}

fn killed_everywhere(step: Step) {
    let mut kills = 0;
    for call in CALLS {
        for count in 1.. {
            assert!(count < ENDLESS, "{step:?} is killed for ever at {call}");
            let place = Place::new(step);
            let status = strace(&place, step, &["-e", &format!("inject={call}:signal=SIGKILL:when={count}")], None);
            if status.success() {
                break;
            }
            kills += 1;
            let at = format!("{step:?} killed at {call} number {count}");
            step.check_killed(place.path(), &at);
            let again = strace(&place, step, &[], None);
            assert!(again.success(), "{at}: doing it again ended with {again}");
            step.check_done(place.path(), &at);
        }
    }
    assert!(kills >= 5, "{step:?} was killed {kills} times only: is strace doing what it should?");
    println!("{step:?}: killed {kills} times, old or new each time");
}

/// And the name is on disk before anybody relies on it.
fn content_is_on_disk_before_it_gets_its_name() {
    for step in Step::ALL {
        let place = Place::new(step);
        let log = place.path().join("../log");
        assert!(strace(&place, step, &["-y", "-s", "0"], Some(&log)).success());
        let log = fs::read_to_string(log).unwrap();
        let calls: Vec<_> = log.lines().filter_map(|line| line.split_once(' ').map(|(_, call)| call.trim())).collect();
        let is_named = |call: &str| call.starts_with("rename") || call.starts_with("link");
        let mut named = 0;
        for (at, call) in calls.iter().enumerate().filter(|(_, call)| is_named(call) && call.ends_with("= 0")) {
            let mut quoted = call.split('"').skip(1).step_by(2);
            let (from, to) = (quoted.next().unwrap(), quoted.next().unwrap());
            let is_folder = Path::new(to).is_dir();
            let of_file = |call: &&str, kind: &str, path: &str| {
                call.starts_with(&format!("{kind}(")) && call.contains(&format!("<{path}>")) && !call.contains("= -1")
            };
            if !is_folder {
                let last = |kind: &str| calls[..at].iter().rposition(|call| of_file(call, kind, from));
                let flushed = last("fsync").unwrap_or_else(|| panic!("{step:?}: {from} is not flushed:\n{log}"));
                for earlier in ["write", "fchmod", "fchown"] {
                    assert!(last(earlier) < Some(flushed), "{step:?}: {earlier} after the flush of {from}:\n{log}");
                }
            }
            let folder = Path::new(to).parent().unwrap().to_str().unwrap();
            let after = calls[at..].iter().any(|call| of_file(call, "fsync", folder));
            assert!(after, "{step:?}: {folder} is not flushed after {to} was made:\n{log}");
            named += 1;
        }
        assert_eq!(named > 0, step != Step::Remove, "{step:?}:\n{log}");
    }
}

/// A folder prepared for a step: `work` in it is the step's own.
struct Place {
    _root: tempfile::TempDir,
    work: PathBuf,
}

impl Place {
    fn new(step: Step) -> Self {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().canonicalize().unwrap();
        for (name, key) in [(OLD, &keys().0), (NEW, &keys().1)] {
            key_file(&base.join(name)).store(key).unwrap();
        }
        fs::write(base.join("passphrase"), "correct horse").unwrap();
        fs::set_permissions(base.join("passphrase"), fs::Permissions::from_mode(0o600)).unwrap();
        let work = base.join("work");
        fs::create_dir(&work).unwrap();
        step.prepare(&work);
        Self { _root: root, work }
    }

    fn path(&self) -> &Path {
        &self.work
    }
}

fn keys() -> &'static (PrivateKey, PrivateKey) {
    static KEYS: std::sync::OnceLock<(PrivateKey, PrivateKey)> = std::sync::OnceLock::new();
    let new = || PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    KEYS.get_or_init(|| (new(), new()))
}

fn has_strace() -> bool {
    Command::new("strace").arg("-V").output().is_ok_and(|output| output.status.success())
}

fn strace(place: &Place, step: Step, options: &[&str], log: Option<&Path>) -> ExitStatus {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]);
    // strace writes its log only where it is told to; into the folder beside otherwise, which goes away with it.
    command
        .arg(log.map_or_else(|| place.path().join("../unread"), Path::to_owned))
        .args(options)
        .arg(std::env::current_exe().unwrap());
    // Cargo sets it, and the loader would look everywhere in it: dozens of calls before the first of ours.
    command.env_remove("LD_LIBRARY_PATH");
    command.env(FOLDER, place.path()).env(STEP, format!("{step:?}"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// The key in a file; panics if there is something else.
fn held(file: &KeyFile, at: &str) -> Option<String> {
    let found = file.load().unwrap_or_else(|error| panic!("{at}: {error}: {:?}", std::error::Error::source(&error)));
    found.map(|key| key.public_key().key_id().to_hex())
}
