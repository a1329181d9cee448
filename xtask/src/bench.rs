//! `cargo xtask bench`: the measurements whose figures `docs/measurements.md` shows.

use anyhow::Result;
use testbed::Tool;

use crate::{cargo, screen, testbed::require};

/// Measures speed and size beside a yardstick, interleaved in one run.
///
/// What is measured is built in release mode (the first time takes some minutes). Figures depend on the machine: close other
/// programs, and compare only figures of one run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure: `start` is `providers schema -json`, `plan` a plan without refresh of many unchanged objects, `refresh`
    /// one that looks at each of them on a server; each with our provider and with the peer provider. `certs` is issuing
    /// certificates, beside raw key generation and signing. `plugin` is asking a secrets engine, beside the same one on the
    /// Go SDK and the built-in KV.
    #[arg(default_value = "start", value_parser = ["certs", "plan", "plugin", "refresh", "start"])]
    name: String,
    /// How often each of the two is measured; 20 starts, 3 plans, 3 refreshes, 2,000 requests or 300
    /// certificates unless given.
    #[arg(long)]
    runs: Option<u32>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.name == "certs" {
        return certs(arguments.runs);
    }
    match arguments.name.as_str() {
        "plugin" => require(&[Tool::OpenBao, Tool::SecretsEngineInGo])?,
        "start" => require(&[Tool::OpenTofu, Tool::TerraformProviderVault])?,
        _ => require(&[Tool::OpenTofu, Tool::TerraformProviderVault, Tool::OpenBao])?,
    }
    screen::say("compiling the measurement: about 2 minutes the first time, then seconds");
    let mut command = cargo::build_programs(&["bench"])?;
    command.arg(&arguments.name);
    if let Some(runs) = arguments.runs {
        command.args(["--runs", &runs.to_string()]);
    }
    cargo::foreground(&mut command)
}

/// It needs no server, and knows its goals.
fn certs(rounds: Option<u32>) -> Result<()> {
    screen::say("compiling the measurement");
    let mut command =
        cargo::command(&["run", "--quiet", "--release", "--package", "pki", "--example", "issue_cost", "--"]);
    command.args(rounds.map(|rounds| rounds.to_string()));
    cargo::foreground(&mut command)
}
