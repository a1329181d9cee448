//! A configuration in a folder of its own, with everything around it that a CLI reads.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cli::Cli;
use crate::cli::command::CliCommand;
use crate::cli::finished::Finished;
use crate::cli::provider::Provider;
use crate::leak_scan::ProjectTraces;
use crate::run_folder::{is_kept, run_folder, subfolder};
use crate::scenario::Scenario;
use crate::servers::program;

/// What a plan wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// The configuration is what there is.
    Nothing,
    /// Something is to be created, changed or destroyed.
    Changes,
}

/// A folder in which one of the two CLIs works.
///
/// ```text
/// module/    the configuration, the lock file and the state; commands run here
/// mirror/    providers
/// data/      what `init` installs
/// logs/      01-init.stdout.log, 01-init.stderr.log, 01-init.trace.log, 02-…
/// seen/      what later commands replaced, for the leak scan
/// cli.hcl    the configuration of the CLI
/// ```
#[derive(Debug)]
pub struct Project {
    cli: Cli,
    program: PathBuf,
    folder: PathBuf,
    /// Apart from the rest and with a short name: the path of a socket may have some 100 bytes.
    temporary: PathBuf,
    /// Name of a provider, and the line that requires it.
    requirements: Mutex<Vec<(String, String)>>,
    environment: Vec<(OsString, OsString)>,
    commands: AtomicUsize,
    traces: Arc<ProjectTraces>,
}

impl Project {
    /// An empty project in the folder of a scenario.
    ///
    /// # Errors
    /// If the CLI is missing or a file can't be written.
    pub fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        let program = program(cli.tool())?.path;
        let folder = subfolder(scenario.folder(), cli.tool().name())?;
        for name in ["module", "mirror", "data", "logs", "home"] {
            fs::create_dir(folder.join(name)).with_context(|| format!("creating {name}"))?;
        }
        let mirror = folder.join("mirror");
        let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        fs::write(folder.join("cli.hcl"), text).context("writing the configuration of the CLI")?;
        let temporary = subfolder(run_folder()?, "t")?;
        let traces = ProjectTraces::begin(scenario.leaks(), &folder, &temporary)?;
        let (requirements, environment, commands) = (Mutex::default(), Vec::new(), AtomicUsize::new(1));
        Ok(Self { cli, program, folder, temporary, requirements, environment, commands, traces })
    }

    /// Puts a provider into the mirror and into the requirements of the configuration.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn provider(self, provider: &Provider) -> Result<Self> {
        self.install(provider)?;
        Ok(self.requires(provider))
    }

    /// Puts a provider into the requirements of the configuration alone: one that runs already, in debug mode.
    #[must_use]
    pub fn requires(self, provider: &Provider) -> Self {
        self.require(provider);
        self
    }

    /// Puts another version, or another program, in the place of a provider of the same name. It is used after the next
    /// [`Self::configure`] and [`Self::init`]: what the lock file says of the old one is forgotten.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn replace_provider(&self, provider: &Provider) -> Result<()> {
        self.install(provider)?;
        self.require(provider);
        let lock = self.module().join(".terraform.lock.hcl");
        if lock.exists() {
            fs::remove_file(lock).context("removing the lock file")?;
        }
        Ok(())
    }

    fn require(&self, provider: &Provider) {
        let (name, source, version) = (provider.name(), provider.source(), provider.version());
        let mut requirements = self.requirements.lock().unwrap_or_else(PoisonError::into_inner);
        requirements.retain(|(required, _)| required != name);
        requirements
            .push((name.to_owned(), format!("    {name} = {{ source = {source:?}, version = {version:?} }}\n")));
    }

    /// Sets an environment variable for all commands.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Which CLI works here.
    pub fn cli(&self) -> Cli {
        self.cli
    }

    /// The folder with the configuration.
    pub fn module(&self) -> PathBuf {
        self.folder.join("module")
    }

    /// All of it, with logs and plans.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it leaves behind, as the leak scan sees it.
    pub(crate) fn traces(&self) -> &ProjectTraces {
        &self.traces
    }

    /// Writes `main.tf`: the requirements, and `text`. What was there is replaced.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn configure(&self, text: &str) -> Result<()> {
        let requirements = self.requirements.lock().unwrap_or_else(PoisonError::into_inner);
        let requirements: String = requirements.iter().map(|(_, line)| line.as_str()).collect();
        let text = format!("terraform {{\n  required_providers {{\n{requirements}  }}\n}}\n\n{text}\n");
        fs::write(self.module().join("main.tf"), text).context("writing main.tf")
    }

    /// Puts a provider into the mirror; another program with the same version takes the place of the first.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn install(&self, provider: &Provider) -> Result<()> {
        Cli::both().iter().try_for_each(|cli| provider.install(&self.folder.join("mirror"), *cli))
    }

    /// `init`: installs the providers and writes the lock file.
    ///
    /// # Errors
    /// If it fails.
    pub fn init(&self) -> Result<Finished> {
        self.command(["init", "-input=false"]).run()?.succeeded()
    }

    /// `validate`
    ///
    /// # Errors
    /// If it fails.
    pub fn validate(&self) -> Result<()> {
        self.command(["validate"]).run()?.succeeded().map(drop)
    }

    /// `plan`, with further options such as `-refresh=false`.
    ///
    /// # Errors
    /// If it fails.
    pub fn plan(&self, options: &[&str]) -> Result<Planned> {
        let finished = self.command(["plan", "-input=false", "-detailed-exitcode"]).args(options).run()?;
        match finished.status.code() {
            Some(0) => Ok(Planned::Nothing),
            Some(2) => Ok(Planned::Changes),
            _ => bail!("`{}` ended with {}{}", finished.line, finished.status, finished.quote()),
        }
    }

    /// `apply`, without asking.
    ///
    /// # Errors
    /// If it fails.
    pub fn apply(&self, options: &[&str]) -> Result<Finished> {
        self.apply_command().args(options).run()?.succeeded()
    }

    /// The command behind [`Self::apply`], for those that run it in the background or expect it to fail.
    pub fn apply_command(&self) -> CliCommand {
        self.command(["apply", "-input=false", "-auto-approve"])
    }

    /// `destroy`, without asking.
    ///
    /// # Errors
    /// If it fails.
    pub fn destroy(&self, options: &[&str]) -> Result<()> {
        self.command(["destroy", "-input=false", "-auto-approve"]).args(options).run()?.succeeded().map(drop)
    }

    /// `show -json`: the state, or the plan in this file.
    ///
    /// # Errors
    /// If it fails.
    pub fn show(&self, plan: Option<&str>) -> Result<Value> {
        self.command(["show", "-json"]).args(plan).run()?.succeeded()?.json()
    }

    /// The attributes that the state holds of a resource of the root module, such as `null_marker.one`.
    ///
    /// # Errors
    /// If `show` fails.
    pub fn resource(&self, address: &str) -> Result<Option<Value>> {
        let mut resources = self.resources()?;
        let at = resources.iter().position(|resource| resource.get("address").is_some_and(|found| found == address));
        Ok(at.map(|at| resources.swap_remove(at)).and_then(|mut resource| resource.get_mut("values").map(Value::take)))
    }

    /// The resources that the state holds of the root module, as `show -json` has them.
    ///
    /// # Errors
    /// If it fails.
    pub fn resources(&self) -> Result<Vec<Value>> {
        let mut state = self.show(None)?;
        match state.pointer_mut("/values/root_module/resources").map(Value::take) {
            None => Ok(Vec::new()),
            Some(Value::Array(resources)) => Ok(resources),
            Some(other) => bail!("`show -json` has no list of resources: {other}"),
        }
    }

    /// `providers schema -json`
    ///
    /// # Errors
    /// If it fails.
    pub fn schema(&self) -> Result<Value> {
        self.command(["providers", "schema", "-json"]).run()?.succeeded()?.json()
    }

    /// Any other command. The first argument names its output files.
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> CliCommand {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let verb = arguments.first().map(|verb| verb.to_string_lossy().into_owned()).unwrap_or_default();
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let stem = self.folder.join(format!("logs/{number:02}-{verb}"));
        let (planted, value) = self.traces.variable();
        let command = CliCommand::new(self.program.clone(), self.module(), self.temporary.clone(), stem)
            .watched_by(&self.traces)
            .args(arguments)
            .env(planted, value)
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.join("home"))
            .env("TMPDIR", &self.temporary)
            .env("TF_CLI_CONFIG_FILE", self.folder.join("cli.hcl"))
            .env("TF_DATA_DIR", self.folder.join("data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_CLI_ARGS", "-no-color")
            .env("CHECKPOINT_DISABLE", "1")
            // A CLI lives for a fraction of a second: collecting garbage is a fifth of what it computes.
            .env("GOGC", "off");
        self.environment.iter().fold(command, |command, (name, value)| command.env(name, value))
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.traces.gather_last();
        if !is_kept() {
            // The watchdog removes the folder around it anyway.
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}
