//! Expectations: of the plan before it is applied, of the state after, of errors, and of the log.

use serde_json::Value;

use crate::cli::diagnostics::{self, Complaint, Diagnostic, Severity};
use crate::cli::matcher::Matcher;
use crate::cli::plan_json::{Action, PlanJson};
use crate::cli::state_json::StateJson;
use crate::cli::story::Story;
use crate::leak_scan::CONTROL;

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The plan, as it was before it was applied.
    Plan,
    /// The state after the step.
    State,
    /// The states after the step and after the one before it.
    Change,
    Errors,
    Warnings,
    /// The log of the provider.
    Log,
}

/// All that a step has shown.
#[derive(Debug, Default)]
pub(super) struct Scene {
    pub(super) plan: Value,
    pub(super) before: Option<Value>,
    pub(super) state: Value,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) log: String,
}

/// One expectation.
pub(super) struct Check {
    pub(super) subject: Subject,
    pub(super) judge: Judge,
}

/// Answers with a sentence if the expectation does not hold.
type Judge = Box<dyn Fn(&Scene) -> Result<(), String>>;

/// Expectations of the plan.
impl Story<'_> {
    /// The resource is created.
    pub fn creates(self, address: &str) -> Self {
        self.action(address, Action::Create)
    }

    /// The resource is changed in place.
    pub fn updates(self, address: &str) -> Self {
        self.action(address, Action::Update)
    }

    /// The resource is replaced, in whatever order.
    pub fn replaces(self, address: &str) -> Self {
        let name = address.to_owned();
        self.acting_on(address).check(Subject::Plan, move |scene| match PlanJson(&scene.plan).action(&name)? {
            action if action.is_replace() => Ok(()),
            other => Err(unexpected(scene, &name, "replace", other)),
        })
    }

    /// The resource is left as it is.
    pub fn leaves(self, address: &str) -> Self {
        self.action(address, Action::NoOp)
    }

    /// The resource is destroyed.
    pub fn deletes(self, address: &str) -> Self {
        self.action(address, Action::Delete)
    }

    /// This is done to the resource.
    pub fn action(self, address: &str, action: Action) -> Self {
        let name = address.to_owned();
        self.acting_on(address).check(Subject::Plan, move |scene| match PlanJson(&scene.plan).action(&name)? {
            found if found == action => Ok(()),
            other => Err(unexpected(scene, &name, &action.to_string(), other)),
        })
    }

    /// Nothing is done at all.
    pub fn changes_nothing(self) -> Self {
        self.check(Subject::Plan, |scene| PlanJson(&scene.plan).changes_nothing(Some(CONTROL)))
    }

    /// The resource was known as `from`, also under another type or provider, and is left as it is.
    pub fn moves(self, from: &str, to: &str) -> Self {
        let (from, name) = (from.to_owned(), to.to_owned());
        self.leaves(to).check(Subject::Plan, move |scene| PlanJson(&scene.plan).is_moved(&from, &name))
    }

    /// What is planned at a JSON pointer below the attributes of a resource. Known after apply is
    /// [`unknown`](crate::cli::matcher::unknown).
    pub fn planned(self, address: &str, path: &str, matcher: Matcher) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        self.check(Subject::Plan, move |scene| PlanJson(&scene.plan).holds(&address, &path, &matcher))
    }

    /// The attribute at a JSON pointer is a reason for which the resource is replaced.
    pub fn replaced_because_of(self, address: &str, path: &str) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        self.check(Subject::Plan, move |scene| PlanJson(&scene.plan).is_replaced_because_of(&address, &path))
    }
}

/// Expectations of the state.
impl Story<'_> {
    /// What is at a JSON pointer below the attributes of a resource.
    pub fn attribute(self, address: &str, path: &str, matcher: Matcher) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        self.check(Subject::State, move |scene| StateJson(&scene.state).holds(&address, &path, &matcher))
    }

    /// What is at a JSON pointer below the identity of a resource. Terraform has identities since 1.12.
    pub fn identity(self, address: &str, path: &str, matcher: Matcher) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        self.check(Subject::State, move |scene| StateJson(&scene.state).identity_holds(&address, &path, &matcher))
    }

    /// The value of an output.
    pub fn output(self, name: &str, matcher: Matcher) -> Self {
        let name = name.to_owned();
        self.check(Subject::State, move |scene| StateJson(&scene.state).output_holds(&name, &matcher))
    }

    /// The resource is there, and marked for replacement.
    pub fn tainted(self, address: &str) -> Self {
        let address = address.to_owned();
        self.check(Subject::State, move |scene| StateJson(&scene.state).is_tainted(&address))
    }

    /// The state knows nothing of the resource.
    pub fn gone(self, address: &str) -> Self {
        let address = address.to_owned();
        self.check(Subject::State, move |scene| StateJson(&scene.state).lacks(&address))
    }

    /// An attribute is the same as after the step before.
    pub fn keeps(self, address: &str, path: &str) -> Self {
        self.compared(address, path, true)
    }

    /// An attribute is another than after the step before.
    pub fn changes(self, address: &str, path: &str) -> Self {
        self.compared(address, path, false)
    }

    fn compared(self, address: &str, path: &str, is_same: bool) -> Self {
        let (address, path) = (address.to_owned(), path.to_owned());
        self.check(Subject::Change, move |scene| {
            let before = scene.before.as_ref().ok_or("there is no step before this one")?;
            let before = StateJson(before).value(&address, &path)?;
            let after = StateJson(&scene.state).value(&address, &path)?;
            match (before == after, is_same) {
                (true, false) => Err(format!("{address} {path} should have changed, and is {after} as before")),
                (false, true) => Err(format!("{address} {path} should have stayed {before}, and is {after}")),
                _ => Ok(()),
            }
        })
    }
}

/// Expectations of what is said, and of what comes after.
impl Story<'_> {
    /// An error that is printed; a text stands for its summary.
    pub fn error(self, complaint: impl Into<Complaint>) -> Self {
        let complaint = complaint.into();
        self.check(Subject::Errors, move |scene| diagnostics::expect(&scene.diagnostics, Severity::Error, &complaint))
    }

    /// A warning that is printed; a text stands for its summary.
    pub fn warning(self, complaint: impl Into<Complaint>) -> Self {
        let complaint = complaint.into();
        self.check(Subject::Warnings, move |scene| {
            diagnostics::expect(&scene.diagnostics, Severity::Warning, &complaint)
        })
    }

    /// A warning that is not printed.
    pub fn without_warning(self, complaint: impl Into<Complaint>) -> Self {
        let complaint = complaint.into();
        self.check(Subject::Warnings, move |scene| {
            match diagnostics::expect(&scene.diagnostics, Severity::Warning, &complaint) {
                Ok(()) => Err(format!("the warning {complaint} is there")),
                Err(_) => Ok(()),
            }
        })
    }

    /// The log of the providers contains this text, at whatever level.
    pub fn logs(self, text: &str) -> Self {
        let text = text.to_owned();
        self.check(Subject::Log, move |scene| {
            if scene.log.contains(&text) { Ok(()) } else { Err(format!("the log does not say {text:?}")) }
        })
    }

    /// Something is left to do after the step, as a plan with refresh shows, instead of nothing.
    pub fn expect_changes_after(mut self) -> Self {
        match self.acts.last_mut() {
            Some(act) if act.is_followed_up() => act.expected.leaves_changes = true,
            other => {
                let step = other.map_or_else(|| "the beginning".to_owned(), |act| format!("`{act}`"));
                self.is_nonsense(format!("what is left to do after {step} is not looked at"));
            }
        }
        self
    }

    /// The attribute at a JSON pointer need not be the same after an import: one that no server gives back.
    pub fn ignoring(mut self, path: &str) -> Self {
        match self.acts.last_mut() {
            Some(act) if act.compares() => act.expected.ignored.push(path.to_owned()),
            _ => self.is_nonsense(format!("ignoring {path} without an import")),
        }
        self
    }

    fn acting_on(mut self, address: &str) -> Self {
        if let Some(act) = self.acts.last_mut() {
            act.expected.acted_on.insert(address.to_owned());
        }
        self
    }

    fn check(mut self, subject: Subject, judge: impl Fn(&Scene) -> Result<(), String> + 'static) -> Self {
        match self.acts.last_mut() {
            Some(act) if act.shows(subject) => act.expected.checks.push(Check { subject, judge: Box::new(judge) }),
            Some(act) => {
                let step = act.to_string();
                self.is_nonsense(format!("`{step}` does not show what is expected of it ({subject:?})"));
            }
            None => self.is_nonsense(format!("something is expected ({subject:?}) before the first step")),
        }
        self
    }

    fn is_nonsense(&mut self, nonsense: String) {
        self.nonsense.get_or_insert(nonsense);
    }
}

fn unexpected(scene: &Scene, address: &str, expected: &str, found: Action) -> String {
    format!("{address} should be planned as {expected}, and is {found}; {}", PlanJson(&scene.plan).summary())
}
