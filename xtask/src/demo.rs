//! `cargo xtask demo`: what Secret Zero does, shown on real programs.

use std::ffi::OsString;

use anyhow::Result;
use clap::ValueEnum;
use testbed::Tool;

use crate::{cargo, screen, testbed::require};

/// Builds what it needs and shows, in plain words, how one apply makes a running, unsealed and configured server from nothing.
///
/// The first run compiles the provider and builds command line and server from their published Go modules, which takes some
/// minutes each; later runs take seconds. It needs `curl`, `python3` and `setsid`. Everything happens in one folder and on
/// loopback addresses.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which server is set up
    #[arg(long, value_enum, default_value = "openbao")]
    server: Server,
    /// Which command line does it
    #[arg(long, value_enum, default_value = "tofu")]
    cli: CommandLine,
    /// Work in this folder and leave everything there, the running server too; run again, it goes on from there. Without it,
    /// a temporary folder is used and removed
    #[arg(long, value_name = "FOLDER")]
    keep: Option<OsString>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Server {
    Openbao,
    Vault,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CommandLine {
    Tofu,
    Terraform,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // First what fails soonest: without a C compiler nobody should have waited for OpenTofu.
    screen::say("compiling the demo and the programs that it shows: about 3 minutes the first time, then seconds");
    let mut demo = cargo::build_programs(&["demo", "secretzero", "terraform-provider-secretzero"])?;
    let (server, server_name) = match arguments.server {
        Server::Openbao => (Tool::OpenBao, "openbao"),
        Server::Vault => (Tool::Vault, "vault"),
    };
    let (cli, cli_name) = match arguments.cli {
        CommandLine::Tofu => (Tool::OpenTofu, "tofu"),
        CommandLine::Terraform => (Tool::Terraform, "terraform"),
    };
    require(&[cli, server])?;
    demo.args(["--server", server_name, "--cli", cli_name]);
    if let Some(folder) = &arguments.keep {
        demo.arg("--keep").arg(folder);
    }
    cargo::foreground(&mut demo)
}
