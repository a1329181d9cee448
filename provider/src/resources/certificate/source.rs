//! The key that a certificate is for: where it comes from, and what becomes of it.

use pki::PublicKey;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;
use tf_framework::{Context, Outcome};

use super::settings::{Promised, request_of};
use super::{Certificate, TYPE};
use crate::SecretZero;
use crate::key_home::{Home, KeyHome};
use crate::resources::private_key::{
    DEFAULT_ALGORITHM, Held, KeyReference, NewKey, Replacement, algorithm, kind, settle,
};
use crate::stored::{id_of_key, public_key};

/// Whose key it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// Its own, in this home.
    Own(&'a KeyHome),
    /// That of another resource.
    Reference(&'a KeyReference),
    /// That of whoever made a request.
    Request(&'a str),
}

/// The key as it is now.
pub(super) struct Key {
    pub(super) public: PublicKey,
    pub(super) in_state: Option<Secret>,
    /// Its file was written, or it is another one.
    pub(super) is_changed: bool,
}

impl Key {
    /// The value of `key_algorithm`.
    pub(super) fn kind(&self, promised: &Promised) -> String {
        promised.key_algorithm.clone().unwrap_or_else(|| kind(&self.public))
    }
}

impl Source<'_> {
    /// The key for a new certificate.
    pub(super) async fn new_key(self, cx: &Context<SecretZero>, promised: &Promised) -> Outcome<Key> {
        match self {
            Self::Own(declared) => {
                let at = Certificate::KEY.path();
                let home = Home::of(declared, &at, cx)?;
                let key = settle(cx, &home, &at, NewKey::of(TYPE, wanted(promised)?)).await?;
                let in_state = home.in_state(&key).map_err(Diagnostic::from)?;
                Ok(Key { public: key.public_key().clone(), in_state, is_changed: true })
            }
            Self::Reference(reference) => {
                let key = reference.load(&Certificate::PRIVATE_KEY.path(), cx).await?;
                Ok(Key { public: key.public_key().clone(), in_state: None, is_changed: true })
            }
            Self::Request(pem) => {
                Ok(Key { public: request_of(pem)?.public_key().clone(), in_state: None, is_changed: true })
            }
        }
    }

    /// The key for a certificate that is there already, after the change. `is_other` says that its own key is not to
    /// stay, whatever its kind is.
    pub(super) async fn changed_key(
        self,
        cx: &Context<SecretZero>,
        prior: &Certificate,
        promised: &Promised,
        is_other: bool,
    ) -> Outcome<Key> {
        if let (Self::Own(declared), Some(before)) = (self, &prior.key) {
            let replacement = match promised.key_id {
                Some(_) => None,
                None => Some(Replacement { algorithm: wanted(promised)?, is_other }),
            };
            return change(cx, declared, before, prior, replacement).await;
        }
        self.warn_of_own_key_left(cx, prior)?;
        if promised.key_id.as_ref() == Some(&prior.key_id) {
            return Ok(Key { public: public_key(&prior.public_key_pem)?, in_state: None, is_changed: false });
        }
        self.new_key(cx, promised).await
    }

    fn warn_of_own_key_left(self, cx: &Context<SecretZero>, prior: &Certificate) -> Outcome<()> {
        let Some(before) = prior.key.as_ref().filter(|before| !before.is_in_state()) else { return Ok(()) };
        if let Self::Reference(reference) = self
            && reference.key.is_same_place(before)
        {
            return Ok(());
        }
        let place = before.describe();
        cx.warn(
            Diagnostic::warning(format!("The key of the certificate stays in {place}"))
                .detail("The certificate is for another key now. Remove the old one when nothing needs it any more."),
        );
        Ok(())
    }
}

/// Its own key, which stays, moves, is repaired or replaced.
async fn change(
    cx: &Context<SecretZero>,
    declared: &KeyHome,
    before: &KeyHome,
    prior: &Certificate,
    replacement: Option<Replacement>,
) -> Outcome<Key> {
    let is_untouched = replacement.is_none() && declared == before && prior.drift.is_empty();
    if is_untouched {
        let in_state = prior.private_key_pem_in_state.clone();
        return Ok(Key { public: public_key(&prior.public_key_pem)?, in_state, is_changed: false });
    }
    let key_id = id_of_key(&prior.public_key_pem)?;
    let held = Held { home: before, key_id: &key_id, in_state: prior.private_key_pem_in_state.as_ref() };
    let (key, in_state) = held.change(cx, TYPE, &Certificate::KEY.path(), declared, replacement).await?;
    Ok(Key { public: key.public_key().clone(), in_state, is_changed: true })
}

fn wanted(promised: &Promised) -> Outcome<pki::KeyAlgorithm> {
    Ok(promised.key_algorithm.as_deref().map_or(Ok(DEFAULT_ALGORITHM), algorithm)?)
}
