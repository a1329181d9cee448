//! `cargo xtask bench`: what our programs cost, beside what others cost, in one run on one machine.

mod measured;
mod plan;
mod start;

use anyhow::Result;
use clap::Parser;

/// Measures, interleaved with the program compared against, and prints both figures.
#[derive(Parser)]
enum Bench {
    /// Planning without a refresh: ours with 10,000 objects and the peer provider with 2,000.
    Plan(plan::Plan),
    /// Starting a provider: `providers schema -json` with ours and with the peer provider.
    Start(start::Start),
}

fn main() -> Result<()> {
    match Bench::parse() {
        Bench::Plan(plan) => plan.run(),
        Bench::Start(start) => start.run(),
    }
}
