//! cargo-deny: banned crates, licences and sources always, advisories when their database can be reached.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use testbed::{cache_root, remove_tree};

use super::session::{Outcome, Pace, Session};
use crate::cargo;

const VERSION: &str = "0.20.2";
/// Time of an installation on two cores.
const INSTALLATION: Duration = Duration::from_secs(8 * 60);
const CHECK: Duration = Duration::from_secs(10);

pub(crate) fn run(session: &mut Session) {
    let program = program();
    if !program.is_file() && session.pace != Pace::Quick {
        session.optional_step("install cargo-deny", INSTALLATION, |session| install(session, &program));
    }
    if !program.is_file() {
        let reason = "cargo-deny is not in the cache; `cargo xtask test` without --quick installs it";
        for name in ["deny", "deny advisories"] {
            session.step(name, CHECK, |_| Outcome::Skipped(reason.to_owned()));
        }
        return;
    }
    session.command_step("deny", CHECK, deny(&program, &["check", "bans", "licenses", "sources"]));
    session.step("deny advisories", CHECK, |session| advisories(session, &program));
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
        outcome => {
            // What stays is cache; if it can't be removed, it is only in the way.
            let _ = remove_tree(&build);
            outcome
        }
    }
}

fn advisories(session: &Session, program: &Path) -> Outcome {
    let name = "deny advisories";
    if let Outcome::Failed(reason) = session.execute(name, CHECK, &mut deny(program, &["fetch", "db"])) {
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
