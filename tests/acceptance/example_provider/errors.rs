//! Row 11: what is said when something is wrong, and where.

use acceptance::cli::Complaint;
use acceptance::cli::matcher::is;
use anyhow::Result;

use super::{Stage, note};

const NOTE: &str = "example_note.one";

pub(super) fn in_the_configuration(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |text: &str| stage.with(text);
    let everything = |lines: &str| {
        format!(
            "resource \"example_everything\" \"all\" {{\n  name = \"all\"\n  main_port {{ number = 443 }}\n{lines}\n}}\n"
        )
    };
    stage
        .story()
        .validate_fails(with(&note("name = \"../one\"\ntext = \"first\"")))
        .error(Complaint::new("").detail("must be 1 to 100 letters").about(NOTE).at("name"))
        .validate_fails(with(&note("name = \"one\"\ntext = \"first\"\nlines = []")))
        .error(Complaint::new("Conflicting Attributes").detail("text").detail("lines").about(NOTE))
        .validate_fails(with(&note("name = \"one\"")))
        .error(Complaint::new("Missing Attribute").about(NOTE))
        .validate_fails(with(&note("name = \"one\"\ntext = \"first\"\nsecret = \"s\"")))
        .error(Complaint::new("").detail("secret_version").about(NOTE))
        .validate_fails(with(&note("name = \"one\"\ntext = \"first\"\ndigest = \"d\"")))
        .error(Complaint::new("").about(NOTE).at("digest"))
        .validate_fails(with(&note("name = null\ntext = \"first\"")))
        .error(Complaint::new("").about(NOTE).at("name"))
        .validate_fails(with(&note("name = \"one\"\ntext = \"first\"\ntimeouts = { create = \"soon\" }")))
        .error(Complaint::new("").detail("timeouts.create must be a duration").about(NOTE))
        .validate_fails(with(
            "resource \"example_ticket\" \"t\" {\n  name = \"t\"\n  lifetime = \"1h\"\n  renew_before = \"60m\"\n}",
        ))
        .error(Complaint::new("A ticket that is always due").detail("Make `renew_before` shorter.").at("renew_before"))
        .validate_fails(with("resource \"example_ticket\" \"t\" {\n  name = \"t\"\n  lifetime = \"soon\"\n}"))
        .error(Complaint::new("").detail("must be a duration").at("lifetime"))
        .validate_fails(with(&everything("words = []\nport = 0")))
        .error(Complaint::new("").detail("must be at least 1").at("port"))
        .validate_fails(with(&everything("words = []\nport = 65536")))
        .error(Complaint::new("").detail("must be a whole number from 0 to 65535").at("port"))
        .validate_fails(with(&everything("words = []\nnetwork = \"10.0.0.0/8\"")))
        .error(Complaint::new("").detail("certificate"))
        .validate_fails(with(&everything("flag = true")))
        .error(Complaint::new("Missing Attribute").detail("letters"))
        .validate_fails(with(&everything(&"rule { allow = \"a\" }\n".repeat(4))))
        .error(Complaint::new("").detail("3"))
        .validate_fails(with("resource \"example_everything\" \"all\" {\n  name = \"all\"\n  words = []\n}\n"))
        .error(Complaint::new("").about("example_everything.all"))
        .apply(with(&everything("words = []\ncolor = \"red\"")))
        .warning(Complaint::new("").detail("Use `colour`."))
        .destroy()
        .run()
}

pub(super) fn at_work(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |lines: &str| stage.with(&note(lines));
    let gate = stage.path("gate");
    stage
        .story()
        .plan_fails(stage.with("data \"example_note\" \"other\" {\n  name = \"other\"\n}"))
        .error(Complaint::new("Looking for the note \"other\"").detail("There is no such note.").detail("`after`"))
        .apply_fails(with(&format!(
            "name = \"one\"\ntext = \"first\"\ngate = {gate:?}\ntimeouts = {{ create = \"300ms\" }}"
        )))
        .error(Complaint::new("Timed out").about(NOTE))
        .gone(NOTE)
        .between("put a note there", || {
            std::fs::create_dir_all(stage.path("notes/main"))?;
            Ok(std::fs::write(stage.path("notes/main/one.json"), "{}")?)
        })
        .apply_fails(with("name = \"one\"\ntext = \"first\""))
        .error(Complaint::new("Creating the note \"main/one\"").detail("understanding").about(NOTE))
        .gone(NOTE)
        .between("put a whole note there", || {
            let whole = "{ \"title\": \"one\", \"text\": \"other\", \"revision\": 1 }";
            Ok(std::fs::write(stage.path("notes/main/one.json"), whole)?)
        })
        .apply_fails(with("name = \"one\"\ntext = \"first\""))
        .error(
            Complaint::new("Creating the note \"main/one\"").detail("import it with the id \"main/one\"").about(NOTE),
        )
        .gone(NOTE)
        .apply(with("name = \"two\"\ntext = \"first\"\nkeep = true"))
        .plan_fails(stage.with(""))
        .error(Complaint::new("The note is to be kept").detail("Set `keep` to false"))
        .apply(with("name = \"two\"\ntext = \"first\""))
        .between("have reading fail", || stage.touch("fail-read"))
        .plan_fails(with("name = \"two\"\ntext = \"first\""))
        .error(Complaint::new("Reading the note \"main/two\"").detail("fail-read asks for it"))
        .between("let reading work again", || stage.remove("fail-read"))
        .apply_again()
        .changes_nothing()
        .attribute(NOTE, "/revision", is(1))
        .between("import what can't be imported", || {
            let text = "resource \"example_ticket\" \"day\" {\n  name = \"day\"\n  lifetime = \"1h\"\n}";
            stage.project.configure(&stage.with(text))?;
            let import = stage.project.command(["import", "-input=false", "example_ticket.day", "day"]).run()?;
            import.refused()?.says("example_ticket has no import id").map(drop)
        })
        .run()
}
