//! `cargo xtask bench`: the measurements whose figures `docs/measurements.md` shows.

use anyhow::Result;
use testbed::Tool;

use crate::{cargo, testbed::require};

/// Measures speed and size beside a yardstick, interleaved in one run.
///
/// What is measured is built in release mode (the first time takes some minutes). Figures depend on the machine: close other
/// programs, and compare only figures of one run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure: `start` compares `providers schema -json` of our provider with the peer provider.
    #[arg(default_value = "start")]
    name: String,
    /// Further arguments for the measurement.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    require(&[Tool::OpenTofu, Tool::TerraformProviderVault])?;
    let mut command = cargo::command(&["run", "--quiet", "--package", "acceptance", "--bin", "bench", "--"]);
    cargo::foreground(command.arg(&arguments.name).args(&arguments.rest))
}
