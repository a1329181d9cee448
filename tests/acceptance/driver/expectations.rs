//! Stories that are not true, and stories that make no sense.

use std::cell::Cell;

use acceptance::cli::matcher::{absent, has_length, is, matches, null, sensitive, unknown};
use acceptance::cli::{Action, Cli, Story};
use acceptance::{Scenario, on_both_clis};
use anyhow::{Result, bail};
use serde_json::Value;

use crate::driver::{DATA, assert_says, data, failure, project};

on_both_clis![
    wrong_expectations_of_a_plan_stop_it_before_the_apply,
    wrong_expectations_of_a_state_are_all_told,
    what_never_settles_is_noticed,
    a_failing_hook_stops_the_story,
    nonsense_is_refused_before_anything_runs,
];

fn wrong_expectations_of_a_plan_stop_it_before_the_apply(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let failure = failure(
        Story::of(&project)
            .apply(data("first"))
            .apply(data("second"))
            .creates(DATA)
            .replaces(DATA)
            .action(DATA, Action::Forget)
            .leaves("terraform_data.b")
            .changes_nothing()
            .moves("terraform_data.old", DATA)
            .planned(DATA, "/input", is("first"))
            .planned(DATA, "/id", unknown())
            .planned(DATA, "/output", null())
            .planned(DATA, "/input", sensitive())
            .planned(DATA, "input", absent())
            .replaced_because_of(DATA, "/input"),
    );
    assert_says(
        &failure,
        &[
            "step 2: apply",
            "terraform_data.a should be planned as create, and is update",
            "terraform_data.a should be planned as replace, and is update",
            "terraform_data.a should be planned as forget, and is update",
            "terraform_data.b is not in the plan",
            "the plan is not empty: terraform_data.a: update of input (\"first\" to \"second\")",
            "terraform_data.a does not come from terraform_data.old, but from nothing",
            "the planned terraform_data.a /input should be \"first\", and is \"second\"",
            "the planned terraform_data.a /id should be unknown, and is \"",
            "the planned terraform_data.a /output should be null, and is unknown",
            "the planned terraform_data.a /input should be sensitive, and is \"second\"",
            "the path \"input\" does not begin with a slash",
            "terraform_data.a is not replaced because of /input, but of []",
        ],
    );
    assert_eq!(project.resource(DATA)?.unwrap()["output"], "first", "the second was not applied");
    Ok(())
}

fn wrong_expectations_of_a_state_are_all_told(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let failure = failure(
        Story::of(&project)
            .apply(data("first"))
            .apply(data("second"))
            .attribute(DATA, "/output", is("first"))
            .attribute(DATA, "/output", absent())
            .attribute(DATA, "/output", has_length(7))
            .attribute(DATA, "/output", matches("a number", Value::is_number))
            .attribute(DATA, "/outputs", null())
            .attribute("terraform_data.b", "/output", absent())
            .identity(DATA, "/id", absent())
            .output("nobody", absent())
            .tainted(DATA)
            .gone(DATA)
            .keeps(DATA, "/output")
            .changes(DATA, "/id")
            .warning("Deprecated")
            .logs("no such line"),
    );
    assert_says(
        &failure,
        &[
            "step 2: apply",
            "terraform_data.a /output should be \"first\", and is \"second\"",
            "terraform_data.a /output should be absent, and is \"second\"",
            "terraform_data.a /output should be of length 7, and is \"second\"",
            "terraform_data.a /output should be a number, and is \"second\"",
            "terraform_data.a /outputs should be null, and is absent",
            "terraform_data.b is not in the state; there are [\"terraform_data.a\"]",
            "terraform_data.a has no identity",
            "there is no output \"nobody\"",
            "terraform_data.a is not tainted",
            "terraform_data.a is in the state",
            "terraform_data.a /output should have stayed \"first\", and is \"second\"",
            "terraform_data.a /id should have changed",
            "Warning \"Deprecated\" is missing",
            "the log does not say \"no such line\"",
        ],
    );
    Ok(())
}

fn what_never_settles_is_noticed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let restless = "resource \"terraform_data\" \"a\" {\n  input = timestamp()\n}";
    let text = failure(Story::of(&project).apply(restless));
    assert_says(&text, &["step 1: apply: without refresh there is something left to do", "update of input"]);
    Story::of(&project).apply(restless).expect_changes_after().updates(DATA).run()?;

    let text = failure(Story::of(&project).apply(data("settled")).expect_changes_after());
    assert_says(&text, &["step 1: apply: nothing is left to do; it should be something"]);
    Ok(())
}

fn a_failing_hook_stops_the_story(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let went_on = Cell::new(false);
    let failure =
        failure(Story::of(&project).apply(data("first")).between("the server forgets it", || bail!("seeded")).between(
            "never",
            || {
                went_on.set(true);
                Ok(())
            },
        ));
    assert_says(&failure, &["step 2: the server forgets it: seeded"]);
    assert!(!went_on.get());
    Ok(())
}

fn nonsense_is_refused_before_anything_runs(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let story = || Story::of(&project);
    let stories = [
        (story().creates(DATA), "before the first step"),
        (story().plan(data("x")).attribute(DATA, "/id", absent()), "`plan` does not show"),
        (story().apply(data("x")).error("Wrong"), "`apply` does not show"),
        (story().validate_fails(data("x")).creates(DATA), "`validate fails` does not show"),
        (story().apply_fails(data("x")), "`apply fails` does not say with which error"),
        (story().plan(data("x")).expect_changes_after(), "after `plan` is not looked at"),
        (story().apply(data("x")).ignoring("/id"), "ignoring /id without an import"),
        (story().between("pause", || Ok(())).gone(DATA), "`pause` does not show"),
    ];
    for (story, text) in stories {
        assert_says(&failure(story), &["the story makes no sense", text]);
    }
    assert!(!project.module().join("main.tf").exists(), "nothing ran");
    let early = failure(story().apply_again());
    assert_says(&early, &["step 1: apply again", "there is no configuration yet"]);
    Ok(())
}
