//! Row 5 in the other order: the new object is made before the old one goes, and what is left where a step fails.

use std::fs;

use acceptance::cli::Action;
use acceptance::cli::matcher::is;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{Stage, note};

const ONE: &str = "example_note.one";

pub(super) fn create_before_destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |name: &str| {
        let order = "lifecycle {\n  create_before_destroy = true\n}";
        stage.with(&note(&format!("name = {name:?}\ntext = \"first\"\n{order}")))
    };
    let fails = |moment: &'static str| stage.touch(&format!("fail-{moment}"));
    let works = |moment: &'static str| stage.remove(&format!("fail-{moment}"));
    stage
        .story()
        .apply(with("one"))
        .creates(ONE)
        .apply(with("two"))
        .action(ONE, Action::ReplaceCreateFirst)
        .attribute(ONE, "/id", is("main/two"))
        .between("see that the old one is gone, and have creations fail", || {
            ensure!(files(&stage)? == ["two.json"], "it is not");
            fails("create")
        })
        .apply_fails(with("three"))
        .action(ONE, Action::ReplaceCreateFirst)
        .error("Creating the note \"main/three\"")
        .attribute(ONE, "/id", is("main/two"))
        .between("see that the old one is the object again, and have creations fail half-way", || {
            ensure!(deposed(&stage)? == 0 && files(&stage)? == ["two.json"], "it is not");
            works("create")?;
            fails("after-create")
        })
        .apply_fails(with("three"))
        .error("Looking at the note after it was created")
        .tainted(ONE)
        .attribute(ONE, "/id", is("main/three"))
        .between("see that both are there, and have destructions fail", || {
            ensure!(deposed(&stage)? == 1 && files(&stage)? == ["three.json", "two.json"], "they are not");
            works("after-create")?;
            fails("delete")
        })
        .apply_fails(with("four"))
        .error("Destroying the note \"main/two\"")
        .error("Destroying the note \"main/three\"")
        .attribute(ONE, "/id", is("main/four"))
        .between("see that all are there, and let destructions work again", || {
            ensure!(deposed(&stage)? == 2 && files(&stage)? == ["four.json", "three.json", "two.json"], "they are not");
            works("delete")
        })
        .apply_again()
        .leaves(ONE)
        .between("see that the rest is gone", || {
            ensure!(deposed(&stage)? == 0 && files(&stage)? == ["four.json"], "it is not");
            Ok(())
        })
        .destroy()
        .run()
}

/// The files of the notes on the main shelf.
fn files(stage: &Stage) -> Result<Vec<String>> {
    let found = fs::read_dir(stage.path("notes/main")).context("looking at the shelf")?;
    let names: std::io::Result<Vec<String>> =
        found.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let mut names = names?;
    names.sort();
    Ok(names)
}

/// How many deposed objects the state has.
fn deposed(stage: &Stage) -> Result<usize> {
    let state = super::read(&stage.project.module().join("terraform.tfstate"))?;
    let resources = state["resources"].as_array().context("a state has resources")?;
    let instances = resources.iter().filter_map(|resource| resource["instances"].as_array()).flatten();
    Ok(instances.filter(|instance| instance.get("deposed").is_some_and(Value::is_string)).count())
}
