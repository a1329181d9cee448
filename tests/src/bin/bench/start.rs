//! What a provider costs before it has done anything: start, handshake, mutual TLS, its schema, end.
//!
//! A CLI starts a provider several times per command, so this is on everybody's way.

use std::io::Write;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;
use testbed::Tool;

use crate::measured::{Cost, Goal, Subject, build_release, judge, median_cost};

/// Goals of the design: at most these parts of what the peer provider takes.
const CPU_GOAL: f64 = 1.0 / 10.0;
const MEMORY_GOAL: f64 = 1.0 / 8.0;
const BINARY_GOAL_MB: f64 = 15.0;

#[derive(Args)]
pub(crate) struct Start {
    /// How often to start each of the two.
    #[arg(long, default_value_t = 20)]
    runs: u32,
}

impl Start {
    pub(crate) fn run(self) -> Result<()> {
        let mut out = std::io::stdout();
        let tofu = Tool::OpenTofu.find()?;
        let peer = Tool::TerraformProviderVault.find()?;
        writeln!(out, "Building the provider in release mode.")?;
        let ours = build_release("provider", "terraform-provider-secretzero")?;
        writeln!(
            out,
            "Starting it and the peer provider {} by turns, {} times each, with `tofu providers schema -json` of OpenTofu {}.",
            peer.version, self.runs, tofu.version
        )?;

        let subjects = [
            Subject::prepare("our provider", "secretzero/secretzero", "secretzero", ours)?,
            Subject::prepare("terraform-provider-vault", "hashicorp/vault", "vault", peer.path.clone())?,
        ];
        let mut costs = [Vec::new(), Vec::new()];
        // The first start of each reads the program from disk; it is not counted.
        for run in 0..=self.runs {
            for (subject, costs) in subjects.iter().zip(&mut costs) {
                let (output, cost) = subject.run(&tofu.path, &["providers", "schema", "-json"])?;
                let schema: Value =
                    serde_json::from_slice(&output.stdout).context("reading the schema that tofu printed")?;
                ensure!(
                    schema.pointer("/provider_schemas").is_some_and(Value::is_object),
                    "tofu printed no schema of {}",
                    subject.name
                );
                if run > 0 {
                    costs.push(cost);
                }
            }
        }
        tofu.started();
        peer.started();
        let [ours, peer] = [median_cost(&costs[0])?, median_cost(&costs[1])?];
        writeln!(out, "\n{:28} {:>10} {:>14} {:>10}", "median of one start", "CPU", "peak memory", "binary")?;
        for (subject, Cost { cpu_ms, memory_mb }) in subjects.iter().zip([&ours, &peer]) {
            let binary_mb = subject.binary_mb()?;
            writeln!(out, "{:28} {cpu_ms:>7.1} ms {memory_mb:>11.1} MB {binary_mb:>7.1} MB", subject.name)?;
        }
        writeln!(out)?;
        let goals = [
            Goal { what: "CPU", unit: "ms", figure: ours.cpu_ms, at_most: peer.cpu_ms * CPU_GOAL },
            Goal { what: "peak memory", unit: "MB", figure: ours.memory_mb, at_most: peer.memory_mb * MEMORY_GOAL },
            Goal { what: "binary", unit: "MB", figure: subjects[0].binary_mb()?, at_most: BINARY_GOAL_MB },
        ];
        judge(&mut out, &goals)
    }
}
