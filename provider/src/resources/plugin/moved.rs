//! From `vault_plugin`.

use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, WriteOnly};

use super::Plugin;
use super::key::EntryKey;
use crate::plugin_version::canonical;

/// What is needed of the state of a `vault_plugin`.
#[derive(Model)]
#[tf(object)]
pub(super) struct OfPeer {
    /// The type.
    #[tf(required)]
    r#type: String,
    /// The name.
    #[tf(required)]
    name: String,
    /// The version.
    #[tf(optional)]
    version: Option<String>,
    /// The hash.
    #[tf(optional)]
    sha256: Option<String>,
    /// The program.
    #[tf(optional)]
    command: Option<String>,
    /// Its arguments.
    #[tf(optional)]
    args: Option<Vec<String>>,
}

pub(super) fn adopt(old: OfPeer) -> Outcome<Plugin> {
    let OfPeer { r#type, name, version, sha256, command, args } = old;
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (Some(sha256), Some(command)) = (filled(sha256), filled(command)) else {
        return Err(Diagnostic::error("A Plugin Can't Be Moved")
            .detail(format!(
                "The plugin {name:?} has no command or no sha256, and so is an image or comes from an archive."
            ))
            .remedy("Keep it with the vault provider.")
            .into());
    };
    let version = filled(version);
    let registered_version = version.as_deref().map(canonical);
    Ok(Plugin {
        id: EntryKey { kind: &r#type, name: &name, version: registered_version.as_deref() }.id(),
        r#type,
        name,
        version,
        command,
        args: args.filter(|args| !args.is_empty()),
        file: None,
        sha256,
        env: None,
        env_wo: WriteOnly::default(),
        env_wo_version: None,
        registered_version,
    })
}
