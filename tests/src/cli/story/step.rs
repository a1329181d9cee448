//! What a story consists of: steps with their expectations.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;

use crate::cli::provider::Provider;
use crate::cli::story::check::{Check, Subject};
use crate::cli::story::import::Import;

pub(super) type Hook<'a> = Box<dyn FnOnce() -> Result<()> + 'a>;

/// One thing that is done.
pub(super) enum Step<'a> {
    /// Without a configuration, the one that is there.
    Apply {
        configuration: Option<String>,
        options: Vec<String>,
    },
    Plan {
        configuration: String,
    },
    Refresh,
    Destroy,
    Taint(String),
    Import {
        address: String,
        by: Import,
    },
    ImportBlock {
        address: String,
        by: Import,
    },
    Generate {
        configuration: String,
        address: String,
        by: Import,
    },
    Fails {
        verb: Failing,
        configuration: Option<String>,
    },
    UseProvider(Provider),
    Between {
        what: String,
        hook: Hook<'a>,
    },
}

/// What is expected to fail.
pub(super) enum Failing {
    Validate,
    Plan,
    Apply,
    Destroy,
    /// An apply, when the log says this.
    Interrupted {
        at: String,
    },
}

/// A step and what is expected of it.
pub(super) struct Act<'a> {
    pub(super) step: Step<'a>,
    pub(super) expected: Expectations,
}

/// What is expected of a step.
pub(super) struct Expectations {
    pub(super) checks: Vec<Check>,
    /// Resources for which the story says what is done to them.
    pub(super) acted_on: BTreeSet<String>,
    /// JSON pointers of attributes that need not be the same after an import.
    pub(super) ignored: Vec<String>,
    /// Whether there must be something to do after the step, instead of nothing.
    pub(super) leaves_changes: bool,
}

impl<'a> Act<'a> {
    pub(super) fn new(step: Step<'a>) -> Self {
        // Timeouts are an agreement between the configuration and the provider.
        let ignored = vec!["/timeouts".to_owned()];
        let (checks, acted_on) = (Vec::new(), BTreeSet::new());
        Self { step, expected: Expectations { checks, acted_on, ignored, leaves_changes: false } }
    }

    /// Whether the step shows what an expectation is about.
    pub(super) fn shows(&self, subject: Subject) -> bool {
        use Subject::{Change, Errors, Log, Plan, State, Warnings};
        let subjects: &[Subject] = match &self.step {
            Step::Apply { .. } => &[Plan, State, Change, Warnings, Log],
            Step::Plan { .. } => &[Plan, Warnings, Log],
            Step::Refresh => &[State, Change, Warnings, Log],
            Step::Destroy => &[Plan, State, Warnings, Log],
            Step::Import { .. } => &[State, Log],
            Step::ImportBlock { .. } | Step::Generate { .. } => &[Plan, State, Warnings, Log],
            Step::Fails { verb: Failing::Validate, .. } => &[Errors, Warnings],
            Step::Fails { verb: Failing::Plan, .. } => &[Errors, Warnings, Log],
            Step::Fails { .. } => &[Plan, State, Change, Errors, Warnings, Log],
            Step::Taint(_) => &[State],
            Step::UseProvider(_) | Step::Between { .. } => &[],
        };
        subjects.contains(&subject)
    }

    /// Whether something is left to do after the step is looked at.
    pub(super) fn is_followed_up(&self) -> bool {
        matches!(self.step, Step::Apply { .. } | Step::Refresh | Step::ImportBlock { .. } | Step::Generate { .. })
    }

    /// Whether the step compares a resource before and after.
    pub(super) fn compares(&self) -> bool {
        matches!(self.step, Step::Import { .. } | Step::ImportBlock { .. } | Step::Generate { .. })
    }

    /// Whether it is to fail with just any error.
    pub(super) fn lacks_an_error(&self) -> bool {
        matches!(self.step, Step::Fails { .. }) && !self.expects(Subject::Errors)
    }

    fn expects(&self, subject: Subject) -> bool {
        self.expected.checks.iter().any(|check| check.subject == subject)
    }
}

impl fmt::Display for Act<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.step {
            Step::Apply { configuration: Some(_), .. } => f.write_str("apply"),
            Step::Apply { configuration: None, options } if options.is_empty() => f.write_str("apply again"),
            Step::Apply { configuration: None, options } => write!(f, "apply again with {}", options.join(" ")),
            Step::Plan { .. } => f.write_str("plan"),
            Step::Refresh => f.write_str("refresh"),
            Step::Destroy => f.write_str("destroy"),
            Step::Taint(address) => write!(f, "taint {address}"),
            Step::Import { address, by } => write!(f, "import {address} by {by}"),
            Step::ImportBlock { address, by } => write!(f, "import block for {address} by {by}"),
            Step::Generate { address, by, .. } => write!(f, "generate configuration for {address} by {by}"),
            Step::Fails { verb: Failing::Validate, .. } => f.write_str("validate fails"),
            Step::Fails { verb: Failing::Plan, .. } => f.write_str("plan fails"),
            Step::Fails { verb: Failing::Apply, .. } => f.write_str("apply fails"),
            Step::Fails { verb: Failing::Destroy, .. } => f.write_str("destroy fails"),
            Step::Fails { verb: Failing::Interrupted { at }, .. } => write!(f, "apply interrupted at {at:?}"),
            Step::UseProvider(provider) => write!(f, "use {} {}", provider.source(), provider.version()),
            Step::Between { what, .. } => f.write_str(what),
        }
    }
}
