//! `cargo xtask`: everything that a contributor or CI runs, one file per verb.

mod bench;
mod cargo;
mod checkout;
mod demo;
mod docs;
mod fuzz;
mod proto;
mod screen;
mod test;
mod testbed;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, tests and measures Secret Zero.
///
/// Everything that can be made again (built servers, Go and cargo caches) lies under $XDG_CACHE_HOME/secretzero, or
/// ~/.cache/secretzero; `cargo xtask testbed status` shows it and `cargo xtask testbed clean` removes it.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Bench(bench::Arguments),
    Demo(demo::Arguments),
    Docs(docs::Arguments),
    Fuzz(fuzz::Arguments),
    Proto(proto::Arguments),
    Test(test::Arguments),
    Testbed(testbed::Arguments),
    Tidy(tidy::Arguments),
}

fn main() -> ExitCode {
    run(&Arguments::parse().verb).unwrap_or_else(|error| {
        screen::say(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run(verb: &Verb) -> Result<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    let _claim = checkout::claim(&cargo::root(), &cargo::target_folder())?;
    match verb {
        Verb::Bench(arguments) => bench::run(arguments).map(done),
        Verb::Demo(arguments) => demo::run(arguments).map(done),
        Verb::Docs(arguments) => docs::run(arguments).map(done),
        Verb::Fuzz(arguments) => fuzz::run(arguments).map(done),
        Verb::Proto(arguments) => proto::run(arguments).map(done),
        Verb::Test(arguments) => test::run(arguments),
        Verb::Testbed(arguments) => testbed::run(arguments).map(done),
        Verb::Tidy(arguments) => tidy::run(arguments).map(done),
    }
}
