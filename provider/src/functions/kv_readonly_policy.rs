//! `kv_readonly_policy`: a policy for those who read secrets of a KV engine.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

use super::kv_readwrite_policy::places;
use crate::policy_rules::{Rule, hcl};

/// A policy, as text, for those who read and list secrets of a KV engine.
///
/// Where it is about all secrets of a mount, leave `prefix` empty. Otherwise it is about the secret of that name, and those
/// whose names go on behind it with a slash.
#[derive(Debug, Model)]
#[tf(function = "kv_readonly_policy")]
pub struct KvReadonlyPolicy {
    /// The mount.
    pub mount: String,
    /// What the names of the secrets begin with.
    pub prefix: String,
    /// The version of the engine: 1 or 2.
    pub version: i64,
}

impl Function for KvReadonlyPolicy {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let Self { mount, prefix, version } = self;
        let rules = match version {
            1 => rules(&mount, "", &prefix, &["read", "list"]).map_err(FunctionError::new)?,
            2 => {
                let mut both = rules(&mount, "data", &prefix, &["read"]).map_err(FunctionError::new)?;
                both.extend(rules(&mount, "metadata", &prefix, &["read", "list"]).map_err(FunctionError::new)?);
                both
            }
            _ => return Err(FunctionError::at(Self::VERSION, "must be 1 or 2")),
        };
        Ok(hcl(&rules))
    }
}

fn rules(mount: &str, what: &str, prefix: &str, capabilities: &[&str]) -> Result<Vec<Rule>, String> {
    Ok(places(mount, what, prefix)?.into_iter().map(|path| Rule::new(path, capabilities)).collect())
}
