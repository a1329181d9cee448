//! A page whose code is tried as it stands there: files are written, commands run, in the order of the page.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use testbed::Tool;

/// How many seconds each script of a page has. One that waits for a server that is dead would never end.
const LIMIT: &str = "900";

/// The exit code of `timeout` when it ended the script.
const TIMED_OUT: i32 = 124;

/// A page, and the folder in which a stranger follows it.
#[derive(Debug)]
pub struct Page<'a> {
    text: &'a str,
    place: &'a Path,
    project: PathBuf,
    programs: PathBuf,
}

/// A block of code: ```` ```rust src/main.rs ````.
struct Fenced<'a> {
    info: &'a str,
    text: String,
}

/// How many lines a stranger has to write and type.
pub fn lines_of_code(page: &str) -> usize {
    blocks(page).iter().flat_map(|block| block.text.lines()).filter(|line| !line.trim().is_empty()).count()
}

fn blocks(page: &str) -> Vec<Fenced<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Fenced<'_>> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Fenced { info, text: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    // `text` is only shown: there is nothing to be typed.
    blocks.retain(|block| block.info != "text");
    blocks
}

impl<'a> Page<'a> {
    /// A page whose first commands make a project of this name, to be followed in `place`. The tool is found there under its
    /// own name, whatever the test bed calls it.
    ///
    /// # Errors
    /// If the tool is missing, or the folder can't be written.
    pub fn new(text: &'a str, place: &'a Path, project: &str, tool: Tool) -> Result<Self> {
        let found = tool.find()?;
        found.started();
        let programs = place.join("programs");
        fs::create_dir_all(&programs)?;
        symlink(&found.path, programs.join(tool.program())).context("linking the tool")?;
        Ok(Self { text, place, project: place.join(project), programs })
    }

    /// The folder that the page makes.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Does all that it says.
    ///
    /// # Errors
    /// The first command that fails, with what it printed.
    pub fn follow(&self) -> Result<()> {
        let mut is_made = false;
        for block in blocks(self.text) {
            match block.info.split_once(' ') {
                Some((_, file)) => {
                    fs::write(self.project.join(file), &block.text).with_context(|| format!("writing {file}"))?;
                }
                None if is_made => self.run(&block.text)?,
                None => {
                    self.run_in(self.place, &block.text)?;
                    self.prepare()?;
                    is_made = true;
                }
            }
        }
        Ok(())
    }

    /// Runs commands in the project, as a stranger would type them.
    ///
    /// # Errors
    /// If one fails; with what it printed.
    pub fn run(&self, script: &str) -> Result<()> {
        self.run_in(&self.project, script)
    }

    /// What spares the test the compilation of every dependency, and pins their versions.
    fn prepare(&self) -> Result<()> {
        let running = std::env::current_exe()?;
        let target = running.ancestors().nth(3).context("the test is not in a target folder")?;
        symlink(target, self.project.join("target")).context("linking the target folder")?;
        fs::copy(checkout().join("Cargo.lock"), self.project.join("Cargo.lock")).context("copying Cargo.lock")?;
        Ok(())
    }

    fn run_in(&self, folder: &Path, script: &str) -> Result<()> {
        let path = std::env::var_os("PATH").context("there is no PATH")?;
        let mut paths = OsString::from(&self.programs);
        paths.push(":");
        paths.push(path);
        // Without a process group of its own, so that whoever ends this one ends the script, too. And behind the tests that run
        // meanwhile: they have deadlines, and what a page does is mostly compiling.
        let output = Command::new("timeout")
            .args(["--foreground", LIMIT, "nice", "-n", "15", "sh", "-ec", script])
            .current_dir(folder)
            .env("PATH", paths)
            .env("CHECKOUT", checkout())
            .env("CHECKPOINT_DISABLE", "1")
            // As in `.cargo/config.toml`: with another value the shared target folder would be compiled anew, here and after.
            .env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", debug_setting()?)
            // All that a page adds is among the dependencies of this workspace.
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .context("starting timeout")?;
        if !output.status.success() {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            if output.status.code() == Some(TIMED_OUT) {
                bail!("{script}\nit still ran after {LIMIT} s\n{}{}", text(&output.stdout), text(&output.stderr));
            }
            bail!("{script}\n{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr));
        }
        Ok(())
    }
}

/// How much this workspace's own builds tell debuggers. Any other value would compile every dependency anew.
fn debug_setting() -> Result<String> {
    let manifest = checkout().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    debug_of(&text).with_context(|| format!("{} says no `debug` for the profile `dev`", manifest.display()))
}

fn debug_of(manifest: &str) -> Option<String> {
    let profile = manifest.lines().skip_while(|line| *line != "[profile.dev]").skip(1);
    let mut lines = profile.take_while(|line| !line.starts_with('['));
    let value = lines.find_map(|line| line.strip_prefix("debug = "))?;
    Some(value.trim_matches('"').to_owned())
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_setting_is_that_of_this_profile() {
        let manifest = "[profile.release]\ndebug = 2\n\n[profile.dev]\n# Why.\ndebug = \"line-tables-only\"\n";
        assert_eq!(debug_of(manifest).as_deref(), Some("line-tables-only"));
        assert_eq!(debug_of("[profile.dev]\n[profile.test]\ndebug = 1\n"), None);
        assert!(debug_setting().is_ok());
    }
}
