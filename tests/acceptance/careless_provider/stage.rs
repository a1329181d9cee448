//! A project in which one group of objects after the other is put before a CLI.

use std::fs;
use std::io::ErrorKind;

use acceptance::Scenario;
use acceptance::cli::{Cli, Finished, Project, Provider, workspace_binary};
use anyhow::{Context as _, Result, ensure};
use careless_provider::{Sabotage, Script};
use serde_json::Value as Json;

use super::objects;

/// Files of the module that do not outlive a performance.
const PASSING: [&str; 3] = ["objects.tf.json", "terraform.tfstate", "terraform.tfstate.backup"];

/// A CLI with the careless provider.
pub(super) struct Stage {
    project: Project,
}

/// An error that the CLI printed.
pub(super) struct Complaint {
    /// What it says to the user.
    pub(super) text: String,
    /// Everything in which an object may be named.
    pub(super) names: String,
}

impl Stage {
    pub(super) fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        let binary = workspace_binary("terraform-provider-careless")?;
        let provider = Provider::new("secretzero/careless", "1.0.0", binary)?;
        let project = Project::create(scenario, cli)?.provider(&provider)?;
        project.configure("")?;
        project.init()?;
        Ok(Self { project })
    }

    /// Does what a script says with an object for each sabotage, and returns the errors of its last command.
    pub(super) fn perform(&self, script: Script, sabotages: &[&Sabotage]) -> Result<Vec<Complaint>> {
        for file in PASSING {
            match fs::remove_file(self.project.module().join(file)) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error).context("clearing the stage")?,
                _ => {}
            }
        }
        self.write("objects.tf.json", &objects::configuration(script, sabotages))?;
        if let Some(state) = objects::state(script, self.project.cli().registry(), sabotages) {
            self.write("terraform.tfstate", &state)?;
        }
        let has_second = matches!(script, Script::PlanUpdate | Script::Update | Script::CreateBeforeDestroy);
        if has_second || matches!(script, Script::Replan | Script::Refresh | Script::Destroy) {
            self.command(&["apply", "-auto-approve"], script, sabotages)?.succeeded()?;
        }
        if has_second {
            self.write("objects.tf.json", &objects::second_configuration(script, sabotages))?;
        }
        let words: &[&str] = match script {
            Script::Apply | Script::PlanUnknown | Script::Update | Script::CreateBeforeDestroy => {
                &["apply", "-auto-approve"]
            }
            Script::Destroy => &["destroy", "-auto-approve"],
            Script::Refresh => &["plan", "-refresh-only"],
            _ => &["plan"],
        };
        complaints(&self.command(words, script, sabotages)?)
    }

    fn command(&self, words: &[&str], script: Script, sabotages: &[&Sabotage]) -> Result<Finished> {
        let mut command = self.project.command(words.iter().copied()).args(["-input=false", "-json"]);
        if let (Script::Load, [sabotage]) = (script, sabotages) {
            command = command.env("CARELESS_SCHEMA", sabotage.name);
        }
        command.run()
    }

    fn write(&self, file: &str, content: &Json) -> Result<()> {
        // An error quotes the line that it is about, which is to name one object and not all.
        let text = serde_json::to_string_pretty(content)?;
        fs::write(self.project.module().join(file), text).with_context(|| format!("writing {file}"))
    }
}

fn complaints(finished: &Finished) -> Result<Vec<Complaint>> {
    let lines = finished.stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let errors = lines.filter(|line| line["diagnostic"]["severity"] == "error");
    let complaint = |line: Json| {
        let text = |name: &str| line["diagnostic"][name].as_str().unwrap_or_default().to_owned();
        let text = [text("summary"), text("detail")].join(": ").split_whitespace().collect::<Vec<_>>().join(" ");
        Complaint { text, names: line["diagnostic"].to_string() }
    };
    let mut complaints: Vec<Complaint> = errors.map(complaint).collect();
    if complaints.is_empty() && !finished.status.success() {
        // Before a CLI knows what it is to do, it does not speak JSON.
        ensure!(finished.status.code() == Some(1), "`{}` ended with {}", finished.line, finished.status);
        let text = finished.stdout.clone() + &finished.stderr;
        complaints.push(Complaint { text: text.split_whitespace().collect::<Vec<_>>().join(" "), names: text });
    }
    Ok(complaints)
}
