//! `cargo xtask bench`: what our programs cost, beside what others cost, in one run on one machine.

mod measured;
mod plan;
mod plugin;
mod refresh;
mod start;

use anyhow::Result;
use clap::Parser;

/// Measures, interleaved with the program compared against, and prints both figures.
#[derive(Parser)]
enum Bench {
    /// Planning without a refresh: ours with 10,000 objects and the peer provider with 2,000.
    Plan(plan::Plan),
    /// Asking a secrets engine: ours, the same on the Go SDK, and the built-in KV.
    Plugin(plugin::Plugin),
    /// Planning with a refresh: ours and the peer provider, with the same policies and mounts on the same server.
    Refresh(refresh::Refresh),
    /// Starting a provider: `providers schema -json` with ours and with the peer provider.
    Start(start::Start),
}

fn main() -> Result<()> {
    match Bench::parse() {
        Bench::Plan(plan) => plan.run(),
        Bench::Plugin(plugin) => plugin.run(),
        Bench::Refresh(refresh) => refresh.run(),
        Bench::Start(start) => start.run(),
    }
}
