//! What must fail: which error it is, and what is left behind.

use acceptance::cli::{Cli, Complaint, Story};
use acceptance::{Scenario, on_both_clis};
use anyhow::Result;

use crate::driver::{DATA, assert_says, data, failure, null_project, project};

on_both_clis![
    errors_of_validate_plan_and_apply_are_read,
    an_error_that_does_not_come_is_noticed,
    a_create_that_fails_half_way_leaves_a_tainted_resource,
];

/// `terraform_data` as such succeeds; what comes after it does not.
const HALF_WAY: &str = "resource \"terraform_data\" \"a\" {\n  input = \"half\"\n\
                        \n  provisioner \"local-exec\" {\n    command = \"false\"\n  }\n}";

const NESTED: &str = "resource \"null_marker\" \"one\" {\n  gate = null\n  note = [\"no\", \"text\"]\n}";

fn errors_of_validate_plan_and_apply_are_read(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = null_project(scenario, cli)?;
    let wrong_type = || Complaint::new("Incorrect attribute value type").about("null_marker.one").at("note");
    let refused = "variable \"allowed\" {\n  default = false\n}\nresource \"terraform_data\" \"a\" {\n  input = 1\n\
                   \n  lifecycle {\n    precondition {\n      condition     = var.allowed\n\
                   \n      error_message = \"Seeded refusal.\"\n    }\n  }\n}";
    Story::of(&project)
        .validate_fails(NESTED)
        .error(wrong_type().detail("string required"))
        .plan_fails(NESTED)
        .error(wrong_type())
        .validate_fails("resource \"null_marker\" \"one\" {\n  colour = \"red\"\n}")
        .error(Complaint::new("Unsupported argument").at("colour"))
        .plan_fails(refused)
        .error(Complaint::new("Resource precondition failed").detail("Seeded refusal.").about(DATA).at("condition"))
        .apply(data("settled"))
        .run()
}

fn an_error_that_does_not_come_is_noticed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = null_project(scenario, cli)?;
    let good = || data("x");
    let cases = [
        // First: where the resource is already, nothing is created.
        (
            Story::of(&project).apply(HALF_WAY),
            "ended with exit status: 1; there is error \"local-exec provisioner error\"",
        ),
        (Story::of(&project).validate_fails(good()).error("Wrong"), "validate -json` ended with exit status: 0"),
        (Story::of(&project).plan_fails(good()).error("Wrong"), "ended with exit status: 0"),
        (Story::of(&project).apply_fails(good()).error("Wrong"), "ended with exit status: 0"),
        (Story::of(&project).validate_fails(NESTED).error("Wrong"), "Error \"Wrong\" is missing; there is error \"Inc"),
        (
            Story::of(&project).plan_fails(NESTED).error(Complaint::new("Incorrect").at("gate")),
            "Error \"Incorrect\" at gate is missing; there is error \"Incorrect attribute value type\" about \
             null_marker.one at note",
        ),
        (
            Story::of(&project).plan(NESTED),
            "ended with exit status: 1; there is error \"Incorrect attribute value type\"",
        ),
    ];
    for (story, text) in cases {
        assert_says(&failure(story), &["step 1", text]);
    }
    Ok(())
}

fn a_create_that_fails_half_way_leaves_a_tainted_resource(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    Story::of(&project)
        .apply_fails(HALF_WAY)
        .creates(DATA)
        .error(Complaint::new("local-exec provisioner error").about(DATA))
        .tainted(DATA)
        .apply(data("whole"))
        .replaces(DATA)
        .changes(DATA, "/id")
        .run()
}
