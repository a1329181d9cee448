//! `cargo xtask bench`: what our programs cost, beside what others cost, in one run on one machine.

mod start;

use anyhow::Result;
use clap::Parser;

/// Measures, interleaved with the program compared against, and prints both figures.
#[derive(Parser)]
enum Bench {
    /// Starting a provider: `providers schema -json` with ours and with the peer provider.
    Start(start::Start),
}

fn main() -> Result<()> {
    match Bench::parse() {
        Bench::Start(start) => start.run(),
    }
}
