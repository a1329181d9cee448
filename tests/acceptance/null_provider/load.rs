//! Large values, many resources at once, and several configurations of the provider.

use std::fs;

use acceptance::cli::{Cli, Planned};
use acceptance::{Scenario, on_both_clis};
use anyhow::{Context as _, Result};

use crate::null_provider::{AT_THE_GATE, project};

on_both_clis![twenty_megabytes_pass, thirty_markers_at_ten_a_time, two_configurations_are_two_processes];

fn twenty_megabytes_pass(scenario: &Scenario, cli: Cli) -> Result<()> {
    // 1024 times 1024 times 20 bytes.
    let large = "locals {\n  part = join(\"\", [for i in range(1024) : \"0123456789abcdefghij\"])\n}\n\
                 resource \"null_marker\" \"one\" {\n  note = join(\"\", [for i in range(1024) : local.part])\n}";
    let project = project(scenario, cli, large)?;
    project.apply(&[])?;
    let note = project.resource("null_marker.one")?.context("no marker")?["note"].take();
    assert_eq!(note.as_str().map(str::len), Some(20 << 20));
    // In this plan it is the prior state.
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    Ok(())
}

fn thirty_markers_at_ten_a_time(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let markers = format!(
        "resource \"null_marker\" \"many\" {{\n  count = 30\n  note = \"number ${{count.index}}\"\n  gate = {gate:?}\n}}"
    );
    let project = project(scenario, cli, &markers)?;
    let mut apply = project.apply_command().args(["-parallelism=10"]).env("TF_LOG_PROVIDER", "INFO").start()?;
    // None of the ten can have ended, so they wait at the same time.
    apply.wait_for_log(AT_THE_GATE, 10)?;
    fs::write(&gate, "").context("opening the gate")?;
    let finished = apply.wait()?.succeeded()?.says("30 added")?;
    assert_eq!(finished.log.matches(AT_THE_GATE).count(), 30, "{}", finished.log);
    assert_eq!(project.resources()?.len(), 30);
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    project.destroy(&["-parallelism=10"])?;
    assert_eq!(project.resources()?.len(), 0);
    Ok(())
}

fn two_configurations_are_two_processes(scenario: &Scenario, cli: Cli) -> Result<()> {
    let gate = scenario.folder().join("gate");
    let configuration = ["east", "west"].map(|alias| {
        format!(
            "provider \"null\" {{\n  alias = {alias:?}\n}}\n\
             resource \"null_marker\" {alias:?} {{\n  provider = null.{alias}\n  note = {alias:?}\n  gate = {gate:?}\n}}"
        )
    });
    let project = project(scenario, cli, &configuration.join("\n"))?;
    let mut apply = project.apply_command().env("TF_LOG_PROVIDER", "INFO").start()?;
    apply.wait_for_log(AT_THE_GATE, 2)?;
    assert_eq!(apply.providers()?.len(), 2);
    fs::write(&gate, "").context("opening the gate")?;
    apply.wait()?.succeeded()?.says("2 added")?;
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    Ok(())
}
