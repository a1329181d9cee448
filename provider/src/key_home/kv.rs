//! A key in one field of a secret in a KV engine of version 2, on the server of the provider block.
//!
//! Every write names the version that was looked at. If somebody else has written in between, or the answer is lost, the
//! secret is looked at again: so a key is written once, and what else is in the secret stays.

mod error;
mod leaving;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

pub use error::KvError;
use pki::PrivateKey;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tf_framework::{Context, Outcome};
use vault_client::Reply;

use super::error::HomeError;
use super::settings::VaultKvField;
use crate::SecretZero;
use crate::connection::Unsent;
use crate::kv_v2::{self, Contents, SecretPath};
use crate::said;

/// How often the secret is looked at again while others write it, and how long to wait before.
const LOOKS: u32 = 100;
const INTERVAL: Duration = Duration::from_millis(50);

/// How many writes may end without an answer that tells what became of them.
const LOST: u32 = 3;

/// A field that holds one private key, and the call in which that is asked for.
#[derive(Clone, Debug)]
pub struct KvField<'a> {
    cx: &'a Context<SecretZero>,
    field: VaultKvField,
}

/// What a write does with what is in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Nothing,
    Another,
}

/// How far a write has come, over all looks at the secret.
#[derive(Debug, Default)]
struct Progress {
    looks: AtomicU32,
    lost: AtomicU32,
    /// The version that has what gave way; zero if nothing did.
    aside: AtomicU64,
}

impl<'a> KvField<'a> {
    pub(super) fn new(cx: &'a Context<SecretZero>, field: VaultKvField) -> Self {
        Self { cx, field }
    }

    /// The key; `None` only if the secret, its latest version or the field definitely is not there.
    pub(super) async fn load(&self) -> Result<Option<PrivateKey>, KvError> {
        let found = self.secret().read(self.cx, None).await.map_err(|error| self.failed("Reading", error))?;
        found.map_or(Ok(None), |found| self.key_in(&found.contents))
    }

    /// Puts the key there if nothing is there. It may be this key.
    pub(super) async fn store(&self, key: &PrivateKey) -> Result<(), HomeError> {
        self.put(key, Over::Nothing).await.map(drop)
    }

    /// Puts the key there. Returns where the secret keeps what was there before.
    pub(super) async fn replace(&self, key: &PrivateKey) -> Result<Option<String>, HomeError> {
        let Some(version) = self.put(key, Over::Another).await? else { return Ok(None) };
        let kept = self.secret().read(self.cx, Some(version)).await.map_err(|error| self.failed("Reading", error))?;
        Ok(kept.map(|_| format!("version {version} of the {}", self.secret().what())))
    }

    /// For sentences.
    pub(super) fn describe(&self) -> String {
        self.field.describe()
    }

    /// Returns the version that has what was there before, if there was something.
    async fn put(&self, key: &PrivateKey, over: Over) -> Result<Option<u64>, HomeError> {
        let pem = text(key)?;
        let progress = Progress::default();
        let _turn = self.cx.client().turn_of_keys().await;
        let is_kv = kv_v2::demand_version_2(self.cx, self.secret()).await;
        is_kv.map_err(|failure| self.failed("Writing", failure.into()))?;
        self.until_done(&progress, || self.write_once(key, &pem, over, &progress)).await?;
        Ok(Some(progress.aside.load(Ordering::Relaxed)).filter(|version| *version > 0))
    }

    /// Looks at the secret, and writes over what it has seen. Returns whether the key is there; if not, it is to be looked at
    /// again.
    async fn write_once(
        &self,
        key: &PrivateKey,
        pem: &Value,
        over: Over,
        progress: &Progress,
    ) -> Result<bool, KvError> {
        let path = self.secret();
        let present = path.look(self.cx).await.map_err(|error| self.failed("Reading", error))?;
        let mut contents = present.contents.unwrap_or_default();
        match self.key_in(&contents) {
            Ok(Some(found)) if found.public_key() == key.public_key() => return Ok(true),
            Ok(None) => {}
            _ if over == Over::Another => progress.aside.store(present.version, Ordering::Relaxed),
            Ok(Some(found)) => return Err(KvError::occupied(self.describe(), &found)),
            Err(error) => return Err(error),
        }
        contents.0.insert(self.field.field.clone(), pem.clone());
        self.write(present.version, &contents, progress).await
    }

    /// Writes over a version. Returns whether that is done; if not, somebody was faster, or it is not known.
    async fn write(&self, version: u64, contents: &Contents, progress: &Progress) -> Result<bool, KvError> {
        let sent = kv_v2::send(self.cx, &self.secret().write_over(version, contents)).await;
        match sent {
            Err(error) if kv_v2::is_conflict(&error) => Ok(false),
            sent => self.is_done(sent, "Writing", progress),
        }
    }

    /// What became of a request; `false` if that is to be looked up, because the answer was lost.
    fn is_done(&self, sent: Result<Reply, Unsent>, doing: &str, progress: &Progress) -> Result<bool, KvError> {
        match sent {
            Ok(reply) => {
                said::warn(self.cx, &self.secret().what(), &reply);
                Ok(true)
            }
            Err(error) if error.may_have_been_done() && progress.lost.fetch_add(1, Ordering::Relaxed) + 1 < LOST => {
                Ok(false)
            }
            Err(error) => Err(self.failed(doing, error)),
        }
    }

    /// Does something again until it is done.
    async fn until_done<F>(&self, progress: &Progress, step: impl Fn() -> F) -> Result<(), KvError>
    where
        F: Future<Output = Result<bool, KvError>>,
    {
        let probe = || async {
            Ok(match step().await {
                Ok(true) => Some(Ok(())),
                Ok(false) if progress.looks.fetch_add(1, Ordering::Relaxed) + 1 < LOOKS => None,
                Ok(false) => Some(Err(KvError::Contended { place: self.describe() })),
                Err(error) => Some(Err(error)),
            })
        };
        let done: Outcome<_> = self.cx.wait_for("others who write the same secret", INTERVAL, probe).await;
        done.map_err(|failure| self.failed("Writing", failure.into()))?
    }

    fn key_in(&self, contents: &Contents) -> Result<Option<PrivateKey>, KvError> {
        match contents.0.get(&self.field.field) {
            None => Ok(None),
            Some(Value::String(pem)) => PrivateKey::from_pem(pem, None)
                .map(Some)
                .map_err(|source| KvError::NotAKey { place: self.describe(), source }),
            Some(_) => Err(KvError::NoText { place: self.describe() }),
        }
    }

    fn secret(&self) -> SecretPath<'_> {
        self.field.secret()
    }

    /// `doing` begins the headline: "Reading".
    fn failed(&self, doing: &str, error: Unsent) -> KvError {
        KvError::Server { doing: format!("{doing} the private key in {}", self.describe()), error }
    }
}

#[expect(clippy::disallowed_methods, reason = "it goes into the secret that the user named for it")]
fn text(key: &PrivateKey) -> Result<Value, HomeError> {
    Ok(Value::String(key.to_pkcs8_pem().map_err(HomeError::Encode)?.expose_secret().to_owned()))
}
