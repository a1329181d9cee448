//! Where a private key lives: in exactly one place, which the user names.
//!
//! There it is put once and read back when a signature needs it; it is not shown anywhere else. Further kinds of homes are
//! further attributes of [`KeyHome`] and variants of [`Home`]: no state of before has to be converted for them.

mod error;
mod file;
mod kv;
mod moving;
mod settings;

pub use error::HomeError;
pub use file::KeyFile;
pub use kv::{KvError, KvField};
use pki::PrivateKey;
use secrecy::{ExposeSecret as _, SecretSlice};
pub use settings::{
    KeyHome, KeyHomeOutput, KeyHomeOutputPlan, KeyHomePlan, VaultKvField, VaultKvFieldOutput, VaultKvFieldOutputPlan,
    VaultKvFieldPlan,
};
use tf_framework::Context;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::Secret;
use tf_framework::value::Path;
use tokio::task::spawn_blocking;

use crate::SecretZero;

/// The one place where a private key is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Home<'a> {
    /// A file on the machine where the apply runs.
    File(KeyFile),
    /// A field of a secret on the server of the provider block.
    Kv(KvField<'a>),
    /// The state, in clear.
    InState,
}

impl<'a> Home<'a> {
    /// The home that was declared. `at` is the attribute that declares it. Nothing is asked yet.
    ///
    /// # Errors
    /// Everything that is wrong with the declaration.
    pub fn of(declared: &KeyHome, at: &Path, cx: &'a Context<SecretZero>) -> Result<Self, Diagnostics> {
        let diagnostics = declared.check(at);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        if let Some(field) = &declared.vault_kv {
            return Ok(Self::Kv(KvField::new(cx, field.clone())));
        }
        match declared.key_file() {
            Ok(file) => Ok(file.map_or(Self::InState, Self::File)),
            Err(diagnostic) => Err(diagnostic.at(at.clone()).into()),
        }
    }

    /// The key that is there; `None` only if there is definitely none. `in_state` is the value of
    /// `private_key_pem_in_state`.
    ///
    /// # Errors
    /// If there is something that can't be read or is no key, and if everybody can read the key.
    pub async fn load(&self, in_state: Option<&Secret>) -> Result<Option<PrivateKey>, HomeError> {
        match self {
            Self::File(file) => on_disk(file, KeyFile::load).await,
            Self::Kv(field) => Ok(field.load().await?),
            Self::InState => {
                in_state.map(|pem| PrivateKey::from_pem(pem.expose(), None)).transpose().map_err(HomeError::State)
            }
        }
    }

    /// The key while it moves to another home: from there if it is no longer here, or no longer as this home says. A run
    /// that was killed after it had moved the key has not said so in the state.
    ///
    /// # Errors
    /// If it is in neither home, and this one can't be read.
    pub async fn load_moving(&self, other: &Self, in_state: Option<&Secret>) -> Result<Option<PrivateKey>, HomeError> {
        match self.load(in_state).await {
            Ok(Some(key)) => Ok(Some(key)),
            Ok(None) => other.load(in_state).await,
            Err(error) => other.load(in_state).await.ok().flatten().map(Some).ok_or(error),
        }
    }

    /// Puts a key there, where none is. The same key there already is fine; it gets the declared mode and owner.
    ///
    /// # Errors
    /// If there is another key, or something else; it is then unchanged.
    pub async fn store(&self, key: &PrivateKey) -> Result<(), HomeError> {
        match self {
            Self::File(file) => with_key(file, key, KeyFile::store).await,
            Self::Kv(field) => field.store(key).await,
            Self::InState => Ok(()),
        }
    }

    /// Puts a key there in place of what is there, which is set aside: first, under the name of the file with
    /// `.replaced-` and the time, or as an earlier version of the secret. Returns where that is. A key that lives in the state
    /// is replaced by writing the state.
    ///
    /// Killed halfway, the old or the new key is there, whole; the next call finishes it.
    ///
    /// # Errors
    /// If that is impossible; what was there is then unchanged.
    pub async fn replace(&self, key: &PrivateKey) -> Result<Option<String>, HomeError> {
        match self {
            Self::File(file) => {
                let aside = with_key(file, key, KeyFile::replace).await?;
                Ok(aside.map(|file| file.display().to_string()))
            }
            Self::Kv(field) => field.replace(key).await,
            Self::InState => Ok(None),
        }
    }

    /// Removes the key. Gone already is fine.
    ///
    /// # Errors
    /// If it is there and can't be removed.
    pub async fn remove(&self) -> Result<(), HomeError> {
        match self {
            Self::File(file) => on_disk(file, KeyFile::remove).await,
            Self::Kv(field) => Ok(field.remove().await?),
            Self::InState => Ok(()),
        }
    }

    /// What is different from what is declared beside the key itself: the file is missing, its mode, owner or group, or it
    /// is not encrypted and should be.
    ///
    /// # Errors
    /// If the file can't be read.
    pub async fn differences(&self) -> Result<Vec<String>, HomeError> {
        match self {
            Self::File(file) => on_disk(file, KeyFile::differences).await,
            Self::Kv(_) | Self::InState => Ok(Vec::new()),
        }
    }

    /// Gives the file of a key that everybody can get at its declared mode, so that the key can be loaded. Returns whether that
    /// was so.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub async fn secure(&self) -> Result<bool, HomeError> {
        match self {
            Self::File(file) => on_disk(file, KeyFile::secure).await,
            Self::Kv(_) | Self::InState => Ok(false),
        }
    }

    /// Repairs what [`differences`](Self::differences) tells. The key must be the one that is there.
    ///
    /// # Errors
    /// If another key is there, or the file can't be written.
    pub async fn repair(&self, key: &PrivateKey) -> Result<(), HomeError> {
        self.store(key).await
    }

    /// The value of `private_key_pem_in_state`: the key if it lives in the state, else nothing.
    ///
    /// # Errors
    /// If the key can't be encoded.
    #[expect(clippy::disallowed_methods, reason = "the user asked for the key in the state, by name")]
    pub fn in_state(&self, key: &PrivateKey) -> Result<Option<Secret>, HomeError> {
        match self {
            Self::File(_) | Self::Kv(_) => Ok(None),
            Self::InState => Ok(Some(Secret::from(key.to_pkcs8_pem().map_err(HomeError::Encode)?.expose_secret()))),
        }
    }

    /// Whether the key is on this machine only.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Whether the state itself has the key.
    pub fn is_in_state(&self) -> bool {
        matches!(self, Self::InState)
    }

    /// For sentences: "the file pki/ca.key", "the state".
    pub fn describe(&self) -> String {
        match self {
            Self::File(file) => format!("the file {}", file.installed.path.display()),
            Self::Kv(field) => field.describe(),
            Self::InState => "the state".to_owned(),
        }
    }
}

/// Does something with a file and a key.
async fn with_key<T: Send + 'static>(
    file: &KeyFile,
    key: &PrivateKey,
    work: fn(&KeyFile, &PrivateKey) -> Result<T, HomeError>,
) -> Result<T, HomeError> {
    let der = der(key)?;
    on_disk(file, move |file| work(file, &from_der(&der)?)).await
}

/// Flushing to disk takes a while, and deriving a key from a passphrase, too: not where other calls wait. A call that is
/// cancelled finishes what it does with the file.
async fn on_disk<T: Send + 'static>(
    file: &KeyFile,
    work: impl FnOnce(&KeyFile) -> Result<T, HomeError> + Send + 'static,
) -> Result<T, HomeError> {
    let file = file.clone();
    match spawn_blocking(move || work(&file)).await {
        Ok(result) => result,
        Err(error) => Err(HomeError::Interrupted(error)),
    }
}

fn der(key: &PrivateKey) -> Result<SecretSlice<u8>, HomeError> {
    key.to_pkcs8_der().map_err(HomeError::Encode)
}

#[expect(clippy::disallowed_methods, reason = "the same key again, in the thread that works with it")]
fn from_der(der: &SecretSlice<u8>) -> Result<PrivateKey, HomeError> {
    PrivateKey::from_der(der.expose_secret(), None).map_err(HomeError::Encode)
}

#[cfg(test)]
mod tests;
