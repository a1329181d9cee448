//! Row 21: functions.

use acceptance::cli::Complaint;
use acceptance::cli::matcher::is;
use anyhow::Result;

use super::Stage;

pub(super) fn results_and_errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let output = |name: &str, call: &str| format!("output {name:?} {{\n  value = provider::example::{call}\n}}\n");
    let outputs = [
        output("spaced", "join(null, \"a\", \"b\")"),
        output("dashed", "join(\"-\", \"a\", \"b\", \"c\")"),
        output("empty", "join(\"-\")"),
        output("slug", "slug(\" Shopping, for May! \")"),
    ];
    stage
        .story()
        .apply(stage.with(&outputs.concat()))
        .output("spaced", is("a b"))
        .output("dashed", is("a-b-c"))
        .output("empty", is(""))
        .output("slug", is("shopping-for-may"))
        .plan_fails(stage.with(&output("slug", "slug(\"…\")")))
        .error(Complaint::new("").detail("must have a letter or a digit"))
        .plan_fails(stage.with(&output("slug", "slug(null)")))
        .error(Complaint::new("").detail("must not be null"))
        .run()
}
