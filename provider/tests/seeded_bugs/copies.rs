//! Changed copies of the crate, and whether the tests that are copied with them notice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use seeded_bugs::{Edit, SETTINGS, Sources, manifest, read, replace_once, update};

/// A change to the crate that a test must notice.
pub(crate) struct Bug {
    /// Names the copy that has it, and nothing else.
    pub(crate) name: &'static str,
    /// What to change below `src`.
    pub(crate) edit: Edit,
    /// The test that must fail.
    pub(crate) test: &'static str,
    /// A part of what it then says.
    pub(crate) reason: &'static str,
}

/// Bugs, and the tests that must notice them.
pub(crate) struct Suite {
    /// The test program: a folder below `tests`.
    pub(crate) tests: &'static str,
    /// Every bug.
    pub(crate) bugs: &'static [Bug],
}

/// What the manifest says of a test program that another suite is about.
const OF_OWN_HARNESS: &str = "# It is killed in its first thread, which the usual harness keeps for itself.\n[[test]]\nname = \
                              \"kill_key_files\"\nharness = false\n";

impl Suite {
    /// Tries one bug, or all of them if the environment wants that, and tells what became of each.
    pub(crate) fn is_caught(&self, tell: impl Fn(String)) -> Result<()> {
        let is_whole = std::env::var_os("SEEDED_BUGS").is_some_and(|value| value == "all");
        let tried = self.bugs.get(..if is_whole { self.bugs.len() } else { 1 }).unwrap_or_default();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("provider-seeded-{}", self.tests));
        self.write_workspace(&folder)?;
        let mut missed = Vec::new();
        for bug in tried {
            let is_caught = self.catches(&folder, bug)?;
            tell(format!("{}: {}", bug.name, if is_caught { "noticed" } else { "NOT NOTICED" }));
            if !is_caught {
                missed.push(format!("{} is not noticed by {}", bug.name, bug.test));
            }
        }
        let caught = tried.len().saturating_sub(missed.len());
        tell(format!("SEEDED BUGS {caught} of {} tried were caught; the table has {}", tried.len(), self.bugs.len()));
        ensure!(missed.is_empty(), "{}", missed.join("\n"));
        Ok(())
    }

    /// Whether each bug still has its place, and its test is there.
    pub(crate) fn can_be_seeded(&self) -> Result<()> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = Sources::below(&package.join("src"))?;
        let folder = package.join("tests").join(self.tests);
        let names: BTreeSet<&str> = self.bugs.iter().map(|bug| bug.name).collect();
        ensure!(names.len() == self.bugs.len(), "two bugs have the same name");
        let mut tests = String::new();
        for entry in folder.read_dir().with_context(|| format!("reading {}", folder.display()))? {
            tests += &read(&entry?.path())?;
        }
        for bug in self.bugs {
            sources.edited(&[bug.edit]).with_context(|| bug.name)?;
            ensure!(tests.contains(&format!("fn {}()", bug.test)), "{} has no test {}", self.tests, bug.test);
        }
        Ok(())
    }

    /// Whether the test of a copy fails for its reason. That it does not compile or fails otherwise is an error.
    fn catches(&self, folder: &Path, bug: &Bug) -> Result<bool> {
        let package = package_name(bug.name);
        let output = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--quiet", "--package", &package, "--test", self.tests, "--", bug.test])
            .current_dir(folder)
            // With the dependencies that are compiled already.
            .env("CARGO_TARGET_DIR", target_folder()?)
            .env("RUST_BACKTRACE", "0")
            .output()
            .context("running cargo")?;
        // A harness of its own says on one stream why a test failed, the usual one on the other.
        let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match (output.status.success(), said.contains(bug.reason)) {
            (true, _) if said.contains("ok. 1 passed") => Ok(false),
            (false, true) => Ok(true),
            _ => bail!("{}: {} ended otherwise:\n{said}", bug.name, bug.test),
        }
    }

    /// Writes a workspace with one changed copy of the crate for each bug.
    fn write_workspace(&self, folder: &Path) -> Result<()> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.parent().context("the crate has moved")?;
        let sources = Sources::below(&package.join("src"))?;
        let tests = Sources::below(&package.join("tests").join(self.tests))?;
        let own = read(&package.join("Cargo.toml"))?;
        let program = "[[bin]]\nname = \"terraform-provider-secretzero\"\npath = \"src/main.rs\"\n";
        for bug in self.bugs {
            let copy = folder.join(bug.name);
            sources.edited(&[bug.edit]).with_context(|| bug.name)?.write(&copy.join("src"))?;
            tests.write(&copy.join("tests").join(self.tests))?;
            // Only the library, under its own name.
            let name = format!("name = \"{}\"\nautobins = false", package_name(bug.name));
            let renamed = replace_once(&own, "name = \"provider\"", &name)?;
            let mut text = replace_once(&renamed, program, "[lib]\nname = \"provider\"\ndoctest = false\n")?;
            if self.tests != "kill_key_files" {
                text = replace_once(&text, OF_OWN_HARNESS, "")?;
            }
            update(&copy.join("Cargo.toml"), &text)?;
        }
        // Each copy is compiled once and never debugged.
        let profile = |bug: &Bug| format!("[profile.dev.package.{}]\n{SETTINGS}", package_name(bug.name));
        let profiles: String = self.bugs.iter().map(profile).collect();
        let whole = manifest::with_members(&read(&root.join("Cargo.toml"))?, self.bugs.iter().map(|bug| bug.name))?;
        let paths = format!("path = \"{}/", root.display());
        update(&folder.join("Cargo.toml"), &format!("{}\n{profiles}", whole.replace("path = \"", &paths)))?;
        update(&folder.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)
    }
}

/// The target folder of this very program, which lies in `<target>/<profile>/deps`.
fn target_folder() -> Result<PathBuf> {
    let this = std::env::current_exe().context("asking for the path of the running program")?;
    Ok(this.ancestors().nth(3).context("this program is in no target folder")?.to_owned())
}

fn package_name(bug: &str) -> String {
    format!("provider-{bug}")
}
