//! Imports: what comes back, what does not, and what is left as it was.

use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Import, Story};
use acceptance::{Scenario, on_both_clis};
use anyhow::Result;
use serde_json::json;

use crate::driver::{DATA, assert_says, data, failure, project};

on_both_clis![
    an_import_brings_back_what_was_there,
    what_an_import_does_not_bring_back_is_listed,
    an_import_that_changes_something_is_noticed,
];

/// All that there is of it is its id.
const BARE: &str = "resource \"terraform_data\" \"a\" {}";

const OTHER: &str = "resource \"terraform_data\" \"other\" {\n  input = \"kept\"\n}";

fn an_import_brings_back_what_was_there(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let by_id = || Import::IdAt("/id".to_owned());
    Story::of(&project)
        .apply(format!("{BARE}\n{OTHER}"))
        .import(DATA, by_id())
        .import_block(DATA, by_id())
        .leaves("terraform_data.other")
        .generate_configuration(OTHER, DATA, by_id())
        .apply_again()
        .changes_nothing()
        .keeps(DATA, "/id")
        .keeps("terraform_data.other", "/id")
        .run()?;
    let mut left: Vec<_> = std::fs::read_dir(project.module())?.map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_string_lossy().ends_with(".tf"));
    left.sort();
    // The second is the control of the leak scan.
    assert_eq!(left, ["control.tf", "main.tf"]);
    Ok(())
}

fn what_an_import_does_not_bring_back_is_listed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let applied = || Story::of(&project).apply(data("lost"));
    let text = failure(applied().import(DATA, "another"));
    assert_says(
        &text,
        &[
            "import terraform_data.a by the id \"another\"",
            "terraform_data.a is not what it was before the import",
            ", then \"another\"",
            "/input: \"lost\", then null",
            "/output: \"lost\", then null",
        ],
    );
    restored(&project)?;
    let text = failure(applied().import(DATA, "another").ignoring("/id").ignoring("/input"));
    assert_says(&text, &["/output: \"lost\", then null"]);
    assert!(!text.contains("/id:") && !text.contains("/input:"), "{text}");
    restored(&project)?;
    let ignoring = applied().import(DATA, "another").ignoring("/id").ignoring("/input").ignoring("/output");
    ignoring.attribute(DATA, "/id", is("another")).run()
}

fn an_import_that_changes_something_is_noticed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli)?;
    let applied = || Story::of(&project).apply(data("configured"));
    let text = failure(applied().import_block(DATA, Import::IdAt("/id".to_owned())));
    assert_says(&text, &["terraform_data.a should be imported and left as it is", "terraform_data.a: update of input"]);
    restored(&project)?;
    // Said, it may be.
    applied().import_block(DATA, Import::IdAt("/id".to_owned())).updates(DATA).run()?;
    let text = failure(applied().import(DATA, Import::Identity(json!({ "id": "x" }))));
    assert_says(&text, &["only an import block can have an identity"]);
    Ok(())
}

/// A story that failed leaves everything as it was at that moment, for a look.
fn restored(project: &acceptance::cli::Project) -> Result<()> {
    for name in ["import.tf", "generated.tf", "terraform.tfstate"] {
        let file = project.module().join(name);
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}
