//! A provider under measurement: the CLI starts it through a stand-in that notes what it cost.
//!
//! CPU and memory are those of the provider's processes, not of the CLI.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use acceptance::cli::workspace_binary;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// A provider, in a folder in which the CLI finds it and nothing else.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    program: PathBuf,
    local_name: &'static str,
    source: &'static str,
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What the provider's processes cost in one command of the CLI: CPU in sum, memory at its peak.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) cpu_ms: f64,
    pub(crate) memory_mb: f64,
}

/// A figure and what it may be.
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) figure: f64,
    pub(crate) at_most: f64,
}

impl Subject {
    /// The CLI finds the stand-in under the provider's name.
    pub(crate) fn prepare(
        name: &'static str,
        source: &'static str,
        local_name: &'static str,
        program: PathBuf,
    ) -> Result<Self> {
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
        let subject = Self { name, program, local_name, source, folder, environment: Vec::new() };
        subject.configure("")?;
        Ok(subject)
    }

    /// Sets an environment variable for all commands.
    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The folder of the configuration.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) -> Result<()> {
        let Self { local_name, source, .. } = self;
        let text = format!(
            "terraform {{\n  required_providers {{\n    {local_name} = {{ source = {source:?} }}\n  }}\n}}\n\n{text}\n"
        );
        fs::write(self.folder.path().join("main.tf"), text).context("writing main.tf")
    }

    /// Runs a command of the CLI, which must succeed.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, tofu: &Path, arguments: &[A]) -> Result<(Output, Cost)> {
        let folder = self.folder.path();
        let report = folder.join("report.jsonl");
        let _ = fs::remove_file(&report);
        let output = Command::new(tofu)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
            .env("MEASURED_PROVIDER", &self.program)
            .env("MEASURED_REPORT", &report)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .with_context(|| format!("starting {}", tofu.display()))?;
        if !output.status.success() {
            bail!("tofu failed with {}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        }
        let cost = cost(&report).with_context(|| format!("measuring {}", self.name))?;
        Ok((output, cost))
    }

    /// The size of the program.
    pub(crate) fn binary_mb(&self) -> Result<f64> {
        Ok(fs::metadata(&self.program)?.len() as f64 / 1e6)
    }
}

/// What the stand-in noted: a line for each process.
fn cost(report: &Path) -> Result<Cost> {
    let text = fs::read_to_string(report)
        .context("the provider did not end by itself within two seconds, so nothing was noted")?;
    let mut sum = Cost::default();
    for line in text.lines() {
        let cost: Value = serde_json::from_str(line)?;
        ensure!(cost.get("success") == Some(&Value::Bool(true)), "the provider ended with an error");
        let number = |key: &str| cost.get(key).and_then(Value::as_f64).with_context(|| format!("no {key} in {line}"));
        sum.cpu_ms += number("cpu_microseconds")? / 1e3;
        sum.memory_mb = sum.memory_mb.max(number("peak_memory_kib")? * 1024.0 / 1e6);
    }
    Ok(sum)
}

/// The middle of each, of several runs.
pub(crate) fn median_cost(costs: &[Cost]) -> Result<Cost> {
    Ok(Cost {
        cpu_ms: median(costs.iter().map(|cost| cost.cpu_ms))?,
        memory_mb: median(costs.iter().map(|cost| cost.memory_mb))?,
    })
}

/// The middle value, or the mean of the two in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> Result<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied();
    let (lower, upper) = (at(values.len().saturating_sub(1) / 2), at(values.len() / 2));
    let middle = lower.zip(upper).map(|(lower, upper)| f64::midpoint(lower, upper));
    middle.context("no run was measured; ask for at least one with --runs")
}

/// Says of each goal whether it was met.
///
/// # Errors
/// If one was missed.
pub(crate) fn judge(out: &mut impl Write, goals: &[Goal]) -> Result<()> {
    let mut missed = Vec::new();
    for Goal { what, unit, figure, at_most } in goals {
        let room = at_most - figure;
        let verdict = if room >= 0.0 { "met" } else { "MISSED" };
        writeln!(
            out,
            "{what}: {figure:.3} {unit}, goal at most {at_most:.3} {unit}: {verdict}; room: {room:.3} {unit}"
        )?;
        if room < 0.0 {
            missed.push(*what);
        }
    }
    ensure!(
        missed.is_empty(),
        "missed in this run: {}; repeat it on an idle machine before you look for a cause",
        missed.join(", ")
    );
    Ok(())
}

/// Builds a provider of ours in release mode, into the target folder that this program itself was built into.
pub(crate) fn build_release(package: &str, binary: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).context("this program is not in a target folder")?;
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--package", package, "--bin", binary])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env("CARGO_TARGET_DIR", target)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "building {package} failed; cargo's messages are above");
    Ok(target.join("release").join(binary))
}
