//! `cargo xtask demo`: what Secret Zero does, shown on real programs.

use anyhow::Result;
use testbed::Tool;

use crate::{cargo, screen, testbed::require};

/// Builds what it needs and shows, in plain words, how OpenTofu drives a provider of this repository.
///
/// The first run compiles the provider and builds OpenTofu from its published Go module, which takes some minutes each; later
/// runs take seconds. Everything happens in a temporary folder and on loopback addresses, and ends with the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    // First what fails soonest: without a C compiler nobody should have waited for OpenTofu.
    screen::say("compiling the demo and the provider that it shows: about 2 minutes the first time, then seconds");
    let mut demo = cargo::build_programs(&["demo", "terraform-provider-null"])?;
    require(&[Tool::OpenTofu])?;
    cargo::foreground(&mut demo)
}
