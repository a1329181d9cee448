//! An apply that is interrupted in the middle.

use std::fs;

use acceptance::cli::{Cli, Story};
use acceptance::{Scenario, on_both_clis};
use anyhow::Result;

use crate::driver::{assert_says, data, failure, null_project};

on_both_clis![an_interrupted_apply_can_be_told, an_interrupt_that_comes_too_late_is_noticed];

fn an_interrupted_apply_can_be_told(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = null_project(scenario, cli)?;
    let gate = scenario.folder().join("gate");
    let gated = format!("resource \"null_marker\" \"one\" {{\n  note = \"x\"\n  gate = {gate:?}\n}}");
    Story::of(&project)
        .apply_interrupted(gated, "waiting for the gate")
        .creates("null_marker.one")
        .error("The marker was not written")
        .logs("asked to stop")
        .gone("null_marker.one")
        .between("the gate opens", || fs::write(&gate, "").map_err(Into::into))
        .apply_again()
        .creates("null_marker.one")
        .run()
}

fn an_interrupt_that_comes_too_late_is_noticed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = null_project(scenario, cli)?;
    let text = failure(Story::of(&project).apply_interrupted(data("x"), "never said").error("Interrupted"));
    assert_says(&text, &["step 1: apply interrupted at \"never said\"", "0 times in its log"]);
    Ok(())
}
