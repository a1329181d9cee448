//! Which entry of the catalogue it is.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::sys::plugins::{self, Catalog, Entry, Key, Line};

use super::{PluginIdentity, TYPES};
use crate::SecretZero;
use crate::connection::{Unsent, malformed};

/// What tells an entry from the others. The version is in the server's spelling.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryKey<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
}

impl EntryKey<'_> {
    /// What it is, as in `secret plugin "engine" of version 1.2.0`.
    pub(super) fn what(&self) -> String {
        let of = self.version.map(|version| format!(" of version {version}")).unwrap_or_default();
        format!("{} plugin {:?}{of}", self.kind, self.name)
    }

    /// What is being done, for a headline.
    pub(super) fn doing(&self, doing_what: &str) -> String {
        format!("{doing_what} the {}", self.what())
    }

    /// What it is imported by.
    pub(super) fn id(&self) -> String {
        let version = self.version.map(|version| format!("/{version}")).unwrap_or_default();
        format!("{}/{}{version}", self.kind, self.name)
    }

    /// What the catalogue has. What is a part of the server is not there, since it can't be managed.
    pub(super) async fn look(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<Entry>> {
        let request = plugins::read(self.key());
        let found: Option<Entry> = cx.client().find(&request, &self.doing(doing_what)).await?;
        Ok(found.filter(|found| !found.builtin))
    }

    /// The versions that are registered, with an empty text for an entry without.
    pub(super) async fn versions(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Vec<String>> {
        let (request, summary) = (plugins::list(), self.doing(doing_what));
        let reply = cx.client().send(&request).await.map_err(|error| error.reading(&summary))?;
        let Catalog { detailed } = reply.data().map_err(|error| malformed(&request, &error, &summary))?;
        let is_of = |line: &Line| line.kind == self.kind && line.name == self.name && !line.builtin;
        Ok(detailed.into_iter().filter(is_of).map(|line| line.version).collect())
    }

    /// The one version that is registered, if there is any.
    pub(super) async fn only_version(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<String>> {
        let mut versions = self.versions(cx, doing_what).await?;
        if versions.len() > 1 {
            let ids: Vec<String> = versions.iter().map(|version| format!("{}/{version}", self.id())).collect();
            return Err(Diagnostic::error(self.doing(doing_what))
                .detail("It is registered in more than one version.")
                .remedy(format!("Import one of them: {}.", ids.join(", ")))
                .into());
        }
        Ok(versions.pop())
    }

    /// Removes it. That it is gone already is no error.
    pub(super) async fn deregister(&self, cx: &Context<SecretZero>) -> Result<(), Unsent> {
        let request = plugins::deregister(self.key());
        match cx.client().send(&request).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn key(&self) -> Key<'_> {
        Key { kind: self.kind, name: self.name, version: self.version }
    }
}

/// Why a program was not taken.
pub(super) fn refused(error: Unsent, key: EntryKey<'_>, doing_what: &str) -> Diagnostic {
    let is_about_the_file = error.server().is_some_and(|error| {
        error
            .said()
            .iter()
            .any(|text| text.contains("validating the command path") || text.contains("plugin directory"))
    });
    let diagnostic = error.doing(key.doing(doing_what));
    if is_about_the_file {
        diagnostic.remedy(
            "command must be the name of a file that lies in the plugin_directory of the server. Bring the program there first.",
        )
    } else {
        diagnostic
    }
}

/// Whether the server keeps an entry because it is pinned.
pub(super) fn is_pinned(error: &Unsent) -> bool {
    error.server().is_some_and(|error| error.said().iter().any(|text| text.contains("pinned")))
}

/// Why an entry was not removed.
pub(super) fn kept(error: Unsent, key: EntryKey<'_>, doing_what: &str) -> Diagnostic {
    let is_pinned = is_pinned(&error);
    let diagnostic = error.doing(key.doing(doing_what));
    if is_pinned {
        diagnostic.remedy(format!(
            "All mounts of the plugin have this version because it is pinned. Remove the pin, at sys/plugins/pins/{}/{}.",
            key.kind, key.name
        ))
    } else {
        diagnostic
    }
}

/// Type, name and version; or how the peer writes them.
pub(super) fn parse(id: &str) -> Outcome<PluginIdentity> {
    let parts: Vec<&str> = id.split('/').collect();
    let (kind, found, version) = match *parts.as_slice() {
        [kind, "version", version, "name", name] => (kind, name, Some(version)),
        [kind, "name", name] => (kind, name, None),
        [kind, name, version] => (kind, name, Some(version)),
        [kind, name] => (kind, name, None),
        _ => ("", "", None),
    };
    let is_version = version.is_none_or(|text| crate::plugin_version::version(text).is_ok());
    if !TYPES.contains(&kind) || name(found).is_err() || !is_version {
        return Err(Diagnostic::error("Malformed Import Id")
            .detail(format!("{id:?} is not the type, the name and the version of a plugin, with slashes between them."))
            .remedy("For example: secret/engine/v1.2.0, or secret/engine for one without a version.")
            .into());
    }
    Ok(PluginIdentity { r#type: kind.to_owned(), name: found.to_owned(), version: version.map(str::to_owned) })
}

/// Whether a plugin can have this name.
pub(super) fn name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains('/') || name.contains("..") || name.trim() != name {
        return Err("must be a name without slashes, \"..\" or spaces around it".to_owned());
    }
    Ok(())
}

pub(super) fn capitalised(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_are_ours_and_those_of_the_peer() {
        for (id, version) in [
            ("secret/engine", None),
            ("secret/name/engine", None),
            ("secret/engine/1.2.0", Some("1.2.0")),
            ("secret/version/1.2.0/name/engine", Some("1.2.0")),
        ] {
            let expected = PluginIdentity {
                r#type: "secret".to_owned(),
                name: "engine".to_owned(),
                version: version.map(str::to_owned),
            };
            assert_eq!(parse(id).unwrap(), expected, "{id}");
        }
        for id in ["", "engine", "kms/engine", "secret/", "secret/engine/odd", "secret/a/b/c", "secret/engine/"] {
            parse(id).unwrap_err();
        }
    }

    #[test]
    fn the_id_imports_it_again() {
        let key = EntryKey { kind: "auth", name: "engine", version: Some("v1.0.0") };
        let identity = parse(&key.id()).unwrap();
        assert_eq!((identity.name.as_str(), identity.version.as_deref()), ("engine", Some("v1.0.0")));
    }
}
