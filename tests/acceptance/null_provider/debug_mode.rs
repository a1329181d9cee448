//! Debug mode: a provider that runs already serves one command after the other, and both CLIs.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::cli::{Cli, Planned, Project};
use acceptance::{Launch, Process, Scenario, on_both_clis, wait_until};
use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::null_provider::{AT_THE_GATE, SOON, gated_marker, marker, provider};

on_both_clis![an_interrupted_command_does_not_end_the_provider];

#[test]
fn one_process_serves_both_clis_and_ends_with_ctrl_c() -> Result<()> {
    Scenario::run(&Cli::both().map(Cli::tool), |scenario| {
        let detached = Detached::start(scenario)?;
        for cli in Cli::both() {
            let project = detached.project(scenario, cli)?;
            project.configure(&marker("first"))?;
            assert_eq!(project.plan(&[])?, Planned::Changes, "{cli}");
            project.apply(&[])?;
            assert_eq!(project.plan(&[])?, Planned::Nothing, "{cli}");
            project.configure(&marker("second"))?;
            project.apply(&[])?;
            assert_eq!(project.resource("null_marker.one")?.context("no marker")?["note"], "second", "{cli}");
            project.destroy(&[])?;
            assert_eq!(project.resources()?, Vec::<Value>::new(), "{cli}");
            assert!(!project.module().join(".terraform.lock.hcl").exists(), "{cli}: nothing was installed");
        }
        detached.ends_with_ctrl_c()
    })
}

fn an_interrupted_command_does_not_end_the_provider(scenario: &Scenario, cli: Cli) -> Result<()> {
    let detached = Detached::start(scenario)?;
    let project = detached.project(scenario, cli)?;
    let gate = scenario.folder().join("gate");
    project.configure(&gated_marker("first", &gate))?;
    let mut apply = project.apply_command().start()?;
    detached.waits_at_the_gate(1)?;
    apply.interrupt()?;
    apply.wait()?.refused()?.says("The marker was not written")?;
    apply.leaves_nothing(SOON)?;

    // The same process was asked to stop before; that holds for the earlier command only.
    let mut apply = project.apply_command().start()?;
    detached.waits_at_the_gate(2)?;
    fs::write(&gate, "").context("opening the gate")?;
    apply.wait()?.succeeded()?;
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    detached.ends_with_ctrl_c()
}

/// A provider that was started by hand with `-debug`.
struct Detached {
    process: Process,
    /// The value of `TF_REATTACH_PROVIDERS`.
    reattach: String,
    sockets: PathBuf,
}

impl Detached {
    fn start(scenario: &Scenario) -> Result<Self> {
        // Outside the scenario's folder, whose path is too long for a socket.
        let sockets = tempfile::Builder::new().prefix("d").tempdir_in(acceptance::run_folder()?)?.keep();
        let launch = Launch::new("debugged-provider", provider()?.binary(), scenario.folder())
            .args(["-debug"])
            .env("TMPDIR", &sockets)
            .env("TF_LOG_PROVIDER", "INFO");
        let process = Process::start(launch)?;
        let reattach = process.wait_ready(SOON, || {
            let log = process.log_tail(5);
            let line = log.lines().find_map(|line| line.strip_prefix("TF_REATTACH_PROVIDERS='"));
            line.and_then(|line| line.strip_suffix('\'')).map(str::to_owned).with_context(|| format!("it says {log:?}"))
        })?;
        assert_eq!(entries(&sockets)?, 1);
        Ok(Self { process, reattach, sockets })
    }

    /// A project that uses it, and has no other.
    fn project(&self, scenario: &Scenario, cli: Cli) -> Result<Project> {
        let project = Project::create(scenario, cli)?.requires(&provider()?);
        Ok(project.env("TF_REATTACH_PROVIDERS", &self.reattach))
    }

    /// Waits until so many applies have come to the gate. The CLI sees nothing of this log.
    fn waits_at_the_gate(&self, times: usize) -> Result<()> {
        let log = self.process.log();
        wait_until("an apply at the gate", SOON, || match fs::read_to_string(log)?.matches(AT_THE_GATE).count() {
            seen if seen >= times => Ok(()),
            seen => bail!("{seen} of {times} in {}", log.display()),
        })
    }

    fn ends_with_ctrl_c(&self) -> Result<()> {
        self.process.pid().context("the commands ended the provider")?;
        self.process.signal(Signal::SIGINT)?;
        wait_until("the provider to end", SOON, || match self.process.pid() {
            None => Ok(()),
            Some(process) => bail!("{process} runs"),
        })?;
        assert_eq!(entries(&self.sockets)?, 0, "the socket is left behind");
        Ok(())
    }
}

fn entries(folder: &Path) -> Result<usize> {
    Ok(fs::read_dir(folder)?.count())
}
