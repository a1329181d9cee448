//! The command line of Secret Zero: one file a command.

mod commands;
mod connection;
mod exit;
mod keys_file;
mod screen;
mod time_span;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Keeps an OpenBao or Vault server going: for people, for scripts, and for systemd.
#[derive(Debug, Parser)]
#[command(name = "secretzero", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Unseal(commands::unseal::Arguments),
}

const EXIT_CODES: &str = "Exit codes:
  0   done, or nothing to do
  1   refused; nothing was changed
  3   not in the wanted state yet
  5   the server can't be reached or verified
  64  wrong usage";

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => run(arguments).into(),
        Err(error) => {
            // Help and version are what was asked for. Where nobody reads it, nobody misses it.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() }
        }
    }
}

fn run(arguments: Arguments) -> Exit {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            screen::complain(&format!("the runtime can't be started: {error}"), None);
            return Exit::Refused;
        }
    };
    runtime.block_on(async {
        match arguments.command {
            Command::Unseal(arguments) => commands::unseal::run(&arguments).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_options_are_consistent() {
        Arguments::command().debug_assert();
    }
}
