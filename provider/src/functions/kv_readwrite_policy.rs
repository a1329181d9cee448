//! `kv_readwrite_policy`: a policy for those who keep secrets in a KV engine.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};
use vault_client::ApiPath;

use crate::kv_v2::segments;
use crate::policy_rules::{Rule, hcl};

/// A policy, as text, for those who read, list, write and remove secrets of a KV engine.
///
/// Where it is about all secrets of a mount, leave `prefix` empty. Otherwise it is about the secret of that name, and those
/// whose names go on behind it with a slash. With version 2 it is about all versions of a secret, and not about how many of
/// them are kept.
#[derive(Debug, Model)]
#[tf(function = "kv_readwrite_policy")]
pub struct KvReadwritePolicy {
    /// The mount.
    pub mount: String,
    /// What the names of the secrets begin with.
    pub prefix: String,
    /// The version of the engine: 1 or 2.
    pub version: i64,
}

/// What may be done where, in version 2.
const OF_VERSION_2: [(&str, &[&str]); 5] = [
    ("data", &["create", "read", "update", "patch", "delete"]),
    ("delete", &["update"]),
    ("undelete", &["update"]),
    ("destroy", &["update"]),
    ("metadata", &["read", "list", "delete"]),
];

impl Function for KvReadwritePolicy {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let Self { mount, prefix, version } = self;
        let parts: &[(&str, &[&str])] = match version {
            1 => &[("", &["create", "read", "update", "delete", "list"])],
            2 => &OF_VERSION_2,
            _ => return Err(FunctionError::at(Self::VERSION, "must be 1 or 2")),
        };
        let mut rules = Vec::new();
        for (what, capabilities) in parts {
            let places = places(&mount, what, &prefix).map_err(FunctionError::new)?;
            rules.extend(places.into_iter().map(|path| Rule::new(path, capabilities)));
        }
        Ok(hcl(&rules))
    }
}

/// The paths, with wildcards, of the secrets whose names begin so.
///
/// # Errors
/// If the mount or the prefix is none.
pub(super) fn places(mount: &str, what: &str, prefix: &str) -> Result<Vec<String>, String> {
    segments(mount).map_err(|error| format!("the mount {error}"))?;
    let below = ApiPath::new(mount).join(what);
    if prefix.is_empty() {
        return Ok(vec![format!("{below}/*")]);
    }
    segments(prefix).map_err(|error| format!("the prefix {error}"))?;
    let at = below.join(prefix);
    Ok(vec![at.to_string(), format!("{at}/*")])
}
