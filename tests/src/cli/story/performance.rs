//! A story as it runs: the commands of each step, in their order, and the expectations in between.

use std::cell::Cell;
use std::ffi::OsString;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

use crate::cli::command::CliCommand;
use crate::cli::diagnostics::{self, Diagnostic, diagnostics};
use crate::cli::finished::Finished;
use crate::cli::plan_json::PlanJson;
use crate::cli::project::Project;
use crate::cli::running::LEFT_WITHIN;
use crate::cli::state_json::StateJson;
use crate::cli::story::check::{Scene, Subject};
use crate::cli::story::step::{Act, Expectations, Failing, Step};
use crate::leak_scan::{Allowance, Canary, Surface};

/// What the steps of a story leave to the next.
pub(super) struct Performance<'a> {
    pub(super) project: &'a Project,
    environment: Vec<(OsString, OsString)>,
    /// Whether it has secrets of its own, so that all is shown in both ways.
    hides: bool,
    has_applied: Cell<bool>,
    configuration: Option<String>,
    is_initialised: bool,
    /// The state after the last step that looked at it.
    last: Option<Value>,
    plans: Cell<usize>,
}

/// A saved plan.
pub(super) struct Planned {
    /// Its file, in the folder of the configuration.
    pub(super) file: String,
    pub(super) json: Value,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) log: String,
    /// Whether the CLI sees something to do.
    has_changes: bool,
}

impl<'a> Performance<'a> {
    pub(super) fn start(
        project: &'a Project,
        environment: Vec<(OsString, OsString)>,
        canaries: &[Canary],
    ) -> Result<Self> {
        let scan = project.traces().scan();
        canaries.iter().for_each(|canary| scan.watch(canary));
        for (name, _) in &environment {
            let allowance = Allowance::of_everything(Surface::Environment).at(&format!("{} of ", name.display()));
            let reason = "the story hands it over in this variable, and a CLI gives its environment to its plugins";
            scan.allow(allowance.because(reason).optional());
        }
        project.traces().plant_resource()?;
        let (configuration, last, plans, hides) = (None, None, Cell::new(0), !canaries.is_empty());
        let has_applied = Cell::new(false);
        Ok(Self { project, environment, hides, has_applied, configuration, is_initialised: false, last, plans })
    }

    pub(super) fn perform(&mut self, act: Act<'a>) -> Result<()> {
        self.step(act.step, &act.expected)?;
        self.project.traces().look()
    }

    pub(super) fn finish(self) -> Result<()> {
        self.project.traces().conclude_story(self.has_applied.get())
    }

    fn step(&mut self, step: Step<'a>, expected: &Expectations) -> Result<()> {
        match step {
            Step::Between { hook, .. } => hook(),
            Step::Apply { configuration, options } => {
                self.configure(configuration.as_deref())?;
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                self.apply(expected, &options)?;
                self.follow_up(expected)
            }
            Step::Plan { configuration } => {
                self.configure(Some(&configuration))?;
                let Planned { json, diagnostics, log, .. } = self.planned(&[])?;
                let scene = Scene { plan: json, diagnostics, log, ..Scene::default() };
                self.judge(expected, &[Subject::Plan, Subject::Warnings, Subject::Log], &scene)
            }
            Step::Refresh => {
                let options = ["apply", "-json", "-input=false", "-auto-approve", "-refresh-only"];
                let finished = as_expected(self.command(options).run()?, &[0])?;
                let (diagnostics, log) = (diagnostics(&finished.stdout), finished.log);
                let (before, state) = (self.last.take(), self.shown_state()?);
                let scene = Scene { before, state, diagnostics, log, ..Scene::default() };
                self.judge_all_but_plan(expected, &scene)?;
                self.last = Some(scene.state);
                self.follow_up(expected)
            }
            Step::Destroy => {
                self.apply(expected, &["-destroy"])?;
                let left = self.last.as_ref().map(|state| StateJson(state).addresses()).unwrap_or_default();
                if left.is_empty() { Ok(()) } else { bail!("{left:?} are still in the state") }
            }
            Step::Taint(address) => {
                self.command(["taint", address.as_str()]).run()?.succeeded()?;
                let scene = Scene { state: self.shown_state()?, ..Scene::default() };
                self.judge(expected, &[Subject::State], &scene)
            }
            Step::Import { address, by } => self.import(expected, &address, &by),
            Step::ImportBlock { address, by } => self.import_block(expected, &address, &by),
            Step::Generate { configuration, address, by } => self.generate(expected, &configuration, &address, &by),
            Step::Fails { verb, configuration } => {
                self.configure(configuration.as_deref())?;
                self.fail(expected, &verb)
            }
            Step::UseProvider(provider) => {
                self.project.replace_provider(&provider)?;
                let own = self.configuration()?.to_owned();
                self.project.configure(&own)?;
                self.command(["init", "-input=false", "-upgrade"]).run()?.succeeded().map(drop)
            }
        }
    }

    fn fail(&mut self, expected: &Expectations, verb: &Failing) -> Result<()> {
        let arguments: &[&str] = match verb {
            Failing::Validate => &["validate", "-json"],
            Failing::Plan => &["plan", "-json", "-input=false"],
            Failing::Destroy => return self.fail_to_apply(expected, &["-destroy"], None),
            Failing::Apply => return self.fail_to_apply(expected, &[], None),
            Failing::Interrupted { at } => return self.fail_to_apply(expected, &[], Some(at)),
        };
        let finished = as_expected(self.command(arguments.iter().copied()).run()?, &[1])?;
        let scene = Scene { diagnostics: diagnostics(&finished.stdout), log: finished.log, ..Scene::default() };
        self.judge(expected, &[Subject::Errors, Subject::Warnings, Subject::Log], &scene)
    }

    fn fail_to_apply(&mut self, expected: &Expectations, options: &[&str], interrupt_at: Option<&str>) -> Result<()> {
        let planned = self.planned(options)?;
        let scene = Scene { plan: planned.json, ..Scene::default() };
        self.judge(expected, &[Subject::Plan], &scene)?;
        let mut running = self.command(["apply", "-json", "-input=false", &planned.file]).start()?;
        if let Some(at) = interrupt_at {
            running.wait_for_log(at, 1)?;
            running.interrupt()?;
        }
        let finished = as_expected(running.wait()?, &[1])?;
        running.leaves_nothing(LEFT_WITHIN)?;
        let (diagnostics, log) = (diagnostics(&finished.stdout), finished.log);
        let scene = Scene { before: self.last.take(), state: self.shown_state()?, diagnostics, log, ..scene };
        self.judge_all_but_plan(expected, &scene)?;
        self.last = Some(scene.state);
        Ok(())
    }

    /// Plans, applies the plan, and looks at the state.
    fn apply(&mut self, expected: &Expectations, options: &[&str]) -> Result<()> {
        let before = self.last.take();
        let planned = self.planned(options)?;
        let (diagnostics, log) = (planned.diagnostics, planned.log);
        let scene = Scene { plan: planned.json, diagnostics, log, ..Scene::default() };
        self.judge(expected, &[Subject::Plan], &scene)?;
        let scene = self.applied(&planned.file, scene, before)?;
        self.judge_all_but_plan(expected, &scene)?;
        self.last = Some(scene.state);
        Ok(())
    }

    /// Applies a saved plan.
    pub(super) fn applied(&self, plan: &str, mut scene: Scene, before: Option<Value>) -> Result<Scene> {
        let finished = as_expected(self.command(["apply", "-json", "-input=false", plan]).run()?, &[0])?;
        self.has_applied.set(true);
        scene.diagnostics.extend(diagnostics(&finished.stdout));
        scene.log.push_str(&finished.log);
        scene.before = before;
        scene.state = self.shown_state()?;
        Ok(scene)
    }

    /// Whether something is left to do.
    pub(super) fn follow_up(&self, expected: &Expectations) -> Result<()> {
        let without = self.planned(&["-refresh=false"])?;
        if without.has_changes && !expected.leaves_changes {
            bail!("without refresh there is something left to do: {}", PlanJson(&without.json).summary());
        }
        let with = self.planned(&[])?;
        match (with.has_changes, expected.leaves_changes) {
            (true, false) => bail!("with refresh there is something left to do: {}", PlanJson(&with.json).summary()),
            (false, true) => bail!("nothing is left to do; it should be something"),
            _ => Ok(()),
        }
    }

    /// Makes a plan and saves it.
    pub(super) fn planned(&self, options: &[&str]) -> Result<Planned> {
        self.plans.set(self.plans.get() + 1);
        let file = format!("{:02}.plan", self.plans.get());
        let arguments = ["plan", "-json", "-input=false", "-detailed-exitcode", &format!("-out={file}")];
        let finished = as_expected(self.command(arguments).args(options).run()?, &[0, 2])?;
        let has_changes = finished.status.code() == Some(2);
        let json = self.show(Some(&file))?;
        Ok(Planned { file, json, diagnostics: diagnostics(&finished.stdout), log: finished.log, has_changes })
    }

    pub(super) fn shown_state(&self) -> Result<Value> {
        self.show(None)
    }

    /// `show -json`; where secrets are looked for, what people are shown, too.
    fn show(&self, plan: Option<&str>) -> Result<Value> {
        if self.hides {
            self.command(["show"]).args(plan).run()?.succeeded()?;
        }
        self.command(["show", "-json"]).args(plan).run()?.succeeded()?.json()
    }

    pub(super) fn configuration(&self) -> Result<&str> {
        self.configuration.as_deref().context("there is no configuration yet")
    }

    fn configure(&mut self, configuration: Option<&str>) -> Result<()> {
        if let Some(text) = configuration {
            self.project.configure(text)?;
            self.configuration = Some(text.to_owned());
        }
        self.configuration()?;
        if !self.is_initialised {
            self.command(["init", "-input=false"]).run()?.succeeded()?;
            self.is_initialised = true;
        }
        Ok(())
    }

    pub(super) fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> CliCommand {
        let command = self.project.command(arguments);
        self.environment.iter().fold(command, |command, (name, value)| command.env(name, value))
    }

    /// Reports all expectations about these that do not hold.
    pub(super) fn judge(&self, expected: &Expectations, subjects: &[Subject], scene: &Scene) -> Result<()> {
        let checks = expected.checks.iter().filter(|check| subjects.contains(&check.subject));
        let failed: Vec<String> = checks.filter_map(|check| (check.judge)(scene).err()).collect();
        if failed.is_empty() { Ok(()) } else { Err(anyhow!("{}", failed.join("\n"))) }
    }

    fn judge_all_but_plan(&self, expected: &Expectations, scene: &Scene) -> Result<()> {
        use Subject::{Change, Errors, Log, State, Warnings};
        self.judge(expected, &[State, Change, Errors, Warnings, Log], scene)
    }
}

/// Reports a command that ended in another way, with what it complains about.
fn as_expected(finished: Finished, codes: &[i32]) -> Result<Finished> {
    if finished.status.code().is_some_and(|code| codes.contains(&code)) {
        return Ok(finished);
    }
    let said = diagnostics::list(&diagnostics(&finished.stdout));
    let (line, status, stderr) = (&finished.line, finished.status, finished.stderr.trim());
    bail!("`{line}` ended with {status}; {said}\n{stderr}");
}
