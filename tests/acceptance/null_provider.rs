//! The null provider under the real `tofu` and `terraform`: what the transport has to stand.

mod debug_mode;
mod interrupts;
mod life_cycle;
mod load;
mod lock_file;
mod logs;

use std::path::Path;
use std::time::Duration;

use acceptance::Scenario;
use acceptance::cli::{Cli, Project, Provider, workspace_binary};
use anyhow::Result;

/// What a process gets to end that nobody waits for: it looks for its host once a second and drains for another.
const SOON: Duration = Duration::from_secs(15);

/// What the provider logs when an apply has reached its gate.
const AT_THE_GATE: &str = "waiting for the gate";

fn provider() -> Result<Provider> {
    Provider::new("secretzero/null", "1.0.0", workspace_binary("terraform-provider-null")?)
}

/// An initialised project with these resources.
fn project(scenario: &Scenario, cli: Cli, resources: &str) -> Result<Project> {
    let project = Project::create(scenario, cli)?.provider(&provider()?)?;
    project.configure(resources)?;
    project.init()?;
    Ok(project)
}

fn marker(note: &str) -> String {
    format!("resource \"null_marker\" \"one\" {{\n  note = {note:?}\n}}")
}

/// A marker that is written only when the file is there.
fn gated_marker(note: &str, gate: &Path) -> String {
    format!("resource \"null_marker\" \"one\" {{\n  note = {note:?}\n  gate = {gate:?}\n}}")
}
