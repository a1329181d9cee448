//! The page that takes a stranger to their first provider, done as it says.
//!
//! The code blocks are taken from the page: files are written, commands run, in the order in which they stand there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Context as _, Result, bail, ensure};

const PAGE: &str = include_str!("../../crates/tf-framework/first-provider.md");

/// What a stranger has to write and type at most.
const LINES: usize = 60;

/// A block of code in a page: ```` ```rust src/main.rs ````.
struct Fenced<'a> {
    info: &'a str,
    text: String,
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
    blocks
}

#[test]
fn it_takes_few_lines() {
    let code: String = blocks(PAGE).into_iter().map(|block| block.text).collect();
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= LINES, "{lines} lines");
}

#[test]
fn it_works_as_written() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
        let place = scenario.folder();
        let project = place.join("terraform-provider-hello");
        let mut entered = false;
        for block in blocks(PAGE) {
            match block.info.split_once(' ') {
                None => {
                    run(place, if entered { &project } else { place }, &block.text)?;
                    if !entered {
                        prepare(&project)?;
                        entered = true;
                    }
                }
                Some((_, file)) => {
                    fs::write(project.join(file), &block.text).with_context(|| format!("writing {file}"))?
                }
            }
        }
        ensure!(fs::read_to_string(project.join("greeting.txt"))? == "Hello from Rust", "the greeting is another");
        what_the_page_promises(place, &project)
    })
}

/// "Apply again, and there is nothing to do. Change the text …. Remove the file: it is made again."
fn what_the_page_promises(place: &Path, project: &Path) -> Result<()> {
    let greeting = project.join("greeting.txt");
    let plan = "TF_CLI_CONFIG_FILE=dev.tfrc tofu plan -detailed-exitcode";
    run(place, project, plan)?;
    fs::write(&greeting, "changed by hand")?;
    run(place, project, &format!("{plan} || test $? = 2"))?;
    run(place, project, "TF_CLI_CONFIG_FILE=dev.tfrc tofu apply -auto-approve")?;
    ensure!(fs::read_to_string(&greeting)? == "Hello from Rust", "the change by hand is still there");
    fs::remove_file(&greeting)?;
    run(place, project, "TF_CLI_CONFIG_FILE=dev.tfrc tofu apply -auto-approve")?;
    run(place, project, plan)?;
    run(place, project, "TF_CLI_CONFIG_FILE=dev.tfrc tofu destroy -auto-approve")?;
    ensure!(!greeting.exists(), "destroying left the file");
    Ok(())
}

/// What spares the test the compilation of every dependency, and pins their versions.
fn prepare(project: &Path) -> Result<()> {
    let running = std::env::current_exe()?;
    let target = running.ancestors().nth(3).context("the test is not in a target folder")?;
    symlink(target, project.join("target")).context("linking the target folder")?;
    fs::copy(checkout().join("Cargo.lock"), project.join("Cargo.lock")).context("copying Cargo.lock")?;
    Ok(())
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn run(place: &Path, folder: &Path, script: &str) -> Result<()> {
    let tofu = Cli::OpenTofu.tool().find()?;
    tofu.started();
    // The CLI under its own name, whatever the test bed calls it.
    let programs = place.join("programs");
    fs::create_dir_all(&programs)?;
    if !programs.join("tofu").exists() {
        symlink(&tofu.path, programs.join("tofu"))?;
    }
    let path = std::env::var("PATH").context("there is no PATH")?;
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("CHECKOUT", checkout())
        .env("CHECKPOINT_DISABLE", "1")
        // As in `.cargo/config.toml`: with another value the shared target folder would be compiled anew, here and after.
        .env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .context("starting sh")?;
    if !output.status.success() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        bail!("{script}\n{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr));
    }
    Ok(())
}
