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
    /// What to measure: `start` compares `providers schema -json` of our provider with the peer provider.
    #[arg(default_value = "start", value_parser = ["start"])]
    name: String,
    /// How often each of the two is started; 20 times unless given.
    #[arg(long)]
    runs: Option<u32>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    require(&[Tool::OpenTofu, Tool::TerraformProviderVault])?;
    screen::say("compiling the measurement: about 2 minutes the first time, then seconds");
    let mut command = cargo::build_programs(&["bench"])?;
    command.arg(&arguments.name);
    if let Some(runs) = arguments.runs {
        command.args(["--runs", &runs.to_string()]);
    }
    cargo::foreground(&mut command)
}
