//! Who sets an attribute.

/// Who sets an attribute: the user, the provider, or the provider where the user does not.
///
/// The protocol has three flags for it, of which most combinations are refused when the provider is loaded. These are the
/// ones that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The user must set it.
    Required,
    /// The user may set it. Without a value it is null, and stays null.
    Optional,
    /// Only the provider sets it.
    Computed,
    /// The user may set it, else the provider does.
    OptionalComputed,
}

impl Mode {
    /// Whether the user must set it.
    pub fn is_required(self) -> bool {
        self == Self::Required
    }

    /// Whether the user may leave it out or set it.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalComputed)
    }

    /// Whether the provider may set it.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }

    /// Whether the user may set it.
    pub fn is_configurable(self) -> bool {
        self != Self::Computed
    }
}
