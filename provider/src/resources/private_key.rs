//! `secretzero_private_key`: a private key by itself, for what takes keys without certificates or before them.
//!
//! The key is made in its home, once, and never shown. What can change in place does: its home, by a move, and, if the user
//! allows it, the key itself.

mod algorithm;
mod change;
mod moved;
mod presence;
mod reference;

use sha2::{Digest as _, Sha256};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Secret, Setting};
use tf_framework::plan::Action;
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource};

pub use self::algorithm::{
    DEFAULT_ALGORITHM, algorithm, algorithm_of, declarable, generate, key_algorithm, kind, pem, public_key_openssh,
};
pub(crate) use self::change::{Held, NewKey, Replacement, lost, not_replaced, remove, settle};
pub(crate) use self::moved::read as read_tls_key;
pub use self::presence::{drift, has_id, is_lost};
pub use self::reference::{KeyReference, KeyReferenceOutput, KeyReferenceOutputPlan, KeyReferencePlan};
use crate::SecretZero;
use crate::key_home::{Home, KeyHome};
use crate::key_plan::{DeclaredKey, KeyPlan, PriorKey};
use crate::machine;

const TYPE: &str = "secretzero_private_key";

/// A private key, made once in its home and never shown.
///
/// If there is a key of the declared kind in its home already, it is taken over with a warning.
///
/// A key that is lost is not made anew in silence: whatever has a certificate for it would stop working. That needs
/// `allow_replace`.
///
/// Drift is seen in the file of the key: whether it is there and has this key, its mode, owner and group; and in the field of
/// a secret: whether it has this key. A key in the state can't drift.
///
/// ## From openssl scripts
///
/// Name the file that the script has made as the home of the key, and its kind: the key is taken over at the first apply, or
/// imported before. PKCS#1, SEC1 and PKCS#8 are read, encrypted PKCS#8 with `passphrase_file`. The file must be closed to
/// everybody but its owner and group: `chmod 600`.
///
/// ## From the tls provider
///
/// A `tls_private_key` moves over with its key, which stays in the state until another home is named. So first apply this:
///
/// ```terraform
/// moved {
///   from = tls_private_key.deploy
///   to   = secretzero_private_key.deploy
/// }
///
/// resource "secretzero_private_key" "deploy" {
///   key_algorithm = "ed25519" # as it was
///   key           = { in_state = true }
/// }
/// ```
///
/// Then change `key` to `{ file = "keys/deploy.key" }` and apply again: the key leaves the state. Backups of the state still
/// have it. Keys on the curve P-224, the default of `tls_private_key`, can't move; they must be replaced. Both providers must
/// be installed during the move.
#[derive(Model)]
#[tf(resource = "private_key", import = "{id}")]
pub struct PrivateKey {
    /// The file of the key as it was when the key was made or imported, which is also its import id. The key identifier if
    /// the key was not made in a file. It stays when the key moves.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// The kind of key: `rsa2048`, `rsa3072`, `rsa4096`, `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` or `ed25519`. Another kind
    /// is another key, and needs `allow_replace`.
    #[tf(optional, default = "ecdsa-p256", validate(key_algorithm))]
    pub key_algorithm: String,
    /// Where the key lives. Changing it moves the key.
    #[tf(required)]
    pub key: KeyHome,
    /// Permits a new key in place of one that is lost, or of another kind. The old key is set aside beside the new one, as
    /// a file whose name ends in `.replaced-` and the time, or as an earlier version of the secret; one in the state is gone.
    #[tf(optional, default = false)]
    pub allow_replace: bool,
    /// Whether destroying the object removes the key.
    #[tf(optional, default = true)]
    pub delete_on_destroy: bool,
    /// The key identifier that a certificate of this key gets, in hexadecimal.
    #[tf(computed, keep_state)]
    pub key_id: String,
    /// The public key, as PEM.
    #[tf(computed, keep_state)]
    pub public_key_pem: String,
    /// The public key as a line of OpenSSH's `authorized_keys`, without a comment.
    #[tf(computed, keep_state)]
    pub public_key_openssh: String,
    /// The SHA-256 of the public key (of its SubjectPublicKeyInfo), in hexadecimal.
    #[tf(computed, keep_state)]
    pub fingerprint_sha256: String,
    /// The key as PEM, if its home is the state; else null.
    #[tf(computed, keep_state)]
    pub private_key_pem_in_state: Option<Secret>,
    /// What other resources take as `private_key`: where the key is and which it is.
    #[tf(computed, keep_state)]
    pub reference: KeyReferenceOutput,
    /// What was found different from what it should be, when the key was looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

/// What the user says of a key.
pub(crate) struct Settings {
    key_algorithm: String,
    key: KeyHome,
    allow_replace: bool,
    delete_on_destroy: bool,
}

impl Resource for PrivateKey {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let (id, settings, _) = taken_apart(plan);
        let home = settings.home(cx)?;
        if home.is_file() {
            machine::remember(&mut cx.private())?;
        }
        let wanted = algorithm(&settings.key_algorithm)?;
        let key = settle(cx, &home, &Self::KEY.path(), NewKey::of(TYPE, wanted)).await?;
        let in_state = home.in_state(&key).map_err(Diagnostic::from)?;
        let id = id.unwrap_or_else(|| key.public_key().key_id().to_hex());
        Ok(settings.with(id, &key, in_state))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let home = Home::of(&state.key, &Self::KEY.path(), cx)?;
        if home.is_file() && machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("Private keys"));
            // What was found there is for that machine to find again, and nothing to plan here.
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let drift = drift(&state.key, &home, &state.key_id, state.private_key_pem_in_state.as_ref()).await;
        let drift = drift.map_err(|error| error.reading(&Self::KEY.path()))?;
        Ok(Some(Self { drift, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let (_, settings, promised) = taken_apart(plan);
        let is_untouched = promised.is_some() && settings.key == prior.key && prior.drift.is_empty();
        if is_untouched {
            let Settings { key_algorithm, key, allow_replace, delete_on_destroy } = settings;
            return Ok(Self { key_algorithm, key, allow_replace, delete_on_destroy, ..prior });
        }
        let replacement = match promised {
            Some(_) => None,
            None => Some(Replacement { algorithm: algorithm(&settings.key_algorithm)?, is_other: false }),
        };
        let in_state = prior.private_key_pem_in_state.as_ref();
        let held = Held { home: &prior.key, key_id: &prior.key_id, in_state };
        let (key, in_state) = held.change(cx, TYPE, &Self::KEY.path(), &settings.key, replacement).await?;
        Ok(settings.with(prior.id, &key, in_state))
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let home = Home::of(&state.key, &Self::KEY.path(), cx)?;
        remove(cx, &home, &state.key_id, state.delete_on_destroy).await
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        match (draft.action(), draft.prior()) {
            (Action::Delete, _) => {}
            (_, Some(prior)) => plan_change(draft, &prior)?,
            (_, None) => {
                draft.plan(Self::DRIFT, &Vec::new());
                if let Setting::Known(home) = draft.planned(Self::KEY)
                    && !home.is_in_state()
                {
                    draft.plan(Self::PRIVATE_KEY_PEM_IN_STATE, &None);
                    if let Some(file) = home.file {
                        draft.plan(Self::ID, &file);
                    }
                }
            }
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let home = config.get(Self::KEY).into_known();
        home.map_or_else(Diagnostics::new, |home| home.check(&Self::KEY.path()))
    }

    async fn import(cx: &Context<SecretZero>, identity: PrivateKeyIdentity) -> Outcome<Option<Self>> {
        let summary = format!("Importing the private key {:?}", identity.id);
        let key = KeyHome { file: Some(identity.id.clone()), ..KeyHome::default() };
        let home = Home::of(&key, &Self::ID.path(), cx)?;
        let Some(found) = home.load(None).await.map_err(Diagnostic::from)? else { return Ok(None) };
        machine::remember(&mut cx.private())?;
        let key_algorithm = declarable(found.public_key(), &summary)?.to_string();
        let settings = Settings { key_algorithm, key, allow_replace: false, delete_on_destroy: true };
        Ok(Some(settings.with(identity.id, &found, None)))
    }

    fn moves() -> Vec<Move<Self>> {
        // Both versions have the key in clear.
        vec![Move::from("tls_private_key", 0..=1, moved::adopt)]
    }
}

impl Settings {
    fn home<'a>(&self, cx: &'a Context<SecretZero>) -> Outcome<Home<'a>> {
        Ok(Home::of(&self.key, &PrivateKey::KEY.path(), cx)?)
    }

    /// The state with this key.
    fn with(self, id: String, key: &pki::PrivateKey, in_state: Option<Secret>) -> PrivateKey {
        let Self { key_algorithm, key: home, allow_replace, delete_on_destroy } = self;
        let public = key.public_key();
        let key_id = public.key_id().to_hex();
        PrivateKey {
            id,
            key_algorithm,
            reference: KeyReferenceOutput {
                key: home.clone().into(),
                key_id: key_id.clone(),
                private_key_pem_in_state: in_state.clone(),
            },
            key: home,
            allow_replace,
            delete_on_destroy,
            key_id,
            public_key_pem: public.to_pem(),
            public_key_openssh: public_key_openssh(public),
            fingerprint_sha256: Sha256::digest(public.as_der()).iter().map(|byte| format!("{byte:02x}")).collect(),
            private_key_pem_in_state: in_state,
            drift: Vec::new(),
        }
    }
}

/// What is promised of the id, what the user says, and which key is promised: none if there will be another one.
fn taken_apart(plan: Plan<PrivateKey>) -> (Option<String>, Settings, Option<String>) {
    let PrivateKeyPlan { id, key_algorithm, key, allow_replace, delete_on_destroy, key_id, .. } = plan;
    (id.known(), Settings { key_algorithm, key: key.into(), allow_replace, delete_on_destroy }, key_id.known())
}

fn plan_change(draft: &mut Draft<'_, PrivateKey>, prior: &PrivateKey) -> Outcome<()> {
    type Of = PrivateKey;
    let before = PriorKey {
        home: &prior.key,
        algorithm: &prior.key_algorithm,
        in_state: prior.private_key_pem_in_state.as_ref(),
        drift: &prior.drift,
    };
    let home = draft.planned(Of::KEY);
    let declared = DeclaredKey {
        home: home.clone(),
        algorithm: draft.planned(Of::KEY_ALGORITHM),
        allow_replace: draft.planned(Of::ALLOW_REPLACE),
        is_other: false,
    };
    let KeyPlan { replaces, in_state } = before.plan(declared, &Of::KEY.path(), &Of::KEY_ALGORITHM.path())?;
    if replaces {
        for field in [Of::KEY_ID, Of::PUBLIC_KEY_PEM, Of::PUBLIC_KEY_OPENSSH, Of::FINGERPRINT_SHA256] {
            draft.plan_unknown(field);
        }
    }
    match &in_state {
        Some(pem) => draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, pem),
        None => draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE),
    }
    match (home, in_state) {
        (Setting::Known(home), Some(private_key_pem_in_state)) if !replaces => {
            let (key, key_id) = (home.into(), prior.key_id.clone());
            draft.plan(Of::REFERENCE, &KeyReferenceOutput { key, key_id, private_key_pem_in_state });
        }
        _ => draft.plan_unknown(Of::REFERENCE),
    }
    draft.plan(Of::DRIFT, &Vec::new());
    Ok(())
}
