//! The long sets: what finds more the longer it runs, and is too slow for every run.

use std::time::Duration;

use super::{
    judge::judge,
    libtest::{self, Tally},
    session::{Outcome, Pace, Session},
};
use crate::cargo;

/// Values that go through every encoding and back.
const VALUES: u32 = 10_000_000;

pub(crate) fn run(session: &mut Session) {
    if session.pace != Pace::Full {
        return;
    }
    let name = "ten million values";
    // Two of them for the values, the rest to compile.
    let expected = Duration::from_secs(4 * 60);
    session.step(name, expected, |session| {
        let mut command = cargo::command(&["test", "--locked", "--release", "--package", "tf-value"]);
        command.args(["--test", "properties", "many", "--", "--nocapture"]).env("TF_VALUE_CASES", VALUES.to_string());
        at_least_one(judge(session, name, expected, &mut command, libtest::read_several))
    });
}

/// The test is chosen by a word of its name: if it is renamed, nothing runs and nothing fails.
fn at_least_one(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Tested(tally, _) if tally == Tally::default() => {
            Outcome::Failed("no test of tf-value has the word `many` in its name any more".to_owned())
        }
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_test_is_noticed() {
        assert!(matches!(at_least_one(Outcome::Tested(Tally::default(), Vec::new())), Outcome::Failed(_)));
        let passed = Tally { passed: 1, ..Tally::default() };
        assert!(matches!(at_least_one(Outcome::Tested(passed, Vec::new())), Outcome::Tested(..)));
    }
}
