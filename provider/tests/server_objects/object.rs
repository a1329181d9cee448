//! One object of each kind, in two forms: as the configuration declares it, and as somebody else would have it.

use serde_json::{Value as Json, json};
use tf_testing::Config;

use crate::stage::with;

/// Mounts that the objects below are in: where they are made, and of what.
pub(crate) const MOUNTS: [(&str, &str); 2] = [
    ("sys/mounts/objects-secrets", "{\"type\": \"kv\", \"options\": {\"version\": \"2\"}}"),
    ("sys/auth/objects-approle", "{\"type\": \"approle\"}"),
];

/// What lies in the plugin directory of the servers. It is no plugin, which makes no difference to a catalogue.
pub(crate) const PROGRAM: &str = "objects-program";
const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An object.
pub(crate) struct Object {
    /// The resource.
    pub(crate) kind: &'static str,
    /// The path that makes and removes it.
    pub(crate) path: &'static str,
    /// What makes it as the configuration declares it.
    pub(crate) body: Json,
    /// The path that changes it.
    pub(crate) change: &'static str,
    /// What makes it as somebody else would have it.
    pub(crate) changed: Json,
    /// The path that reads it.
    pub(crate) read: &'static str,
    /// Where the answer tells the two forms apart.
    pub(crate) told_by: &'static str,
    config: Json,
    /// What the configuration says in place of it to have the form of somebody else.
    another: Json,
}

impl Object {
    pub(crate) fn config(&self) -> Config {
        self.config.clone().into()
    }

    /// The configuration that wants the other form.
    pub(crate) fn changed_config(&self) -> Config {
        with(&self.config, &self.another)
    }

    pub(crate) fn config_with(&self, more: &Json) -> Config {
        with(&self.config, more)
    }
}

const OURS: &str = "path \"a\" { capabilities = [\"read\"] }";
const THEIRS: &str = "path \"a\" { capabilities = [\"update\"] }";

/// One of each kind.
pub(crate) fn all() -> [Object; 7] {
    [
        Object {
            kind: "policy",
            path: "sys/policies/acl/objects",
            body: json!({ "policy": OURS }),
            change: "sys/policies/acl/objects",
            changed: json!({ "policy": THEIRS }),
            read: "sys/policies/acl/objects",
            told_by: "/data/policy",
            config: json!({ "name": "objects", "policy": OURS }),
            another: json!({ "policy": THEIRS }),
        },
        Object {
            kind: "mount",
            path: "sys/mounts/objects-mount",
            body: json!({ "type": "kv", "options": { "version": "2" }, "description": "ours" }),
            change: "sys/mounts/objects-mount/tune",
            changed: json!({ "description": "theirs" }),
            read: "sys/mounts/objects-mount",
            told_by: "/data/description",
            config: json!({ "path": "objects-mount", "type": "kv-v2", "description": "ours" }),
            another: json!({ "description": "theirs" }),
        },
        Object {
            kind: "auth_backend",
            path: "sys/auth/objects-auth",
            body: json!({ "type": "approle", "description": "ours" }),
            change: "sys/auth/objects-auth/tune",
            changed: json!({ "description": "theirs" }),
            read: "sys/auth",
            told_by: "/data/objects-auth~1/description",
            config: json!({ "path": "objects-auth", "type": "approle", "description": "ours" }),
            another: json!({ "description": "theirs" }),
        },
        Object {
            kind: "kv_secret_v2",
            path: "objects-secrets/data/app",
            body: json!({ "data": { "colour": "red" } }),
            change: "objects-secrets/data/app",
            changed: json!({ "data": { "colour": "blue" } }),
            read: "objects-secrets/data/app",
            told_by: "/data/data/colour",
            config: json!({
                "mount": "objects-secrets", "name": "app", "data_json_wo": "{\"colour\": \"red\"}", "data_json_wo_version": 1,
            }),
            another: json!({ "data_json_wo": "{\"colour\": \"blue\"}", "data_json_wo_version": 2 }),
        },
        Object {
            kind: "approle_auth_backend_role",
            path: "auth/objects-approle/role/app",
            body: json!({ "token_ttl": 600 }),
            change: "auth/objects-approle/role/app",
            changed: json!({ "token_ttl": 60 }),
            read: "auth/objects-approle/role/app",
            told_by: "/data/token_ttl",
            config: json!({ "backend": "objects-approle", "role_name": "app", "token_ttl": "600" }),
            another: json!({ "token_ttl": "60" }),
        },
        Object {
            kind: "token_auth_backend_role",
            path: "auth/token/roles/objects",
            body: json!({ "path_suffix": "ours" }),
            change: "auth/token/roles/objects",
            changed: json!({ "path_suffix": "theirs" }),
            read: "auth/token/roles/objects",
            told_by: "/data/path_suffix",
            config: json!({ "role_name": "objects", "path_suffix": "ours" }),
            another: json!({ "path_suffix": "theirs" }),
        },
        Object {
            kind: "plugin",
            path: "sys/plugins/catalog/secret/objects-plugin",
            body: json!({ "command": PROGRAM, "sha256": HASH, "args": ["ours"] }),
            change: "sys/plugins/catalog/secret/objects-plugin",
            changed: json!({ "command": PROGRAM, "sha256": HASH, "args": ["theirs"] }),
            read: "sys/plugins/catalog/secret/objects-plugin",
            told_by: "/data/args",
            config: json!({
                "type": "secret", "name": "objects-plugin", "command": PROGRAM, "sha256": HASH, "args": ["ours"],
            }),
            another: json!({ "args": ["theirs"] }),
        },
    ]
}

/// The mount that [`all`] has.
pub(crate) fn mount() -> Object {
    let [_, mount, ..] = all();
    mount
}
