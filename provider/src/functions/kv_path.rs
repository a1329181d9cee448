//! `kv_path`: the paths of the API for a secret in a KV engine.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};
use vault_client::ApiPath;

use crate::kv_v2::segments;

/// The paths of the API for a secret in a KV engine: `kv_path("kvv2", "app/config").data` is `kvv2/data/app/config`. Policies
/// need them, and what is forgotten in them is the most common mistake with KV.
#[derive(Debug, Model)]
#[tf(function = "kv_path")]
pub struct KvPath {
    /// The mount.
    pub mount: String,
    /// The name within the mount. It can have slashes, and wildcards for a policy.
    pub name: String,
}

/// The paths of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct KvPaths {
    /// Version 1: everything.
    #[tf(computed)]
    pub v1: String,
    /// Version 2: what is in it is read and written, and the latest version deleted.
    #[tf(computed)]
    pub data: String,
    /// Version 2: what is said of it, and removing all of it.
    #[tf(computed)]
    pub metadata: String,
    /// Version 2: deleting versions.
    #[tf(computed)]
    pub delete: String,
    /// Version 2: bringing deleted versions back.
    #[tf(computed)]
    pub undelete: String,
    /// Version 2: destroying versions for good.
    #[tf(computed)]
    pub destroy: String,
    /// Version 2: the names of its fields.
    #[tf(computed)]
    pub subkeys: String,
}

impl Function for KvPath {
    type Output = KvPaths;

    fn call(self) -> Result<KvPaths, FunctionError> {
        let failed = |field, error: String| FunctionError::at(field, error);
        segments(&self.mount).map_err(|error| failed(Self::MOUNT, error))?;
        segments(&self.name).map_err(|error| failed(Self::NAME, error))?;
        let at = |what: &str| ApiPath::new(&self.mount).segment(what).join(&self.name).to_string();
        Ok(KvPaths {
            v1: ApiPath::new(&self.mount).join(&self.name).to_string(),
            data: at("data"),
            metadata: at("metadata"),
            delete: at("delete"),
            undelete: at("undelete"),
            destroy: at("destroy"),
            subkeys: at("subkeys"),
        })
    }
}
