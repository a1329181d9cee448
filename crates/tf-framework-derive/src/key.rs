//! What `#[tf(…)]` can say about a field.

macro_rules! keys {
    ($($key:ident = $name:literal),+ $(,)?) => {
        /// A key of `#[tf(…)]` at a field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Key {
            $($key,)+
        }

        impl Key {
            pub(crate) const ALL: &[Self] = &[$(Self::$key,)+];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)+
                }
            }
        }
    };
}

keys! {
    Required = "required",
    Optional = "optional",
    Computed = "computed",
    Default = "default",
    WriteOnly = "write_only",
    Sensitive = "sensitive",
    Replace = "replace",
    ReplaceIfConfigured = "replace_if_configured",
    KeepState = "keep_state",
    KeepNonNullState = "keep_non_null_state",
    DependsOn = "depends_on",
    RenewalFlag = "renewal_flag",
    Identity = "identity",
    Validate = "validate",
    Modifier = "modifier",
    SemanticEquality = "semantic_equality",
    Deprecated = "deprecated",
    Block = "block",
    Variadic = "variadic",
}

impl Key {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// Whether only a plan makes sense of it. What is computed or write-only is known of in other ways.
    pub(crate) fn is_for_plans(self) -> bool {
        matches!(
            self,
            Self::Default
                | Self::Replace
                | Self::ReplaceIfConfigured
                | Self::KeepState
                | Self::KeepNonNullState
                | Self::DependsOn
                | Self::Modifier
                | Self::SemanticEquality
        )
    }
}
