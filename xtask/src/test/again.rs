//! A second run, alone, of tests that failed beside others.
//!
//! Three command lines with their servers on two cores can make a server slower than a test allows. Alone, a test that found
//! a bug fails again. One that does not is told as what it is, in the last lines.

use std::{path::Path, process::Command, time::Duration};

use super::{
    judge::judge,
    libtest::{self, Tally},
    session::{CUT_OFF, FAILED, Outcome, Session, UNSTEADY},
};

/// More than this are no accident of a busy machine. How many there is time for, the time limit says.
const MOST: usize = 25;
/// What a test usually takes.
const USUAL: Duration = Duration::from_secs(60);

/// Runs the tests of `program` that failed once more, one by one, and counts anew. `command` runs one test.
pub(crate) fn alone(session: &Session, program: &str, outcome: Outcome, command: impl Fn(&str) -> Command) -> Outcome {
    let Outcome::Tested(mut tally, mut details) = outcome else { return outcome };
    let failed: Vec<String> = details.iter().filter_map(|line| line.strip_prefix(FAILED)).map(str::to_owned).collect();
    // A program that crashed has a failure that is no test's.
    if failed.is_empty() || failed.len() > MOST || failed.len() != tally.failed {
        return Outcome::Tested(tally, details);
    }
    for test in failed {
        if !session.fits(2 * USUAL) {
            details.push(format!("{test} was not run again: the time limit comes first"));
            continue;
        }
        // Other programs may have a test of the same name.
        let name = format!("again {program} {test}");
        let second = judge(session, &name, USUAL, &mut command(&test), libtest::read_one);
        let Outcome::Tested(counted, told) = second else { continue };
        if counted.failed == 0 && counted.passed == 1 {
            tally.failed -= 1;
            tally.passed += 1;
            let line = format!("{FAILED}{test}");
            details.retain(|detail| *detail != line);
            details.push(format!("{UNSTEADY}{test}: it failed beside others and passed alone"));
        } else {
            details.push(still_failed(&test, counted, &told, &session.log(&name)));
        }
    }
    Outcome::Tested(tally, details)
}

/// What became of a second run that did not pass. One that had no time to end says nothing of the test.
fn still_failed(test: &str, counted: Tally, told: &[String], log: &Path) -> String {
    let log = log.display();
    if counted.failed == 0 && told.iter().any(|line| line.starts_with(CUT_OFF)) {
        return format!("{test} failed, and the time limit cut off its second run; log: {log}");
    }
    format!("{test} failed alone, too; log: {log}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::session::tests::{session, shell};

    fn after(failed: usize, names: &[String], script: &str) -> (Tally, Vec<String>) {
        let (_folder, session) = session(None);
        let details = names.iter().map(|name| format!("{FAILED}{name}")).collect();
        let first = Outcome::Tested(Tally { passed: 3, failed, skipped: 0 }, details);
        match alone(&session, "acceptance", first, |_| shell(script)) {
            Outcome::Tested(tally, details) => (tally, details),
            other => panic!("{other:?}"),
        }
    }

    const PASSES: &str = "echo 'running 1 test'; echo 'test result: ok. 1 passed; 0 failed; 0 ignored'";

    #[test]
    fn what_passes_alone_is_counted_and_told() {
        let (tally, details) = after(1, &["dex::token".to_owned()], PASSES);
        assert_eq!(tally, Tally { passed: 4, failed: 0, skipped: 0 });
        assert_eq!(details, ["UNSTEADY dex::token: it failed beside others and passed alone"]);
    }

    #[test]
    fn what_fails_again_has_failed() {
        let fails = "echo 'running 1 test'; echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'; exit 1";
        for script in [fails, "true", "echo 'running 0 tests'; echo 'test result: ok. 0 passed; 0 failed'"] {
            let (tally, details) = after(1, &["dex::token".to_owned()], script);
            assert_eq!(tally.failed, 1, "{script}");
            assert!(details.contains(&"FAILED dex::token".to_owned()), "{details:?}");
        }
    }

    #[test]
    fn a_crash_or_many_failures_are_not_run_again() {
        assert_eq!(after(2, &["dex::token".to_owned()], PASSES).0.failed, 2);
        let many: Vec<String> = (0..=MOST).map(|number| format!("test{number}")).collect();
        assert_eq!(after(many.len(), &many, PASSES).0.failed, many.len());
    }

    #[test]
    fn a_second_run_that_is_cut_off_is_no_second_failure() {
        let told = vec![format!("{CUT_OFF}again acceptance dex::token: the time limit came before its end")];
        let line = |failed, told: &[String]| {
            still_failed("dex::token", Tally { failed, ..Tally::default() }, told, Path::new("log"))
        };
        assert!(line(0, &told).contains("cut off its second run"));
        assert!(line(1, &told).contains("failed alone, too") && line(0, &[]).contains("failed alone, too"));
    }
}
