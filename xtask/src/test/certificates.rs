//! What is issued, and what is broken, before the judges: `cargo xtask judge` as a step of the test.

use std::{fs, time::Duration};

use super::{
    libtest::Tally,
    session::{CUT_OFF, Ending, Outcome, Session, excerpt},
};

/// On an idle machine.
const EXPECTED: Duration = Duration::from_secs(120);

pub(crate) fn run(session: &mut Session) {
    session.optional_step("judge", EXPECTED, |session| {
        let mut command = match crate::judge::command() {
            Ok(command) => command,
            Err(error) => return Outcome::Failed(format!("{error:#}")),
        };
        let log = session.log("judge");
        let ended = session.run("judge", EXPECTED, &mut command, &log);
        let output = fs::read(&log).unwrap_or_default();
        // A judge that is not there says so; the others judge without it.
        let skipped: Vec<String> = String::from_utf8_lossy(&output)
            .lines()
            .filter(|line| line.starts_with("SKIPPED "))
            .map(str::to_owned)
            .collect();
        let mut tally = Tally { skipped: skipped.len(), ..Tally::default() };
        let mut details = skipped;
        match ended {
            Ok(()) => tally.passed += 1,
            Err(Ending::OutOfTime(reason)) => {
                tally.skipped += 1;
                details.push(format!("{CUT_OFF}judge: {reason}"));
            }
            Err(Ending::Failed(reason)) => {
                tally.failed += 1;
                details.push(reason);
                details.push(excerpt(&log));
            }
        }
        Outcome::Tested(tally, details)
    });
}
