//! The home of a key as the user declares it, and what is wrong with that.

mod vault_kv;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Planned};
use tf_framework::value::Path;

pub use self::vault_kv::{VaultKvField, VaultKvFieldOutput, VaultKvFieldOutputPlan, VaultKvFieldPlan};
use super::file::KeyFile;
use crate::installed_file::{InstalledFile, Permissions, check_account, check_path, parse_mode};

/// Says where keys can be.
const HOMES: &str = "Say where the key is to be: file = \"…\", vault_kv = { mount = \"…\", path = \"…\", field = \"…\" }, or \
                     in_state = true.";

/// Where a private key lives. Changing it moves the key: it is written to the new place, read back, and then removed from the
/// old one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(file, in_state, vault_kv))]
pub struct KeyHome {
    /// The file that holds it, in PEM, on the machine where the apply runs. A relative path starts at the folder in which
    /// the CLI runs. A folder that is missing is made, open to those who may read the file.
    #[tf(optional)]
    pub file: Option<String>,
    /// The mode of the file, in octal digits: `0600` if it is not set, and `0640` at most.
    #[tf(optional)]
    pub mode: Option<String>,
    /// The name or number of the owner of the file. Only root can give files away. Not managed if it is not set.
    #[tf(optional)]
    pub owner: Option<String>,
    /// The name or number of the group of the file. Not managed if it is not set.
    #[tf(optional)]
    pub group: Option<String>,
    /// A file whose first line is the passphrase with which the key is encrypted. It must exist and be closed to everybody
    /// else.
    #[tf(optional)]
    pub passphrase_file: Option<String>,
    /// `true`: the key lies in the state, in clear, and whoever can read the state has it.
    #[tf(optional)]
    pub in_state: Option<bool>,
    /// The field of a secret that holds it, in PEM, in a KV engine of version 2 on the server of the provider block. It is
    /// written over nothing else, and other fields of the secret stay. Where the key is removed or moves away, every version
    /// of the secret that has the field is destroyed, and the secret with all that is said of it if nothing else is in it. The
    /// key is read from any machine when a signature needs it, for which `read` on `MOUNT/data/PATH` is enough. The token needs
    /// `create`, `read` and `update` there, `read` and `delete` on `MOUNT/metadata/PATH`, and `update` on
    /// `MOUNT/destroy/PATH`. Not for the authority of that server's own certificate, which is needed before the server runs.
    #[tf(optional)]
    pub vault_kv: Option<VaultKvField>,
}

/// Where a private key lives, for others to refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct KeyHomeOutput {
    /// The file that holds it.
    #[tf(computed)]
    pub file: Option<String>,
    /// The mode of the file, if it was declared.
    #[tf(computed)]
    pub mode: Option<String>,
    /// The owner of the file, if it was declared.
    #[tf(computed)]
    pub owner: Option<String>,
    /// The group of the file, if it was declared.
    #[tf(computed)]
    pub group: Option<String>,
    /// The file with the passphrase.
    #[tf(computed)]
    pub passphrase_file: Option<String>,
    /// Whether the key lies in the state.
    #[tf(computed)]
    pub in_state: Option<bool>,
    /// The field of a secret that holds it.
    #[tf(computed)]
    pub vault_kv: Option<VaultKvFieldOutput>,
}

impl KeyHome {
    /// Everything that is wrong with it and can be told without looking at the disk. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |name: &str| at.clone().attribute(name);
        match (&self.file, self.in_state, &self.vault_kv) {
            (Some(file), None, None) => diagnostics.extend(check_path(file, here("file"))),
            (None, Some(true), None) => {
                diagnostics.extend(self.file_only("A key that lies in the state", "in_state", at))
            }
            (None, None, Some(field)) => {
                diagnostics.extend(self.file_only("A key that lies in a secret", "vault_kv", at));
                diagnostics.extend(field.check(&here("vault_kv")));
            }
            (None, Some(false), None) => diagnostics.push(
                Diagnostic::error("Home of a Key That Is None")
                    .detail("in_state = false says where the key is not.")
                    .remedy(HOMES)
                    .at(here("in_state")),
            ),
            // The schema tells it, too, but not for an object that is put together by an expression.
            _ => diagnostics.push(
                Diagnostic::error("A Key Has One Home")
                    .detail("Exactly one of file, vault_kv and in_state must be set.")
                    .remedy(HOMES)
                    .at(at.clone()),
            ),
        }
        if let Some(Err(problem)) = self.mode.as_deref().map(|mode| parse_mode(mode, 0o640)) {
            diagnostics.push(
                Diagnostic::error("Mode That No Private Key Can Have")
                    .detail(format!("The mode {:?} {problem}.", self.mode.as_deref().unwrap_or_default()))
                    .remedy("Write \"0600\", or \"0640\" if the group of the file needs the key, too.")
                    .at(here("mode")),
            );
        }
        diagnostics.extend(check_account("owner", self.owner.as_deref(), at));
        diagnostics.extend(check_account("group", self.group.as_deref(), at));
        if let Some(path) = &self.passphrase_file {
            diagnostics.extend(check_path(path, here("passphrase_file")));
            if self.file.as_ref() == Some(path) {
                diagnostics.push(
                    Diagnostic::error("A Key Is Not Its Own Passphrase")
                        .detail("passphrase_file names the file of the key.")
                        .remedy("Name another file, whose first line is the passphrase.")
                        .at(here("passphrase_file")),
                );
            }
        }
        diagnostics
    }

    /// Whether the key is at the same place; its permissions and its passphrase may differ.
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.file == other.file && self.in_state == other.in_state && self.vault_kv == other.vault_kv
    }

    /// Whether the state itself has the key.
    pub fn is_in_state(&self) -> bool {
        self.file.is_none() && self.vault_kv.is_none()
    }

    /// For sentences, as [`Home::describe`](super::Home::describe).
    pub fn describe(&self) -> String {
        match (&self.file, &self.vault_kv) {
            (Some(file), _) => format!("the file {file}"),
            (None, Some(field)) => field.describe(),
            (None, None) => "the state".to_owned(),
        }
    }

    /// The file, if it is one.
    pub(super) fn key_file(&self) -> Result<Option<KeyFile>, Diagnostic> {
        let Some(file) = &self.file else { return Ok(None) };
        let mode = parse_mode(self.mode.as_deref().unwrap_or("0600"), 0o640).map_err(Diagnostic::error)?;
        let permissions = Permissions { mode, owner: self.owner.clone(), group: self.group.clone() };
        let passphrase_file = self.passphrase_file.as_ref().map(Into::into);
        Ok(Some(KeyFile { installed: InstalledFile { path: file.into(), permissions }, passphrase_file }))
    }

    /// What is said of a file where there is none. `what` begins a sentence, `home` is the attribute that says where the key is.
    fn file_only(&self, what: &str, home: &str, at: &Path) -> Diagnostics {
        let set = [
            ("mode", &self.mode),
            ("owner", &self.owner),
            ("group", &self.group),
            ("passphrase_file", &self.passphrase_file),
        ];
        let names = set.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name);
        names
            .map(|name| {
                Diagnostic::error("Attribute for Keys in Files")
                    .detail(format!("{what} has no {name}."))
                    .remedy(format!("Take {name} out, or replace {home} by file."))
                    .at(at.clone().attribute(name))
            })
            .collect()
    }
}

impl From<KeyHomePlan> for KeyHome {
    fn from(plan: KeyHomePlan) -> Self {
        let KeyHomePlan { file, mode, owner, group, passphrase_file, in_state, vault_kv } = plan;
        Self { file, mode, owner, group, passphrase_file, in_state, vault_kv: vault_kv.map(Into::into) }
    }
}

impl From<KeyHome> for KeyHomeOutput {
    fn from(home: KeyHome) -> Self {
        let KeyHome { file, mode, owner, group, passphrase_file, in_state, vault_kv } = home;
        Self { file, mode, owner, group, passphrase_file, in_state, vault_kv: vault_kv.map(Into::into) }
    }
}

impl From<KeyHomeOutput> for KeyHome {
    fn from(home: KeyHomeOutput) -> Self {
        let KeyHomeOutput { file, mode, owner, group, passphrase_file, in_state, vault_kv } = home;
        Self { file, mode, owner, group, passphrase_file, in_state, vault_kv: vault_kv.map(Into::into) }
    }
}

/// For plans: everything about a home is known as soon as it is declared.
impl From<KeyHome> for KeyHomeOutputPlan {
    fn from(home: KeyHome) -> Self {
        let KeyHome { file, mode, owner, group, passphrase_file, in_state, vault_kv } = home;
        Self {
            file: Planned::Known(file),
            mode: Planned::Known(mode),
            owner: Planned::Known(owner),
            group: Planned::Known(group),
            passphrase_file: Planned::Known(passphrase_file),
            in_state: Planned::Known(in_state),
            vault_kv: Planned::Known(vault_kv.map(Into::into)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(home: &KeyHome) -> Vec<String> {
        let at = Path::root().attribute("key");
        home.check(&at).iter().map(|diagnostic| diagnostic.path().to_string()).collect()
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_key_has_one_home() {
        assert_eq!(told(&KeyHome::default()), ["key"]);
        assert_eq!(told(&KeyHome { file: text("ca.key"), in_state: Some(true), ..KeyHome::default() }), ["key"]);
        assert_eq!(told(&KeyHome { in_state: Some(false), ..KeyHome::default() }), ["key.in_state"]);
        assert_eq!(told(&KeyHome { in_state: Some(true), ..KeyHome::default() }), [""; 0]);
        assert_eq!(told(&KeyHome { file: text("pki/ca.key"), mode: text("0640"), ..KeyHome::default() }), [""; 0]);
    }

    #[test]
    fn a_key_is_never_for_everybody() {
        for mode in ["0644", "0604", "0660", "0700", "0601", "rw", "0240"] {
            assert_eq!(
                told(&KeyHome { file: text("ca.key"), mode: text(mode), ..KeyHome::default() }),
                ["key.mode"],
                "{mode}"
            );
        }
    }

    #[test]
    fn what_belongs_to_files_is_refused_in_the_state() {
        let home =
            KeyHome { in_state: Some(true), mode: text("0600"), passphrase_file: text("p"), ..KeyHome::default() };
        assert_eq!(told(&home), ["key.mode", "key.passphrase_file"]);
        let home = KeyHome { file: text("k"), passphrase_file: text("k"), owner: text("a:b"), ..KeyHome::default() };
        assert_eq!(told(&home), ["key.owner", "key.passphrase_file"]);
    }

    #[test]
    fn a_secret_is_named_as_it_is() {
        let kv = |mount: &str, path: &str, field: &str| {
            let vault_kv = VaultKvField { mount: mount.to_owned(), path: path.to_owned(), field: field.to_owned() };
            KeyHome { vault_kv: Some(vault_kv), ..KeyHome::default() }
        };
        assert_eq!(told(&kv("team/kv", "pki/root", "key")), [""; 0]);
        assert_eq!(told(&kv("kv/", "/root", "")), ["key.vault_kv.mount", "key.vault_kv.path", "key.vault_kv.field"]);
        assert_eq!(told(&kv("kv", "a//b", "key")), ["key.vault_kv.path"]);
        let home = kv("kv", "root", "key");
        assert_eq!(
            told(&KeyHome { mode: text("0600"), owner: text("root"), ..home.clone() }),
            ["key.mode", "key.owner"]
        );
        assert_eq!(told(&KeyHome { file: text("ca.key"), ..home.clone() }), ["key"]);
        assert_eq!(told(&KeyHome { in_state: Some(true), ..home.clone() }), ["key"]);
        assert!(home.is_same_place(&home.clone()) && !home.is_same_place(&kv("kv", "root", "other")));
        assert!(!home.is_in_state() && KeyHome { in_state: Some(true), ..KeyHome::default() }.is_in_state());
        assert_eq!(home.describe(), "the field key of the secret \"kv/root\"");
        assert_eq!(KeyHome::from(KeyHomeOutput::from(home.clone())), home);
    }

    #[test]
    fn an_output_is_what_was_declared() {
        let home = KeyHome { file: text("pki/ca.key"), owner: text("vault"), ..KeyHome::default() };
        assert_eq!(KeyHome::from(KeyHomeOutput::from(home.clone())), home);
        assert_eq!(KeyHomeOutputPlan::from(home).file, Planned::Known(text("pki/ca.key")));
    }
}
