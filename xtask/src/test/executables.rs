//! The test programs: compiled in one go, then run one by one.
//!
//! One call of cargo for all of them, because features are then unified in one way and nothing is compiled twice; run by
//! ourselves, because those that need servers have to wait for the servers.

use std::{
    collections::BTreeMap,
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use testbed::{Class, Tool};

use super::{
    again,
    judge::judge,
    libtest::{self, Tally},
    servers,
    session::{Outcome, Pace, Session},
};
use crate::cargo;

/// What the longest test takes on a slow machine: later than this and [`AGAIN`] before the time limit, none begins.
const LONGEST_TEST: Duration = Duration::from_secs(240);

/// What is kept for second runs of tests that failed.
const AGAIN: Duration = Duration::from_secs(240);

/// Tells tests until when they may begin.
const UNTIL: &str = "SECRETZERO_UNTIL";

/// Tells tests that choose at random what to choose.
const SEED: &str = "SECRETZERO_SEED";

/// At how many points an apply is cut off if many are asked for.
const MANY_POINTS: &str = "51";

/// Packages whose tests start real servers.
const SERVER_PACKAGES: &[&str] = &["acceptance", "go-plugin-conformance", "secrets-engine-conformance"];
/// Test targets elsewhere that start servers, or compare with published Go modules, which the server builds download.
const SERVER_TARGETS: &[&str] = &["conformance", "seeded_server_bugs", "server_objects"];

/// A compiled test program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Executable {
    package: String,
    kind: String,
    target: String,
    path: PathBuf,
    /// The package's folder, in which cargo would run it.
    folder: PathBuf,
}

/// Compiles every library, program and test of the workspace, and returns the test programs.
pub(crate) fn build(session: &mut Session) -> Vec<Executable> {
    let name = "compile";
    let mut command = cargo::command(&["build", "--locked", "--workspace", "--all-features"]);
    command.args(["--lib", "--bins", "--tests", "--examples", "--message-format=json-render-diagnostics"]);
    // What compiles is tested, even if something else does not.
    command.arg("--keep-going");
    let mut found = Vec::new();
    session.step(name, Duration::from_secs(90), |session| {
        let outcome = session.execute(name, Duration::from_secs(90), &mut command);
        found = executables(&String::from_utf8_lossy(&fs::read(session.log(name)).unwrap_or_default()));
        compiled(outcome, &found)
    });
    found
}

/// Without a test program nothing would run, and so nothing would fail.
fn compiled(outcome: Outcome, found: &[Executable]) -> Outcome {
    match outcome {
        Outcome::Passed if found.is_empty() => {
            Outcome::Failed("cargo names no test program; its messages are in the log of this step".to_owned())
        }
        outcome => outcome,
    }
}

/// Unit, protocol and drift tests, and the examples in the documentation.
pub(crate) fn run_without_servers(session: &mut Session, executables: &[Executable]) {
    for executable in executables.iter().filter(|executable| !executable.needs_servers()) {
        run(session, executable, &Filter::Everything);
    }
    let name = "doctests";
    session.step(name, Duration::from_secs(30), |session| {
        let mut command =
            cargo::command(&["test", "--locked", "--workspace", "--all-features", "--doc", "--", "--show-output"]);
        judge(session, name, Duration::from_secs(30), &mut command, libtest::read_several)
    });
}

/// Everything that starts servers, except what needs an extended one that is not built yet.
pub(crate) fn run_on_servers(session: &mut Session, executables: &[Executable]) {
    let filter = Filter::AllBut(missing_extended().into_iter().map(Tool::test_word).collect());
    for executable in executables.iter().filter(|executable| executable.needs_servers()) {
        run(session, executable, &filter);
    }
}

/// Builds the extended servers that are missing, as far as the time allows, and runs the tests that waited for them.
pub(crate) fn run_on_late_servers(session: &mut Session, executables: &[Executable]) {
    let late = missing_extended();
    if late.is_empty() {
        return;
    }
    servers::build_extended(session);
    // Also when a build was skipped: its tests then say so themselves, and are counted.
    let filter = Filter::Only(late.into_iter().map(Tool::test_word).collect());
    let acceptance = |executable: &&Executable| executable.package == "acceptance" && executable.kind == "test";
    for executable in executables.iter().filter(acceptance) {
        run(session, executable, &filter);
    }
}

fn missing_extended() -> Vec<Tool> {
    Tool::ALL.iter().copied().filter(|tool| tool.class() == Class::Extended && tool.find().is_err()).collect()
}

/// Which tests of a program run, by the modules in which they lie.
enum Filter {
    Everything,
    AllBut(Vec<String>),
    Only(Vec<String>),
}

/// How long a program usually takes on two cores.
fn expected(executable: &Executable) -> Duration {
    Duration::from_secs(match executable.package.as_str() {
        "acceptance" if executable.needs_servers() => 25 * 60,
        _ if executable.needs_servers() => 5 * 60,
        _ => 5,
    })
}

/// How many acceptance tests run at the same time: a third of what one takes is waiting for servers.
fn beside_each_other() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get) + 1
}

fn run(session: &mut Session, executable: &Executable, filter: &Filter) {
    let expected = expected(executable);
    let mut name = executable.name();
    if let Filter::Only(words) = filter {
        name = format!("{name} ({})", words.join(", "));
    }
    session.step(&name, expected, |session| {
        let mut command = executable.command(session);
        command.arg("--show-output");
        if executable.package == "acceptance" {
            command.env("RUST_TEST_THREADS", beside_each_other().to_string());
        }
        let all = match filter {
            Filter::AllBut(words) | Filter::Only(words) if !words.is_empty() => match executable.tests(session) {
                Ok(tests) => tests,
                Err(reason) => return Outcome::Failed(reason),
            },
            _ => Vec::new(),
        };
        let among = |words: &[String]| -> Vec<String> {
            all.iter().filter(|test| words.iter().any(|word| lies_in(test, word))).cloned().collect()
        };
        // By their whole names: a word alone would also choose what only contains it.
        match filter {
            Filter::Everything => {}
            Filter::AllBut(words) => {
                command.arg("--exact").args(among(words).iter().flat_map(|test| ["--skip", test]));
            }
            Filter::Only(words) => {
                let wanted = among(words);
                if wanted.is_empty() {
                    return Outcome::Tested(Tally::default(), Vec::new());
                }
                command.arg("--exact").args(wanted);
            }
        }
        let outcome = judge(session, &name, expected, &mut command, libtest::read_one);
        again::alone(session, &name, outcome, |test| {
            let mut command = executable.command(session);
            // It begins in the time that was kept for it.
            command.args(["--show-output", "--exact", test]).env_remove(UNTIL);
            command
        })
    });
}

/// Whether a test lies in a module of this name, at any depth.
fn lies_in(test: &str, module: &str) -> bool {
    test.rsplit_once("::").is_some_and(|(modules, _)| modules.split("::").any(|name| name == module))
}

impl Executable {
    fn name(&self) -> String {
        match self.kind.as_str() {
            "test" => format!("{} {}", self.package, self.target),
            "bin" => format!("{} program {}", self.package, self.target),
            "example" => format!("{} example {}", self.package, self.target),
            _ => format!("{} library", self.package),
        }
    }

    /// The program as `cargo test` would run it.
    fn command(&self, session: &Session) -> Command {
        let mut command = Command::new(&self.path);
        cargo::forget_outer_cargo(&mut command);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        // What cargo itself would set: tests that compile something ask for it, and the tests of a derive macro are linked
        // with the compiler's own libraries.
        if let Some(cargo) = std::env::var_os("CARGO") {
            command.env("CARGO", cargo);
        }
        if let Some(libraries) = cargo::compiler_libraries() {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command.env("CARGO_TARGET_DIR", cargo::target_folder());
        // Tests that compare with published modules read them from where the server builds put them.
        command.env("GOMODCACHE", testbed::cache_root().join("go/mod"));
        command.env("SECRETZERO_REQUIRE", if session.core_is_whole { "core" } else { "" });
        command.env("SECRETZERO_SERVERS_LOG", session.servers_log());
        if session.pace == Pace::Full {
            command.env("SEEDED_BUGS", "all");
        }
        if let Some(left) = session.time_left() {
            #[expect(clippy::disallowed_methods, reason = "the program is told in the machine's time")]
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            command.env(UNTIL, (now + left.saturating_sub(LONGEST_TEST + AGAIN)).as_secs().to_string());
        }
        // What is red for one run is red for the next. Other orders are for the long sets.
        if session.pace != Pace::Full && std::env::var_os(SEED).is_none() {
            command.env(SEED, "1");
        }
        if session.interrupts {
            command.env("SECRETZERO_INTERRUPTS", MANY_POINTS);
        }
        command
    }

    /// The paths of its tests.
    fn tests(&self, session: &Session) -> Result<Vec<String>, String> {
        let output = self.command(session).args(["--list", "--format", "terse"]).output();
        let output = output.map_err(|error| format!("starting {}: {error}", self.path.display()))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{} can't list its tests: {}", self.path.display(), errors.trim()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    }

    fn needs_servers(&self) -> bool {
        SERVER_PACKAGES.contains(&self.package.as_str()) || SERVER_TARGETS.contains(&self.target.as_str())
    }
}

/// The test programs among cargo's messages, sorted by name.
fn executables(messages: &str) -> Vec<Executable> {
    let messages = messages.lines().filter(|line| line.starts_with('{'));
    let found = messages.filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_test = message.pointer("/profile/test")?.as_bool()?;
        let path = PathBuf::from(message.get("executable")?.as_str()?);
        let folder = Path::new(message.get("manifest_path")?.as_str()?).parent()?.to_owned();
        let target = message.pointer("/target/name")?.as_str()?.to_owned();
        let kind = message.pointer("/target/kind/0")?.as_str()?.to_owned();
        let package = package_name(message.get("package_id")?.as_str()?)?;
        is_test.then_some(Executable { package, kind, target, path, folder })
    });
    let by_name: BTreeMap<String, Executable> = found.map(|executable| (executable.name(), executable)).collect();
    by_name.into_values().collect()
}

/// The name in `path+file:///checkout/tests#acceptance@0.1.0` or `path+file:///checkout/xtask#0.1.0`.
fn package_name(id: &str) -> Option<String> {
    let (place, fragment) = id.rsplit_once('#')?;
    let name = match fragment.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next()?,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, kind: &str, target: &str, test: bool, executable: &str) -> String {
        serde_json::json!({
            "reason": "compiler-artifact", "package_id": id, "manifest_path": "checkout/tests/Cargo.toml",
            "target": { "kind": [kind], "name": target }, "profile": { "test": test }, "executable": executable,
        })
        .to_string()
    }

    #[test]
    fn a_word_is_a_module_and_no_part_of_one() {
        assert!(lies_in("dex::token", "dex") && lies_in("testbed::dex::token", "dex"));
        assert!(!lies_in("index::token", "dex") && !lies_in("etcd::dex_like", "dex") && !lies_in("dex", "dex"));
    }

    #[test]
    fn compiling_no_test_program_is_a_failure() {
        let one = executables(&message("path+file:///checkout/xtask#0.1.0", "bin", "xtask", true, "deps/xtask-1"));
        assert!(matches!(compiled(Outcome::Passed, &[]), Outcome::Failed(_)));
        assert!(matches!(compiled(Outcome::Passed, &one), Outcome::Passed));
    }

    #[test]
    fn test_programs_are_found_among_cargos_messages() {
        let messages = [
            "   Compiling acceptance v0.1.0".to_owned(),
            message("path+file:///checkout/tests#acceptance@0.1.0", "test", "acceptance", true, "deps/acceptance-2"),
            message("path+file:///checkout/tests#acceptance@0.1.0", "lib", "acceptance", true, "deps/acceptance-1"),
            message("path+file:///checkout/tests#acceptance@0.1.0", "bin", "demo", false, "demo"),
            message("path+file:///checkout/xtask#0.1.0", "bin", "xtask", true, "deps/xtask-1"),
        ];
        let found = executables(&messages.join("\n"));
        let names: Vec<_> = found.iter().map(|found| (found.name(), found.needs_servers())).collect();
        let expected = [("acceptance acceptance", true), ("acceptance library", true), ("xtask program xtask", false)];
        assert_eq!(names, expected.map(|(name, servers)| (name.to_owned(), servers)));
        assert_eq!(found.first().unwrap().path, Path::new("deps/acceptance-2"));
        assert_eq!(found.first().unwrap().folder, Path::new("checkout/tests"));
    }
}
