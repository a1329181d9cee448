//! Seeded bugs: the proof that the tests of this crate can fail.
//!
//! Every entry of the table breaks one rule of the engine or of the validation in a copy of the crate. The test that guards
//! the rule must then fail there. Where core checks the rule too, so do its own rules on generated schemas and
//! configurations: the property must fail as well, without knowing what it looks for.
//!
//! The copies are compiled one by one, which takes minutes, so an ordinary run tries a few of them, and all only with
//! `SEEDED_BUGS=all cargo test -p tf-framework --test seeded_bugs -- --nocapture`.

mod table;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use seeded_bugs::{Edit, Sources, manifest, read, replace_once, update};

use crate::table::bugs;

/// A change to the crate that a test must notice.
pub(crate) struct Bug {
    /// Names the copy that has it, and nothing else.
    name: &'static str,
    /// What to change below `src`. All of it together is the bug.
    edits: &'static [Edit],
    /// The unit test that must fail.
    test: &'static str,
    /// Whether core's rules must notice it too, on what is generated.
    is_judged: bool,
}

/// The property that plays core.
const PROPERTIES: &str = "properties";

/// An ordinary run tries one in so many.
const SAMPLE: usize = 11;

#[test]
fn seeded_bugs_are_caught() -> Result<()> {
    let all = bugs();
    let names: BTreeSet<&str> = all.iter().map(|bug| bug.name).collect();
    ensure!(names.len() == all.len(), "two bugs have the same name");
    let step = if std::env::var_os("SEEDED_BUGS").is_some_and(|value| value == "all") { 1 } else { SAMPLE };
    let tried: Vec<&Bug> = all.iter().copied().step_by(step).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tf-framework-seeded-bugs");
    write_workspace(&folder, &all)?;
    let mut missed = Vec::new();
    for bug in &tried {
        let by_test = fails(&folder, bug.name, &["--lib", "--", "--exact", bug.test])?;
        let by_rules = !bug.is_judged || fails(&folder, bug.name, &["--test", PROPERTIES])?;
        let noticed_by = if bug.is_judged { "test and core's rules" } else { "test" };
        println!("{}: {}", bug.name, if by_test && by_rules { noticed_by } else { "NOT NOTICED" });
        if !by_test {
            missed.push(format!("{} is not noticed by {}", bug.name, bug.test));
        }
        if !by_rules {
            missed.push(format!("{} is not noticed by core's rules", bug.name));
        }
    }
    let caught = tried.len().saturating_sub(missed.len());
    println!("SEEDED BUGS {caught} of {} tried were caught; the table has {}", tried.len(), all.len());
    ensure!(missed.is_empty(), "{}", missed.join("\n"));
    Ok(())
}

#[test]
fn every_seeded_bug_can_still_be_seeded() -> Result<()> {
    let sources = Sources::below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))?;
    for bug in bugs() {
        sources.edited(bug.edits).with_context(|| bug.name)?;
        let (module, test) = bug.test.rsplit_once("::").context("a test without a module")?;
        let file = module.trim_end_matches("::tests").replace("::", "/") + ".rs";
        let text = sources.text(&file).with_context(|| format!("there is no {file}"))?;
        ensure!(text.contains(&format!("fn {test}()")), "{file} has no test {test}");
    }
    Ok(())
}

/// Whether a test of a copy fails. That it does not compile or does not run is an error.
fn fails(folder: &Path, name: &str, arguments: &[&str]) -> Result<bool> {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--quiet", "--package", &package_name(name)])
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // Each copy is compiled once and never debugged.
        .envs([("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_TEST_DEBUG", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")])
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("RUST_BACKTRACE", "0")
        .output()
        .context("running cargo")?;
    let said = String::from_utf8_lossy(&output.stdout);
    match (said.contains("test result: ok."), said.contains("test result: FAILED.")) {
        (true, false) if said.contains(" 0 passed") => bail!("{name}: {arguments:?} runs no test"),
        (true, false) => Ok(false),
        (false, true) => Ok(true),
        _ => bail!("{name}: {arguments:?} ended otherwise:\n{said}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Writes a workspace with one changed copy of the crate for each bug.
fn write_workspace(folder: &Path, bugs: &[&Bug]) -> Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().nth(2).context("the crate has moved")?;
    let (sources, properties) =
        (Sources::below(&package.join("src"))?, Sources::below(&package.join("tests").join(PROPERTIES))?);
    let own = read(&package.join("Cargo.toml"))?;
    for bug in bugs {
        let copy = folder.join(bug.name);
        sources.edited(bug.edits).with_context(|| bug.name)?.write(&copy.join("src"))?;
        properties.write(&copy.join("tests").join(PROPERTIES))?;
        let renamed = format!("name = \"{}\"", package_name(bug.name));
        let library = "[lib]\nname = \"tf_framework\"\ndoctest = false\n\n[dependencies]";
        let renamed = replace_once(&own, "name = \"tf-framework\"", &renamed)?;
        update(&copy.join("Cargo.toml"), &replace_once(&renamed, "\n[dependencies]", &format!("\n{library}"))?)?;
    }
    let whole = manifest::with_members(&read(&root.join("Cargo.toml"))?, bugs.iter().map(|bug| bug.name))?;
    let paths = format!("path = \"{}/", root.display());
    update(&folder.join("Cargo.toml"), &whole.replace("path = \"", &paths))?;
    update(&folder.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)
}

fn package_name(bug: &str) -> String {
    format!("tf-framework-{bug}")
}
