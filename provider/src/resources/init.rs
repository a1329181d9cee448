//! `secretzero_init`: initialises a new server, and keeps what it tells once.

mod call;
mod encryption;
mod first_time;
mod settings;
mod way_back;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::plan::Action;
use tf_framework::validate::range;
use tf_framework::{Config, Context, DefaultTimeouts, Draft, Outcome, Resource, Timeouts};

use self::encryption::Encryption;
use self::settings::{Declared, Numbers};
use crate::SecretZero;
use crate::keys_home::{KeysHome, KeysStore, RootTokenHome};
use crate::machine;

/// How long creating may take if the user does not say: time for a server to start.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(300);

/// Initialises a new OpenBao or Vault server, and stores its keys before it says so.
///
/// It waits until the server listens. That the keys can be stored is shown before the server is asked. The server tells the
/// keys once; should they not reach their home then, the error names the file that has them. A reply that is cut off or can't be
/// read is kept as it came, and the error says where.
///
/// A server that is initialised already is taken over with a warning if its keys are in the home that is declared; else that
/// is an error. Keys that are there are never overwritten.
///
/// No secret is in the state. It has fingerprints of the shares: the first eight bytes of their SHA-256, in hexadecimal.
///
/// If an apply is killed just when the server answers, the keys are lost, and so is the new, empty server. The next apply
/// says so, and how to reset the server; it does not do that by itself. Nor does it where a server has died in the middle of
/// its initialisation, and refuses every further one.
///
/// With `pgp_keys` the server encrypts each share for its holder, and tells nobody else. Then only the holders can unseal it:
/// `secretzero_unseal` can't.
///
/// The number of shares can't be changed here: that is what `operator rekey` is for. Changing `keys` moves the keys. That
/// files with keys were removed or exchanged is told with a warning, and nothing is done about it.
///
/// Destroying it asks nothing of the server and removes no file: it prints where the keys stay.
#[derive(Debug, Model)]
#[tf(
    resource = "init",
    import = "{id}",
    required_together(shares, threshold),
    required_together(recovery_shares, recovery_threshold),
    conflicting(shares, recovery_shares),
    conflicting(pgp_keys, recovery_pgp_keys)
)]
pub struct Init {
    /// The first file of the keys as it was when the server was initialised, which is also the import id: at an import, one
    /// file has all of them. With `vault_kv` it is the address of the secret, which nothing can be imported by.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// Where the keys live.
    #[tf(required)]
    pub keys: KeysHome,
    /// Where the root token lives, if not with the keys. It must be set if each share has a file of its own, and if the shares
    /// are encrypted with PGP and the root token is not.
    #[tf(optional)]
    pub root_token: Option<RootTokenHome>,
    /// Into how many shares the key is split that unseals the server. For servers that don't unseal themselves; 5 if it is
    /// not set.
    #[tf(optional, computed, keep_state, validate(range(1..=255)))]
    pub shares: Option<i64>,
    /// How many of them unseal it; 3 if it is not set.
    #[tf(optional, computed, keep_state, validate(range(1..=255)))]
    pub threshold: Option<i64>,
    /// Into how many shares the recovery key is split. For servers that unseal themselves; 5 if it is not set.
    #[tf(optional, computed, keep_state, validate(range(1..=255)))]
    pub recovery_shares: Option<i64>,
    /// How many of them are needed, for a new root token say; 3 if it is not set.
    #[tf(optional, computed, keep_state, validate(range(1..=255)))]
    pub recovery_threshold: Option<i64>,
    /// Public keys of PGP, one for each share in their order, that the server encrypts the shares with: armoured, as
    /// `gpg --armor --export` prints them, or in base64. `base64 -d | gpg -d` shows a share to its holder.
    #[tf(optional)]
    pub pgp_keys: Option<Vec<String>>,
    /// The same for recovery shares.
    #[tf(optional)]
    pub recovery_pgp_keys: Option<Vec<String>>,
    /// The public key of PGP that the server encrypts the root token with. No provider block can read it then:
    /// `secretzero_operator` needs it in clear, in the file that `keys_file` names.
    #[tf(optional)]
    pub root_token_pgp_key: Option<String>,
    /// How long creating may take, waiting for the server included: 5 minutes if it is not set.
    #[tf(optional)]
    pub timeouts: Option<Timeouts>,
    /// That the server is initialised.
    #[tf(computed, keep_state)]
    pub initialized: bool,
    /// The id of the cluster. A sealed server does not tell it; a refresh finds it later. `secretzero_unseal` has it at once.
    #[tf(computed, keep_state)]
    pub cluster_id: Option<String>,
    /// What the shares are known again by.
    #[tf(computed, keep_state)]
    pub key_fingerprints: Vec<String>,
}

impl Resource for Init {
    type Provider = SecretZero;

    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts { create: Some(PATIENCE), ..DefaultTimeouts::NONE };

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let (id, declared) = taken_apart(plan);
        let store = declared.store()?;
        let made = first_time::initialised(cx, &declared, &store).await?;
        if store.has_files() {
            machine::remember(&mut cx.private())?;
        }
        let id = id.unwrap_or_else(|| declared.keys.first());
        Ok(declared.into_state(id, made))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("The keys of the server"));
            return Ok(Some(state));
        }
        let status = cx.client().seal_status().await;
        let status = status.map_err(|error| error.reading("Reading whether the server is initialised"))?;
        if !status.initialized {
            return Ok(None);
        }
        tell_of_keys(cx, &Declared::of(&state).store()?, &state.key_fingerprints).await;
        let cluster_id = Some(status.cluster_id).filter(|id| !id.is_empty()).or(state.cluster_id);
        Ok(Some(Self { cluster_id, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let (_, declared) = taken_apart(plan);
        if declared.keys != prior.keys || declared.root_token != prior.root_token {
            machine::required_here(&cx.private(), "Moving the keys")?;
            let (here, there) = (Declared::of(&prior).store()?, declared.store()?);
            first_time::demand_another(cx, &there).await?;
            first_time::move_keys(&here, &there, &prior.key_fingerprints).await?;
            if there.has_files() {
                machine::remember(&mut cx.private())?;
            }
        }
        if declared.encryption != Declared::of(&prior).encryption {
            declared.encryption.demand(&declared.store()?.load().await?.keys)?;
        }
        let Declared { keys, root_token, encryption, timeouts, .. } = declared;
        let Encryption { pgp_keys, recovery_pgp_keys, root_token_pgp_key } = encryption;
        Ok(Self { keys, root_token, pgp_keys, recovery_pgp_keys, root_token_pgp_key, timeouts, ..prior })
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let store = Declared::of(&state).store()?;
        cx.warn(
            Diagnostic::warning("The keys of the server stay where they are")
                .detail(format!("They are in {}. The server was asked nothing, and is as it was.", store.describe()))
                .remedy(
                    "Remove them only when the server and every backup of it are gone: nothing else can open those.",
                ),
        );
        Ok(())
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        match (draft.action(), draft.prior()) {
            (Action::Delete, _) => {}
            (_, Some(prior)) => {
                refuse_other_numbers(draft, &prior)?;
                encryption::refuse_other(draft, &prior)?;
            }
            (_, None) => {
                draft.plan(Self::INITIALIZED, &true);
                if let Setting::Known(keys) = draft.planned(Self::KEYS) {
                    draft.plan(Self::ID, &keys.first());
                }
            }
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        settings::check(config)
    }

    async fn import(cx: &Context<SecretZero>, identity: InitIdentity) -> Outcome<Option<Self>> {
        if identity.id.contains("://") {
            return Err(Diagnostic::error("Keys on Another Server Can't Be Imported")
                .detail("How that server is reached and verified does not fit into an id.")
                .remedy(
                    "Bring the keys into a file, import that, and apply with vault_kv in keys: that moves them back.",
                )
                .into());
        }
        let keys = KeysHome { file: Some(identity.id.clone()), ..KeysHome::default() };
        let (numbers, encryption) = (Numbers::default(), Encryption::default());
        let declared = Declared { keys, root_token: None, numbers, encryption, timeouts: None };
        let found = declared.store()?.load().await?;
        if found.is_nothing() {
            return Ok(None);
        }
        let status = cx.client().seal_status().await;
        let status = status.map_err(|error| error.doing("Importing an initialised server"))?;
        if !status.initialized {
            return Ok(None);
        }
        let numbers = declared.numbers.of_server(&status)?;
        let made = first_time::taken_over(&found.keys, &status, &numbers)?;
        machine::remember(&mut cx.private())?;
        Ok(Some(declared.into_state(identity.id, made)))
    }
}

/// What is promised of the id, and what the user says.
fn taken_apart(plan: Plan<Init>) -> (Option<String>, Declared) {
    let InitPlan { id, keys, root_token, shares, threshold, recovery_shares, recovery_threshold, .. } = plan;
    let InitPlan { pgp_keys, recovery_pgp_keys, root_token_pgp_key, timeouts, .. } = plan;
    let numbers = Numbers {
        shares: shares.known().flatten(),
        threshold: threshold.known().flatten(),
        recovery_shares: recovery_shares.known().flatten(),
        recovery_threshold: recovery_threshold.known().flatten(),
    };
    let encryption = Encryption { pgp_keys, recovery_pgp_keys, root_token_pgp_key };
    let root_token = root_token.map(Into::into);
    let declared = Declared { keys: keys.into(), root_token, numbers, encryption, timeouts };
    (id.known(), declared)
}

/// The split of a key is not changed by an apply.
fn refuse_other_numbers(draft: &Draft<'_, Init>, prior: &Init) -> Outcome<()> {
    for (field, before) in [
        (Init::SHARES, prior.shares),
        (Init::THRESHOLD, prior.threshold),
        (Init::RECOVERY_SHARES, prior.recovery_shares),
        (Init::RECOVERY_THRESHOLD, prior.recovery_threshold),
    ] {
        let Setting::Known(declared) = draft.planned(field) else { continue };
        if Some(declared) != before {
            let before = before
                .map_or("none, since the server has the other kind of seal".to_owned(), |before| before.to_string());
            return Err(Diagnostic::error("The key of an initialised server is not split anew")
                .detail(format!("It is {declared} in the configuration, and {before} when the server was initialised."))
                .remedy(
                    "Put it back. To split the key anew, run `operator rekey`, put the new keys in place of the old ones, remove \
                     this resource from the state (state rm) and import it.",
                )
                .at(field.path())
                .into());
        }
    }
    Ok(())
}

/// Tells the user if the keys are not where they were.
async fn tell_of_keys(cx: &Context<SecretZero>, store: &KeysStore, fingerprints: &[String]) {
    let summary = "The keys of the server are not as they were stored";
    match store.load().await {
        Ok(found) if found.missing.is_empty() && first_time::are_those(&found.keys, fingerprints) => {}
        Ok(found) => {
            let missing: Vec<_> = found.missing.iter().map(|path| path.display().to_string()).collect();
            let what = match missing.as_slice() {
                [] => format!("Other keys are in {}.", store.describe()),
                missing => format!("Missing: {}.", missing.join(", ")),
            };
            cx.warn_once(Diagnostic::warning(summary).detail(what).remedy(
                "If they are kept somewhere else on purpose, that is fine until the server has to be unsealed. If not, bring them \
                 back from a backup: nothing else can open the server.",
            ));
        }
        Err(error) => cx.warn_once(Diagnostic::warning(summary).detail(error.summary()).detail(error.detail_text())),
    }
}
