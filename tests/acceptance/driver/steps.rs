//! Stories that are true.

use std::cell::RefCell;

use acceptance::cli::matcher::{absent, has_length, is, matches, not, null, sensitive, unknown};
use acceptance::cli::{Action, Cli, Planned, Story};
use acceptance::{Scenario, on_both_clis};
use anyhow::Result;
use serde_json::{Value, json};

use crate::driver::{DATA, data, null_project, null_provider, project};

on_both_clis![
    a_life_is_told_step_by_step,
    replacements_are_told_apart,
    resources_move_and_are_forgotten,
    what_is_done_between_the_steps_is_noticed,
    a_provider_is_exchanged_between_the_steps,
];

fn a_life_is_told_step_by_step(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let configuration = |input: &str| {
        format!(
            "{}\n\
             variable \"secret\" {{\n  sensitive = true\n}}\n\
             resource \"terraform_data\" \"dependent\" {{\n  input = {{ of = {DATA}.output, secret = var.secret }}\n}}\n\
             output \"joined\" {{\n  value = join(\"-\", [\"a\", {DATA}.output])\n}}",
            data(input)
        )
    };
    Story::of(&project)
        .variable("secret", "hush")
        .plan(configuration("first"))
        .creates(DATA)
        .planned(DATA, "/input", is("first"))
        .apply(configuration("first"))
        .creates(DATA)
        .planned(DATA, "/id", unknown())
        .planned(DATA, "/input", not(unknown()))
        .planned(DATA, "/triggers_replace", null())
        .planned(DATA, "/nothing", absent())
        .planned("terraform_data.dependent", "/input/of", unknown())
        .planned("terraform_data.dependent", "/input/secret", sensitive())
        .planned("terraform_data.dependent", "/input/of", not(sensitive()))
        .attribute(DATA, "/output", is("first"))
        .attribute(DATA, "/id", has_length(36))
        .attribute("terraform_data.dependent", "/input", is(json!({ "of": "first", "secret": "hush" })))
        .attribute("terraform_data.dependent", "/input/secret", sensitive())
        .output("joined", is("a-first"))
        .apply(configuration("second"))
        .updates(DATA)
        .attribute(DATA, "/output", matches("the second", |value| value == "second"))
        .keeps(DATA, "/id")
        .changes(DATA, "/output")
        .apply_again()
        .changes_nothing()
        .leaves(DATA)
        .refresh()
        .keeps(DATA, "/output")
        .destroy()
        .deletes(DATA)
        .gone(DATA)
        .run()?;
    assert_eq!(project.resources()?, Vec::<Value>::new());
    assert_eq!(project.plan(&["-var=secret=hush"])?, Planned::Changes, "the configuration is still there");
    Ok(())
}

fn replacements_are_told_apart(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let configuration = |trigger: u8| {
        format!(
            "resource \"terraform_data\" \"a\" {{\n  triggers_replace = {trigger}\n}}\n\
             resource \"terraform_data\" \"first\" {{\n  triggers_replace = {trigger}\n\
             \n  lifecycle {{\n    create_before_destroy = true\n  }}\n}}"
        )
    };
    Story::of(&project)
        .apply(configuration(1))
        .apply(configuration(2))
        .action(DATA, Action::ReplaceDestroyFirst)
        .replaced_because_of(DATA, "/triggers_replace")
        .action("terraform_data.first", Action::ReplaceCreateFirst)
        .changes(DATA, "/id")
        .replace(DATA)
        .leaves("terraform_data.first")
        .changes(DATA, "/id")
        .taint(DATA)
        .tainted(DATA)
        .apply_again()
        .replaces(DATA)
        .changes(DATA, "/id")
        .run()
}

fn resources_move_and_are_forgotten(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let moved = "resource \"terraform_data\" \"b\" {\n  input = \"here\"\n}\n\
                 moved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}";
    let removed = "removed {\n  from = terraform_data.b\n\n  lifecycle {\n    destroy = false\n  }\n}";
    Story::of(&project)
        .apply(data("here"))
        .apply(moved)
        .moves(DATA, "terraform_data.b")
        .gone(DATA)
        .apply(removed)
        .action("terraform_data.b", Action::Forget)
        .gone("terraform_data.b")
        .run()
}

fn what_is_done_between_the_steps_is_noticed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let done = RefCell::new(Vec::new());
    let file = scenario.folder().join("there");
    let configuration = format!(
        "resource \"terraform_data\" \"a\" {{\n  input = fileexists({file:?})\n}}\n\
         resource \"terraform_data\" \"kept\" {{}}"
    );
    Story::of(&project)
        .apply(configuration)
        .attribute(DATA, "/output", is(false))
        .between("the file appears", || {
            done.borrow_mut().push("drift");
            std::fs::write(&file, "").map_err(Into::into)
        })
        .apply_again()
        .updates(DATA)
        .attribute(DATA, "/output", is(true))
        .between("the resource disappears", || {
            done.borrow_mut().push("disappears");
            project.command(["state", "rm", DATA]).run()?.succeeded().map(drop)
        })
        .apply_again()
        .creates(DATA)
        .leaves("terraform_data.kept")
        .run()?;
    assert_eq!(done.into_inner(), ["drift", "disappears"]);
    Ok(())
}

fn a_provider_is_exchanged_between_the_steps(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = null_project(scenario, cli)?;
    let newer = null_provider("1.1.0")?;
    Story::of(&project)
        .apply("resource \"null_marker\" \"one\" {\n  note = \"old\"\n}")
        .logs("terraform-provider-null_v1.0.0")
        .use_provider(&newer)
        .apply_again()
        .leaves("null_marker.one")
        .logs("terraform-provider-null_v1.1.0")
        .run()
}
