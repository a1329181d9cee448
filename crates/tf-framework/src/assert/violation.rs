//! What a provider did wrong, without the values that it did it with.

use std::fmt;

use tf_value::Path;

use crate::diagnostic::Diagnostic;

/// A rule of core that an answer breaks. Always a bug of the provider, never of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which attribute or block.
    pub path: Path,
    /// Which rule.
    pub breach: Breach,
}

/// A rule that can be broken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Breach {
    /// The value is not of the schema's type.
    Type {
        /// What does not fit.
        reason: String,
    },
    /// A write-only attribute is not null.
    WriteOnly,
    /// The configuration has it, the plan has not.
    PlannedAbsent,
    /// The plan has it, the configuration has not.
    PlannedPresent,
    /// A value is planned that is neither configured nor may be computed.
    NotComputed,
    /// The planned value is neither the configured one nor the prior one.
    NotAsConfigured,
    /// Something is planned for blocks whose number is not known yet.
    UnknownBlocks,
    /// A block is planned as unknown; only its attributes can be.
    BlockUnknown,
    /// Blocks are planned as null; without any they are empty.
    BlockNull,
    /// There are other many objects planned than configured.
    Count {
        /// How many are planned.
        planned: usize,
        /// How many are configured.
        configured: usize,
    },
    /// A key is planned but not configured, or the other way round.
    Keys,
    /// Something was planned as absent and is there now.
    Appeared,
    /// Something was planned and is absent now.
    Vanished,
    /// A value is another one than was planned.
    Changed,
    /// The value was known in the plan and is unknown now.
    NowUnknown,
    /// The value is not what the plan promised about the unknown one.
    Promise,
    /// A planned element of a set is none of the elements now, or the other way round.
    Element,
    /// The set has more elements than planned.
    Grown,
    /// A state has a value that is unknown.
    StillUnknown,
    /// The object is to be replaced for a path that is neither in the prior state nor in the plan.
    ReplaceNothing,
    /// The object is to be replaced for a path into a set, which core can't follow.
    ReplaceElement,
    /// The object is to be replaced for an attribute that does not change.
    ReplaceUnchanged,
    /// The identity of an object that was updated is not what it was.
    IdentityChanged,
    /// The state has no whole identity.
    NoIdentity,
}

impl Violation {
    /// What to tell the user of a released provider: that it is not their fault, and whom to tell what.
    pub fn report(&self, resource: &str) -> Diagnostic {
        Diagnostic::error(format!("Bug in the Provider: {resource}"))
            .detail(format!("Bug in resource {resource}, {self}."))
            .remedy("This is not a mistake in the configuration. Please report this text to the developers of the provider.")
            .at(self.path.addressable())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            return write!(f, "the whole object: {}", self.breach);
        }
        write!(f, "attribute {}: {}", self.path, self.breach)
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Type { reason } => return write!(f, "the value is not of the schema's type: {reason}"),
            Self::Count { planned, configured } => {
                return write!(f, "{planned} objects are planned where {configured} are configured");
            }
            Self::WriteOnly => "a write-only attribute must be null in every plan and state",
            Self::PlannedAbsent => "it is configured but planned to be absent",
            Self::PlannedPresent => "it is planned but not configured",
            Self::NotComputed => "a value is planned that is not configured, and the attribute is not computed",
            Self::NotAsConfigured => "the planned value is neither the configured one nor that of the prior state",
            Self::UnknownBlocks => "something is planned for blocks whose number is not known yet",
            Self::BlockUnknown => "a block is planned as unknown; only the attributes in it can be",
            Self::BlockNull => "blocks are planned as null; without any they are empty",
            Self::Keys => "the planned keys are not the configured ones",
            Self::Appeared => "it was planned to be absent and is there now",
            Self::Vanished => "it was planned and is absent now",
            Self::Changed => "the value is not the planned one",
            Self::NowUnknown => "the value was known in the plan and is unknown now",
            Self::Promise => "the value is not what the plan promised about it",
            Self::Element => "the elements of the set are not the planned ones",
            Self::Grown => "the set has more elements than planned",
            Self::StillUnknown => "a state can't hold an unknown value",
            Self::ReplaceNothing => "it requires replacement but exists neither before nor after",
            Self::ReplaceElement => "it requires replacement for something inside of a set, which can't be addressed",
            Self::ReplaceUnchanged => "it requires replacement but does not change",
            Self::NoIdentity => "a part of its identity is null in the state",
            Self::IdentityChanged => "its identity is another one after an update",
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_name_resource_and_attribute() {
        let violation = Violation { path: Path::root().attribute("rule").index(1), breach: Breach::Changed };
        let report = violation.report("example_server");
        assert_eq!(report.summary(), "Bug in the Provider: example_server");
        assert!(report.detail_text().starts_with("Bug in resource example_server, attribute rule[1]: "));
        assert_eq!(report.path(), &violation.path);
    }
}
