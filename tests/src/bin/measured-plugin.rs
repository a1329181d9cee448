//! Stands in for a provider under measurement: runs the real one as its only child, and notes what it cost.
//!
//! The CLI starts this program where it would start the provider. Standard streams and environment go through, so
//! handshake and gRPC pass by without a copy. When the provider has ended by itself, the system knows its CPU time and
//! peak memory exactly, with no sampling.

use std::fs::File;
use std::io::Write;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

fn main() -> Result<ExitCode> {
    let provider = std::env::var_os("MEASURED_PROVIDER").context("MEASURED_PROVIDER names no program to measure")?;
    let report = std::env::var_os("MEASURED_REPORT").context("MEASURED_REPORT names no file to write to")?;
    let status = Command::new(&provider)
        .args(std::env::args_os().skip(1))
        .env_remove("MEASURED_PROVIDER")
        .env_remove("MEASURED_REPORT")
        .status()
        .with_context(|| format!("starting {}", provider.display()))?;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cost = serde_json::json!({
        "cpu_microseconds": usage.user_time().num_microseconds() + usage.system_time().num_microseconds(),
        "peak_memory_kib": usage.max_rss(),
        "success": status.success(),
    });
    let mut report = File::options().append(true).create(true).open(report)?;
    report.write_all(format!("{cost}\n").as_bytes())?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
