//! The one call that can't be made twice. It needs nothing of the operation that it is made for, and goes on without it.

use std::error::Error;
use std::path::{Path, PathBuf};

use cluster_keys::{ClusterKeys, Origin, ShareError, ShareSet};
use secrecy::{ExposeSecret as _, SecretString};
use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use vault_client::sys::init::{InitReply, InitRequest, initialize};
use vault_client::sys::seal_status::{self, SealStatus};
use vault_client::{Answer, Client, Request};
use zeroize::Zeroizing;

use super::encryption::PublicKeys;
use super::settings::Split;
use super::way_back;
use crate::clock;
use crate::connection::Unsent;
use crate::installed_file::{InstalledFile, Permissions, shell_word};
use crate::keys_home::{Intent, KeysStore};
use crate::server_kind::{Edition, ServerKind};

const DOING: &str = "Initialising the server";

/// Everything that it takes.
pub(super) struct Call {
    pub(super) client: Client,
    pub(super) store: KeysStore,
    /// The record of an earlier run that it would ask this server or another one.
    pub(super) asked_before: Option<Intent>,
    pub(super) split: Split,
    pub(super) encryption: PublicKeys,
    pub(super) address: String,
    /// What the server is, if its root token won't tell.
    pub(super) product: Option<ServerKind>,
    pub(super) version: String,
    /// Of which kind its storage is.
    pub(super) storage_type: String,
    /// Folders for the keys, if they can't be put into the stage.
    pub(super) fallbacks: Vec<PathBuf>,
}

impl Call {
    /// Initialises the server, and puts what it tells into the stage, whether that can be read or not.
    pub(super) async fn made(self) -> Outcome<ClusterKeys> {
        let request = self.request();
        let told = self.asked(&request).await?;
        // From here to the stage nothing is waited for but the home itself.
        let (text, read) = match self.keys_in(&request, &told) {
            Ok(keys) => (keys.to_json(), Ok(keys)),
            Err(error) => (Zeroizing::new(told.body().to_vec()), Err(error)),
        };
        let kept = secured(&self.store, &text, &self.fallbacks).await;
        match (kept, read) {
            (Ok(()), Ok(keys)) => Ok(keys),
            (Err(kept), Ok(_)) => Err(kept.into()),
            (Ok(()), Err(error)) => {
                let is_blank = self.seal_status().await.is_ok_and(|status| !status.initialized);
                let unread = match is_blank {
                    true => way_back::unread_of_blank(&self.store),
                    false => way_back::unread(&self.store, &self.storage_type),
                };
                Err(unread.because(error.as_ref()).into())
            }
            (Err(kept), Err(error)) => {
                Err(kept.detail(format!("It can't be read as keys: {error}. Take them out of it by hand.")).into())
            }
        }
    }

    /// The keys that it told.
    fn keys_in(&self, request: &Request, told: &Answer) -> Result<ClusterKeys, Box<dyn Error + Send + Sync>> {
        let reply: InitReply = told.data(request)?;
        let product = self.product.as_ref().map_or_else(|| product_of(&reply.root_token), product_of_kind);
        Ok(keys_of(reply, self.split, self.address.clone(), &format!("{product} {}", self.version))?)
    }

    /// Makes the call. What it answers is nowhere else.
    async fn asked(&self, request: &Request) -> Outcome<Answer> {
        let error: Unsent = match self.client.send_unread(request).await {
            Ok(told) => return Ok(told),
            Err(error) => error.into(),
        };
        // The server says whether it was done.
        let is_blank = self.seal_status().await.is_ok_and(|status| !status.initialized);
        if error.may_have_been_done() && !has_cluster_already(&error) {
            // The record stays: it may still be at it.
            return Err(match is_blank {
                true => error.doing(DOING),
                false => way_back::lost_just_now(&self.store).detail(error.doing("").detail_text()),
            }
            .into());
        }
        if is_blank && self.asked_before.is_none() {
            self.store.clear_stage().await?;
        }
        if is_blank && has_cluster_already(&error) {
            let asked_before = self.asked_before.as_ref().filter(|intent| intent.address == self.address);
            return Err(way_back::cluster_without_keys(error.doing(DOING), asked_before).into());
        }
        Err(error.doing(DOING).into())
    }

    fn request(&self) -> Request {
        let (shares, threshold) = (Some(self.split.shares), Some(self.split.threshold));
        let PublicKeys { pgp_keys, root_token_pgp_key } = self.encryption.clone();
        let body = if self.split.is_recovery {
            InitRequest {
                recovery_shares: shares,
                recovery_threshold: threshold,
                recovery_pgp_keys: pgp_keys,
                root_token_pgp_key,
                ..InitRequest::default()
            }
        } else {
            InitRequest {
                secret_shares: shares,
                secret_threshold: threshold,
                pgp_keys,
                root_token_pgp_key,
                ..InitRequest::default()
            }
        };
        initialize(&body)
    }

    async fn seal_status(&self) -> Result<SealStatus, Unsent> {
        let request = seal_status::request();
        Ok(self.client.send(&request, None).await?.data().map_err(|error| request.malformed(&error))?)
    }
}

fn has_cluster_already(error: &Unsent) -> bool {
    error.server().is_some_and(vault_client::sys::init::has_cluster_already)
}

fn keys_of(reply: InitReply, split: Split, address: String, product: &str) -> Result<ClusterKeys, ShareError> {
    let of = |texts: &[SecretString], is_recovery: bool| {
        let numbers = if is_recovery == split.is_recovery { (split.shares, split.threshold) } else { (0, 0) };
        ShareSet::of_server(texts, numbers.0, numbers.1)
    };
    let origin = Origin { address, product: product.trim().to_owned(), time: clock::now().to_string() };
    Ok(ClusterKeys {
        unseal: of(&reply.keys_base64, false)?,
        recovery: of(&reply.recovery_keys_base64, true)?,
        root_token: Some(reply.root_token),
        origin: Some(origin),
    })
}

/// Only the tokens of the two differ.
#[expect(clippy::disallowed_methods, reason = "its first letters are no secret")]
fn product_of(root_token: &SecretString) -> &'static str {
    if root_token.expose_secret().starts_with("hvs.") { "vault" } else { "openbao" }
}

fn product_of_kind(kind: &ServerKind) -> &'static str {
    match kind.edition {
        Edition::OpenBao => "openbao",
        Edition::VaultCommunity | Edition::VaultEnterprise => "vault",
    }
}

/// Puts the text of the keys into the stage, or if that is impossible now, into the first of these folders that takes it.
async fn secured(store: &KeysStore, text: &[u8], fallbacks: &[PathBuf]) -> Result<(), Diagnostic> {
    let Err(error) = store.keep(text).await else { return Ok(()) };
    // That it can be encrypted was shown before. If it can't be all the same, keys in clear are better than none.
    let sealed = store.sealed(text).unwrap_or_else(|_| Zeroizing::new(text.to_vec()));
    let name = format!("secretzero-init-keys-{}.json", clock::now().strftime("%Y%m%dT%H%M%SZ"));
    for folder in fallbacks {
        let permissions = Permissions { mode: 0o600, owner: None, group: None };
        let fallback = InstalledFile { path: folder.join(&name), permissions };
        if fallback.create(&sealed).is_ok() {
            return Err(in_fallback(error, &fallback.path, store));
        }
    }
    Err(error
        .detail("The server is initialised, and its keys could be stored nowhere: not here, not in the working directory, not in \
                 the home of the user, not among the temporary files. They are lost. The server is new and empty.")
        .remedy("Reset the server: stop it, empty its storage, start it. Make room, and apply again."))
}

fn in_fallback(error: Diagnostic, fallback: &Path, store: &KeysStore) -> Diagnostic {
    let error = error.detail(format!(
        "The server is initialised, and its keys could not be stored where they belong. They are in {}.",
        fallback.display()
    ));
    match store {
        KeysStore::Files(files) => error.remedy(format!(
            "Don't lose this file. Remove the reason, put it in place, and apply again: mv {} {}",
            shell_word(fallback),
            shell_word(&files.stage().path)
        )),
        KeysStore::Kv(_) => error.remedy(format!(
            "Don't lose this file. Remove the reason, put its text into {}, and apply again.",
            store.describe()
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::keys_home::{KeysFiles, KeysHome, Staged};

    #[tokio::test]
    async fn keys_that_can_not_be_stored_at_home_are_in_a_file_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json").display().to_string();
        let files = KeysFiles::of(&KeysHome { file: Some(path), ..KeysHome::default() }, None).unwrap();
        let share = cluster_keys::KeyShare::parse(&"ab".repeat(33)).unwrap();
        let unseal = ShareSet { shares: vec![share], total: Some(1), threshold: Some(1) };
        let keys = ClusterKeys { unseal, ..ClusterKeys::default() };
        // Something is in the way that was not there when it was looked.
        fs::create_dir(files.stage().path).unwrap();
        let fallbacks = |count| -> Vec<PathBuf> {
            ["missing\0", "fallback"].iter().take(count).map(|name| folder.path().join(name)).collect()
        };
        let store = KeysStore::Files(files.clone());
        let told = secured(&store, &keys.to_json(), &fallbacks(2)).await.unwrap_err().detail_text().to_owned();
        let fallback = fs::read_dir(folder.path().join("fallback")).unwrap().next().unwrap().unwrap().path();
        assert!(told.contains(&fallback.display().to_string()) && told.contains("mv "), "{told}");
        // What the remedy says: then the next apply finds them.
        fs::remove_dir(files.stage().path).unwrap();
        fs::rename(fallback, files.stage().path).unwrap();
        assert!(matches!(files.staged().unwrap(), Staged::Keys(found) if found.fingerprints() == keys.fingerprints()));
        // And if there is no place at all, that is said.
        fs::remove_file(files.stage().path).unwrap();
        fs::create_dir(files.stage().path).unwrap();
        let failure = secured(&store, &keys.to_json(), &fallbacks(1)).await.unwrap_err();
        assert!(failure.detail_text().contains("They are lost"));
    }

    const RECIPIENT: &str = "age12p99967rp49ulzndc7mav65ft78jwekyvty3f9g56nhr97v4vp5shr0phd";

    #[tokio::test]
    async fn keys_for_recipients_are_never_in_clear() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name).display().to_string();
        let home = KeysHome {
            file: Some(place("keys.json")),
            age_recipients: Some(vec![RECIPIENT.to_owned()]),
            // It is not read.
            age_identity_file: Some(place("identity")),
            ..KeysHome::default()
        };
        let files = KeysFiles::of(&home, None).unwrap();
        let store = KeysStore::Files(files.clone());
        fs::create_dir(files.stage().path).unwrap();
        let text = br#"{"keys":["canary"],"root_token":"s.canary"}"#;
        secured(&store, text, &[folder.path().join("fallback")]).await.unwrap_err();
        let fallback = fs::read_dir(folder.path().join("fallback")).unwrap().next().unwrap().unwrap().path();
        let written = fs::read(&fallback).unwrap();
        assert!(cluster_keys::age::is_encrypted(&written), "it is in clear");
        assert!(!String::from_utf8_lossy(&written).contains("canary"));
    }
}
