//! What a provider costs before it has done anything: start, handshake, mutual TLS, one schema, end.
//!
//! CPU and memory are those of the provider's process, not of the CLI that starts it. A CLI starts a provider several
//! times per command, so this is on everybody's way.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::cli::workspace_binary;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;
use tempfile::TempDir;
use testbed::Tool;

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

/// A provider to start, and what it cost so far.
struct Subject {
    name: &'static str,
    program: PathBuf,
    folder: TempDir,
    samples: Vec<Sample>,
}

struct Sample {
    cpu_ms: f64,
    memory_mb: f64,
}

struct Figures {
    cpu_ms: f64,
    memory_mb: f64,
    binary_mb: f64,
}

impl Start {
    pub(crate) fn run(self) -> Result<()> {
        let mut out = std::io::stdout();
        let tofu = Tool::OpenTofu.find()?;
        let peer = Tool::TerraformProviderVault.find()?;
        writeln!(out, "Building the null provider in release mode.")?;
        let ours = build_null_provider()?;
        writeln!(
            out,
            "Starting it and the peer provider {} by turns, {} times each, with `tofu providers schema -json` of OpenTofu {}.",
            peer.version, self.runs, tofu.version
        )?;

        let mut subjects = [
            Subject::prepare("null provider (ours)", "secretzero/null", "null", ours)?,
            Subject::prepare("terraform-provider-vault", "hashicorp/vault", "vault", peer.path.clone())?,
        ];
        // The first start of each reads the program from disk; it is not counted.
        for run in 0..=self.runs {
            for subject in &mut subjects {
                let sample = subject.start(&tofu.path)?;
                if run > 0 {
                    subject.samples.push(sample);
                }
            }
        }
        tofu.started();
        peer.started();
        report(&mut out, &subjects)
    }
}

fn report(out: &mut impl Write, subjects: &[Subject; 2]) -> Result<()> {
    let [ours, peer] = [subjects[0].figures()?, subjects[1].figures()?];
    writeln!(out, "\n{:28} {:>10} {:>14} {:>10}", "median of one start", "CPU", "peak memory", "binary")?;
    for (subject, figures) in subjects.iter().zip([&ours, &peer]) {
        let Figures { cpu_ms, memory_mb, binary_mb } = figures;
        writeln!(out, "{:28} {cpu_ms:>7.1} ms {memory_mb:>11.1} MB {binary_mb:>7.1} MB", subject.name)?;
    }
    writeln!(out)?;
    let goals = [
        Goal { what: "CPU", unit: "ms", figure: ours.cpu_ms, at_most: peer.cpu_ms * CPU_GOAL },
        Goal { what: "peak memory", unit: "MB", figure: ours.memory_mb, at_most: peer.memory_mb * MEMORY_GOAL },
        Goal { what: "binary", unit: "MB", figure: ours.binary_mb, at_most: BINARY_GOAL_MB },
    ];
    let mut missed = Vec::new();
    for Goal { what, unit, figure, at_most } in goals {
        let room = at_most - figure;
        let verdict = if room >= 0.0 { "met" } else { "MISSED" };
        writeln!(
            out,
            "{what}: {figure:.1} {unit}, goal at most {at_most:.1} {unit}: {verdict}; room for a real schema: {room:.1} {unit}"
        )?;
        if room < 0.0 {
            missed.push(what);
        }
    }
    ensure!(
        missed.is_empty(),
        "missed in this run: {}; repeat it on an idle machine before you look for a cause",
        missed.join(", ")
    );
    Ok(())
}

/// A figure and what it may be.
struct Goal {
    what: &'static str,
    unit: &'static str,
    figure: f64,
    at_most: f64,
}

impl Subject {
    /// A folder in which the CLI finds the stand-in under the provider's name, and nothing else.
    fn prepare(name: &'static str, source: &str, local_name: &str, program: PathBuf) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let stand_in = workspace_binary("measured-plugin")?;
        std::os::unix::fs::symlink(stand_in, folder.path().join(format!("terraform-provider-{local_name}")))?;
        let place = folder.path().display();
        fs::write(
            folder.path().join("cli.tfrc"),
            format!(
                "provider_installation {{\n  dev_overrides {{\n    {source:?} = \"{place}\"\n  }}\n  direct {{}}\n}}\n"
            ),
        )?;
        fs::write(
            folder.path().join("main.tf"),
            format!("terraform {{\n  required_providers {{\n    {local_name} = {{ source = {source:?} }}\n  }}\n}}\n"),
        )?;
        Ok(Self { name, program, folder, samples: Vec::new() })
    }

    fn start(&self, tofu: &Path) -> Result<Sample> {
        let folder = self.folder.path();
        let report = folder.join("report.jsonl");
        let _ = fs::remove_file(&report);
        let output = Command::new(tofu)
            .args(["providers", "schema", "-json"])
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
            .env("MEASURED_PROVIDER", &self.program)
            .env("MEASURED_REPORT", &report)
            .output()
            .with_context(|| format!("starting {}", tofu.display()))?;
        if !output.status.success() {
            bail!("tofu failed with {}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        }
        let schema: Value = serde_json::from_slice(&output.stdout).context("reading the schema that tofu printed")?;
        ensure!(
            schema.pointer("/provider_schemas").is_some_and(Value::is_object),
            "tofu printed no schema of {}",
            self.name
        );
        sample(&report).with_context(|| format!("measuring {}", self.name))
    }

    fn figures(&self) -> Result<Figures> {
        let binary = fs::metadata(&self.program)?.len();
        Ok(Figures {
            cpu_ms: median(self.samples.iter().map(|sample| sample.cpu_ms))?,
            memory_mb: median(self.samples.iter().map(|sample| sample.memory_mb))?,
            binary_mb: binary as f64 / 1e6,
        })
    }
}

/// What the stand-in noted. A CLI that starts the provider several times makes several notes: the cost is their sum, the
/// peak their maximum.
fn sample(report: &Path) -> Result<Sample> {
    let text = fs::read_to_string(report)
        .context("the provider did not end by itself within two seconds, so nothing was noted")?;
    let mut sample = Sample { cpu_ms: 0.0, memory_mb: 0.0 };
    for line in text.lines() {
        let cost: Value = serde_json::from_str(line)?;
        ensure!(cost.get("success") == Some(&Value::Bool(true)), "the provider ended with an error");
        let number = |key: &str| cost.get(key).and_then(Value::as_f64).with_context(|| format!("no {key} in {line}"));
        sample.cpu_ms += number("cpu_microseconds")? / 1e3;
        sample.memory_mb = sample.memory_mb.max(number("peak_memory_kib")? * 1024.0 / 1e6);
    }
    Ok(sample)
}

/// The middle value, or the mean of the two in the middle.
fn median(values: impl Iterator<Item = f64>) -> Result<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied();
    let (lower, upper) = (at(values.len().saturating_sub(1) / 2), at(values.len() / 2));
    let middle = lower.zip(upper).map(|(lower, upper)| f64::midpoint(lower, upper));
    middle.context("no run was measured; ask for at least one with --runs")
}

/// Builds in release mode into the target folder that this program itself was built into.
fn build_null_provider() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).context("this program is not in a target folder")?;
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--package", "null-provider"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env("CARGO_TARGET_DIR", target)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "building the null provider failed; cargo's messages are above");
    Ok(target.join("release/terraform-provider-null"))
}
