//! The home of the keys of a server as the user declares it.

use cluster_keys::age::Recipient;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::value::Path;
use vault_client::Address;

use crate::installed_file::{check_account, check_path};
use crate::kv_v2::segments;

/// Where the keys of a server live: on the machine where the apply runs, or on another server. Relative paths start at the
/// folder in which the CLI runs. The files can be read and written by their owner alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(file, share_files, vault_kv))]
pub struct KeysHome {
    /// One file with all key shares, and the root token unless it has a file of its own. It has the form that
    /// `operator init -format=json` prints, with a member `secretzero` that says which server it is of. What is read may have
    /// any form: that JSON, the reply of `sys/init`, the text that `operator init` prints, or shares alone, one a line.
    #[tf(optional)]
    pub file: Option<String>,
    /// A file for each key share: on different media, or for different people to take along.
    #[tf(optional)]
    pub share_files: Option<Vec<String>>,
    /// A secret in a KV engine of version 2, on another server that runs already: never on the one whose keys these are.
    #[tf(optional)]
    pub vault_kv: Option<VaultKvHome>,
    /// age recipients, such as `age1…`, that the files are encrypted for. `age -d` decrypts them, too. Everything that is read
    /// later needs `age_identity_file`, which therefore belongs to it. Recipients of SSH keys and plugins are not supported.
    #[tf(optional)]
    pub age_recipients: Option<Vec<String>>,
    /// A file with the age identity that decrypts the files, as `age-keygen` makes it. It must be closed to everybody else.
    #[tf(optional)]
    pub age_identity_file: Option<String>,
    /// The name or number of the owner of the files. Only root can give files away. Not managed if it is not set.
    #[tf(optional)]
    pub owner: Option<String>,
}

/// Where the root token lives, if not with the key shares. `keys_file` of the provider block reads it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct RootTokenHome {
    /// The file, which only its owner can read and write.
    #[tf(required)]
    pub file: String,
}

/// A secret in a KV engine of version 2, with all key shares in one field, and the root token unless it has a file of its own.
/// They have the form that `file` describes. `kv get -field=keys` shows them, for `secretzero unseal --keys-file -` say.
///
/// The token needs the rights to create, read and update `<mount>/data/<path>` and the same with `.initialising` behind it,
/// where the keys are for a moment; to read and delete both below `<mount>/metadata`; and to update
/// `<mount>/destroy/<path>`, so that a change of `age_recipients` leaves no earlier version behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct VaultKvHome {
    /// The address of the other server, such as `https://vault.home.arpa:8200`.
    #[tf(required)]
    pub address: String,
    /// A file with the certificates, as PEM, of the authorities that may vouch for it. Those of the system if it is not set.
    #[tf(optional)]
    pub ca_cert_file: Option<String>,
    /// A file with a token of the other server. It is read for each request.
    #[tf(required)]
    pub token_file: String,
    /// The namespace of the mount.
    #[tf(optional)]
    pub namespace: Option<String>,
    /// Where the KV engine is mounted.
    #[tf(required)]
    pub mount: String,
    /// The name of the secret within the mount. It can have slashes.
    #[tf(required)]
    pub path: String,
    /// The field of the secret: `keys` if it is not set.
    #[tf(optional)]
    pub field: Option<String>,
}

impl VaultKvHome {
    fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |name: &str| at.clone().attribute(name);
        if let Err(error) = Address::parse(&self.address) {
            diagnostics.push(Diagnostic::error("Unusable Server Address").because(&error).at(here("address")));
        }
        diagnostics.extend(self.ca_cert_file.as_ref().and_then(|file| check_path(file, here("ca_cert_file"))));
        diagnostics.extend(check_path(&self.token_file, here("token_file")));
        for (name, path) in [("mount", &self.mount), ("path", &self.path)] {
            if let Err(problem) = segments(path) {
                let detail = format!("The {name} {path:?} {problem}.");
                diagnostics.push(Diagnostic::error("Not the Path of a Secret").detail(detail).at(here(name)));
            }
        }
        if self.field.as_ref().is_some_and(String::is_empty) {
            diagnostics
                .push(Diagnostic::error("Field Without a Name").remedy("Leave it out for \"keys\".").at(here("field")));
        }
        diagnostics
    }
}

impl KeysHome {
    /// Everything that is wrong with it and can be told without looking at the disk. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |name: &str| at.clone().attribute(name);
        match (&self.file, &self.share_files, &self.vault_kv) {
            (Some(file), None, None) => diagnostics.extend(check_path(file, here("file"))),
            (None, None, Some(kv)) => diagnostics.extend(kv.check(&here("vault_kv"))),
            (None, Some(files), None) => {
                let at = here("share_files");
                diagnostics.extend(files.iter().filter_map(|file| check_path(file, at.clone())));
                let is_repeated =
                    |(index, file): (usize, &String)| files.iter().skip(index + 1).any(|other| other == file);
                if files.is_empty() || files.iter().enumerate().any(is_repeated) {
                    diagnostics.push(
                        Diagnostic::error("Not a File for Each Share")
                            .detail("Every key share has a file of its own, so each path stands there once.")
                            .at(at),
                    );
                }
            }
            // The schema tells it, too, but not for an object that is put together by an expression.
            _ => diagnostics.push(
                Diagnostic::error("Not One Home of the Keys")
                    .detail("The keys live in one place, and one of file, share_files and vault_kv says where.")
                    .at(at.clone()),
            ),
        }
        let identity_file = self.age_identity_file.as_ref();
        diagnostics.extend(identity_file.and_then(|file| check_path(file, here("age_identity_file"))));
        if let Some(recipients) = &self.age_recipients {
            diagnostics.extend(check_recipients(recipients, identity_file.is_some(), &here("age_recipients")));
        }
        diagnostics.extend(check_account("owner", self.owner.as_deref(), at));
        diagnostics
    }

    /// The first thing that is wrong with it.
    pub(super) fn checked(&self) -> Result<(), Diagnostic> {
        match self.check(&Path::root()).into_iter().next() {
            Some(diagnostic) => Err(diagnostic.at(Path::root())),
            None => Ok(()),
        }
    }
}

fn check_recipients(recipients: &[String], has_identity: bool, at: &Path) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if recipients.is_empty() {
        diagnostics.push(
            Diagnostic::error("Nobody Could Decrypt the Keys")
                .detail("There is no recipient.")
                .remedy("Name one, or take age_recipients out for files in clear.")
                .at(at.clone()),
        );
    }
    for recipient in recipients {
        if let Err(error) = Recipient::parse(recipient) {
            let diagnostic = Diagnostic::error("Not an age Recipient").detail(format!("{recipient:?}: {error}."));
            diagnostics.push(diagnostic.remedy("age-keygen -y FILE prints that of an identity.").at(at.clone()));
        }
    }
    if !has_identity {
        diagnostics.push(
            Diagnostic::error("Nothing to Decrypt the Keys With")
                .detail("Before the server is asked, it is shown that what is written can be read.")
                .remedy("Set age_identity_file to the file with the identity of one of the recipients.")
                .at(at.clone()),
        );
    }
    diagnostics
}

impl From<KeysHomePlan> for KeysHome {
    fn from(plan: KeysHomePlan) -> Self {
        let KeysHomePlan { file, share_files, vault_kv, age_recipients, age_identity_file, owner } = plan;
        Self { file, share_files, vault_kv: vault_kv.map(Into::into), age_recipients, age_identity_file, owner }
    }
}

impl From<VaultKvHomePlan> for VaultKvHome {
    fn from(plan: VaultKvHomePlan) -> Self {
        let VaultKvHomePlan { address, ca_cert_file, token_file, namespace, mount, path, field } = plan;
        Self { address, ca_cert_file, token_file, namespace, mount, path, field }
    }
}

impl From<RootTokenHomePlan> for RootTokenHome {
    fn from(RootTokenHomePlan { file }: RootTokenHomePlan) -> Self {
        Self { file }
    }
}
