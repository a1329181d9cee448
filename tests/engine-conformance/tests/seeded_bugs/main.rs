//! Seeded bugs: the proof that the lines of a secrets engine can fail.
//!
//! Every entry of the table is a change to `vault-plugin-sdk`, or to `go-plugin`, that breaks one promise. Some copies of them, which
//! have all of these changes among them, and the example engine on top of each are built in the cache. Then the test that guards a
//! promise runs against the engine that breaks it, and has to fail for the reason that the table gives. An unchanged copy, built the
//! same way, has to pass. On real servers the same copies are tried by `tests/acceptance/plugin_seeded_bugs.rs`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::seeded::{CONTROL, Workspace, bugs};
use seeded_bugs::{Lines, Trial};

/// Trials that run at the same time. Most of them wait for something.
const BESIDE_EACH_OTHER: usize = 6;

#[test]
fn every_seeded_bug_is_caught() -> Result<()> {
    if let Err(missing) = testbed::Tool::SecretsEngineHost.find() {
        ensure!(!missing.must_fail(), "{missing}");
        println!("SKIPPED secrets-engine-host: {missing}");
        return Ok(());
    }
    let (begin, bugs) = (Instant::now(), bugs());
    let workspace = Workspace::write(&bugs)?;
    let engines = workspace.build()?;
    println!("built {} engines in {} s", engines.len(), begin.elapsed().as_secs());

    let trial = |name, copy: u8, test, reason| -> Result<Trial> {
        let program = engines.get(&copy).with_context(|| format!("copy {copy} was not built"))?.clone();
        Ok(Trial { name, program, test, reason })
    };
    let tests: BTreeSet<&str> = bugs.iter().map(|bug| bug.test).collect();
    let of_bugs = bugs.iter().map(|bug| trial(bug.name, bug.copy, bug.test, Some(bug.reason)));
    let trials =
        of_bugs.chain(tests.into_iter().map(|test| trial("control", CONTROL, test, None))).collect::<Result<_>>()?;
    let lines = Lines::find(Path::new(env!("CARGO_MANIFEST_DIR")), "engine_lines", "CONFORMANCE_PLUGIN")?;
    lines.try_all(trials, BESIDE_EACH_OTHER, |line| println!("{line}"))
}

#[test]
fn every_line_has_a_bug_of_its_own() {
    let bugs = bugs();
    let lines: BTreeSet<u8> = bugs.iter().map(|bug| bug.line).collect();
    assert_eq!(lines, (1..=20).collect());
    let names: BTreeSet<&str> = bugs.iter().map(|bug| bug.name).chain(["control"]).collect();
    assert_eq!(names.len(), bugs.len() + 1, "two bugs have the same name");
    assert!(bugs.iter().all(|bug| bug.copy != CONTROL), "the control has a bug");
    for bug in &bugs {
        assert!(bug.test.contains(&format!("::line_{}_", bug.line)), "{} breaks another line", bug.name);
        let twin = bugs.iter().find(|other| other.name != bug.name && other.copy == bug.copy && other.test == bug.test);
        assert!(twin.is_none(), "{} has the test of another bug of its copy", bug.name);
    }
}
