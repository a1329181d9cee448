//! Whether a test program did what its exit status claims.
//!
//! A program that ends well has not yet tested anything: one that exits in the middle, or whose tests are gone, ends well,
//! too. So what it printed is read, and has the last word.

use std::{fs, process::Command, time::Duration};

use super::{
    libtest::{Report, Tally},
    session::{FAILED, Outcome, Session, excerpt},
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
    let Report { mut tally, failed, mut details, complete } = read(&String::from_utf8_lossy(&output));
    let reason = match ended {
        // It crashed, hung until the limit, or failed to compile: the tests can't tell it themselves.
        Err(reason) if tally.failed == 0 || !complete => Some(reason),
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
        let (_folder, session) = session(None);
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
}
