//! Canaries: planted where they show, and found there in every form.

use acceptance::cli::{Cli, Complaint, Story};
use acceptance::{Canary, Scenario, on_both_clis};
use anyhow::Result;
use std::fs;

use crate::driver::{DATA, assert_says, data, failure, null_project, project};

on_both_clis![
    a_secret_that_stays_in_memory_is_found_nowhere,
    a_secret_in_an_attribute_is_found,
    a_secret_is_found_in_disguise,
    a_secret_in_the_log_is_found,
    a_search_that_sees_nothing_is_a_failure,
];

const EPHEMERAL: &str = "variable \"secret\" {\n  ephemeral = true\n}\n";

fn a_secret_that_stays_in_memory_is_found_nowhere(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let canary = Canary::new("the token")?;
    Story::of(&project)
        .hides(&canary)
        .variable("secret", canary.value())
        .plan(format!("{EPHEMERAL}{}", data("first")))
        .apply_again()
        .apply(format!("{EPHEMERAL}{}", data("second")))
        .apply_again()
        .changes_nothing()
        .destroy()
        .plan_fails(format!("{EPHEMERAL}resource \"terraform_data\" \"a\" {{\n  input = var.secret\n}}"))
        .error(Complaint::new("phemeral value").about(DATA).at("input"))
        .run()
}

fn a_secret_in_an_attribute_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    let text = leak(scenario, cli, "var.secret")?;
    assert_says(
        &text,
        &[
            "the secret \"the token\" is in the state",
            "/module/terraform.tfstate (raw)",
            "/module/01.plan (raw in tfplan of a zip file)",
        ],
    );
    Ok(())
}

fn a_secret_is_found_in_disguise(scenario: &Scenario, cli: Cli) -> Result<()> {
    let text = leak(scenario, cli, "base64encode(\"xy${var.secret}z\")")?;
    // The plan has the variable itself, too; the state has it in this one form only.
    assert_says(&text, &["module/terraform.tfstate (base64)", "module/terraform.tfstate (raw in base64)"]);
    assert!(!text.contains("module/terraform.tfstate (raw)"), "{text}");
    let text = leak(scenario, cli, "base64encode(base64encode(var.secret))")?;
    assert_says(&text, &["module/terraform.tfstate (raw in base64 in base64)"]);
    assert!(!text.contains("module/terraform.tfstate (base64)"), "{text}");
    Ok(())
}

/// The failure of a story in which the marker's note is made of the secret.
fn leak(scenario: &Scenario, cli: Cli, expression: &str) -> Result<String> {
    scenario.expects_leaks();
    let project = null_project(scenario, cli)?;
    let canary = Canary::new("the token")?;
    let leaky = format!("variable \"secret\" {{}}\nresource \"null_marker\" \"one\" {{\n  note = {expression}\n}}");
    Ok(failure(Story::of(&project).hides(&canary).variable("secret", canary.value()).apply(leaky)))
}

fn a_secret_in_the_log_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let project = project(scenario, cli)?;
    let canary = Canary::new("the token")?;
    // Both print how they were called.
    let print =
        || project.command(["version", &format!("-x={}", canary.value())]).env("TF_LOG", "TRACE").run().map(drop);
    let text = failure(Story::of(&project).hides(&canary).apply(data("x")).between("somebody prints it", print));
    assert_says(&text, &["the secret \"the token\" is in", "version.trace.log (raw)"]);
    Ok(())
}

fn a_search_that_sees_nothing_is_a_failure(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let canary = Canary::new("the token")?;
    let control = project.module().join("control.tf");
    let text = failure(
        Story::of(&project)
            .hides(&canary)
            .between("the control is lost", || fs::remove_file(&control).map_err(Into::into))
            .apply(data("x")),
    );
    assert_says(
        &text,
        &[
            "the leak scan is blind",
            "the planted resource is not found in the state",
            "the planted resource is not found in the plan",
            "the planted gzip is not found in the show",
            "the planted resource is not found in the output",
            "the planted resource is not found in the log",
        ],
    );
    Ok(())
}
