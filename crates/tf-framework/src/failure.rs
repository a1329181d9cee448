//! Why a call of a resource failed.

use tf_value::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// What the calls of a provider return.
pub type Outcome<T> = Result<T, Failure>;

/// A call failed, and this is what the user is told.
///
/// Made by `?` from a [`Diagnostic`], so that every failure names what was being done, the reason and the remedy.
#[derive(Clone, Debug)]
pub struct Failure(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    diagnostics: Diagnostics,
    kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing special.
    Plain,
    /// What the state says can't be compared with reality now.
    PriorStands,
    /// An attribute of the provider block is not known yet.
    UnknownSetting(Path),
    /// The resource has no import of its own.
    NotImportable,
}

impl Failure {
    /// Reality can't be looked at now, for a reason that the rest of this run may remove: the server is sealed, say.
    ///
    /// A refresh then keeps what the state says and turns the diagnostic into a warning. Each headline is said once in a run,
    /// so it names the server and not the object. Every other call fails with it. Use it with care: drift goes unseen.
    pub fn prior_stands(diagnostic: Diagnostic) -> Self {
        Self::new(diagnostic.into(), Kind::PriorStands)
    }

    /// An attribute of the provider block is needed and not known yet.
    pub(crate) fn unknown_setting(path: Path) -> Self {
        let diagnostic = Diagnostic::error("Provider Configuration Not Known Yet")
            .detail(format!("The attribute {path} of the provider block is known only after apply, and is needed now."))
            .remedy(
                "Apply in two steps. In the first leave this out: with -target=ADDRESS for what the attribute refers to, or, \
                 on OpenTofu, with -exclude=ADDRESS for what is reported here. In the second apply everything.",
            );
        Self::new(diagnostic.into(), Kind::UnknownSetting(path))
    }

    /// The resource has no import of its own.
    pub(crate) fn not_importable(type_name: &str) -> Self {
        let diagnostic = Diagnostic::error(format!("{type_name} Can't Be Imported"))
            .detail("The provider has no way to find an object of this type that it did not create.");
        Self::new(diagnostic.into(), Kind::NotImportable)
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// What the user is told.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.0.diagnostics
    }

    pub(crate) fn into_diagnostics(self) -> Diagnostics {
        self.0.diagnostics
    }

    fn new(diagnostics: Diagnostics, kind: Kind) -> Self {
        Self(Box::new(Inner { diagnostics, kind }))
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(diagnostic.into(), Kind::Plain)
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::new(diagnostics, Kind::Plain)
    }
}

/// Says what was being done when an error came up.
pub trait Doing<T> {
    /// `summary` becomes the headline, the error and its causes the detail.
    ///
    /// # Errors
    /// The error itself, as a diagnostic.
    fn doing(self, summary: impl Into<String>) -> Result<T, Diagnostic>;
}

impl<T, E: std::error::Error> Doing<T> for Result<T, E> {
    fn doing(self, summary: impl Into<String>) -> Result<T, Diagnostic> {
        self.map_err(|error| Diagnostic::error(summary).because(&error))
    }
}
