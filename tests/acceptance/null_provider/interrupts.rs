//! Interrupted with Ctrl-C, and killed: the provider, and the CLI above it.

use std::fs;
use std::path::Path;

use acceptance::cli::{Cli, Planned, Project, Running};
use acceptance::{Scenario, on_both_clis};
use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::null_provider::{AT_THE_GATE, SOON, gated_marker, marker, project};

on_both_clis![
    an_interrupted_create_leaves_nothing_half_done,
    an_interrupted_change_keeps_the_old_state,
    a_killed_provider_fails_the_apply_and_nothing_else,
    a_provider_ends_after_its_cli_was_killed,
];

fn an_interrupted_create_leaves_nothing_half_done(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let project = project(scenario, cli, &gated_marker("first", &gate))?;
    interrupted(&project)?;
    assert_eq!(project.resources()?, Vec::<Value>::new());
    converges(&project, &gate, "first")
}

fn an_interrupted_change_keeps_the_old_state(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let project = project(scenario, cli, &marker("first"))?;
    project.apply(&[])?;
    project.configure(&gated_marker("second", &gate))?;
    interrupted(&project)?;
    assert_eq!(project.resource("null_marker.one")?, Some(json!({ "note": "first", "gate": null })));
    converges(&project, &gate, "second")
}

fn a_killed_provider_fails_the_apply_and_nothing_else(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let project = project(scenario, cli, &marker("first"))?;
    project.apply(&[])?;
    project.configure(&gated_marker("second", &gate))?;
    let mut apply = at_the_gate(&project)?;
    let [provider] = apply.providers()?.try_into().expect("one provider at the gate");
    provider.kill()?;
    let refused = apply.wait()?.refused()?;
    // Which of the two a CLI says depends on whether it sees the end of the connection or that of the process first.
    if !refused.contains("Plugin did not respond") {
        refused.says("request was cancelled")?;
    }
    apply.leaves_no_process(SOON)?;
    assert_eq!(project.resource("null_marker.one")?, Some(json!({ "note": "first", "gate": null })));
    converges(&project, &gate, "second")
}

fn a_provider_ends_after_its_cli_was_killed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let project = project(scenario, cli, &gated_marker("first", &gate))?;
    let mut apply = at_the_gate(&project)?;
    assert_eq!(apply.providers()?.len(), 1);
    apply.kill()?;
    let status = apply.wait()?.status;
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(Signal::SIGKILL as i32));
    // The provider ends by itself, and in good order.
    apply.leaves_nothing(SOON)?;
    assert_eq!(project.resources()?, Vec::<Value>::new());
    converges(&project, &gate, "first")
}

/// An apply in the background that has come to the gate.
fn at_the_gate(project: &Project) -> Result<Running> {
    let mut apply = project.apply_command().env("TF_LOG_PROVIDER", "DEBUG").start()?;
    apply.wait_for_log(AT_THE_GATE, 1)?;
    Ok(apply)
}

/// An apply that is interrupted at the gate and ends as it should.
fn interrupted(project: &Project) -> Result<()> {
    let mut apply = at_the_gate(project)?;
    apply.interrupt()?;
    let finished = apply.wait()?.refused()?;
    // The interrupt reached the provider too, which has to leave it to the CLI and to serve on until that is done.
    let [stop, end] = ["asked to stop", "ending: asked to by the host"].map(|text| finished.log.rfind(text));
    assert!(stop.is_some() && stop < end, "{}", finished.log);
    finished.says("Interrupt received")?.says("Gracefully shutting down")?.says("The marker was not written")?;
    apply.leaves_nothing(SOON)
}

/// With the gate open the next apply does what the last one could not.
fn converges(project: &Project, gate: &Path, note: &str) -> Result<()> {
    fs::write(gate, "").context("opening the gate")?;
    assert_eq!(project.plan(&[])?, Planned::Changes);
    project.apply(&[])?;
    assert_eq!(project.resource("null_marker.one")?.context("no marker")?["note"], note);
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    Ok(())
}
