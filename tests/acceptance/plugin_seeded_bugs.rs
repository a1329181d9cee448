//! Seeded bugs on both real servers: engines that break one promise each, and the guard that has to notice.
//!
//! The engines are those that `tests/engine-conformance` tries before the played host. A guard is what other tests here check, on
//! two mounts of one engine. It is green for an engine without a bug, and red for the words of the table with the bug.
//!
//! An ordinary run tries some of them, and others with another number in `SECRETZERO_SEED`; all only with
//! `SEEDED_BUGS=all cargo test -p acceptance plugin_seeded_bugs -- --nocapture`.

mod guard;
mod socket;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use acceptance::{Product, Scenario, VaultPlugin, VaultServer, run_folder};
use anyhow::{Context as _, Result, bail, ensure};
use secrets_engine_conformance::seeded::{Bug, CONTROL, Workspace, bugs};
use serde_json::json;

use self::guard::Guard;
use self::table::{Seen, TABLE};
use crate::plugin_requests::VERSION;

/// Neither server has standbys that can't write: the played host has the bugs for this line alone.
const PLAYED_ONLY: u8 = 13;

/// An ordinary run tries one in so many.
const SAMPLE: usize = 3;

#[test]
fn openbao() -> Result<()> {
    are_caught(Product::OpenBao)
}

#[test]
fn vault() -> Result<()> {
    are_caught(Product::Vault)
}

#[test]
fn every_line_has_one() -> Result<()> {
    let lines: Result<BTreeSet<u8>> = TABLE.iter().map(|seen| Ok(of(seen)?.line)).collect();
    let all: BTreeSet<u8> = (1..=20).filter(|line| *line != PLAYED_ONLY).collect();
    ensure!(lines? == all, "a line has no bug on the servers");
    let names: BTreeSet<&str> = TABLE.iter().map(|seen| seen.bug).collect();
    ensure!(names.len() == TABLE.len(), "a bug is there twice");
    for seen in TABLE {
        let copy = of(seen)?.copy;
        let twin =
            TABLE.iter().filter(|other| other.guard == seen.guard && of(other).is_ok_and(|bug| bug.copy == copy));
        ensure!(twin.count() == 1, "{} has the guard of another bug of its copy", seen.bug);
    }
    Ok(())
}

/// The bug that a row is about.
fn of(seen: &Seen) -> Result<&'static Bug> {
    bugs().into_iter().find(|bug| bug.name == seen.bug).with_context(|| format!("there is no bug {}", seen.bug))
}

fn are_caught(product: Product) -> Result<()> {
    Scenario::run(&[product.tool()], |scenario| {
        let engines = engines(product)?;
        let engine = |copy: u8| engines.get(&copy).with_context(|| format!("copy {copy} was not built"));
        let server = VaultServer::start_with_room(scenario.folder(), product)?;
        let began = Instant::now();
        let tried: Vec<&Seen> = if std::env::var_os("SEEDED_BUGS").is_some_and(|value| value == "all") {
            TABLE.iter().collect()
        } else {
            let given = std::env::var("SECRETZERO_SEED").ok().and_then(|seed| seed.parse::<usize>().ok());
            let first = given.unwrap_or_default() % SAMPLE;
            println!("SEEDED BUGS on {}: one in {SAMPLE} from number {first} of the table", product.name());
            TABLE.iter().skip(first).step_by(SAMPLE).collect()
        };
        let guards: BTreeSet<Guard> = tried.iter().map(|seen| seen.guard).collect();
        for (number, guard) in guards.into_iter().enumerate() {
            let outcome = on_stage(&server, &format!("sound{number}"), engine(CONTROL)?, guard);
            outcome.with_context(|| format!("without a bug {guard:?} is red on {}", product.name()))?;
        }
        let mut missed = Vec::new();
        for (number, seen) in tried.iter().enumerate() {
            let (from, bug) = (Instant::now(), of(seen)?);
            let found = match on_stage(&server, &format!("bug{number}"), engine(bug.copy)?, seen.guard) {
                Ok(()) => Err("nobody noticed".to_owned()),
                Err(error) => match format!("{error:#}") {
                    said if said.contains(seen.reason) => Ok(()),
                    said => Err(format!("red, but not because of {:?}: {said}", seen.reason)),
                },
            };
            let verdict = if found.is_ok() { "caught" } else { "MISSED" };
            let (product, guard, took) = (product.name(), seen.guard, from.elapsed());
            println!("SEEDED BUG {product} | line {} | {} | {guard:?} | {verdict} | {took:.1?}", bug.line, bug.name);
            missed.extend(found.err().map(|why| format!("{}: {why}", bug.name)));
        }
        let (all, caught, took) = (tried.len(), tried.len() - missed.len(), began.elapsed());
        let (product, table) = (product.name(), TABLE.len());
        println!("SEEDED BUGS {caught} of {all} tried were caught on {product} in {took:.0?}; the table has {table}");
        ensure!(server.health()? == 200, "the server is not active");
        ensure!(missed.is_empty(), "{}", missed.join("\n"));
        Ok(())
    })
}

/// One engine with two mounts, to be looked at.
struct Stage<'a> {
    plugin: VaultPlugin<'a>,
    mounts: [String; 2],
    program: &'a Path,
}

impl Stage<'_> {
    fn mounts(&self) -> [&str; 2] {
        self.mounts.each_ref().map(String::as_str)
    }
}

/// Registers and mounts an engine, has the guard look at it, and takes it away again.
fn on_stage(server: &VaultServer, name: &str, program: &Path, guard: Guard) -> Result<()> {
    let plugin = VaultPlugin::register(server, name, program, Some(VERSION))?;
    let stage = Stage { plugin, mounts: ["one", "two"].map(|mount| format!("{name}-{mount}")), program };
    let mounted = stage.mounts.iter().try_for_each(|mount| {
        stage.plugin.mount(mount, &json!({ "plugin_version": VERSION })).context("it can't be mounted")
    });
    let outcome = mounted.and_then(|()| guard.look(&stage));
    // Nothing that is not there is fine with both servers.
    for mount in &stage.mounts {
        stage.plugin.unmount(mount)?;
    }
    stage.plugin.deregister(Some(VERSION))?;
    fs::remove_file(server.plugin_directory().join(format!("{name}-{VERSION}"))).context("removing the program")?;
    outcome
}

/// The engines by their copies, where no other run exchanges them.
fn engines(product: Product) -> Result<BTreeMap<u8, PathBuf>> {
    let began = Instant::now();
    let workspace = Workspace::write(&bugs())?;
    let built = workspace.build()?;
    println!("built {} engines in {:.0?}", built.len(), began.elapsed());
    let folder = run_folder()?.join(format!("seeded-engines-{}", product.name()));
    fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut engines = BTreeMap::new();
    for (copy, program) in built {
        let kept = folder.join(copy.to_string());
        // Not by ourselves: a child that another thread starts meanwhile would have it open for writing, and it could not run.
        let copied = Command::new("cp").arg("--").args([&program, &kept]).status().context("running cp")?;
        if !copied.success() {
            bail!("copying {} failed", program.display());
        }
        engines.insert(copy, kept);
    }
    Ok(engines)
}
