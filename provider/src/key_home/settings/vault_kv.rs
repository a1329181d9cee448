//! A field of a secret as the home of a key, as the user declares it.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Planned};
use tf_framework::value::Path;

use crate::kv_v2::{SecretPath, segments};

/// One field of a secret in a KV engine of version 2, on the server of the provider block. What users have to know of it is
/// said at the attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct VaultKvField {
    /// Where the KV engine is mounted.
    #[tf(required)]
    pub mount: String,
    /// The name of the secret within the mount. It can have slashes.
    #[tf(required)]
    pub path: String,
    /// The field of the secret.
    #[tf(required)]
    pub field: String,
}

/// A field of a secret, for others to refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct VaultKvFieldOutput {
    /// Where the KV engine is mounted.
    #[tf(computed)]
    pub mount: String,
    /// The name of the secret within the mount.
    #[tf(computed)]
    pub path: String,
    /// The field of the secret.
    #[tf(computed)]
    pub field: String,
}

impl VaultKvField {
    /// What is wrong with it. `at` is the attribute.
    pub(super) fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |name: &str| at.clone().attribute(name);
        for (name, path) in [("mount", &self.mount), ("path", &self.path)] {
            if let Err(problem) = segments(path) {
                let detail = format!("The {name} {path:?} {problem}.");
                diagnostics.push(
                    Diagnostic::error("Not the Path of a Secret")
                        .detail(detail)
                        .remedy("Write it as secretzero_kv_secret_v2 takes it: mount = \"kv\", path = \"pki/root\".")
                        .at(here(name)),
                );
            }
        }
        if self.field.is_empty() {
            diagnostics.push(
                Diagnostic::error("Field Without a Name")
                    .detail("The key lies in one field of the secret, and that has a name.")
                    .remedy("Name it: field = \"private_key\".")
                    .at(here("field")),
            );
        }
        diagnostics
    }

    /// The secret.
    pub(in crate::key_home) fn secret(&self) -> SecretPath<'_> {
        SecretPath { namespace: None, mount: &self.mount, name: &self.path }
    }

    /// For sentences: `the field key of the secret "kv/pki/root"`.
    pub fn describe(&self) -> String {
        format!("the field {} of the {}", self.field, self.secret().what())
    }
}

impl From<VaultKvFieldPlan> for VaultKvField {
    fn from(VaultKvFieldPlan { mount, path, field }: VaultKvFieldPlan) -> Self {
        Self { mount, path, field }
    }
}

impl From<VaultKvField> for VaultKvFieldOutput {
    fn from(VaultKvField { mount, path, field }: VaultKvField) -> Self {
        Self { mount, path, field }
    }
}

impl From<VaultKvFieldOutput> for VaultKvField {
    fn from(VaultKvFieldOutput { mount, path, field }: VaultKvFieldOutput) -> Self {
        Self { mount, path, field }
    }
}

/// For plans: everything about it is known as soon as it is declared.
impl From<VaultKvField> for VaultKvFieldOutputPlan {
    fn from(VaultKvField { mount, path, field }: VaultKvField) -> Self {
        Self { mount: Planned::Known(mount), path: Planned::Known(path), field: Planned::Known(field) }
    }
}
