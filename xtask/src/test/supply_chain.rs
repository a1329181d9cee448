//! cargo-deny: banned crates, licences and sources always, advisories when their database can be reached.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use testbed::{cache_root, remove_tree};

use super::session::{Ending, Outcome, Pace, Session};
use crate::cargo;

const VERSION: &str = "0.20.2";
const NOT_INSTALLED: &str = "cargo-deny is not in the cache; `cargo xtask test` without --quick installs it";
/// Time of an installation on two cores.
const INSTALLATION: Duration = Duration::from_secs(8 * 60);
const CHECK: Duration = Duration::from_secs(10);
/// A network that answers at all has delivered the advisories by then.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

/// What needs no network, once the tool is there.
pub(crate) fn run(session: &mut Session) {
    let program = program();
    if !program.is_file() && session.pace != Pace::Quick {
        session.optional_step("install cargo-deny", INSTALLATION, |session| install(session, &program));
    }
    if program.is_file() {
        let check = deny(&program, &["check", "bans", "licenses", "sources"]);
        session.command_step("deny", CHECK, check);
    } else {
        session.step("deny", CHECK, |_| Outcome::Skipped(NOT_INSTALLED.to_owned()));
    }
}

/// What may wait for a network; after everything else.
pub(crate) fn run_advisories(session: &mut Session) {
    session.step("deny advisories", CHECK, |session| advisories(session, &program()));
}

fn program() -> PathBuf {
    cache_root().join(format!("tools/cargo-deny-{VERSION}/bin/cargo-deny"))
}

fn install(session: &Session, program: &Path) -> Outcome {
    let root = program.parent().and_then(Path::parent).unwrap_or(program);
    let mut command = cargo::command(&["install", "cargo-deny", "--version", VERSION, "--locked", "--root"]);
    // A target folder of its own, which an installation cut short by the time limit can continue from.
    let build = root.join("build");
    command.arg(root).env("CARGO_TARGET_DIR", &build);
    let name = "install cargo-deny";
    // A tool that can't be had is no fault of ours; what it would have checked is counted as skipped.
    match session.execute(name, INSTALLATION, &mut command) {
        Outcome::Failed(reason) => Outcome::Skipped(reason),
        Outcome::Passed => {
            // What stays is cache; if it can't be removed, it is only in the way.
            let _ = remove_tree(&build);
            Outcome::Passed
        }
        outcome => outcome,
    }
}

fn advisories(session: &Session, program: &Path) -> Outcome {
    if !program.is_file() {
        return Outcome::Skipped(NOT_INSTALLED.to_owned());
    }
    let name = "deny advisories";
    let mut fetch = deny(program, &["fetch", "db"]);
    let fetched = session.run_within(name, CHECK, FETCH_LIMIT, &mut fetch, &session.log(name));
    if let Err(Ending::OutOfTime(reason) | Ending::Failed(reason)) = fetched {
        let first = reason.lines().next().unwrap_or_default();
        return Outcome::Skipped(format!("the advisory database can't be reached ({first})"));
    }
    session.execute(name, CHECK, &mut deny(program, &["check", "--disable-fetch", "advisories"]))
}

fn deny(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    cargo::forget_outer_cargo(&mut command);
    command.current_dir(cargo::root()).args(["--workspace", "--all-features"]).args(arguments);
    command
}
