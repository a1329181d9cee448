//! `cargo xtask demo`: what Secret Zero does, shown on real programs.

use anyhow::Result;
use testbed::Tool;

use crate::{cargo, screen, testbed::require};

/// Builds what it needs and shows, in plain words, how one apply makes a trust root that a real server uses.
///
/// The first run compiles the provider and builds OpenTofu and OpenBao from their published Go modules, which takes some minutes
/// each; later runs take seconds. It needs `curl` and `python3`. Everything happens in a temporary folder and on loopback addresses, and ends with the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    // First what fails soonest: without a C compiler nobody should have waited for OpenTofu.
    screen::say("compiling the demo and the provider that it shows: about 2 minutes the first time, then seconds");
    let mut demo = cargo::build_programs(&["demo", "terraform-provider-secretzero"])?;
    require(&[Tool::OpenTofu, Tool::OpenBao])?;
    cargo::foreground(&mut demo)
}
