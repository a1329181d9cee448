//! Secrets of every kind, all at once: none is where it must not be.
//!
//! The leak scan runs over every scenario; this one gives it the most to look for. Each secret is named by where it is
//! handed in, or by what goes wrong with it.

use std::collections::BTreeMap;
use std::fs;

use acceptance::cli::matcher::{is, null, sensitive};
use acceptance::cli::{Cli, Complaint, Story};
use acceptance::leak_scan::{Allowance, Surface};
use acceptance::{Canary, Scenario};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use testbed::Tool;

use super::Stage;

/// Handed over in ephemeral variables of these names.
const VARIABLES: &[(&str, &str)] = &[
    ("note", "the secret of a note"),
    ("note_2", "the second secret of the note"),
    ("owner", "the password of the owner"),
    ("first", "the password of the first member"),
    ("second", "the password of the second member"),
    ("team", "the password of a member of a team"),
    ("key", "the inside of a key"),
    ("echo", "a secret that is passed on"),
    ("leased", "a secret that is leased"),
    ("shown", "a secret that the state is to have"),
    ("pin", "the pin"),
    ("update", "the secret of a change that fails"),
    ("create", "the secret of a creation that fails"),
    ("half", "the secret of a note that is half done"),
    ("late", "the secret of a creation that runs out of time"),
    ("twice", "the secret of a note that is there already"),
    ("stopped", "the secret of a creation that is interrupted"),
    ("no_key", "a key that is none"),
    ("no_version", "a secret without a version"),
    ("bad_token", "a token that is refused"),
    ("torn_token", "a token of two lines"),
    ("unused", "a secret that nobody uses"),
];

/// What a user has asked for is in the state, and so in everything that has the state.
const STORED: [&str; 2] = ["the pin", "a secret that the state is to have"];

/// A variable of the environment that is none of the configuration.
const ENVIRONMENT: &str = "SOMEBODY_ELSES_TOKEN";

#[test]
fn opentofu() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Tool::OpenBao], |scenario| nothing_leaks(scenario, Cli::OpenTofu))
}

#[test]
fn terraform() -> Result<()> {
    Scenario::run(&[Cli::Terraform.tool(), Tool::OpenBao], |scenario| nothing_leaks(scenario, Cli::Terraform))
}

fn nothing_leaks(scenario: &Scenario, cli: Cli) -> Result<()> {
    let secrets = Secrets::new(scenario)?;
    looked_up_and_imported(scenario, cli)?;
    let mut stage = Stage::create(scenario, cli)?.with_server(scenario)?;
    stage.project = stage.project.env(ENVIRONMENT, secrets.environment.value());
    let bad_file = scenario.canary("a token in a file that is refused")?;
    fs::write(stage.path("bad-token"), bad_file.value())?;
    let (block, bad_file) = (provider_block(&stage)?, format!("token_file = {:?}", stage.path("bad-token")));
    let config = |text: &str| [secrets.declarations().as_str(), &block, text].concat();
    let with_token = |token: &str, text: &str| config(text).replace("token = var.token", token);
    let policy = format!("leaks-{}", cli.tool().name());
    let everything = |note: &str, version: i64| everything(note, version).replace("POLICY", &policy);
    let (first, second) = (everything("note", 1), everything("note_2", 2));
    let gate = stage.path("gate");
    let late = "  gate = \"never\"\n  timeouts = { create = \"300ms\" }\n";
    let failing = [another("half", ""), another("late", late), another("twice", "")].concat();
    fs::create_dir_all(stage.path("notes/main"))?;
    let there = json!({ "title": "t", "text": "t", "secret": secrets.value("twice"), "revision": 1 });
    fs::write(stage.path("notes/main/twice.json"), there.to_string())?;

    secrets
        .handed_to(stage.story())
        .variable("token", &stage.bao().token)
        .apply(config(&first))
        .attribute("example_note.one", "/secret", null())
        .attribute("example_everything.all", "/owner/password", null())
        .attribute("example_everything.all", "/key", null())
        .attribute("example_everything.all", "/pin", sensitive())
        .attribute("example_echo.shown", "/value_in_state", is(secrets.value("shown")))
        .between("see that the lease arrived", || {
            ensure!(stage.object("echoes/leased.json")?["value"] == secrets.value("leased"), "it is something else");
            Ok(())
        })
        .apply(config(&second))
        .updates("example_note.one")
        .updates("example_everything.all")
        .between("have things fail", || ["fail-update", "fail-create"].iter().try_for_each(|name| stage.touch(name)))
        .apply_fails(config(&[everything("update", 3), another("create", "")].concat()))
        .error("Changing the note \"main/one\"")
        .error("Creating the note \"main/create\"")
        .between("have other things fail", || {
            ["fail-update", "fail-create"].iter().try_for_each(|name| stage.remove(name))?;
            stage.touch("fail-half-created")
        })
        .apply_fails(config(&[second.as_str(), &failing].concat()))
        .error("Finishing the note")
        .error("Timed out")
        .error("Creating the note \"main/twice\"")
        .between("have nothing fail", || stage.remove("fail-half-created"))
        .apply_interrupted(
            config(&[second.as_str(), &another("stopped", &format!("  gate = {gate:?}\n"))].concat()),
            "waiting for the gate",
        )
        .error(Complaint::new("").about("example_note.stopped"))
        .plan_fails(config(&second.replace(&key("key"), "var.no_key")))
        .error(Complaint::new("").about("example_everything.all"))
        .plan_fails(config(&another("no_version", "").replace("secret_version", "# secret_version")))
        .error(Complaint::new("").about("example_note.no_version"))
        .plan_fails(with_token("token = var.bad_token", &second))
        .error(Complaint::new("").detail("403"))
        .plan_fails(with_token("token = \"${var.torn_token}\\nx\"", &second))
        .error(Complaint::new("").detail("single line"))
        .plan_fails(with_token(&bad_file, &second))
        .error(Complaint::new("").detail("403"))
        .apply(config(&second))
        .destroy()
        .run()
}

/// A note that was made by somebody else, with a secret in its file.
fn looked_up_and_imported(scenario: &Scenario, cli: Cli) -> Result<()> {
    let stage = Stage::create(scenario, cli)?;
    fs::create_dir_all(stage.path("notes/main"))?;
    for (name, label) in [("looked", "the secret of a note that is looked up"), ("one", "that of one that is imported")]
    {
        let secret = scenario.canary(label)?;
        let file = json!({ "title": name, "text": "t", "secret": secret.value(), "revision": 1 });
        fs::write(stage.path(&format!("notes/main/{name}.json")), file.to_string())?;
    }
    let damaged = scenario.canary("the secret in a damaged file")?;
    let file = json!({ "title": 7, "text": "t", "secret": damaged.value(), "revision": 1 });
    fs::write(stage.path("notes/main/damaged.json"), file.to_string())?;
    let look = |name: &str| format!("data \"example_note\" \"one\" {{\n  name = {name:?}\n}}\n");
    let import = "import {\n  to = example_note.one\n  id = \"main/one\"\n}\n\
                  resource \"example_note\" \"one\" {\n  name = \"one\"\n  text = \"t\"\n}\n";
    stage
        .story()
        .apply(stage.with(&[look("looked").as_str(), import].concat()))
        .leaves("example_note.one")
        .plan_fails(stage.with(&look("damaged")))
        .error(Complaint::new("").detail("understanding"))
        .run()
}

struct Secrets {
    variables: BTreeMap<&'static str, Canary>,
    environment: Canary,
}

impl Secrets {
    /// Makes them up, and says where which may be.
    fn new(scenario: &Scenario) -> Result<Self> {
        let variables = VARIABLES.iter().map(|(name, label)| Ok((*name, scenario.canary(label)?)));
        let variables = variables.collect::<Result<BTreeMap<_, _>>>()?;
        let environment = scenario.canary("a variable of the environment")?;
        scenario.allow(
            Allowance::of(environment.label(), Surface::Environment)
                .at(ENVIRONMENT)
                .because("a CLI gives its environment to its plugins"),
        );
        for label in STORED {
            for surface in [Surface::State, Surface::BackupState, Surface::Plan, Surface::Show] {
                scenario.allow(Allowance::of(label, surface).because("its user has asked for it to be stored"));
            }
        }
        Ok(Self { variables, environment })
    }

    fn value(&self, name: &str) -> &str {
        self.variables.get(name).map(Canary::value).expect("it is in the table")
    }

    fn declarations(&self) -> String {
        let variable = |name: &&str| {
            // What is stored can't be ephemeral.
            let kind = if *name == "pin" { "sensitive" } else { "ephemeral" };
            format!("variable {name:?} {{\n  type      = string\n  {kind} = true\n}}\n")
        };
        self.variables.keys().map(variable).collect::<String>()
            + "variable \"token\" {\n  type = string\n  ephemeral = true\n}\n"
    }

    fn handed_to<'a>(&self, story: Story<'a>) -> Story<'a> {
        let variables = self.variables.iter();
        variables.fold(story, |story, (name, canary)| story.variable(name, canary.value()).hides(canary))
    }
}

/// The provider block with the token itself, from an ephemeral variable.
fn provider_block(stage: &Stage) -> Result<String> {
    let bao = stage.server.as_ref().context("with_server")?;
    let ca = bao.server.authority().certificate_file();
    let server = format!("address = {:?}, ca_cert_file = {ca:?}, token = var.token", bao.server.address());
    Ok(format!("provider \"example\" {{\n  directory = {:?}\n  server = {{ {server} }}\n}}\n", stage.directory))
}

/// Whatever takes a secret.
fn everything(note: &str, version: i64) -> String {
    format!(
        r#"
        resource "example_note" "one" {{
          name           = "one"
          text           = "t"
          secret         = var.{note}
          secret_version = {version}
        }}
        resource "example_everything" "all" {{
          name        = "all"
          words       = []
          pin         = var.pin
          key         = {key}
          key_version = {version}
          owner       = {{ name = "Ada", password = var.owner, password_version = {version} }}
          members = [
            {{ name = "Grace", password = var.first, password_version = {version} }},
            {{ name = "Edsger", password = var.second, password_version = {version} }},
          ]
          teams = {{ night = {{ name = "Barbara", password = var.team, password_version = {version} }} }}
          main_port {{ number = 443 }}
        }}
        resource "example_echo" "hidden" {{
          name          = "hidden"
          value         = var.echo
          value_version = {version}
        }}
        resource "example_echo" "shown" {{
          name          = "shown"
          value         = var.shown
          value_version = 1
          show          = true
        }}
        resource "example_note" "source" {{
          name           = "source"
          text           = "t"
          secret         = var.leased
          secret_version = 1
        }}
        ephemeral "example_lease" "one" {{
          note  = example_note.source.name
          after = example_note.source.revision
        }}
        resource "example_echo" "leased" {{
          name          = "leased"
          value         = ephemeral.example_lease.one.secret
          value_version = 1
        }}
        resource "example_policy" "one" {{
          name   = "POLICY"
          policy = "path \"leaks/*\" {{ capabilities = [\"read\"] }}"
        }}
        "#,
        key = key("key"),
    )
}

/// A private key with a secret in it, as an expression.
fn key(variable: &str) -> String {
    format!("\"-----BEGIN PRIVATE KEY-----\\n${{base64encode(var.{variable})}}\\n-----END PRIVATE KEY-----\\n\"")
}

/// A further note, with its name as that of the variable.
fn another(name: &str, lines: &str) -> String {
    format!(
        "resource \"example_note\" {name:?} {{\n  name = {name:?}\n  text = \"t\"\n  secret = var.{name}\n  \
         secret_version = 1\n{lines}}}\n"
    )
}
