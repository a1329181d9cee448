//! A scenario of a provider under a real CLI, told step by step.
//!
//! Every [`apply`](Story::apply) is what a user does, and what must hold afterwards: a plan, the expectations of it, the
//! apply of exactly that plan, the expectations of the state; then nothing may be left to do, neither without refresh,
//! which is where a plan that never settles shows, nor with it, which is where a wrong read shows.
//!
//! Expectations belong to the step above them. Nothing runs before [`Story::run`].
//!
//! ```no_run
//! use acceptance::Scenario;
//! use acceptance::cli::matcher::{is, unknown};
//! use acceptance::cli::{Cli, Project, Story};
//!
//! # fn main() -> anyhow::Result<()> {
//! Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
//!     let project = Project::create(scenario, Cli::OpenTofu)?;
//!     Story::of(&project)
//!         .apply(r#"resource "terraform_data" "a" { input = "first" }"#)
//!         .creates("terraform_data.a")
//!         .planned("terraform_data.a", "/id", unknown())
//!         .attribute("terraform_data.a", "/output", is("first"))
//!         .apply(r#"resource "terraform_data" "a" { input = "second" }"#)
//!         .updates("terraform_data.a")
//!         .keeps("terraform_data.a", "/id")
//!         .destroy()
//!         .run()
//! })
//! # }
//! ```

mod aside;
mod check;
mod import;
mod performance;
mod step;

use std::ffi::OsString;

use anyhow::{Context as _, Result, bail};

use crate::cli::project::Project;
use crate::cli::provider::Provider;
use crate::leak_scan::Canary;
use performance::Performance;
use step::{Act, Failing, Step};

pub use import::Import;

/// Steps and expectations. The module says how they read.
#[must_use = "a story does nothing until it is run"]
pub struct Story<'a> {
    project: &'a Project,
    environment: Vec<(OsString, OsString)>,
    canaries: Vec<Canary>,
    acts: Vec<Act<'a>>,
    /// The first thing that makes no sense, such as an expectation of a step that can't have it.
    nonsense: Option<String>,
}

/// Before the first step.
impl<'a> Story<'a> {
    /// An empty story in this project. `init` runs by itself, before the first step with a configuration.
    pub fn of(project: &'a Project) -> Self {
        Self { project, environment: Vec::new(), canaries: Vec::new(), acts: Vec::new(), nonsense: None }
    }

    /// Gives a variable of the configuration its value, for all steps, without a trace on disk.
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((format!("TF_VAR_{name}").into(), value.into()));
        self
    }

    /// Demands that a secret is nowhere: the [leak scan](crate::leak_scan), which runs over every story, looks for it, and
    /// people are shown states and plans, too, to see what they are shown.
    ///
    /// Hand it to the configuration through an ephemeral [`variable`](Self::variable) or a server: every saved plan
    /// holds the text of the configuration and the values of other variables.
    pub fn hides(mut self, canary: &Canary) -> Self {
        self.canaries.push(canary.clone());
        self
    }
}

/// Steps.
impl<'a> Story<'a> {
    /// Applies a configuration; the module says what that includes.
    pub fn apply(self, configuration: impl Into<String>) -> Self {
        self.step(Step::Apply { configuration: Some(configuration.into()), options: Vec::new() })
    }

    /// Applies the same configuration again, usually after something was done [between](Self::between).
    pub fn apply_again(self) -> Self {
        self.step(Step::Apply { configuration: None, options: Vec::new() })
    }

    /// Applies the same configuration again and replaces a resource on request.
    pub fn replace(self, address: &str) -> Self {
        let story = self.step(Step::Apply { configuration: None, options: vec![format!("-replace={address}")] });
        story.replaces(address)
    }

    /// Marks a resource for replacement, which the next [`apply_again`](Self::apply_again) does.
    pub fn taint(self, address: &str) -> Self {
        self.step(Step::Taint(address.to_owned()))
    }

    /// Plans a configuration and leaves it at that.
    pub fn plan(self, configuration: impl Into<String>) -> Self {
        self.step(Step::Plan { configuration: configuration.into() })
    }

    /// Takes what is really there into the state; afterwards nothing may be left to do.
    pub fn refresh(self) -> Self {
        self.step(Step::Refresh)
    }

    /// Destroys everything; no resource may be left in the state.
    pub fn destroy(self) -> Self {
        self.step(Step::Destroy)
    }

    /// Imports a resource by command into an empty state, and compares it with what it was, attribute by attribute;
    /// `timeouts`, which no server knows, aside, and what is [ignored](Self::ignoring). The old state is back afterwards.
    pub fn import(self, address: &str, by: impl Into<Import>) -> Self {
        self.step(Step::Import { address: address.to_owned(), by: by.into() })
    }

    /// Forgets a resource and imports it with an `import` block. That must be all there is to do about it, unless the
    /// story expects another action of it, and it is compared as by [`import`](Self::import). The old state is back
    /// afterwards.
    pub fn import_block(self, address: &str, by: impl Into<Import>) -> Self {
        self.step(Step::ImportBlock { address: address.to_owned(), by: by.into() })
    }

    /// Does the same with `configuration`, which lacks the resource: the CLI has to write that part, and with it there
    /// must be nothing to change. The old configuration and state are back afterwards.
    pub fn generate_configuration(
        self,
        configuration: impl Into<String>,
        address: &str,
        by: impl Into<Import>,
    ) -> Self {
        let (configuration, address, by) = (configuration.into(), address.to_owned(), by.into());
        self.step(Step::Generate { configuration, address, by })
    }

    /// `validate` refuses a configuration. Say with which [`error`](Self::error).
    pub fn validate_fails(self, configuration: impl Into<String>) -> Self {
        self.step(Step::Fails { verb: Failing::Validate, configuration: Some(configuration.into()) })
    }

    /// `plan` fails. Say with which [`error`](Self::error).
    pub fn plan_fails(self, configuration: impl Into<String>) -> Self {
        self.step(Step::Fails { verb: Failing::Plan, configuration: Some(configuration.into()) })
    }

    /// The plan succeeds, and applying it fails. Say with which [`error`](Self::error). What is in the state then can be
    /// expected as after an apply; whether something is left to do is not looked at.
    pub fn apply_fails(self, configuration: impl Into<String>) -> Self {
        self.step(Step::Fails { verb: Failing::Apply, configuration: Some(configuration.into()) })
    }

    /// The same for the destruction of everything.
    pub fn destroy_fails(self) -> Self {
        self.step(Step::Fails { verb: Failing::Destroy, configuration: None })
    }

    /// The plan succeeds; the apply is interrupted, as with Ctrl-C, as soon as the log of the provider says `at`. It must
    /// end with an error, and leave no process behind.
    pub fn apply_interrupted(self, configuration: impl Into<String>, at: &str) -> Self {
        let verb = Failing::Interrupted { at: at.to_owned() };
        self.step(Step::Fails { verb, configuration: Some(configuration.into()) })
    }

    /// Goes on with another version, or another program, of a provider.
    pub fn use_provider(self, provider: &Provider) -> Self {
        self.step(Step::UseProvider(provider.clone()))
    }

    /// Does something behind the CLI's back, or looks at what is there. `what` completes "step 3: ".
    pub fn between(self, what: &str, hook: impl FnOnce() -> Result<()> + 'a) -> Self {
        self.step(Step::Between { what: what.to_owned(), hook: Box::new(hook) })
    }

    fn step(mut self, step: Step<'a>) -> Self {
        self.acts.push(Act::new(step));
        self
    }
}

/// The end.
impl Story<'_> {
    /// Runs all steps, and stops at the first that is not as expected.
    ///
    /// # Errors
    /// With the number of the step, and all of its expectations that do not hold.
    pub fn run(self) -> Result<()> {
        if let Some(nonsense) = self.nonsense {
            bail!("the story makes no sense: {nonsense}");
        }
        if let Some(act) = self.acts.iter().find(|act| act.lacks_an_error()) {
            bail!("the story makes no sense: `{act}` does not say with which error");
        }
        let mut performance = Performance::start(self.project, self.environment, &self.canaries)?;
        for (number, act) in self.acts.into_iter().enumerate() {
            let name = format!("{}, step {}: {act}", self.project.cli(), number + 1);
            performance.perform(act).with_context(|| name)?;
        }
        performance.finish()
    }
}
