//! Whether a test program did what its exit status claims.
//!
//! A program that ends well has not yet tested anything: one that exits in the middle, or whose tests are gone, ends well,
//! too. So what it printed is read, and has the last word.

use std::{fs, process::Command, time::Duration};

use super::{
    libtest::{Report, Tally},
    session::{CUT_OFF, Ending, FAILED, Outcome, Session, excerpt},
};

/// Runs one or more test programs and counts.
pub(crate) fn judge(
    session: &Session,
    name: &str,
    expected: Duration,
    command: &mut Command,
    read: impl Fn(&str) -> Report,
) -> Outcome {
    let log = session.log(name);
    let _ = fs::remove_file(&log);
    let ended = session.run(name, expected, command, &log);
    let output = fs::read(&log).unwrap_or_default();
    let Report { mut tally, failed, mut details, complete, unfinished } = read(&String::from_utf8_lossy(&output));
    let reason = match ended {
        // What ended before counts, and the rest is one that was skipped.
        Err(Ending::OutOfTime(reason)) if !complete => {
            tally += unfinished;
            tally += Tally { skipped: 1, ..Tally::default() };
            details.push(format!("{CUT_OFF}{name}: {reason}"));
            None
        }
        // It crashed, hung, or failed to compile: the tests can't tell it themselves.
        Err(Ending::Failed(reason)) if tally.failed == 0 || !complete => Some(reason),
        Ok(()) if !complete => {
            Some(format!("ended well, but without the line that counts its tests; log: {}", log.display()))
        }
        Ok(()) | Err(_) => None,
    };
    details.extend(failed.iter().map(|test| format!("{FAILED}{test}")));
    if let Some(reason) = reason {
        tally += Tally { failed: 1, ..Tally::default() };
        details.push(reason);
        details.push(excerpt(&log));
    }
    Outcome::Tested(tally, details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{
        libtest,
        session::tests::{session, shell},
    };

    const RESULT: &str = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";

    fn judged(script: &str) -> Tally {
        judged_within(None, script)
    }

    fn judged_within(limit: Option<Duration>, script: &str) -> Tally {
        let (_folder, session) = session(limit);
        match judge(&session, "program", Duration::ZERO, &mut shell(script), libtest::read_one) {
            Outcome::Tested(tally, _) => tally,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_result_counts() {
        assert_eq!(
            judged(&format!("echo 'running 2 tests'; echo '{RESULT}'")),
            Tally { passed: 2, failed: 0, skipped: 0 }
        );
    }

    #[test]
    fn success_without_a_result_is_a_failure() {
        for script in ["true", "echo 'running 2 tests'; echo 'test a ... ok'; exit 0"] {
            assert_eq!(judged(script), Tally { passed: 0, failed: 1, skipped: 0 }, "{script}");
        }
    }

    #[test]
    fn an_exit_that_contradicts_the_result_is_a_failure() {
        assert_eq!(judged(&format!("echo 'running 2 tests'; echo '{RESULT}'; exit 1")).failed, 1);
    }
    #[test]
    fn of_what_the_time_limit_ends_only_a_failed_test_is_a_failure() {
        // The session keeps 45 seconds for its end.
        let limit = Some(Duration::from_millis(45_400));
        let script = "echo 'running 3 tests'; echo 'test a ... ok'; sleep 600";
        assert_eq!(judged_within(limit, script), Tally { passed: 1, failed: 0, skipped: 1 });
        let script = "echo 'running 3 tests'; echo 'test a ... ok'; echo 'test b ... FAILED'; sleep 600";
        assert_eq!(judged_within(limit, script), Tally { passed: 1, failed: 1, skipped: 1 });
        let script = "echo 'running 3 tests'; echo 'test a ... ok'; exit 1";
        assert_eq!(judged_within(limit, script), Tally { passed: 0, failed: 1, skipped: 0 });
    }
}
