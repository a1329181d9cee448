//! Why a run of core ends early.

use std::fmt;

use tf_framework::diagnostic::{Diagnostics, Severity};
use tf_value::Path;
use tonic::Code;

use crate::rule::{Rule, Violation};

/// Core, or the kit in its place, does not go on.
///
/// The text names the resource, the call, the attribute and the rule, and never a secret. `Debug` is the same text, so
/// that an `unwrap` in a test prints it.
#[derive(Clone)]
pub enum Refusal {
    /// The provider says no: at least one of its diagnostics is an error.
    Reported {
        /// The type of the resource, or the name of the function.
        of: String,
        /// Which call.
        call: Call,
        /// All that it told.
        diagnostics: Diagnostics,
    },
    /// The provider breaks a rule.
    Broken {
        /// The type of the resource, or the name of the function.
        of: String,
        /// Which call.
        call: Call,
        /// Each rule that the answer breaks.
        violations: Vec<Violation>,
    },
    /// The call fails as such.
    Failed {
        /// The type of the resource, or the name of the function.
        of: String,
        /// Which call.
        call: Call,
        /// What kind of failure.
        code: Code,
        /// What the provider says about it.
        message: String,
    },
    /// Core would not even ask the provider: the mistake is in the test.
    Unasked {
        /// The type of the resource, or the name of the function.
        of: String,
        /// Where in the configuration.
        path: Path,
        /// What is wrong there.
        problem: String,
    },
}

/// A call to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the protocol")]
pub enum Call {
    ApplyResourceChange,
    CallFunction,
    CloseEphemeralResource,
    ConfigureProvider,
    GetProviderSchema,
    GetResourceIdentitySchemas,
    ImportResourceState,
    MoveResourceState,
    OpenEphemeralResource,
    PlanResourceChange,
    ReadDataSource,
    ReadResource,
    RenewEphemeralResource,
    StopProvider,
    UpgradeResourceIdentity,
    UpgradeResourceState,
    ValidateDataResourceConfig,
    ValidateEphemeralResourceConfig,
    ValidateProviderConfig,
    ValidateResourceConfig,
}

impl Call {
    /// Whether it is about an ephemeral resource that is open, or is to be.
    pub(crate) fn is_ephemeral(self) -> bool {
        matches!(self, Self::OpenEphemeralResource | Self::RenewEphemeralResource | Self::CloseEphemeralResource)
    }
}

impl Refusal {
    /// The rules that were broken, if any was.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Broken { violations, .. } => violations,
            Self::Reported { .. } | Self::Failed { .. } | Self::Unasked { .. } => &[],
        }
    }

    /// Whether this rule was broken.
    pub fn breaks(&self, rule: &Rule) -> bool {
        self.violations().iter().any(|violation| violation.rule == *rule)
    }

    /// What the provider told, if it is what it reported that ends the run.
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        match self {
            Self::Reported { diagnostics, .. } => Some(diagnostics),
            Self::Broken { .. } | Self::Failed { .. } | Self::Unasked { .. } => None,
        }
    }

    /// The call that ended the run, if there was one.
    pub fn call(&self) -> Option<Call> {
        match self {
            Self::Reported { call, .. } | Self::Broken { call, .. } | Self::Failed { call, .. } => Some(*call),
            Self::Unasked { .. } => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported { of, call, diagnostics } => {
                write!(f, "{of}: {call:?} reports")?;
                let errors = diagnostics.iter().filter(|told| told.severity() == Severity::Error);
                for error in errors {
                    write!(f, "\n  {}", error.summary())?;
                    if !error.path().is_root() {
                        write!(f, ", attribute {}", error.path())?;
                    }
                    for line in error.detail_text().lines().filter(|line| !line.is_empty()) {
                        write!(f, "\n    {line}")?;
                    }
                }
                Ok(())
            }
            Self::Broken { of, call, violations } => {
                write!(f, "{of}: the answer to {call:?} breaks the rules of core")?;
                violations.iter().try_for_each(|violation| write!(f, "\n  {violation}"))
            }
            Self::Failed { of, call, code, message } => write!(f, "{of}: {call:?} failed with {code:?}: {message}"),
            Self::Unasked { of, path, problem } if path.is_root() => write!(f, "{of}: {problem}"),
            Self::Unasked { of, path, problem } => write!(f, "{of}: attribute {path} {problem}"),
        }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Refusal {}
