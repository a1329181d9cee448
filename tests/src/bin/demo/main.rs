//! `cargo xtask demo`: from nothing to a running, unsealed and configured server in one apply, with the real programs, in
//! plain words.

mod home;
mod story;

use std::io::Write;
use std::path::PathBuf;

use acceptance::Product;
use acceptance::cli::Cli;
use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Shows what Secret Zero does.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which server is set up.
    #[arg(long, value_enum, default_value = "openbao")]
    server: Server,
    /// Which command line does it.
    #[arg(long, value_enum, default_value = "tofu")]
    cli: CommandLine,
    /// Works in this folder and leaves everything there, the running server too. Run again with the same folder, it goes on
    /// from there. Without it, a temporary folder is used and removed.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
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

fn main() -> Result<()> {
    let Arguments { server, cli, keep } = Arguments::parse();
    let product = match server {
        Server::Openbao => Product::OpenBao,
        Server::Vault => Product::Vault,
    };
    let cli = match cli {
        CommandLine::Tofu => Cli::OpenTofu,
        CommandLine::Terraform => Cli::Terraform,
    };
    match keep {
        Some(folder) => story::tell(&home::Home::open(&folder, cli, product)?, true),
        None => {
            let folder = tempfile::Builder::new().prefix("secretzero-demo-").tempdir()?;
            story::tell(&home::Home::open(folder.path(), cli, product)?, false)
        }
    }
}

fn say(text: &str) {
    // Nobody to talk to is no reason to stop half-way.
    let _ = writeln!(std::io::stdout(), "{text}");
}
