//! `cargo xtask`: everything that a contributor or CI runs, one file per verb.

mod bench;
mod cargo;
mod checkout;
mod demo;
mod docs;
mod fuzz;
mod judge;
mod proto;
mod screen;
mod test;
mod testbed;
mod tidy;

use std::{
    env,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, ExitCode},
};

use ::testbed::{Stop, USE_PATH};
use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

/// Builds, tests and measures Secret Zero.
///
/// Everything that can be made again (built servers, Go and cargo caches) lies under $XDG_CACHE_HOME/secretzero, or
/// ~/.cache/secretzero; `cargo xtask testbed status` shows it and `cargo xtask testbed clean --all` removes it.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// Prefers servers and command lines on PATH to built ones; the same as SECRETZERO_USE_PATH=1 in the environment.
    #[arg(long, global = true)]
    use_path: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Bench(bench::Arguments),
    Demo(demo::Arguments),
    Docs(docs::Arguments),
    Fuzz(fuzz::Arguments),
    Judge(judge::Arguments),
    Proto(proto::Arguments),
    Test(test::Arguments),
    Testbed(testbed::Arguments),
    Tidy(tidy::Arguments),
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        screen::say(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.use_path && env::var_os(USE_PATH).is_none_or(|value| value != "1") {
        // As a new program, because the environment of a running one must not be changed.
        let program = env::current_exe().context("finding xtask itself")?;
        let error = Command::new(program).args(env::args_os().skip(1)).env(USE_PATH, "1").exec();
        return Err(error).context("starting xtask with SECRETZERO_USE_PATH=1");
    }
    let done = |()| ExitCode::SUCCESS;
    let verb = &arguments.verb;
    let claims: Result<Vec<_>> =
        verb.compiles_into().iter().map(|target| checkout::claim(target, &Stop::default())).collect();
    let _claims = claims?;
    match verb {
        Verb::Bench(arguments) => bench::run(arguments).map(done),
        Verb::Demo(arguments) => demo::run(arguments).map(done),
        Verb::Docs(arguments) => docs::run(arguments).map(done),
        Verb::Fuzz(arguments) => fuzz::run(arguments).map(done),
        Verb::Judge(arguments) => judge::run(arguments).map(done),
        Verb::Proto(arguments) => proto::run(arguments).map(done),
        Verb::Test(arguments) => test::run(arguments),
        Verb::Testbed(arguments) => testbed::run(arguments).map(done),
        Verb::Tidy(arguments) => tidy::run(arguments).map(done),
    }
}

impl Verb {
    /// The target folders that the verb holds for this checkout as long as it runs.
    fn compiles_into(&self) -> Vec<PathBuf> {
        match self {
            Self::Bench(_) | Self::Demo(_) | Self::Docs(_) | Self::Judge(_) | Self::Proto(_) => {
                vec![cargo::target_folder()]
            }
            Self::Fuzz(_) => vec![fuzz::target_folder()],
            // The first two claim by themselves: `test` when it has its time limit, `testbed up` for as long as it compiles.
            Self::Test(_) | Self::Testbed(_) | Self::Tidy(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn what_compiles_nothing_claims_nothing() {
        for line in ["xtask testbed status", "xtask testbed down", "xtask testbed up", "xtask tidy"] {
            let arguments = Arguments::parse_from(line.split(' '));
            assert!(arguments.verb.compiles_into().is_empty(), "{line}");
        }
        let docs = Arguments::parse_from(["xtask", "docs"]);
        assert_eq!(docs.verb.compiles_into(), [cargo::target_folder()]);
    }
}
