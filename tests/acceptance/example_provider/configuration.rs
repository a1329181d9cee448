//! Row 20: a provider block that is not known before apply.

use acceptance::cli::Complaint;
use acceptance::cli::matcher::is;
use anyhow::Result;

use super::{Stage, note};

const NOTE: &str = "example_note.one";

pub(super) fn unknown(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |trigger: &str, text: &str| later(&stage, trigger, &note(&format!("name = \"one\"\ntext = {text:?}")));
    stage
        .story()
        .apply(with("1", "first"))
        .creates(NOTE)
        .attribute(NOTE, "/revision", is(1))
        // Now it exists and can't be looked at while planning. What the state says stands.
        .apply(with("2", "first"))
        .replaces("terraform_data.directory")
        .leaves(NOTE)
        .warning(Complaint::new("Provider Configuration Not Known Yet").detail("directory"))
        .apply(with("3", "second"))
        .replaces("terraform_data.directory")
        .updates(NOTE)
        .attribute(NOTE, "/revision", is(2))
        .destroy()
        .run()
}

/// There is no state to fall back to, so it is said what to do.
pub(super) fn unknown_to_data_sources(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let data = "data \"example_note\" \"one\" {\n  name = \"one\"\n}\n";
    stage
        .story()
        .plan_fails(later(&stage, "1", data))
        .error(Complaint::new("Provider Configuration Not Known Yet").detail("directory").detail("-target"))
        .run()
}

/// A provider block with a directory that the same run makes.
fn later(stage: &Stage, trigger: &str, text: &str) -> String {
    format!(
        "resource \"terraform_data\" \"directory\" {{\n  input = {:?}\n  triggers_replace = {trigger:?}\n}}\n\
         provider \"example\" {{\n  directory = terraform_data.directory.output\n}}\n{text}",
        stage.directory
    )
}
