//! `init` from a filesystem mirror, and what the lock file is good for.

use std::fs;

use acceptance::cli::{Cli, Planned, Provider};
use acceptance::{Scenario, on_both_clis};
use anyhow::{Context as _, Result};

use crate::null_provider::{marker, project, provider};

on_both_clis![init_writes_the_lock_file_and_keeps_to_it, a_changed_program_of_the_same_version_is_refused];

fn init_writes_the_lock_file_and_keeps_to_it(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("locked"))?;
    let path = project.module().join(".terraform.lock.hcl");
    let lock = fs::read_to_string(&path).context("reading the lock file")?;
    assert!(lock.contains(&format!("provider \"{}/secretzero/null\"", cli.registry())), "{lock}");
    assert!(lock.contains("version     = \"1.0.0\""), "{lock}");
    assert!(lock.contains("\"h1:"), "{lock}");

    project.init()?.says("Using previously-installed secretzero/null v1.0.0")?;
    project.command(["init", "-input=false", "-lockfile=readonly"]).run()?.succeeded()?;
    assert_eq!(fs::read_to_string(&path)?, lock);
    Ok(())
}

fn a_changed_program_of_the_same_version_is_refused(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("locked"))?;
    let ours = provider()?;
    // What follows the last section of a program is never looked at, so it would run as before.
    let mut bytes = fs::read(ours.binary())?;
    bytes.extend(b"changed");
    let changed = scenario.folder().join("changed");
    fs::write(&changed, bytes)?;
    fs::set_permissions(&changed, fs::metadata(ours.binary())?.permissions())?;
    project.install(&Provider::new(&ours.source(), ours.version(), &changed)?)?;

    // What `init` installed is a link into the mirror, so a program that was exchanged there is noticed without it.
    project.command(["plan", "-input=false"]).run()?.refused()?.says("checksums")?;
    project.command(["init", "-input=false"]).run()?.refused()?.says("checksums")?;

    project.install(&ours)?;
    project.init()?;
    assert_eq!(project.plan(&[])?, Planned::Changes);
    Ok(())
}
