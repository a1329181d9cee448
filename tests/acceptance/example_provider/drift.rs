//! Rows 12 and 13: what was deleted or changed behind our back.

use acceptance::cli::matcher::{is, unknown};
use anyhow::{Result, ensure};
use serde_json::json;

use super::{Stage, note, policy, rule};

const NOTE: &str = "example_note.one";
const POLICY: &str = "example_policy.one";

pub(super) fn disappears(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = format!("disappears-{}", stage.project.cli().tool().name());
    stage
        .story()
        .apply(stage.with(&(note("name = \"one\"\ntext = \"first\"") + &policy(&name, "secret"))))
        .between("remove the note and the policy", || {
            stage.remove("notes/main/one.json")?;
            stage.bao().delete_policy(&name)
        })
        .apply_again()
        .creates(NOTE)
        .creates(POLICY)
        .between("see that the policy is back", || {
            ensure!(stage.bao().policy(&name)?.as_deref() == Some(&*rule("secret")), "it is not");
            Ok(())
        })
        .destroy()
        .run()
}

pub(super) fn changes(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = format!("drifts-{}", stage.project.cli().tool().name());
    stage
        .story()
        .apply(stage.with(&(note("name = \"one\"\ntext = \"first\"") + &policy(&name, "secret"))))
        .between("write the same policy in another way", || {
            stage.bao().write_policy(&name, "# A comment.\npath \"secret/*\" {\n  capabilities = [\"read\"]\n}\n")
        })
        .apply_again()
        .changes_nothing()
        .between("change the note and the policy", || {
            stage.change("notes/main/one.json", "text", json!("changed"))?;
            stage.change("notes/main/one.json", "revision", json!(7))?;
            stage.bao().write_policy(&name, &rule("everything"))
        })
        .apply_again()
        .updates(NOTE)
        .planned(NOTE, "/text", is("first"))
        .planned(NOTE, "/revision", unknown())
        .attribute(NOTE, "/revision", is(8))
        .warning("The note \"main/one\" was written by somebody else")
        .updates(POLICY)
        .between("see that both are as before", || {
            ensure!(stage.object("notes/main/one.json")?["text"] == "first", "the note is not");
            ensure!(stage.bao().policy(&name)?.as_deref() == Some(&*rule("secret")), "the policy is not");
            Ok(())
        })
        .destroy()
        .run()
}
