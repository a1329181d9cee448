//! Rows 8 to 10: by command, by block, by identity, and with a configuration that the CLI writes.

use acceptance::cli::matcher::is;
use acceptance::cli::{Import, Story};
use anyhow::Result;
use serde_json::json;

use super::{Stage, note, policy};

const NOTE: &str = "example_note.one";
const POLICY: &str = "example_policy.one";

pub(super) fn by_command(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = policy_name(&stage, "command");
    both(&stage, &name)
        .import(NOTE, "kitchen/one")
        .import(POLICY, Import::IdAt("/id".to_owned()))
        .between("ask for what is not there", || {
            for (address, id, text) in [
                (NOTE, "kitchen/other", "There is no example_note with the id \"kitchen/other\""),
                (NOTE, "one", "The import id of example_note has the form {shelf}/{name}"),
            ] {
                let state = stage.project.module().join("elsewhere.tfstate");
                let option = format!("-state={}", state.display());
                stage
                    .project
                    .command(["import", "-input=false", &*option, address, id])
                    .run()?
                    .refused()?
                    .says(text)?;
            }
            Ok(())
        })
        .destroy()
        .run()
}

pub(super) fn by_block(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = policy_name(&stage, "block");
    both(&stage, &name).import_block(NOTE, "kitchen/one").import_block(POLICY, &*name).destroy().run()
}

pub(super) fn by_identity(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = policy_name(&stage, "identity");
    both(&stage, &name)
        .identity(NOTE, "/shelf", is("kitchen"))
        .identity(NOTE, "/name", is("one"))
        .import_block(NOTE, Import::Identity(json!({ "shelf": "kitchen", "name": "one" })))
        .import_block(POLICY, Import::Identity(json!({ "name": name })))
        .destroy()
        .run()
}

pub(super) fn generated(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = policy_name(&stage, "generated");
    both(&stage, &name)
        .generate_configuration(stage.with(&policy(&name, "secret")), NOTE, "kitchen/one")
        .generate_configuration(stage.with(&kitchen_note()), POLICY, &*name)
        .destroy()
        .run()
}

fn both<'a>(stage: &'a Stage, name: &str) -> Story<'a> {
    stage.story().apply(stage.with(&(kitchen_note() + &policy(name, "secret")))).creates(NOTE).creates(POLICY)
}

fn kitchen_note() -> String {
    note("name = \"one\"\nshelf = \"kitchen\"\ntext = \"first\\nsecond\"\ntags = [\"x\"]\ntitle = \"One\"")
}

/// The server is shared with everybody.
fn policy_name(stage: &Stage, row: &str) -> String {
    format!("import-{row}-{}", stage.project.cli().tool().name())
}
