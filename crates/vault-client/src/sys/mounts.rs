//! `sys/mounts` and `sys/auth`: secrets engines and auth methods, which differ in the table that they are in and in little
//! else; and `sys/remount`, which moves one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api_path::ApiPath;
use crate::request::Request;

/// The two tables of mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Secrets engines.
    Secrets,
    /// Auth methods.
    Auth,
}

/// What is mounted at a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Mount {
    /// The type of the engine or method, such as `kv`. The aliases `kv-v1` and `kv-v2` are not in it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people are told that it is for.
    pub description: String,
    /// What names it whatever its path is.
    pub accessor: String,
    /// Whether it stays on this cluster when there are several.
    pub local: bool,
    /// Whether what it stores is encrypted by the seal, too.
    pub seal_wrap: bool,
    /// Whether it may use the randomness of a device.
    pub external_entropy_access: bool,
    /// What only its type knows, such as the version of `kv`.
    pub options: Option<BTreeMap<String, String>>,
    /// The version of the plugin that it was mounted with, with a `v` in front; empty if none was asked for.
    pub plugin_version: String,
    /// The version of the plugin that runs. It is another one than [`plugin_version`](Self::plugin_version) until the mount
    /// has started anew, or if Vault has the plugin pinned.
    pub running_plugin_version: String,
    /// What can be tuned.
    pub config: MountConfig,
}

/// What can be tuned of a mount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MountConfig {
    /// How long a lease lasts for which nobody asks anything else, in seconds; that of the server if it is zero. A single
    /// read of Vault has that of the server in place of the zero.
    pub default_lease_ttl: u64,
    /// How long a lease can last, in seconds; as the server says if it is zero, with the same exception.
    pub max_lease_ttl: u64,
    /// Whether the server keeps nothing of it in memory.
    pub force_no_cache: bool,
    /// Parameters that the audit log has in clear.
    pub audit_non_hmac_request_keys: Vec<String>,
    /// Members of answers that the audit log has in clear.
    pub audit_non_hmac_response_keys: Vec<String>,
    /// `unauth`, `hidden` or empty.
    pub listing_visibility: String,
    /// Headers of requests that it gets to see.
    pub passthrough_request_headers: Vec<String>,
    /// Headers that it may set in answers.
    pub allowed_response_headers: Vec<String>,
    /// Keys outside of the server that it may use.
    pub allowed_managed_keys: Vec<String>,
    /// Auth methods that it may have requests decided by, by accessor.
    pub delegated_auth_accessors: Vec<String>,
    /// The key that its identity tokens are signed with.
    pub identity_token_key: String,
    /// What tokens an auth method gives out.
    pub token_type: String,
}

/// What a mount is to be. What is `None` is left out: a new mount then has the default, and one that is there stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tuning {
    /// See [`Mount::description`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// In seconds, or `system`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_lease_ttl: Option<String>,
    /// In seconds, or `system`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lease_ttl: Option<String>,
    /// See [`MountConfig::force_no_cache`]. It counts when something is mounted; no later request changes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_no_cache: Option<bool>,
    /// See [`MountConfig::audit_non_hmac_request_keys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_non_hmac_request_keys: Option<Vec<String>>,
    /// See [`MountConfig::audit_non_hmac_response_keys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_non_hmac_response_keys: Option<Vec<String>>,
    /// See [`MountConfig::listing_visibility`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing_visibility: Option<String>,
    /// See [`MountConfig::passthrough_request_headers`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passthrough_request_headers: Option<Vec<String>>,
    /// See [`MountConfig::allowed_response_headers`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_response_headers: Option<Vec<String>>,
    /// See [`MountConfig::allowed_managed_keys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_managed_keys: Option<Vec<String>>,
    /// See [`MountConfig::delegated_auth_accessors`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_auth_accessors: Option<Vec<String>>,
    /// See [`MountConfig::identity_token_key`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_token_key: Option<String>,
    /// See [`MountConfig::token_type`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// See [`Mount::plugin_version`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_version: Option<String>,
    /// See [`Mount::options`]. Tuning merges them: an empty one is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<BTreeMap<String, String>>,
}

/// What is mounted anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMount {
    /// The type, which may be an alias such as `kv-v2`.
    pub kind: String,
    /// See [`Mount::local`].
    pub local: bool,
    /// See [`Mount::seal_wrap`].
    pub seal_wrap: bool,
    /// See [`Mount::external_entropy_access`].
    pub external_entropy_access: bool,
    /// Everything that can be tuned.
    pub tuning: Tuning,
}

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Migration {
    /// It is under way.
    InProgress,
    /// It is done.
    Success,
    /// The server could not do it; its log says why.
    Failure,
}

impl Table {
    /// Its path.
    pub fn path(self) -> ApiPath {
        ApiPath::new(match self {
            Self::Secrets => "sys/mounts",
            Self::Auth => "sys/auth",
        })
    }

    /// The path of a mount in it.
    pub fn at(self, path: &str) -> ApiPath {
        self.path().join(path)
    }

    /// Where what is mounted is used.
    pub fn api(self, path: &str) -> ApiPath {
        match self {
            Self::Secrets => ApiPath::new(path),
            Self::Auth => ApiPath::new("auth").join(path),
        }
    }

    /// Whether a refusal says that nothing is mounted at the path that was read: the servers call that a bad request.
    pub fn is_missing(self, error: &crate::Error) -> bool {
        let says = match self {
            Self::Secrets => "No secret engine mount at",
            Self::Auth => "No auth engine at",
        };
        error.is_not_found() || error.said().iter().any(|text| text.contains(says))
    }
}

/// All mounts of a table. Answers with a map of [`Mount`], by path with a slash at the end.
pub fn list(table: Table) -> Request {
    Request::read(table.path())
}

/// One mount. Answers with [`Mount`], or as [`Table::is_missing`] says.
pub fn read(table: Table, path: &str) -> Request {
    Request::read(table.at(path))
}

/// Mounts something. A second request is refused, so it must not be repeated.
pub fn enable(table: Table, path: &str, new: &NewMount) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        local: bool,
        seal_wrap: bool,
        external_entropy_access: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<&'a BTreeMap<String, String>>,
        config: Tuning,
    }
    let Tuning { description, options, .. } = &new.tuning;
    let body = Body {
        r#type: &new.kind,
        description: description.as_deref(),
        local: new.local,
        seal_wrap: new.seal_wrap,
        external_entropy_access: new.external_entropy_access,
        options: options.as_ref(),
        config: Tuning { description: None, options: None, ..new.tuning.clone() },
    };
    Request::write(table.at(path), &body)
}

/// Changes what can be changed of a mount. It may be repeated.
pub fn tune(table: Table, path: &str, tuning: &Tuning) -> Request {
    Request::write(table.at(path).segment("tune"), tuning).repeatable()
}

/// Removes a mount, and with it all that it stores.
pub fn disable(table: Table, path: &str) -> Request {
    Request::delete(table.at(path))
}

/// Moves a mount. Answers with the id that [`migration`] asks by; the move goes on after the answer.
pub fn remount(table: Table, from: &str, to: &str) -> Request {
    #[derive(Serialize)]
    struct Body {
        from: String,
        to: String,
    }
    let body = Body { from: table.api(from).to_string(), to: table.api(to).to_string() };
    Request::write("sys/remount", &body)
}

/// What [`remount`] answers with.
#[derive(Clone, Debug, Deserialize)]
pub struct Remounting {
    /// The id of the move.
    pub migration_id: String,
}

/// Asks how far a move is. Answers with [`MigrationStatus`].
pub fn migration(id: &str) -> Request {
    Request::read(ApiPath::new("sys/remount/status").segment(id))
}

/// What [`migration`] answers with.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct MigrationStatus {
    /// How far it is.
    pub migration_info: MigrationInfo,
}

/// See [`MigrationStatus`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct MigrationInfo {
    /// How far it is.
    pub status: Migration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::reply::Reply;

    #[test]
    fn a_list_of_either_server_is_read() {
        let list = br#"{"data":{"secret/":{"accessor":"kv_1","config":{"default_lease_ttl":0,"force_no_cache":false,
            "listing_visibility":"hidden","max_lease_ttl":60},"deprecation_status":"supported","description":"d",
            "external_entropy_access":false,"local":false,"options":{"version":"2"},"plugin_version":"",
            "running_plugin_version":"v0.25.0+builtin","seal_wrap":false,"type":"kv","uuid":"u"},
            "sys/":{"type":"system","options":null,"config":{"passthrough_request_headers":["Accept"]}}},"warnings":null}"#;
        let mounts: BTreeMap<String, Mount> = Reply::parse(list).unwrap().data().unwrap();
        let secret = mounts.get("secret/").unwrap();
        assert_eq!((secret.kind.as_str(), secret.config.max_lease_ttl), ("kv", 60));
        assert_eq!((secret.plugin_version.as_str(), secret.running_plugin_version.as_str()), ("", "v0.25.0+builtin"));
        assert_eq!(secret.options.as_ref().unwrap()["version"], "2");
        assert_eq!(mounts.get("sys/").unwrap().config.passthrough_request_headers, ["Accept"]);
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let tuning = Tuning { default_lease_ttl: Some("60".to_owned()), ..Tuning::default() };
        let new = NewMount { kind: "kv".to_owned(), tuning, ..NewMount::default() };
        let request = enable(Table::Secrets, "a/b", &new);
        assert_eq!(request.path().to_string(), "sys/mounts/a/b");
        let expected = r#"{"type":"kv","local":false,"seal_wrap":false,"external_entropy_access":false,"config":{"default_lease_ttl":"60"}}"#;
        assert_eq!(std::str::from_utf8(request.body().unwrap()).unwrap(), expected);
        assert!(!request.is_repeatable());
        let request = remount(Table::Auth, "old", "new");
        assert_eq!(std::str::from_utf8(request.body().unwrap()).unwrap(), r#"{"from":"auth/old","to":"auth/new"}"#);
    }

    #[test]
    fn a_bad_request_can_mean_that_nothing_is_there() {
        let refused = |text: &str| {
            crate::Error::new("GET", "sys/mounts/a", Kind::Refused { status: 400, said: vec![text.to_owned()] })
        };
        assert!(Table::Secrets.is_missing(&refused("No secret engine mount at a/")));
        assert!(!Table::Secrets.is_missing(&refused("something else")));
    }
}
