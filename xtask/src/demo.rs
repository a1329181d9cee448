//! `cargo xtask demo`: what Secret Zero does, shown on real programs.

use anyhow::Result;
use testbed::Tool;

use crate::{cargo, testbed::require};

/// Builds what it needs and shows, in plain words, how OpenTofu drives a provider of this repository.
///
/// The first run builds OpenTofu from its published Go module, which takes some minutes; later runs take seconds. Everything
/// happens in a temporary folder and on loopback addresses, and ends with the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Further arguments for the demo.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    require(&[Tool::OpenTofu])?;
    let mut command = cargo::command(&["run", "--quiet", "--package", "acceptance", "--bin", "demo", "--"]);
    cargo::foreground(command.args(&arguments.rest))
}
