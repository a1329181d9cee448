//! Rows 24 and 25: applies that are interrupted, and that fail half-way.

use acceptance::cli::Complaint;
use acceptance::cli::matcher::{is, null};
use anyhow::{Result, ensure};

use super::{Stage, note};

const ONE: &str = "example_note.one";
const DONE: &str = "example_note.done";

pub(super) fn interrupted(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let gate = stage.path("gate");
    let with = |text: &str| {
        let done = "resource \"example_note\" \"done\" {\n  name = \"done\"\n  text = \"done\"\n}\n";
        let waits = format!("name = \"one\"\ntext = {text:?}\ngate = {gate:?}\ndepends_on = [example_note.done]");
        stage.with(&format!("{done}{}", note(&waits)))
    };
    stage
        .story()
        .apply_interrupted(with("first"), "waiting for the gate")
        .error(Complaint::new("Stopped while waiting for the file").about(ONE))
        .attribute(DONE, "/revision", is(1))
        .gone(ONE)
        .between("open the gate", || stage.touch("gate"))
        .apply_again()
        .leaves(DONE)
        .creates(ONE)
        .between("close the gate", || stage.remove("gate"))
        .apply_interrupted(with("second"), "waiting for the gate")
        .error(Complaint::new("Stopped while waiting for the file").about(ONE))
        .attribute(ONE, "/text", is("first"))
        .keeps(ONE, "/revision")
        .between("open the gate", || stage.touch("gate"))
        .apply_again()
        .updates(ONE)
        .attribute(ONE, "/revision", is(2))
        .destroy()
        .run()
}

pub(super) fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |text: &str| stage.with(&note(&format!("name = \"one\"\ntext = {text:?}")));
    let fails = |moment: &'static str| stage.touch(&format!("fail-{moment}"));
    let works = |moment: &'static str| stage.remove(&format!("fail-{moment}"));
    stage
        .story()
        .between("have creations fail at once", || fails("create"))
        .apply_fails(with("first"))
        .error(Complaint::new("Creating the note \"main/one\"").detail("fail-create").about(ONE))
        .gone(ONE)
        .between("have creations fail half-way", || {
            works("create")?;
            fails("after-create")
        })
        .apply_fails(with("first"))
        .error(Complaint::new("Looking at the note after it was created").about(ONE))
        .tainted(ONE)
        .attribute(ONE, "/id", is("main/one"))
        .attribute(ONE, "/revision", is(1))
        .between("have creations fail even earlier", || {
            works("after-create")?;
            fails("half-created")
        })
        .apply_fails(with("first"))
        .replaces(ONE)
        .error("Finishing the note")
        .tainted(ONE)
        .attribute(ONE, "/name", is("one"))
        .attribute(ONE, "/id", null())
        .attribute(ONE, "/revision", null())
        .between("let creations work again", || works("half-created"))
        .apply_again()
        .replaces(ONE)
        .between("have updates fail", || fails("update"))
        .apply_fails(with("second"))
        .error(Complaint::new("Changing the note \"main/one\"").about(ONE))
        .attribute(ONE, "/text", is("first"))
        .between("let updates work again, and have destructions fail", || {
            works("update")?;
            fails("delete")
        })
        .apply_again()
        .updates(ONE)
        .destroy_fails()
        .error("Destroying the note \"main/one\"")
        .attribute(ONE, "/text", is("second"))
        .between("let destructions work again", || works("delete"))
        .destroy()
        .between("see that it is gone", || {
            ensure!(!stage.path("notes/main/one.json").exists(), "it is not");
            Ok(())
        })
        .run()
}
