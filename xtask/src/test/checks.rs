//! What needs no server and no test: formatting, house rules, lints, documentation.

use std::time::Duration;

use super::session::{Outcome, Pace, Session};
use crate::{cargo, docs, tidy};

pub(crate) fn run(session: &mut Session) {
    session.command_step("fmt", Duration::from_secs(2), cargo::command(&["fmt", "--all", "--check"]));
    session.step("tidy", Duration::from_secs(3), |_| match tidy::findings() {
        Ok(findings) if findings.is_empty() => Outcome::Passed,
        Ok(findings) => Outcome::Failed(findings.join("\n")),
        Err(error) => Outcome::Failed(format!("{error:#}")),
    });
    let mut clippy = cargo::command(&["clippy", "--locked", "--workspace", "--all-targets", "--all-features"]);
    // After the dashes it concerns our crates only, and leaves the cached builds of the others valid.
    clippy.args(["--", "-D", "warnings"]);
    session.command_step("clippy", Duration::from_secs(60), clippy);
    if session.pace != Pace::Quick {
        let mut rustdoc = docs::command();
        rustdoc.arg("--locked");
        session.command_step("rustdoc", Duration::from_secs(20), rustdoc);
    }
}
