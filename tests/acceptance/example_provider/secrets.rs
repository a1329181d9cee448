//! Rows 18 and 19: ephemeral values arrive, write-only values are nowhere.

use std::fs;
use std::thread;
use std::time::Duration;

use acceptance::Canary;
use acceptance::cli::matcher::{is, null, sensitive, unknown};
use acceptance::wait_until;
use anyhow::{Result, anyhow, bail, ensure};
use serde_json::json;

use super::{Stage, note};

const NOTE: &str = "example_note.one";
const ALL: &str = "example_everything.all";
const ECHO: &str = "example_echo.one";
const VARIABLE: &str = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n";

pub(super) fn ephemeral(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let lease = "ephemeral \"example_lease\" \"one\" {\n  note  = example_note.one.name\n  after = example_note.one.revision\n}\n";
    let echo = |version: i64| {
        format!(
            "resource \"example_echo\" \"one\" {{\n  name = \"one\"\n  value = ephemeral.example_lease.one.secret\n  \
             value_version = {version}\n  show = true\n}}\n"
        )
    };
    let with = |secret: &str, version: i64| {
        let note = note(&format!("name = \"one\"\ntext = \"t\"\nsecret = {secret}\nsecret_version = {version}"));
        stage.with(&[VARIABLE, &note, lease, &echo(version)].concat())
    };
    stage
        .story()
        .variable("secret", "swordfish")
        // At the first plan the note is not there yet, and nothing is opened.
        .apply(with("var.secret", 1))
        .creates(ECHO)
        .planned(ECHO, "/value_in_state", unknown())
        .planned(ECHO, "/value_in_state", sensitive())
        .attribute(ECHO, "/value_in_state", is("swordfish"))
        .attribute(ECHO, "/value", null())
        .between("see that each lease was closed", || every_lease_is_closed(&stage))
        // Another secret needs another version.
        .apply(with("\"${var.secret}!\"", 1))
        .changes_nothing()
        .attribute(ECHO, "/value_in_state", is("swordfish"))
        .apply(with("\"${var.secret}!\"", 2))
        .updates(NOTE)
        .updates(ECHO)
        .planned(ECHO, "/value_in_state", unknown())
        .attribute(ECHO, "/value_in_state", is("swordfish!"))
        .between("see what arrived", || {
            ensure!(stage.object("echoes/one.json")?["value"] == "swordfish!", "it is not what was leased");
            Ok(())
        })
        .destroy()
        .between("see that each lease was closed", || every_lease_is_closed(&stage))
        .run()
}

/// A lease that is shorter than the apply that needs it.
pub(super) fn renewed(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let (journal, gate) = (stage.path("journal"), stage.path("gate"));
    let source = "resource \"example_note\" \"source\" {\n  name = \"source\"\n  text = \"t\"\n  secret = \"swordfish\"\n  \
                  secret_version = 1\n}\n\
                  ephemeral \"example_lease\" \"one\" {\n  note  = example_note.source.name\n  ttl = \"1s\"\n  \
                  after = example_note.source.revision\n}\n";
    let target = note(&format!(
        "name = \"one\"\ntext = \"t\"\ngate = {gate:?}\nsecret = ephemeral.example_lease.one.secret\nsecret_version = 1\n\
         timeouts = {{ create = \"60s\" }}"
    ));
    thread::scope(|scope| {
        let opened = scope.spawn(|| {
            wait_until("the second renewal of the lease", Duration::from_secs(60), || {
                match fs::read_to_string(&journal).unwrap_or_default().matches("renewed").count() {
                    0 | 1 => bail!("not yet"),
                    _ => Ok(()),
                }
            })?;
            stage.touch("gate")
        });
        stage.story().apply(stage.with(&format!("{source}{target}"))).creates(NOTE).run()?;
        opened.join().map_err(|_| anyhow!("the thread that opens the gate panicked"))?
    })?;
    ensure!(stage.object("notes/main/one.json")?["secret"] == "swordfish", "the secret did not arrive");
    every_lease_is_closed(&stage)
}

/// A lease whose CLI is killed while it is open: the provider ends it before it ends itself.
pub(super) fn abandoned(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let source = "resource \"example_note\" \"source\" {\n  name = \"source\"\n  text = \"t\"\n  secret = \"swordfish\"\n  \
                  secret_version = 1\n}\n";
    let lease = "ephemeral \"example_lease\" \"one\" {\n  note = \"source\"\n}\n";
    let target = note(&format!(
        "name = \"one\"\ntext = \"t\"\ngate = {:?}\nsecret = ephemeral.example_lease.one.secret\nsecret_version = 1",
        stage.path("gate")
    ));
    stage.project.configure(&stage.with(source))?;
    stage.project.init()?;
    stage.project.apply(&[])?;
    stage.project.configure(&stage.with(&format!("{source}{lease}{target}")))?;
    let mut apply = stage.project.apply_command().env("TF_LOG_PROVIDER", "DEBUG").start()?;
    apply.wait_for_log("waiting for the gate", 1)?;
    apply.kill()?;
    apply.wait()?;
    apply.leaves_nothing(Duration::from_secs(15))?;
    every_lease_is_closed(&stage)
}

/// The journal has as many closed leases as opened ones, more than none, and no file of a lease is left.
fn every_lease_is_closed(stage: &Stage) -> Result<()> {
    let journal = fs::read_to_string(stage.path("journal"))?;
    let ids = |verb: &str| {
        let lines = journal.lines().filter_map(|line| line.strip_prefix(verb)?.strip_prefix(' '));
        lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    ensure!(!ids("opened").is_empty() && ids("opened") == ids("closed"), "{journal}");
    ensure!(fs::read_dir(stage.path("leases"))?.next().is_none(), "a file of a lease is left");
    Ok(())
}

pub(super) fn write_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let canary = Canary::new("the secret of the note")?;
    let with = |secret: &str, version: i64| {
        let note = note(&format!("name = \"one\"\ntext = \"t\"\nsecret = {secret}\nsecret_version = {version}"));
        // Inside of objects, too, and where it must be of a certain form.
        let everything = format!(
            "resource \"example_everything\" \"all\" {{\n  name = \"all\"\n  words = []\n  main_port {{ number = 1 }}\n  \
             members = [{{ name = \"Ada\", password = {secret}, password_version = {version} }}]\n  key = {}\n  \
             key_version = {version}\n}}\n",
            format_args!(
                "\"-----BEGIN PRIVATE KEY-----\\n${{base64encode({secret})}}\\n-----END PRIVATE KEY-----\\n\""
            ),
        );
        stage.with(&[VARIABLE, &note, &everything].concat())
    };
    let holds = |text: &str, revision: i64| {
        let object = stage.object("notes/main/one.json")?;
        ensure!(object["secret"] == text && object["revision"] == json!(revision), "the file has something else");
        Ok(())
    };
    let second = format!("{}-2", canary.value());
    stage
        .story()
        .variable("secret", canary.value())
        .hides(&canary)
        .apply(with("var.secret", 1))
        .creates(NOTE)
        .planned(NOTE, "/secret", null())
        .attribute(NOTE, "/secret", null())
        .between("look into the file", || holds(canary.value(), 1))
        .apply(with("\"${var.secret}-2\"", 1))
        .changes_nothing()
        .apply(with("\"${var.secret}-2\"", 2))
        .updates(NOTE)
        .planned(NOTE, "/revision", unknown())
        .planned(NOTE, "/secret", null())
        .attribute(NOTE, "/secret", null())
        .updates(ALL)
        .attribute(ALL, "/members/0/password", null())
        .attribute(ALL, "/members/0/badge", is("badge 2 of Ada"))
        .attribute(ALL, "/key", null())
        .between("look into the file", || holds(&second, 2))
        // An error says nothing about it either.
        .between("have updates fail", || stage.touch("fail-update"))
        .apply_fails(with("\"${var.secret}-3\"", 3))
        .error("Changing the note \"main/one\"")
        .attribute(NOTE, "/secret_version", is(2))
        .attribute(NOTE, "/secret", null())
        .between("let updates work again", || stage.remove("fail-update"))
        .destroy()
        .run()
}
