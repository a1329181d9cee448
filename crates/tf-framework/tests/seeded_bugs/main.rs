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
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::table::BUGS;

/// A change to the crate that a test must notice.
pub(crate) struct Bug {
    /// Names the copy that has it, and nothing else.
    name: &'static str,
    /// What to change, file by file below `src`. All of it together is the bug.
    edits: &'static [(&'static str, &'static str, &'static str)],
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
    let names: BTreeSet<&str> = BUGS.iter().map(|bug| bug.name).collect();
    ensure!(names.len() == BUGS.len(), "two bugs have the same name");
    let step = if std::env::var_os("SEEDED_BUGS").is_some_and(|value| value == "all") { 1 } else { SAMPLE };
    let bugs: Vec<&Bug> = BUGS.iter().step_by(step).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tf-framework-seeded-bugs");
    write_workspace(&folder)?;
    let mut missed = Vec::new();
    for bug in &bugs {
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
    let caught = bugs.len().saturating_sub(missed.len());
    println!("SEEDED BUGS {caught} of {} tried were caught; the table has {}", bugs.len(), BUGS.len());
    ensure!(missed.is_empty(), "{}", missed.join("\n"));
    Ok(())
}

#[test]
fn every_seeded_bug_can_still_be_seeded() -> Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    for bug in BUGS {
        for (file, find, replace) in bug.edits {
            let text = read(&package.join("src").join(file))?;
            replace_once(&text, find, replace).with_context(|| format!("{} in {file}", bug.name))?;
        }
        let (module, test) = bug.test.rsplit_once("::").context("a test without a module")?;
        let file = module.trim_end_matches("::tests").replace("::", "/") + ".rs";
        let text = read(&package.join("src").join(&file))?;
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
fn write_workspace(folder: &Path) -> Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().nth(2).context("the crate has moved")?;
    for bug in BUGS {
        let copy = folder.join(bug.name);
        copy_text(&package.join("src"), &copy.join("src"), bug.edits)?;
        copy_text(&package.join("tests").join(PROPERTIES), &copy.join("tests").join(PROPERTIES), &[])?;
        let manifest = read(&package.join("Cargo.toml"))?;
        let renamed = format!("name = \"{}\"", package_name(bug.name));
        let library = "[lib]\nname = \"tf_framework\"\ndoctest = false\n\n[dependencies]";
        let manifest = replace_once(&manifest, "name = \"tf-framework\"", &renamed)?;
        update(&copy.join("Cargo.toml"), &replace_once(&manifest, "[dependencies]", library)?)?;
    }
    let manifest = read(&root.join("Cargo.toml"))?;
    let (before, rest) = manifest.split_once("members = [").context("no members in Cargo.toml")?;
    let (_, after) = rest.split_once("]\n").context("no end of members in Cargo.toml")?;
    let members: String = BUGS.iter().map(|bug| format!("    \"{}\",\n", bug.name)).collect();
    let after = after.replace("path = \"", &format!("path = \"{}/", root.display()));
    update(&folder.join("Cargo.toml"), &format!("{before}members = [\n{members}]\n{after}"))?;
    update(&folder.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)
}

fn package_name(bug: &str) -> String {
    format!("tf-framework-{bug}")
}

/// Copies text files, with changes. Files that are the same already are left alone, so that they are not compiled again.
fn copy_text(from: &Path, to: &Path, edits: &[(&str, &str, &str)]) -> Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in from.join(&folder).read_dir().with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
                continue;
            }
            let mut text = read(&entry.path())?;
            for (_, find, replace) in edits.iter().filter(|(file, ..)| Path::new(file) == path) {
                text = replace_once(&text, find, replace)?;
            }
            update(&to.join(&path), &text)?;
        }
    }
    Ok(())
}

fn replace_once(text: &str, find: &str, replace: &str) -> Result<String> {
    match text.matches(find).count() {
        1 => Ok(text.replacen(find, replace, 1)),
        0 => bail!("this no longer stands there, so the bug has to be seeded anew:\n{find}"),
        count => bail!("this stands there {count} times, so it is not clear where the bug belongs:\n{find}"),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn update(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    fs::create_dir_all(path.with_file_name(""))?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
