//! What can be wrong with an answer.

use std::fmt;

use tf_framework::assert::{self, Breach};
use tf_value::Path;

/// An answer breaks a rule. Always a bug of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which attribute or block. The root if it is the whole answer.
    pub path: Path,
    /// Which rule.
    pub rule: Rule,
}

/// A rule for answers: those that the cores check, and those that they rely on without a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// What an object may be, by its schema and what was planned.
    Object(Breach),
    /// What was known in the first plan is known and the same in the second.
    FinalPlan(Breach),
    /// The second plan does what the first one promised to do.
    FinalAction {
        /// What the first plan would do.
        first: &'static str,
        /// What the second plan would do.
        second: &'static str,
    },
    /// The same questions have the same answer: a plan reads no clock and no random number.
    UnstablePlan,
    /// A destroyed object is planned as null.
    DestroyPlan,
    /// A created or changed object is not null.
    MissingObject,
    /// A deleted object is null.
    NotDeleted,
    /// What follows an apply without any change is a plan without any change.
    NotEmpty,
    /// A value that is not known yet is no mistake of the user.
    UnknownRefused,
    /// A user can't set what only the provider sets. The cores let it pass.
    ReadOnlyAccepted,
    /// A user can't write null for what is required. The cores let it pass.
    NullAccepted,
    /// A write-only attribute can't be set where the core would store it.
    WriteOnlyAccepted,
    /// Data that was stored beside the state is handed back, or it is lost.
    PrivateDropped,
    /// An object of a resource with identity has one.
    IdentityMissing,
    /// An identity is of its schema's type.
    IdentityType {
        /// What does not fit.
        reason: String,
    },
    /// An identity is known, except in a plan that makes a new object.
    IdentityUnknown,
    /// An identity stays as long as the object does, and is the planned one.
    IdentityChanged,
    /// A resource without identity schema has no identity.
    IdentityUndeclared,
    /// The successor of an object that is still there is another object: what removes the old one must not meet it.
    SuccessorIdentity,
    /// An import finds exactly one object.
    ImportCount {
        /// How many it found.
        found: usize,
    },
    /// An import finds an object of the type that was asked for.
    ImportType {
        /// Which type it found.
        found: String,
    },
    /// What was imported can be read.
    ImportGone,
    /// A value is what the bytes of go-cty would be for it.
    Form {
        /// What is wrong with the bytes.
        reason: String,
    },
    /// A value is there. One without any bytes counts as null, by accident.
    EmptyValue,
    /// The switch that silences the checks of core is for one old SDK.
    LegacyTypeSystem,
    /// What the client can't defer is not deferred.
    Deferred,
    /// A diagnostic is an error or a warning, and has a summary.
    Diagnostic {
        /// What it lacks.
        lacks: &'static str,
    },
    /// A diagnostic is about an attribute that exists, or core can't show where.
    DiagnosticPath,
    /// No secret is in an answer: neither in a plan or state, nor in private data, nor in a text.
    Secret {
        /// What was found, by its place in the configuration or state.
        of: String,
    },
    /// A schema is one that both cores load.
    Schema {
        /// What is wrong with it.
        reason: String,
    },
    /// An ephemeral resource that could not be renewed keeps its data, or nobody can close it.
    RenewDropped,
    /// What is to be renewed is to be renewed later, and not without end.
    RenewAtPast,
    /// A data source that is read again without a reason finds the same.
    UnstableRead,
    /// A function has one result for the same arguments.
    Impure,
    /// What a function says of its result while an argument is not known holds when it is.
    FunctionPromise,
    /// An error of a function is about one of its arguments.
    Argument {
        /// Which one it names, from zero.
        position: i64,
    },
}

impl Violation {
    /// Of the whole answer.
    pub(crate) fn of(rule: Rule) -> Self {
        Self { path: Path::root(), rule }
    }

    pub(crate) fn at(path: Path, rule: Rule) -> Self {
        Self { path, rule }
    }

    /// What a judge found.
    pub(crate) fn judged(found: Vec<assert::Violation>) -> impl Iterator<Item = Self> {
        found.into_iter().map(|found| Self { path: found.path, rule: Rule::Object(found.breach) })
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            write!(f, "{}", self.rule)
        } else {
            write!(f, "attribute {}: {}", self.path, self.rule)
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Object(breach) => return write!(f, "{breach}"),
            Self::FinalPlan(breach) => return write!(f, "the second plan, at apply, is not the first: {breach}"),
            Self::FinalAction { first, second } => {
                return write!(f, "the plan was to {first}, and at apply it is to {second}");
            }
            Self::IdentityType { reason } => return write!(f, "the identity is not of its type: {reason}"),
            Self::ImportCount { found } => return write!(f, "an import must find one object, and found {found}"),
            Self::ImportType { found } => return write!(f, "the import found an object of the type {found:?}"),
            Self::Form { reason } => return write!(f, "the value is not encoded as go-cty would: {reason}"),
            Self::Diagnostic { lacks } => return write!(f, "a diagnostic has no {lacks}"),
            Self::Secret { of } => return write!(f, "the secret of {of} is in the answer"),
            Self::Schema { reason } => return write!(f, "{reason}"),
            Self::Argument { position } => return write!(f, "there is no argument {position}"),
            Self::UnstablePlan => "the same plan again has another answer",
            Self::DestroyPlan => "a plan to destroy must be null",
            Self::MissingObject => "the object must not be null",
            Self::NotDeleted => "the object must be null after it was deleted",
            Self::NotEmpty => "nothing has changed, and yet the plan is not empty",
            Self::UnknownRefused => "the configuration is refused because something in it is not known yet",
            Self::ReadOnlyAccepted => "it is set in the configuration though only the provider can set it",
            Self::NullAccepted => "it is null in the configuration though it is required",
            Self::WriteOnlyAccepted => "it is write-only and accepted, and this core would store it",
            Self::PrivateDropped => "the data beside the state is dropped",
            Self::IdentityMissing => "the object has no identity",
            Self::IdentityUnknown => "the identity is not known",
            Self::IdentityChanged => "the identity is another one than before, or than planned",
            Self::IdentityUndeclared => "there is an identity, and no schema for it",
            Self::SuccessorIdentity => "the identity is that of the object that is replaced, and which is removed next",
            Self::ImportGone => "what was imported does not exist",
            Self::EmptyValue => "a value without any bytes; null has a form of its own",
            Self::LegacyTypeSystem => "legacy_type_system is set",
            Self::Deferred => "the call is deferred though the client can't",
            Self::DiagnosticPath => "a diagnostic is about an attribute that does not exist",
            Self::RenewDropped => "the data of the open resource is dropped with the error",
            Self::RenewAtPast => "it is to be renewed at a time that has passed",
            Self::UnstableRead => "it is read again, and is something else",
            Self::FunctionPromise => "the result is another one than was said while an argument was not known",
            Self::Impure => "the same arguments have another result",
        };
        f.write_str(text)
    }
}
