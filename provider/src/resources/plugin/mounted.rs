//! The mounts that have a plugin.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::sys::mounts::Table;
use vault_client::sys::plugins;

use super::key::EntryKey;
use crate::SecretZero;
use crate::connection::Unsent;

/// The paths of the mounts that have or run it, those of auth methods with `auth/` in front. `None` if the token may not see
/// them. What uses the plugin of a database can't be found out.
pub(super) async fn paths(cx: &Context<SecretZero>, key: EntryKey<'_>) -> Result<Option<Vec<String>>, Unsent> {
    let (table, front) = match key.kind {
        "secret" => (Table::Secrets, ""),
        "auth" => (Table::Auth, "auth/"),
        _ => return Ok(Some(Vec::new())),
    };
    // Somebody else mounts and tunes, too.
    cx.client().forget_mounts(table, None)?;
    let found = cx.client().mounts_of(table, key.name, key.version.unwrap_or_default()).await?;
    Ok(found.map(|paths| paths.into_iter().map(|path| format!("{front}{path}")).collect()))
}

/// Has them start anew, so that they run what is registered now.
pub(super) async fn reload(cx: &Context<SecretZero>, key: EntryKey<'_>) -> Outcome<()> {
    let summary = || format!("Starting the mounts of the {} anew", key.what());
    let paths = paths(cx, key).await.map_err(|error| error.doing(summary()))?;
    let request = match &paths {
        Some(paths) if paths.is_empty() => return Ok(()),
        Some(paths) => plugins::reload_mounts(paths),
        None => plugins::reload_plugin(key.name),
    };
    let sent = cx.client().send(&request).await;
    for table in [Table::Secrets, Table::Auth] {
        cx.client().forget_mounts(table, None).map_err(|error| error.doing(summary()))?;
    }
    sent.map(drop).map_err(|error| {
        let diagnostic: Diagnostic = error.doing(summary());
        let of = paths.map_or_else(|| key.name.to_owned(), |paths| paths.join(", "));
        diagnostic
            .remedy(format!(
                "The plugin is registered, and these mounts don't run it yet: {of}. See the log of the server for why it does \
                 not start. Once it can, they start it at their next request, or when sys/plugins/reload/backend is asked to."
            ))
            .into()
    })
}
