//! The example provider under the real `tofu` and `terraform`: every row of the table, and the schema.

mod configuration;
mod drift;
mod errors;
mod faults;
mod functions;
mod history;
mod import;
mod interruption;
mod leaks;
mod life_cycle;
mod replacement;
mod schema;
mod secrets;

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::cli::{Cli, Project, Provider, Row, Rows, Story, workspace_binary};
use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;
use testbed::Tool;

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), Tool::OpenBao], |scenario| {
        let mut rows = Rows::of("example provider", cli);
        let stage = || Stage::create(scenario, cli);
        let both = || stage()?.with_server(scenario);
        // What follows each apply is part of it.
        let applied = life_cycle::apply(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || applied.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::UpdateAndReplace, || replacement::create_before_destroy(stage()));
        rows.run(Row::Apply, || life_cycle::everything(stage()));
        rows.run(Row::Apply, || life_cycle::on_a_server(both()));
        rows.run(Row::PlanChecks, || life_cycle::renewal(stage()));
        rows.run(Row::PlanOnly, || life_cycle::plan_only(stage()));
        rows.run(Row::Refresh, || life_cycle::refresh(stage()));
        rows.run(Row::Import, || import::by_command(both()));
        rows.run(Row::ImportBlock, || import::by_block(both()));
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || import::by_identity(both())),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run(Row::GeneratedConfiguration, || import::generated(both()));
        rows.run(Row::ExpectedError, || errors::in_the_configuration(stage()));
        rows.run(Row::ExpectedError, || errors::at_work(stage()));
        rows.run(Row::Disappears, || drift::disappears(both()));
        rows.run(Row::Drift, || drift::changes(both()));
        rows.run(Row::Replace, || life_cycle::replace(stage()));
        rows.run(Row::Destroy, || life_cycle::destroy(both()));
        rows.run(Row::StateUpgrade, || history::upgrade(scenario, cli));
        rows.run(Row::Moved, || history::moved(scenario, cli));
        rows.run(Row::Ephemeral, || secrets::ephemeral(stage()));
        rows.run(Row::Ephemeral, || secrets::renewed(stage()));
        rows.run(Row::Ephemeral, || secrets::abandoned(stage()));
        rows.run(Row::WriteOnly, || secrets::write_only(stage()));
        rows.run(Row::UnknownProviderConfiguration, || configuration::unknown(stage()));
        rows.run(Row::UnknownProviderConfiguration, || configuration::unknown_to_data_sources(stage()));
        rows.run(Row::Functions, || functions::results_and_errors(stage()));
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in crates/tf-testing");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.run(Row::Interrupt, || interruption::interrupted(stage()));
        rows.run(Row::PartialFailure, || interruption::half_way(stage()));
        rows.run(Row::PartialFailure, || faults::every_fault(both()));
        rows.finish()
    })
}

fn provider() -> Result<Provider> {
    Provider::new("secretzero/example", "1.0.0", workspace_binary("terraform-provider-example")?)
}

/// A project with the example provider, the folder of that provider, and perhaps a server.
struct Stage {
    project: Project,
    directory: PathBuf,
    server: Option<Bao>,
}

/// The shared server, and the file with a token for it.
struct Bao {
    server: &'static VaultServer,
    token: String,
    token_file: PathBuf,
}

impl Stage {
    fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        Self::of(scenario, Project::create(scenario, cli)?.provider(&provider()?)?)
    }

    fn of(scenario: &Scenario, project: Project) -> Result<Self> {
        // Outside of the project, which is searched for secrets: what is write-only is in this folder.
        let directory = tempfile::Builder::new().prefix("store").tempdir_in(scenario.folder())?.keep();
        Ok(Self { project, directory, server: None })
    }

    fn with_server(self, scenario: &Scenario) -> Result<Self> {
        let server = VaultServer::shared(scenario, Product::OpenBao)?;
        let token = server.scoped_admin()?;
        let token_file = self.directory.join("token");
        fs::write(&token_file, &token).context("writing the token")?;
        Ok(Self { server: Some(Bao { server, token, token_file }), ..self })
    }

    fn story(&self) -> Story<'_> {
        Story::of(&self.project)
    }

    /// A configuration with the provider block in front.
    fn with(&self, text: &str) -> String {
        self.with_address(self.server.as_ref().map(|bao| bao.server.address()), text)
    }

    /// The same with another address for the server.
    fn with_address(&self, address: Option<&str>, text: &str) -> String {
        let server = self.server.as_ref().zip(address).map(|(bao, address)| {
            let ca = bao.server.authority().certificate_file();
            format!(
                "  server = {{ address = {address:?}, ca_cert_file = {ca:?}, token_file = {:?}, timeout = \"2s\" }}\n",
                bao.token_file
            )
        });
        format!("provider \"example\" {{\n  directory = {:?}\n{}}}\n{text}", self.directory, server.unwrap_or_default())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A file of the provider, as JSON.
    fn object(&self, name: &str) -> Result<Value> {
        read(&self.path(name))
    }

    /// Changes a member of such a file.
    fn change(&self, name: &str, member: &str, value: Value) -> Result<()> {
        let mut object = self.object(name)?;
        object[member] = value;
        fs::write(self.path(name), object.to_string()).with_context(|| format!("changing {name}"))
    }

    fn touch(&self, name: &str) -> Result<()> {
        fs::write(self.path(name), "").with_context(|| format!("making {name}"))
    }

    fn remove(&self, name: &str) -> Result<()> {
        fs::remove_file(self.path(name)).with_context(|| format!("removing {name}"))
    }

    /// The server; a row that wants it has asked for it.
    fn bao(&self) -> &Bao {
        self.server.as_ref().expect("with_server")
    }
}

impl Bao {
    fn policy(&self, name: &str) -> Result<Option<String>> {
        let reply = self.server.client(&self.token)?.get(&path(name))?;
        if reply.status == 404 {
            return Ok(None);
        }
        let text = reply.ok()?.pointer("/data/policy").and_then(Value::as_str).map(str::to_owned);
        text.context("a policy has a text").map(Some)
    }

    fn write_policy(&self, name: &str, text: &str) -> Result<()> {
        self.server.client(&self.token)?.put(&path(name), &serde_json::json!({ "policy": text }))?.ok().map(drop)
    }

    fn delete_policy(&self, name: &str) -> Result<()> {
        self.server.client(&self.token)?.delete(&path(name))?.ok().map(drop)
    }
}

fn path(policy: &str) -> String {
    format!("/v1/sys/policies/acl/{policy}")
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("understanding {}", path.display()))
}

/// `resource "example_note" "one"` with these lines.
fn note(lines: &str) -> String {
    format!("resource \"example_note\" \"one\" {{\n{lines}\n}}\n")
}

/// `resource "example_policy" "one"` of this name, which lets read what is under `path`.
fn policy(name: &str, path: &str) -> String {
    format!("resource \"example_policy\" \"one\" {{\n  name   = {name:?}\n  policy = {:?}\n}}\n", rule(path))
}

fn rule(path: &str) -> String {
    format!("path \"{path}/*\" {{ capabilities = [\"read\"] }}")
}
