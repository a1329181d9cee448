//! What a plan with a refresh costs a provider: everything is looked at on a real server, and nothing has changed.
//!
//! Both providers have the same objects on the same server, under names of their own. The server's audit log tells how many
//! requests each of them made.

use std::fs;
use std::io::Write;
use std::path::Path;

use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;
use testbed::Tool;

use crate::measured::{Cost, Goal, Subject, build_release, judge, median_cost};

/// Goals of the design, against the peer: CPU and memory, and how much the CPU may grow with four times the objects.
const CPU_GOAL: f64 = 1.0 / 5.0;
const MEMORY_GOAL: f64 = 1.0 / 3.0;
const GROWTH_GOAL: f64 = 4.2;

const PLAN: [&str; 4] = ["plan", "-detailed-exitcode", "-input=false", "-lock=false"];
const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-parallelism=30"];

#[derive(Args)]
pub(crate) struct Refresh {
    /// How often to plan with each of the two.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// How many policies each of them has. Of mounts there are half as many.
    #[arg(long, default_value_t = 1_000)]
    policies: u32,
}

/// What the median plan of one of them cost.
struct Figure {
    cost: Cost,
    requests: usize,
}

impl Refresh {
    pub(crate) fn run(self) -> Result<()> {
        Scenario::run(&[Tool::OpenTofu, Tool::OpenBao, Tool::TerraformProviderVault], |scenario| self.measure(scenario))
    }

    fn measure(&self, scenario: &Scenario) -> Result<()> {
        let mut out = std::io::stdout();
        let tofu = Tool::OpenTofu.find()?;
        let peer = Tool::TerraformProviderVault.find()?;
        writeln!(out, "Building our provider in release mode.")?;
        let program = build_release("provider", "terraform-provider-secretzero")?;
        let server = VaultServer::start(scenario.folder(), Product::OpenBao)?;
        let subjects = [
            ("terraform-provider-secretzero", "secretzero/secretzero", "secretzero", program),
            ("terraform-provider-vault", "hashicorp/vault", "vault", peer.path.clone()),
        ];
        let prepare = |(name, source, prefix, program)| -> Result<_> {
            let subject = Subject::prepare(name, source, prefix, program)?
                .env("VAULT_ADDR", server.address())
                .env("VAULT_TOKEN", server.keys()?.root_token.clone())
                .env("VAULT_CACERT", server.authority().certificate_file().display().to_string());
            Ok((subject, prefix))
        };
        let subjects = subjects.into_iter().map(prepare).collect::<Result<Vec<_>>>()?;
        for (subject, prefix) in &subjects {
            subject.configure(&configuration(prefix, self.policies))?;
            writeln!(
                out,
                "Creating {} policies and {} mounts with {}.",
                self.policies,
                self.policies / 2,
                subject.name
            )?;
            subject.run(&tofu.path, &APPLY)?;
        }
        writeln!(out, "Planning by turns, {} times each, with OpenTofu {}.", self.runs, tofu.version)?;
        let mut costs = [Vec::new(), Vec::new()];
        let mut requests = [0, 0];
        for _ in 0..self.runs {
            for (((subject, _), costs), requests) in subjects.iter().zip(&mut costs).zip(&mut requests) {
                let before = counted(&server.audit_log())?;
                costs.push(subject.run(&tofu.path, &PLAN)?.1);
                *requests = counted(&server.audit_log())? - before;
            }
        }
        let (ours, _) = subjects.first().context("ours is the first")?;
        ours.configure(&configuration("secretzero", 4 * self.policies))?;
        writeln!(out, "Creating four times as many with ours.")?;
        ours.run(&tofu.path, &APPLY)?;
        let many = (0..self.runs).map(|_| Ok(ours.run(&tofu.path, &PLAN)?.1)).collect::<Result<Vec<_>>>()?;
        tofu.started();
        peer.started();

        let [ours, peers] = [
            Figure { cost: median_cost(&costs[0])?, requests: requests[0] },
            Figure { cost: median_cost(&costs[1])?, requests: requests[1] },
        ];
        let many = median_cost(&many)?;
        writeln!(
            out,
            "\n{:32} {:>8} {:>12} {:>14} {:>9}",
            "median of one plan", "objects", "CPU", "peak memory", "requests"
        )?;
        let objects = self.policies + self.policies / 2;
        for ((subject, _), figure) in subjects.iter().zip([&ours, &peers]) {
            let Figure { cost: Cost { cpu_ms, memory_mb }, requests } = figure;
            writeln!(out, "{:32} {objects:>8} {cpu_ms:>9.1} ms {memory_mb:>11.1} MB {requests:>9}", subject.name)?;
        }
        writeln!(out, "{:32} {:>8} {:>9.1} ms {:>11.1} MB", "ours", 4 * objects, many.cpu_ms, many.memory_mb)?;
        writeln!(out)?;
        // Each policy, one list of mounts, and what every run does.
        let at_most = f64::from(self.policies + 10);
        // More than a few thousand would be far beyond the goal anyway.
        let requests = f64::from(u32::try_from(ours.requests).unwrap_or(u32::MAX));
        judge(
            &mut out,
            &[
                Goal { what: "CPU", unit: "ms", figure: ours.cost.cpu_ms, at_most: peers.cost.cpu_ms * CPU_GOAL },
                Goal {
                    what: "memory",
                    unit: "MB",
                    figure: ours.cost.memory_mb,
                    at_most: peers.cost.memory_mb * MEMORY_GOAL,
                },
                Goal { what: "requests", unit: "", figure: requests, at_most },
                Goal { what: "growth", unit: "times", figure: many.cpu_ms / ours.cost.cpu_ms, at_most: GROWTH_GOAL },
            ],
        )
    }
}

/// The same objects for both.
fn configuration(prefix: &str, policies: u32) -> String {
    format!(
        r#"
resource "{prefix}_policy" "p" {{
  count  = {policies}
  name   = "{prefix}-${{count.index}}"
  policy = "path \"secret/data/${{count.index}}\" {{ capabilities = [\"read\"] }}"
}}

resource "{prefix}_mount" "m" {{
  count = {}
  path  = "{prefix}-${{count.index}}"
  type  = "kv"
}}
"#,
        policies / 2
    )
}

/// How many requests the log has.
fn counted(log: &Path) -> Result<usize> {
    let text = fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
    let is_request = |line: &&str| {
        serde_json::from_str::<Value>(line).is_ok_and(|entry| entry.get("type").is_some_and(|kind| kind == "request"))
    };
    Ok(text.lines().filter(is_request).count())
}
