//! Rows 16 and 17: states of an older version, and of another provider.

use std::fs;

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Project, Provider, workspace_binary};
use anyhow::Result;
use serde_json::json;

use super::{Stage, note, provider};

const ONE: &str = "example_note.one";

pub(super) fn upgrade(scenario: &Scenario, cli: Cli) -> Result<()> {
    let old = Provider::new("secretzero/example", "0.0.1", workspace_binary("terraform-provider-example-v0")?)?;
    let stage = Stage::of(scenario, Project::create(scenario, cli)?.provider(&old)?)?;
    stage
        .story()
        .apply(stage.with(&note("name = \"one\"\nbody = \"first\"\ntags = \"b,a\"")))
        .creates(ONE)
        .use_provider(&provider()?)
        // What was called body is called text, and the rest is found in the file.
        .apply(stage.with(&note("name = \"one\"\ntext = \"first\"\ntags = [\"a\", \"b\"]")))
        .changes_nothing()
        .attribute(ONE, "/id", is("main/one"))
        .attribute(ONE, "/text", is("first"))
        .attribute(ONE, "/tags", is(json!(["a", "b"])))
        .attribute(ONE, "/revision", is(1))
        .apply(stage.with(&note("name = \"one\"\ntext = \"second\"\ntags = [\"a\", \"b\"]")))
        .updates(ONE)
        .destroy()
        .run()
}

pub(super) fn moved(scenario: &Scenario, cli: Cli) -> Result<()> {
    let null = Provider::new("secretzero/null", "1.0.0", workspace_binary("terraform-provider-null")?)?;
    let project = Project::create(scenario, cli)?.provider(&null)?.provider(&provider()?)?;
    let stage = Stage::of(scenario, project)?;
    let block = "moved {\n  from = null_marker.one\n  to = example_note.one\n}\n";
    let content = json!({ "title": "hello", "text": "hello", "tags": null, "secret": null, "revision": 3 });
    stage
        .story()
        .apply(stage.with("resource \"null_marker\" \"one\" {\n  note = \"hello\"\n}\n"))
        .between("put the note where the marker's text says", || {
            fs::create_dir_all(stage.path("notes/main"))?;
            Ok(fs::write(stage.path("notes/main/hello.json"), content.to_string())?)
        })
        .apply(stage.with(&(note("name = \"hello\"\ntext = \"hello\"") + block)))
        .moves("null_marker.one", ONE)
        .attribute(ONE, "/id", is("main/hello"))
        .attribute(ONE, "/revision", is(3))
        .gone("null_marker.one")
        .destroy()
        .run()
}
