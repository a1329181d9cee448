//! Seeded bugs: the proof that the conformance lines can fail.
//!
//! Every entry of the table is a change to `go-plugin` that breaks one promise. A copy of the crate with the change, and a
//! copy of the conformance plugin on top of it, are built in the cache; then the test that guards the promise runs against
//! that plugin and has to fail, for the reason that the table gives. An unchanged copy, built the same way, has to pass.

mod bug;
mod table;
mod workspace;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use seeded_bugs::{Lines, Trial};

use crate::table::bugs;
use crate::workspace::Workspace;

/// Trials that run at the same time. Most of them wait for a deadline.
const BESIDE_EACH_OTHER: usize = 8;

/// The name of the copy without a bug.
const CONTROL: &str = "control";

#[test]
fn every_seeded_bug_is_caught() -> Result<()> {
    let (begin, bugs) = (Instant::now(), bugs());
    let workspace = Workspace::write(&bugs)?;
    let plugins = workspace.build()?;
    println!("built {} plugins in {} s", plugins.len(), begin.elapsed().as_secs());

    let trial = |name, test, reason| -> Result<Trial> {
        let program = plugins.get(name).with_context(|| format!("{name} was not built"))?.clone();
        Ok(Trial { name, program, test, reason })
    };
    let tests: BTreeSet<&str> = bugs.iter().map(|bug| bug.test).collect();
    let of_bugs = bugs.iter().map(|bug| trial(bug.name, bug.test, Some(bug.reason)));
    let trials = of_bugs.chain(tests.into_iter().map(|test| trial(CONTROL, test, None))).collect::<Result<_>>()?;
    let lines = Lines::find(Path::new(env!("CARGO_MANIFEST_DIR")), "lines", "CONFORMANCE_PLUGIN")?;
    lines.try_all(trials, BESIDE_EACH_OTHER, |line| println!("{line}"))
}

#[test]
fn every_conformance_line_has_a_bug_of_its_own() {
    let bugs = bugs();
    let lines: BTreeSet<u8> = bugs.iter().filter_map(|bug| bug.line).collect();
    assert_eq!(lines, BTreeSet::from([1, 2, 3, 4, 5, 6, 15, 16, 17, 19]));
    let names: BTreeSet<&str> = bugs.iter().map(|bug| bug.name).chain([CONTROL]).collect();
    assert_eq!(names.len(), bugs.len() + 1, "two bugs have the same name");
}
