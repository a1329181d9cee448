//! The types that users of secrets engines know.

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    LowercaseString,
    Name,
    Secret,
    Int,
    Int64,
    Bool,
    Float,
    Duration,
    SignedDuration,
    Time,
    Map,
    Pairs,
    List,
    Strings,
    CommaList,
    Headers,
}

impl Kind {
    #[cfg(any(test, fuzzing))]
    pub(crate) const ALL: [Self; 17] = [
        Self::String,
        Self::LowercaseString,
        Self::Name,
        Self::Secret,
        Self::Int,
        Self::Int64,
        Self::Bool,
        Self::Float,
        Self::Duration,
        Self::SignedDuration,
        Self::Time,
        Self::Map,
        Self::Pairs,
        Self::List,
        Self::Strings,
        Self::CommaList,
        Self::Headers,
    ];

    /// For sentences that say what is wanted.
    pub(crate) fn wanted(self) -> &'static str {
        match self {
            Self::String | Self::LowercaseString | Self::Secret => "a text",
            Self::Name => "a name of letters, digits, _, and in between also - and .",
            Self::Int | Self::Int64 => "a whole number of at most 64 bits",
            Self::Bool => "true or false",
            Self::Float => "a number",
            Self::Duration => "a duration such as \"1h30m\", or a number of seconds",
            Self::SignedDuration => "a duration such as \"-1h30m\", or a number of seconds",
            Self::Time => "a time such as \"2030-01-31T12:00:00Z\", or a number of seconds since 1970",
            Self::Map => "an object",
            Self::Pairs => "an object of texts, or texts of the form name=value",
            Self::List => "a list",
            Self::Strings => "a list of texts",
            Self::CommaList => "a list of texts, or one text with commas",
            Self::Headers => "an object of texts or lists of texts, or texts of the form name:value",
        }
    }

    /// For help pages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::LowercaseString => "lowercase string",
            Self::Name => "name string",
            Self::Secret => "secret string",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Bool => "bool",
            Self::Float => "float",
            Self::Duration => "duration (sec)",
            Self::SignedDuration => "signed duration (sec)",
            Self::Time => "time",
            Self::Map => "map",
            Self::Pairs => "key value pairs",
            Self::List => "slice",
            Self::Strings => "string slice",
            Self::CommaList => "comma string slice",
            Self::Headers => "header",
        }
    }
}
