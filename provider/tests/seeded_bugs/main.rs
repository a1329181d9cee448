//! Seeded bugs: the proof that the tests of files with keys and certificates can fail.
//!
//! Every entry of the table breaks, in a copy of the crate, the rule that such files are written whole or not at all and
//! that no key is lost. The named test of `kill_key_files` must then fail.
//!
//! The copies are compiled one by one, so an ordinary run tries one of them, and all only with
//! `SEEDED_BUGS=all cargo test -p provider --test seeded_bugs -- --nocapture`.

mod copies;
mod table;

use std::process::Command;

use anyhow::Result;

use crate::copies::Suite;

const SUITE: Suite = Suite { tests: "kill_key_files", bugs: table::BUGS };

#[test]
fn seeded_bugs_are_caught() -> Result<()> {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("SKIPPED seeded_bugs_are_caught: strace is not installed (Debian: apt-get install strace)");
        return Ok(());
    }
    SUITE.is_caught(|line| println!("{line}"))
}

#[test]
fn every_seeded_bug_can_still_be_seeded() -> Result<()> {
    SUITE.can_be_seeded()
}
