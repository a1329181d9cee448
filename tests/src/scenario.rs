//! One acceptance test: the tools that it needs, its folder, and its logs if it fails.

use std::any::type_name_of_val;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result, anyhow};
use testbed::Tool;

use crate::artifacts;
use crate::leak_scan::{Allowance, Canary, LeakScan, Secret, key_in};
use crate::pairing;
use crate::run_folder::{is_kept, run_folder, subfolder};

/// Tells until when tests begin; see [`is_too_late`].
const UNTIL: &str = "SECRETZERO_UNTIL";

/// A running test. Everything that it starts should live in [`Self::folder`].
#[derive(Debug)]
pub struct Scenario {
    name: String,
    folder: PathBuf,
    shared: Mutex<BTreeSet<PathBuf>>,
    leaks: Arc<LeakScan>,
}

impl Scenario {
    /// Runs a test that needs `tools`.
    ///
    /// Without one of them it prints a line that starts with `SKIPPED` and the test counts as passed; a core tool under
    /// `SECRETZERO_REQUIRE=core` makes it fail. If the body fails or panics, the logs of its servers are copied to
    /// `artifacts/<test>/` and the path is printed.
    ///
    /// # Errors
    /// Those of the body, and a missing tool that must be there.
    ///
    /// # Panics
    /// If the body does.
    pub fn run<F>(tools: &[Tool], body: F) -> Result<()>
    where
        F: FnOnce(&Self) -> Result<()>,
    {
        Self::run_with(&artifacts::base(), &announce, tools, body)
    }

    fn run_with<F>(artifacts: &Path, announce: &dyn Fn(&str), tools: &[Tool], body: F) -> Result<()>
    where
        F: FnOnce(&Self) -> Result<()>,
    {
        let name = test_name(&body);
        if is_too_late(std::env::var(UNTIL).ok().as_deref()) {
            announce(&format!("SKIPPED {name}: the time limit comes first"));
            return Ok(());
        }
        for tool in tools {
            if !is_there(&name, *tool, announce)? {
                return Ok(());
            }
        }
        let folder = subfolder(run_folder()?, &name.replace("::", "."))?;
        let leaks = Arc::new(LeakScan::begin(&name, &folder)?);
        let scenario = Self { name, folder, shared: Mutex::default(), leaks };
        let began = Instant::now();
        // Only what the body borrowed can be half-changed, and it is thrown away.
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&scenario)));
        let has_passed = matches!(outcome, Ok(Ok(())));
        let outcome = match (outcome, scenario.leaks.conclude(has_passed)) {
            (Ok(Ok(())), scan) => Ok(scan),
            (Ok(Err(error)), Err(leak)) => Ok(Err(error.context(format!(
                "{leak:#}
besides"
            )))),
            (outcome, Ok(())) => outcome,
            (panic, Err(leak)) => {
                announce(&format!("{}: {leak:#}", scenario.name));
                panic
            }
        };
        let has_passed = matches!(outcome, Ok(Ok(())));
        if let Some(line) = pairing::line(&pairing::test_name(&scenario.name), tools, has_passed, began.elapsed()) {
            announce(&line);
        }
        if !has_passed {
            announce(&scenario.keep_artifacts(artifacts));
        }
        if !is_kept() {
            fs::remove_dir_all(&scenario.folder).with_context(|| format!("removing {}", scenario.folder.display()))?;
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Module path and name of the test: `etcd::put_and_get`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own temporary folder, removed afterwards.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a value up that must be nowhere, for a secret of this test. The label names it in failures.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn canary(&self, label: &str) -> Result<Canary> {
        let canary = Canary::new(label).with_context(|| format!("making {label:?} up"))?;
        self.leaks.watch(&canary);
        Ok(canary)
    }

    /// Tells the [leak scan](crate::leak_scan) of a secret that came to light in the run, such as a password that a
    /// server has made. What there is already is looked through for it, too.
    ///
    /// # Errors
    /// If it has less than 12 bytes and would be found by chance.
    pub fn learnt(&self, label: &str, secret: impl AsRef<[u8]>) -> Result<()> {
        self.leaks.learnt(Secret::new(label, secret)?);
        Ok(())
    }

    /// The same for the private key in a file in PEM. Keys in the folder of the scenario, outside of projects, are found
    /// without.
    ///
    /// # Errors
    /// If there is none that can be read.
    pub fn learnt_key(&self, label: &str, file: &Path) -> Result<()> {
        self.leaks.learnt(key_in(label, file)?);
        Ok(())
    }

    /// Says that secrets rightly are in a file or folder inside a project, such as one that the configuration names for a
    /// key. It is not looked at, and private keys in it are learnt.
    pub fn secret_home(&self, path: &Path) {
        self.leaks.home(path);
    }

    /// Says what may be where, before the run.
    pub fn allow(&self, allowance: Allowance) {
        self.leaks.allow(allowance);
    }

    /// Says that this scenario makes leaks, to see that they are found: the sum of all scans does not count them.
    pub fn expects_leaks(&self) {
        self.leaks.expects_leaks();
    }

    pub(crate) fn leaks(&self) -> &Arc<LeakScan> {
        &self.leaks
    }

    /// Names a folder outside the own one whose logs belong to the artefacts of this test, such as a shared server's.
    pub(crate) fn uses(&self, folder: &Path) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
    }

    /// Copies the logs and returns the line that says where to.
    fn keep_artifacts(&self, base: &Path) -> String {
        let mut sources = vec![self.folder.clone()];
        sources.extend(self.shared.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        match artifacts::keep(base, &self.name, &sources) {
            Ok(folder) => format!("logs of {}: {}", self.name, folder.display()),
            Err(error) => format!("logs of {} are lost: {error:#}", self.name),
        }
    }
}

/// Whether the moment is over, in seconds since 1970, after which no test begins: a run with a time limit would end it in the
/// middle, and call that a failure.
fn is_too_late(until: Option<&str>) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the time limit is given in the machine's time")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    until.and_then(|until| until.parse::<u64>().ok()).is_some_and(|until| now >= until)
}

/// Whether a tool is there; says so if it is not and the test may go without.
fn is_there(test: &str, tool: Tool, announce: &dyn Fn(&str)) -> Result<bool> {
    match tool.find() {
        Ok(_) => Ok(true),
        Err(missing) if missing.must_fail() => Err(anyhow!(missing).context(format!("{test} needs {tool}"))),
        Err(missing) => {
            announce(&format!("SKIPPED {test}: {missing}"));
            Ok(false)
        }
    }
}

/// Prints a line of its own, past the capture of libtest, which shows the output of failed tests only.
fn announce(line: &str) {
    // libtest may have begun a line with the name of the test. A closed stdout is no reason to fail.
    let _ = std::io::stdout().write_all(format!("\n{line}\n").as_bytes());
}

/// The path of the function around a closure, without the crate and without type parameters.
fn test_name<F>(body: &F) -> String {
    let path = type_name_of_val(body);
    let path = path.split_once("::").map_or(path, |(_, rest)| rest);
    let end = path.find("::{{closure}}").into_iter().chain(path.find('<')).min().unwrap_or(path.len());
    path.get(..end).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::bail;

    use super::*;
    use crate::launch::Launch;
    use crate::process::Process;

    #[test]
    fn no_test_begins_after_the_time_limit() {
        assert!(is_too_late(Some("1700000000")));
        for later in [None, Some("99999999999"), Some("soon")] {
            assert!(!is_too_late(later), "{later:?}");
        }
    }

    #[test]
    fn a_test_is_named_after_the_function_around_its_body() {
        assert_eq!(test_name(&|| ()), "scenario::tests::a_test_is_named_after_the_function_around_its_body");
    }

    #[test]
    fn logs_are_kept_when_the_test_fails_or_panics_and_only_then() {
        let base = tempfile::tempdir().unwrap();
        let log = base.path().join("scenario.tests.run_server");
        let found = || {
            let folder = fs::read_dir(&log).ok()?.next()?.unwrap().path();
            let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(names, ["server.log"], "neither keys nor data");
            Some(fs::read_to_string(folder.join("server.log")).unwrap())
        };

        let said = Mutex::new(Vec::new());
        let announce = |line: &str| said.lock().unwrap().push(line.to_owned());
        run_server(base.path(), &announce, "passing", || Ok(())).unwrap();
        assert_eq!(found(), None);
        run_server(base.path(), &announce, "failing", || bail!("seeded")).unwrap_err();
        assert_eq!(found().as_deref(), Some("failing\n"));
        // Past the panic hook, whose message would look like a failure in the output.
        let panic = || resume_unwind(Box::new("seeded"));
        catch_unwind(AssertUnwindSafe(|| run_server(base.path(), &announce, "panicking", panic))).unwrap_err();
        assert_eq!(found().as_deref(), Some("panicking\n"));
        let line = format!("logs of scenario::tests::run_server: {}", log.display());
        assert_eq!(*said.lock().unwrap(), [line.as_str(), &line]);
    }

    /// A scenario with a server that writes a log and a key.
    fn run_server(base: &Path, announce: &dyn Fn(&str), text: &str, end: impl FnOnce() -> Result<()>) -> Result<()> {
        let body = |scenario: &Scenario| {
            fs::write(scenario.folder().join("server.key"), "secret")?;
            let arguments = ["-c".to_owned(), format!("echo {text}; exec sleep 60")];
            let server = Process::start(Launch::new("server", "/bin/sh", scenario.folder()).args(arguments))?;
            server.wait_ready(Duration::from_secs(10), || {
                if server.log_tail(1) == text { Ok(()) } else { bail!("no output yet") }
            })?;
            end()
        };
        Scenario::run_with(base, announce, &[], body)
    }
}
