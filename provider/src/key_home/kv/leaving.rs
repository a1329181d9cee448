//! How a key leaves a secret: no version has it afterwards, and what else is in the secret stays.
//!
//! Several keys may leave one secret at the same time, from several processes. Each looks again after everything that it did:
//! whoever looks last sees that nothing is left, and removes the whole secret.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tf_framework::diagnostic::Diagnostic;
use vault_client::Request;

use super::{KvError, KvField, Progress};
use crate::clock;
use crate::connection::Unsent;
use crate::kv_v2::{self, Metadata};

/// What was seen, over all looks at the secret.
#[derive(Default)]
struct Seen {
    /// The versions that were read. What is in one never changes.
    versions: Mutex<BTreeMap<u64, Version>>,
    /// Whether something of the key was there, or is removed by now.
    had_key: AtomicBool,
    progress: Progress,
}

#[derive(Clone, Copy)]
struct Version {
    has_field: bool,
    has_others: bool,
}

/// What is in a secret now.
#[derive(Default)]
struct Inside {
    /// The versions that have the field.
    holding: Vec<u64>,
    /// Those that can be brought back, and not read before.
    deleted: Vec<u64>,
    /// Whether there is something else that somebody may want.
    has_others: bool,
}

impl KvField<'_> {
    /// Destroys every version that has the field, once the latest one is without it. Gone already is fine, and so is what an
    /// apply that was cut off has left of it.
    pub(in crate::key_home) async fn remove(&self) -> Result<(), KvError> {
        let seen = Seen::default();
        let _turn = self.cx.client().turn_of_keys().await;
        self.until_done(&seen.progress, || self.leave_once(&seen)).await
    }

    /// Whether another field, which has the key now, is this one by another name of its mount or namespace.
    pub(in crate::key_home) async fn is_same_field(&self, there: &Self) -> Result<bool, KvError> {
        if self.field.field != there.field.field {
            return Ok(false);
        }
        let looking = |error| self.failed("Looking for", error);
        let here = self.secret().read_metadata(self.cx).await.map_err(looking)?;
        let there = there.secret().read_metadata(there.cx).await.map_err(looking)?;
        Ok(here.is_some_and(|here| there.is_some_and(|there| here.is_of_the_secret_of(&there))))
    }

    /// Takes one step, if there is one to take. Returns whether the key has left.
    async fn leave_once(&self, seen: &Seen) -> Result<bool, KvError> {
        let path = self.secret();
        let failed = |error: Unsent| self.failed("Removing", error);
        let Some(metadata) = path.read_metadata(self.cx).await.map_err(failed)? else { return Ok(true) };
        let inside = self.look_inside(&metadata, seen).await?;
        if !inside.holding.is_empty() {
            seen.had_key.store(true, Ordering::Relaxed);
        }
        if !seen.had_key.load(Ordering::Relaxed) {
            return Ok(true);
        }
        if !inside.has_others {
            let sent = kv_v2::send(self.cx, &Request::delete(path.metadata())).await;
            return self.is_done(sent, "Removing", &seen.progress);
        }
        let latest = metadata.current_version;
        if inside.holding.contains(&latest) {
            // Only what is looked at here is written over: somebody else may have been faster.
            let Some(found) = path.read(self.cx, Some(latest)).await.map_err(failed)? else { return Ok(false) };
            let mut contents = found.contents;
            contents.0.remove(&self.field.field);
            self.write(latest, &contents, &seen.progress).await?;
            return Ok(false);
        }
        if !inside.holding.is_empty() {
            let sent = kv_v2::send(self.cx, &path.destroy(&inside.holding)).await;
            self.is_done(sent, "Removing", &seen.progress)?;
            return Ok(false);
        }
        self.warn_of_deleted(&inside.deleted);
        Ok(true)
    }

    async fn look_inside(&self, metadata: &Metadata, seen: &Seen) -> Result<Inside, KvError> {
        // What users have noted down about the secret is theirs.
        let is_noted = metadata.custom_metadata.as_ref().is_some_and(|noted| !noted.is_empty());
        let mut inside = Inside { has_others: is_noted, ..Inside::default() };
        let now = clock::now();
        for (number, version) in &metadata.versions {
            let Ok(number) = number.parse() else { continue };
            if version.destroyed {
                continue;
            }
            let found = if version.is_there(now) { self.version(number, seen).await? } else { None };
            match found {
                None => inside.deleted.push(number),
                Some(Version { has_field, has_others }) => {
                    inside.has_others |= has_others;
                    inside.holding.extend(has_field.then_some(number));
                }
            }
        }
        Ok(inside)
    }

    /// A version as it is; `None` if it was deleted meanwhile.
    async fn version(&self, number: u64, seen: &Seen) -> Result<Option<Version>, KvError> {
        let known = || seen.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = known().get(&number) {
            return Ok(Some(*version));
        }
        let found = self.secret().read(self.cx, Some(number)).await.map_err(|error| self.failed("Removing", error))?;
        let Some(found) = found else { return Ok(None) };
        let has_field = found.contents.0.contains_key(&self.field.field);
        let version = Version { has_field, has_others: found.contents.0.len() > usize::from(has_field) };
        known().insert(number, version);
        Ok(Some(version))
    }

    fn warn_of_deleted(&self, versions: &[u64]) {
        if versions.is_empty() {
            return;
        }
        let numbers = versions.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        self.cx.warn(
            Diagnostic::warning(format!("Deleted versions of the {} may have the key", self.secret().what()))
                .detail(format!(
                    "Somebody has deleted the versions {numbers}, which can be brought back, and not read before. There are \
                     other things in the secret, so they were left alone."
                ))
                .remedy("If nobody needs them, destroy them: kv destroy, with these versions."),
        );
    }
}
