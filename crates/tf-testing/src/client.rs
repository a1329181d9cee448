//! Which core is played: what the two programs, and older releases of them, do differently.

use plugin_proto::tfplugin6::ClientCapabilities;

/// A core. The rules by which answers are judged are the same for all: those of the stricter one.
///
/// What differs is what a provider is told and asked. A provider that works with one of them only has taken something for
/// granted that the other does not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// What it says its version is.
    pub(crate) version: &'static str,
    /// Keeps write-only attributes out of plan and state.
    pub(crate) write_only: bool,
    /// Has ephemeral resources.
    pub(crate) ephemeral: bool,
    /// Asks for identities, sends and stores them.
    pub(crate) identity: bool,
    /// Has functions.
    pub(crate) functions: bool,
    /// Moves objects from one resource type to another.
    pub(crate) moves: bool,
    /// When it plans the successor of an object that is replaced, sends the identity that was planned first.
    pub(crate) planned_identity_again: bool,
    /// Calls functions of a provider that is configured.
    pub(crate) configures_for_functions: bool,
}

impl Client {
    /// OpenTofu 1.12.
    pub const fn opentofu() -> Self {
        Self {
            // The constant that it sends since 1.12.0, whatever its own version is.
            version: "1.13.0",
            write_only: true,
            ephemeral: true,
            identity: true,
            functions: true,
            moves: true,
            planned_identity_again: false,
            configures_for_functions: true,
        }
    }

    /// Terraform 1.12 and later.
    pub const fn terraform() -> Self {
        Self { version: "1.15.9", planned_identity_again: true, configures_for_functions: false, ..Self::opentofu() }
    }

    /// Terraform 1.11: with write-only attributes and ephemeral resources, without identities.
    pub const fn terraform_1_11() -> Self {
        Self { version: "1.11.4", identity: false, ..Self::terraform() }
    }

    /// A core from before all that: Terraform 1.5. A provider loads there, and says what needs a later one.
    pub const fn older() -> Self {
        Self {
            version: "1.5.7",
            write_only: false,
            ephemeral: false,
            functions: false,
            moves: false,
            ..Self::terraform_1_11()
        }
    }

    pub(crate) fn capabilities(self) -> ClientCapabilities {
        ClientCapabilities { deferral_allowed: false, write_only_attributes_allowed: self.write_only }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::opentofu()
    }
}
