//! One run of `cargo xtask test`: its time limit, its logs, and the count of what passed.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use testbed::{Ended, Stop, in_words, remove_tree};

use super::libtest::Tally;
use crate::screen;

/// Lines of its log that a failed step shows.
const TAIL: usize = 40;
/// Kept free at the end of a limited run, for ending servers and printing the result.
const CLOSING: Duration = Duration::from_secs(45);

/// However short a step usually is, a machine may be busy: sooner than this it does not count as hung.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Begins the line of a test that failed, among the details of its step; repeated at the end.
pub(crate) const FAILED: &str = "FAILED ";
/// Begins the line of a test that failed beside others and passed alone; repeated at the end, too.
pub(crate) const UNSTEADY: &str = "UNSTEADY ";
/// Begins the line of a program that the time limit ended in its middle, and of a core server that a full disk prevented;
/// repeated at the end, too.
pub(crate) const CUT_OFF: &str = "CUT OFF ";

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Quick,
    Usual,
    Full,
}

pub(crate) struct Session {
    pub(crate) pace: Pace,
    /// Whether applies are cut off at many points.
    pub(crate) interrupts: bool,
    /// False if there was no time or no disk to build a core server: a test that lacks it has then not failed.
    pub(crate) core_is_whole: bool,
    stop: Stop,
    start: Instant,
    logs: PathBuf,
    steps: Vec<Step>,
    /// Steps that belong to every run, and came after the time limit or Ctrl-C.
    not_run: Vec<String>,
    /// Two runs would empty each other's folder of logs.
    _lock: File,
}

struct Step {
    name: String,
    time: Duration,
    outcome: Outcome,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It counts as one.
    Passed,
    /// It counts as one; the text says why.
    Failed(String),
    /// It counts as one; the text says why.
    Skipped(String),
    /// Tests that counted themselves, and what to show of those that failed or were skipped.
    Tested(Tally, Vec<String>),
}

/// How a command ended otherwise than well.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The time limit of the whole run came first, which is no fault of the command.
    OutOfTime(String),
    /// It failed, hung, was interrupted or could not be started.
    Failed(String),
}

impl Session {
    /// Begins with an empty folder of logs; fails if another run writes to it.
    pub(crate) fn start(logs: &Path, stop: &Stop, limit: Option<Duration>, pace: Pace) -> Result<Self> {
        let lock = lock(logs)?;
        remove_tree(logs)
            .and_then(|()| fs::create_dir_all(logs))
            .with_context(|| format!("emptying {}", logs.display()))?;
        let start = Instant::now();
        let deadline = limit.map(|limit| start + limit.saturating_sub(CLOSING));
        let stop = stop.not_after(deadline);
        let (steps, not_run) = (Vec::new(), Vec::new());
        Ok(Self {
            pace,
            interrupts: false,
            core_is_whole: true,
            stop,
            start,
            logs: logs.to_owned(),
            steps,
            not_run,
            _lock: lock,
        })
    }

    /// When to stop waiting for what must be there before the first step.
    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Announces a step, does it, and tells how it ended. After the time limit or Ctrl-C it is skipped.
    pub(crate) fn step(&mut self, name: &str, expected: Duration, work: impl FnOnce(&Self) -> Outcome) {
        let outcome = match self.stop.reached() {
            Some(Ended::Interrupted) => Outcome::Skipped("interrupted".to_owned()),
            Some(_) => Outcome::Skipped("the time limit was reached".to_owned()),
            None => {
                screen::say(&format!("== {name} (usually {})", in_words(expected)));
                let start = Instant::now();
                let outcome = work(self);
                self.record(name, start.elapsed(), outcome);
                return;
            }
        };
        screen::say(&format!("== {name}"));
        self.not_run.push(name.to_owned());
        self.record(name, Duration::ZERO, outcome);
    }

    /// A step that may be left out: skipped when the time left is less than `expected`.
    pub(crate) fn optional_step(&mut self, name: &str, expected: Duration, work: impl FnOnce(&Self) -> Outcome) {
        if self.fits(expected) {
            return self.step(name, expected, work);
        }
        screen::say(&format!("== {name}"));
        let reason = format!("not run: it takes about {}, and the time limit comes first", in_words(expected));
        self.record(name, Duration::ZERO, Outcome::Skipped(reason));
    }

    /// A step that is one command.
    pub(crate) fn command_step(&mut self, name: &str, expected: Duration, mut command: Command) {
        self.step(name, expected, |session| session.execute(name, expected, &mut command));
    }

    /// Runs a command with its output in the step's log.
    pub(crate) fn execute(&self, name: &str, expected: Duration, command: &mut Command) -> Outcome {
        let log = self.log(name);
        match self.run(name, expected, command, &log) {
            Ok(()) => Outcome::Passed,
            Err(Ending::OutOfTime(reason)) => Outcome::Skipped(format!("{CUT_OFF}{name}: {reason}")),
            Err(Ending::Failed(reason)) => Outcome::Failed(format!("{reason}\n{}", excerpt(&log))),
        }
    }

    /// Runs a command with its output in `log`, and tells every half minute that it still runs; the error says how it ended
    /// otherwise than well. One that takes ten times as long as expected has hung, and is ended.
    pub(crate) fn run(&self, name: &str, expected: Duration, command: &mut Command, log: &Path) -> Result<(), Ending> {
        self.run_within(name, expected, hung_after(expected), command, log)
    }

    /// The same with a limit of its own.
    pub(crate) fn run_within(
        &self,
        name: &str,
        expected: Duration,
        limit: Duration,
        command: &mut Command,
        log: &Path,
    ) -> Result<(), Ending> {
        let mut beat = |elapsed| {
            let last = telling_lines(log).pop().unwrap_or_default();
            screen::still_running(name, elapsed, Some(expected));
            if !last.is_empty() {
                screen::say(&format!("    {}", last.chars().take(110).collect::<String>()));
            }
        };
        let log_name = log.display();
        let stop = self.stop.not_after(Instant::now().checked_add(limit));
        let reason = match testbed::run(command, log, &stop, &mut beat) {
            Ok(Ended::Exited(status)) if status.success() => return Ok(()),
            Ok(Ended::Exited(status)) => format!("ended with {status}; log: {log_name}"),
            Ok(Ended::Deadline) if self.stop.reached().is_none() => {
                format!("it hung, and was ended after {}; log: {log_name}", in_words(limit))
            }
            Ok(Ended::Deadline) => {
                return Err(Ending::OutOfTime(format!("the time limit came before its end; log: {log_name}")));
            }
            Ok(Ended::Interrupted) => "interrupted".to_owned(),
            Err(error) => format!("starting {}: {error}", command.get_program().display()),
        };
        Err(Ending::Failed(reason))
    }

    /// The log of a step.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        let file: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
        self.logs.join(format!("{file}.log"))
    }

    /// Where tests write which servers they started.
    pub(crate) fn servers_log(&self) -> PathBuf {
        self.logs.join("servers.jsonl")
    }

    /// Whether something that takes this long can still be started.
    pub(crate) fn fits(&self, time: Duration) -> bool {
        self.time_left().is_none_or(|left| left >= time)
    }

    /// Time until the limit; `None` without one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.stop.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// For work that has to leave `reserve` to what comes after it, and must not hang either.
    pub(crate) fn stop_early(&self, expected: Duration, reserve: Duration) -> Stop {
        let stop = self.stop.not_after(Instant::now().checked_add(hung_after(expected)));
        stop.not_after(self.stop.deadline.map(|deadline| deadline.checked_sub(reserve).unwrap_or(deadline)))
    }

    /// The table of steps.
    pub(crate) fn show_steps(&self) {
        let no_tests = |step: &&Step| matches!(&step.outcome, Outcome::Tested(tally, _) if *tally == Tally::default());
        let rows = self.steps.iter().filter(|step| !no_tests(step)).map(|step| {
            let (result, note) = step.outcome.in_words();
            vec![step.name.clone(), in_words(step.time), result, note]
        });
        screen::say("");
        screen::table(&rows.collect::<Vec<_>>());
    }

    /// Prints the last lines.
    pub(crate) fn finish(&self) -> ExitCode {
        let total = self.total();
        // What came after them can be long, and its reader may have nothing but the last lines.
        for line in self.worth_repeating() {
            screen::say(&line);
        }
        if let Some(line) = self.not_run_in_words() {
            screen::say(&line);
        }
        screen::say(&format!("took {}; logs: {}", in_words(self.start.elapsed()), self.logs.display()));
        screen::say(&format!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped));
        let is_interrupted = self.stop.reached() == Some(Ended::Interrupted);
        if total.failed == 0 && !is_interrupted { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// What a reader of `0 failed` has to know.
    fn not_run_in_words(&self) -> Option<String> {
        let reason = match self.stop.reached() {
            Some(Ended::Interrupted) => "it was interrupted, and there was no time for",
            _ => "no time was left for",
        };
        let names = self.not_run.join(", ");
        let remedy = "and for the tests that build on them. Run it again: what is built stays cached";
        (!names.is_empty()).then(|| format!("NOT EVERYTHING RAN: {reason} {names}, {remedy}"))
    }

    /// Who failed, was unsteady or cut off.
    fn worth_repeating(&self) -> Vec<String> {
        let of = |step: &Step| match &step.outcome {
            Outcome::Failed(_) => vec![format!("{FAILED}{}", step.name)],
            Outcome::Tested(_, details) => {
                let named: Vec<&String> = details
                    .iter()
                    .filter(|line| [FAILED, UNSTEADY, CUT_OFF].iter().any(|word| line.starts_with(word)))
                    .collect();
                named.into_iter().map(|line| format!("{line} ({})", step.name)).collect()
            }
            Outcome::Skipped(reason) if reason.starts_with(CUT_OFF) => vec![reason.clone()],
            Outcome::Passed | Outcome::Skipped(_) => Vec::new(),
        };
        self.steps.iter().flat_map(of).collect()
    }

    fn total(&self) -> Tally {
        let mut total = Tally::default();
        for step in &self.steps {
            total += match &step.outcome {
                Outcome::Passed => Tally { passed: 1, ..Tally::default() },
                Outcome::Failed(_) => Tally { failed: 1, ..Tally::default() },
                Outcome::Skipped(_) => Tally { skipped: 1, ..Tally::default() },
                Outcome::Tested(tally, _) => *tally,
            };
        }
        total
    }

    fn record(&mut self, name: &str, time: Duration, outcome: Outcome) {
        match &outcome {
            Outcome::Passed => screen::say(&format!("   passed in {}", in_words(time))),
            Outcome::Failed(reason) => screen::say(&format!("   FAILED: {reason}")),
            Outcome::Skipped(reason) => screen::say(&format!("   SKIPPED: {reason}")),
            Outcome::Tested(tally, details) => {
                for line in details {
                    screen::say(&format!("   {line}"));
                }
                screen::say(&format!("   {tally} in {}", in_words(time)));
            }
        }
        self.steps.push(Step { name: name.to_owned(), time, outcome });
    }
}

/// How long something may take that usually takes this long.
fn hung_after(expected: Duration) -> Duration {
    PATIENCE.max(10 * expected)
}

/// Holds the folder of logs for this run.
fn lock(logs: &Path) -> Result<File> {
    let path = logs.with_added_extension("lock");
    let folder = path.parent().unwrap_or(logs);
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let lock = File::options().create(true).append(true).open(&path);
    let lock = lock.with_context(|| format!("opening {}", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another `cargo xtask test` runs in this checkout and writes its logs to {}; wait until it ends, or end it",
            logs.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}

/// The end of a log, without what cargo says when all goes well.
pub(crate) fn excerpt(log: &Path) -> String {
    let mut lines = telling_lines(log);
    let routine = ["Blocking ", "Checking ", "Compiling ", "Documenting ", "Downloaded ", "Downloading ", "Fresh "];
    lines.retain(|line| !routine.iter().any(|word| line.trim_start().starts_with(word)));
    lines.split_off(lines.len().saturating_sub(TAIL)).join("\n")
}

/// The lines of a log that are for people: cargo's messages for machines are JSON objects.
fn telling_lines(log: &Path) -> Vec<String> {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().filter(|line| !line.starts_with('{') && !line.is_empty()).map(str::to_owned).collect()
}

impl Outcome {
    /// Result and first line of the reason, for the table.
    fn in_words(&self) -> (String, String) {
        let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        match self {
            Self::Passed => ("passed".to_owned(), String::new()),
            Self::Failed(reason) => ("FAILED".to_owned(), first_line(reason)),
            Self::Skipped(reason) => ("skipped".to_owned(), first_line(reason)),
            Self::Tested(tally, _) => {
                (if tally.failed == 0 { "passed" } else { "FAILED" }.to_owned(), tally.to_string())
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn session(limit: Option<Duration>) -> (tempfile::TempDir, Session) {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::start(&folder.path().join("logs"), &Stop::default(), limit, Pace::Usual).unwrap();
        (folder, session)
    }

    pub(crate) fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn every_step_counts_and_a_failure_does_not_stop_the_next() {
        let (_folder, mut session) = session(None);
        session.command_step("good", Duration::ZERO, shell("true"));
        session.command_step("bad", Duration::ZERO, shell("echo why; false"));
        session
            .step("tests", Duration::ZERO, |_| Outcome::Tested(Tally { passed: 3, failed: 1, skipped: 2 }, Vec::new()));
        session.step("absent", Duration::ZERO, |_| Outcome::Skipped("not installed".to_owned()));
        assert_eq!(session.total(), Tally { passed: 4, failed: 2, skipped: 3 });
        let Some(Step { outcome: Outcome::Failed(reason), .. }) = session.steps.get(1) else { panic!() };
        assert!(reason.contains("why"), "{reason}");
    }

    #[test]
    fn what_does_not_fit_is_skipped_and_counted() {
        let (_folder, mut session) = session(Some(CLOSING + Duration::from_secs(60)));
        session.optional_step("short", Duration::from_secs(1), |_| Outcome::Passed);
        session.optional_step("long", Duration::from_secs(600), |_| panic!("it was started"));
        assert_eq!(session.total(), Tally { passed: 1, failed: 0, skipped: 1 });
    }

    #[test]
    fn after_the_limit_nothing_starts() {
        let (_folder, mut session) = session(Some(Duration::ZERO));
        session.step("late", Duration::ZERO, |_| panic!("it was started"));
        assert_eq!(session.total(), Tally { passed: 0, failed: 0, skipped: 1 });
        let words = session.not_run_in_words().unwrap();
        assert!(words.contains("late"), "{words}");
    }

    #[test]
    fn what_hangs_is_ended_and_has_failed() {
        let (_folder, session) = session(Some(CLOSING + Duration::from_secs(600)));
        let log = session.log("hangs");
        let limit = Duration::from_millis(200);
        let ending = session.run_within("hangs", Duration::ZERO, limit, &mut shell("sleep 600"), &log).unwrap_err();
        assert!(matches!(&ending, Ending::Failed(reason) if reason.contains("it hung")), "{ending:?}");
        assert!(session.not_run_in_words().is_none());
    }

    #[test]
    fn what_the_time_limit_ends_has_not_failed_and_is_named() {
        let (_folder, mut session) = session(Some(CLOSING + Duration::from_millis(300)));
        session.command_step("long", Duration::from_secs(600), shell("sleep 600"));
        assert_eq!(session.total(), Tally { passed: 0, failed: 0, skipped: 1 });
        let lines = session.worth_repeating();
        assert!(lines.len() == 1 && lines.iter().all(|line| line.starts_with("CUT OFF long")), "{lines:?}");
    }

    #[test]
    fn the_last_lines_name_who_failed() {
        let (_folder, mut session) = session(None);
        session.step("fmt", Duration::ZERO, |_| Outcome::Failed("not formatted".to_owned()));
        let details = ["refused", "FAILED pg::credential", "UNSTEADY dex::token: alone it passed"];
        session.step("acceptance", Duration::ZERO, |_| {
            Outcome::Tested(Tally { failed: 1, ..Tally::default() }, details.map(str::to_owned).to_vec())
        });
        let expected =
            ["FAILED fmt", "FAILED pg::credential (acceptance)", "UNSTEADY dex::token: alone it passed (acceptance)"];
        assert_eq!(session.worth_repeating(), expected);
    }

    #[test]
    fn a_second_run_leaves_the_logs_of_the_first_alone() {
        let (folder, session) = session(None);
        fs::write(session.log("first"), "precious").unwrap();
        let logs = folder.path().join("logs");
        let second = || Session::start(&logs, &Stop::default(), None, Pace::Usual);
        let error = second().err().unwrap().to_string();
        assert!(error.contains("another `cargo xtask test` runs"), "{error}");
        assert!(session.log("first").exists());
        drop(session);
        assert!(second().is_ok());
    }
}
