//! Seeded bugs: the proof that the conformance lines can fail.
//!
//! Every entry of the table is a change to `go-plugin` that breaks one promise. A copy of the crate with the change, and a
//! copy of the conformance plugin on top of it, are built in the cache; then the test that guards the promise runs against
//! that plugin and has to fail, for the reason that the table gives. An unchanged copy, built the same way, has to pass.

mod bug;
mod table;
mod trial;
mod workspace;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};

use crate::table::bugs;
use crate::trial::Trial;
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

    let mut trials = Vec::new();
    for bug in &bugs {
        trials.push(Trial::new(bug.name, &plugins, bug.test, Some(bug.reason))?);
    }
    let tests: BTreeSet<&str> = bugs.iter().map(|bug| bug.test).collect();
    for test in tests {
        trials.push(Trial::new(CONTROL, &plugins, test, None)?);
    }
    let queue = Mutex::new(trials);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..BESIDE_EACH_OTHER {
            scope.spawn(|| {
                while let Some(trial) = pop(&queue) {
                    let t0 = Instant::now();
                    let outcome = trial.run();
                    println!(
                        "TT {:.1} at {:.1} {}",
                        t0.elapsed().as_secs_f32(),
                        begin.elapsed().as_secs_f32(),
                        trial.plugin
                    );
                    if let (Err(error), Ok(mut failures)) = (outcome, failures.lock()) {
                        failures.push((trial.plugin.clone(), error));
                    }
                }
            });
        }
    });

    let failures = failures.into_inner().map_err(|_| anyhow!("a trial panicked"))?;
    for (name, error) in &failures {
        println!("{name}: {error:#}");
    }
    let missed = bugs.iter().filter(|bug| failures.iter().any(|(name, _)| name == bug.name)).count();
    println!("SEEDED BUGS {} of {} caught", bugs.len() - missed, bugs.len());
    ensure!(failures.is_empty(), "{} of these trials did not end as they should", failures.len());
    Ok(())
}

#[test]
fn every_conformance_line_has_a_bug_of_its_own() {
    let bugs = bugs();
    let lines: BTreeSet<u8> = bugs.iter().filter_map(|bug| bug.line).collect();
    assert_eq!(lines, BTreeSet::from([1, 2, 3, 4, 5, 6, 15, 16, 17, 19]));
    let names: BTreeSet<&str> = bugs.iter().map(|bug| bug.name).chain([CONTROL]).collect();
    assert_eq!(names.len(), bugs.len() + 1, "two bugs have the same name");
}

fn pop<T>(queue: &Mutex<Vec<T>>) -> Option<T> {
    queue.lock().ok()?.pop()
}
