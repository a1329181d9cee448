//! What a struct can stand for.

/// What a struct stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Resource,
    DataSource,
    Ephemeral,
    Provider,
    Function,
    /// What is in another: a nested attribute or block.
    Object,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Resource, Self::DataSource, Self::Ephemeral, Self::Provider, Self::Function, Self::Object];

    /// The key in `#[tf(…)]` that says so.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::DataSource => "data_source",
            Self::Ephemeral => "ephemeral",
            Self::Provider => "provider",
            Self::Function => "function",
            Self::Object => "object",
        }
    }

    pub(crate) fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// As in a sentence.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Resource => "a resource",
            Self::DataSource => "a data source",
            Self::Ephemeral => "an ephemeral resource",
            Self::Provider => "a provider block",
            Self::Function => "a function",
            Self::Object => "an object",
        }
    }

    /// Whether core keeps it in a state file.
    pub(crate) fn is_stored(self) -> bool {
        matches!(self, Self::Resource | Self::DataSource)
    }

    /// Whether it has plans, or can be in something that has.
    pub(crate) fn is_planned(self) -> bool {
        matches!(self, Self::Resource | Self::Object)
    }
}
