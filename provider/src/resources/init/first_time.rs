//! What surrounds the call that tells the keys, so that nothing is lost.

use std::path::PathBuf;
use std::time::Duration;

use cluster_keys::ClusterKeys;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use tokio::time::Instant;
use vault_client::sys::seal_status::SealStatus;

use super::Init;
use super::call::Call;
use super::settings::{Declared, Split};
use super::way_back;
use crate::SecretZero;
use crate::keys_home::{Intent, KeysStore, Staged};
use crate::server_kind::ServerKind;
use crate::{clock, node};

/// How much of the time must be left for the call: one that is broken off loses the keys.
const LEFT: Duration = Duration::from_secs(15);
/// The same where another server is to take the keys.
const LEFT_FOR_KV: Duration = Duration::from_secs(45);

/// What is known of an initialised server.
pub(super) struct Made {
    pub(super) split: Split,
    pub(super) cluster_id: Option<String>,
    pub(super) key_fingerprints: Vec<String>,
}

/// Initialises the server, or takes over one that is initialised and whose keys are at hand.
pub(super) async fn initialised(cx: &Context<SecretZero>, declared: &Declared, store: &KeysStore) -> Outcome<Made> {
    if let Some(id) = cx.client().expected_cluster_id()? {
        return Err(Diagnostic::error("A Server That Is Expected to Have an Id Is Not New")
            .detail(format!(
                "expected_cluster_id in the provider block is {id}. A server that was not initialised has no id yet, so it can't \
                 be the one that is meant. Nothing was asked of it."
            ))
            .remedy("Take expected_cluster_id out until the server is initialised. If it should be already, see what listens there.")
            .into());
    }
    let status = node::listening(cx).await?;
    let address = cx.client().address()?;
    store.demand_another(&address, &status.cluster_id).await.map_err(in_kv)?;
    if status.initialized {
        return found_initialised(cx, declared, store, &status).await;
    }
    let split = declared.numbers.for_seal(&status)?;
    let encryption = declared.encryption.for_split(split)?;
    let asked_before = is_free(store).await?;
    store.prove_writable().await?;
    // A token that is encrypted does not tell whose it is.
    let product = match encryption.root_token_pgp_key {
        Some(_) => Some(ServerKind::of_connected(cx, "Initialising the server").await?),
        None => None,
    };
    let left = if matches!(store, KeysStore::Kv(_)) { LEFT_FOR_KV } else { LEFT };
    if cx.deadline().is_some_and(|deadline| deadline.saturating_duration_since(Instant::now()) < left) {
        return Err(Diagnostic::error("Too little time is left to initialise the server")
            .detail(
                "Waiting for it took nearly all of it, and a call that is broken off loses the keys. Nothing was done.",
            )
            .remedy("Apply again. If it needs longer to start, raise timeouts.create.")
            .into());
    }
    store.intend(Intent { address: address.clone(), time: clock::now().to_string() }).await?;
    let fallbacks = [Some(PathBuf::from(".")), std::env::home_dir(), Some(std::env::temp_dir())];
    let call = Call {
        client: cx.client().detached().map_err(|error| error.doing("Initialising the server"))?,
        store: store.clone(),
        asked_before,
        split,
        encryption,
        address,
        product,
        version: status.version,
        storage_type: status.storage_type,
        fallbacks: fallbacks.into_iter().flatten().collect(),
    };
    // It goes on to its end also if this operation is cut off: the keys are told once.
    let calling = tokio::spawn(call.made());
    let keys = calling.await.map_err(|error| Diagnostic::error("Initialising the server").because(&error))??;
    store.bring_home(&keys).await.map_err(|error| stay_in_stage(error, store))?;
    Ok(Made { split, cluster_id: cluster_id(cx).await, key_fingerprints: keys.fingerprints() })
}

/// Fails if the server would have to keep its own keys.
pub(super) async fn demand_another(cx: &Context<SecretZero>, store: &KeysStore) -> Outcome<()> {
    if !matches!(store, KeysStore::Kv(_)) {
        return Ok(());
    }
    let status = cx.client().seal_status().await.map_err(|error| error.doing("Moving the keys of the server"))?;
    Ok(store.demand_another(&cx.client().address()?, &status.cluster_id).await.map_err(in_kv)?)
}

fn in_kv(error: Diagnostic) -> Diagnostic {
    error.at(Init::KEYS.path().attribute("vault_kv"))
}

/// The server told its keys before, to an earlier run of ours or to somebody else.
async fn found_initialised(
    cx: &Context<SecretZero>,
    declared: &Declared,
    store: &KeysStore,
    status: &SealStatus,
) -> Outcome<Made> {
    let staged = store.staged().await?;
    if let Staged::Keys(keys) = &staged {
        // An earlier run was interrupted when it had stored them.
        store.bring_home(keys).await.map_err(|error| stay_in_stage(error, store))?;
    }
    let found = store.load().await?;
    if found.is_nothing() {
        return Err(match staged {
            Staged::Intent(intent) => way_back::reply_was_lost(&intent, &status.storage_type, store),
            Staged::Unread => way_back::unread(store, &status.storage_type),
            Staged::Nothing | Staged::Keys(_) => not_at_hand(store),
        }
        .into());
    }
    let split = declared.numbers.of_server(status)?;
    declared.encryption.demand(&found.keys)?;
    let made = taken_over(&found.keys, status, &split)?;
    match staged {
        Staged::Nothing => cx.warn(
            Diagnostic::warning("The server is initialised already, and taken over")
                .detail(format!("Its keys are in {}.", store.describe())),
        ),
        // Ours, from the beginning.
        Staged::Intent(_) => store.clear_stage().await?,
        Staged::Keys(_) => {}
        Staged::Unread => cx.warn(
            Diagnostic::warning("The server is taken over, and what it answered is still there")
                .detail(format!(
                    "It could not be read when the server was initialised, and is kept in {}. The keys are in {}.",
                    store.describe_stage(),
                    store.describe()
                ))
                .remedy("Keys may be in it: remove it when those that are stored have unsealed the server."),
        ),
    }
    Ok(made)
}

/// What the keys at hand say, if they can be those of the server.
pub(super) fn taken_over(keys: &ClusterKeys, status: &SealStatus, split: &Split) -> Outcome<Made> {
    let set = if split.is_recovery { &keys.recovery } else { &keys.unseal };
    let differs = |known: Option<u32>, found: u32| known.is_some_and(|known| known != found);
    if set.shares.is_empty() || differs(set.total, split.shares) || differs(set.threshold, split.threshold) {
        let kind = if split.is_recovery { "recovery shares" } else { "key shares" };
        return Err(Diagnostic::error("The keys at hand are not those of the server")
            .detail(format!(
                "Its key is split into {} {kind}, of which {} are needed. The keys at hand say something else.",
                split.shares, split.threshold
            ))
            .remedy("Put the keys of this server there, or correct the address.")
            .into());
    }
    let cluster_id = Some(status.cluster_id.clone()).filter(|id| !id.is_empty());
    Ok(Made {
        split: *split,
        cluster_id,
        key_fingerprints: set.shares.iter().map(cluster_keys::KeyShare::fingerprint).collect(),
    })
}

/// Moves the keys to another place. What is there already must be the same.
pub(super) async fn move_keys(here: &KeysStore, there: &KeysStore, fingerprints: &[String]) -> Outcome<()> {
    // The user may have moved some, or an earlier run that was interrupted.
    let keys = there.load().await?.keys.merge(here.load().await?.keys).map_err(|error| moving().because(&error))?;
    if !are_those(&keys, fingerprints) {
        return Err(moving()
            .detail(format!(
                "They are neither in {} nor in {}, or there are others beside them.",
                here.describe(),
                there.describe()
            ))
            .remedy("Bring them back from a backup, and apply again.")
            .into());
    }
    there.rewrite(&keys).await?;
    let moved = there.load().await?.keys;
    if !are_those(&moved, fingerprints) || !moved.has_root_token_of(&keys) {
        return Err(moving()
            .detail(format!("They could not be read back from {}.", there.describe()))
            .remedy("They are still where they were.")
            .into());
    }
    Ok(here.remove_unless_in(there).await?)
}

fn moving() -> Diagnostic {
    Diagnostic::error("Moving the keys of the server")
}

/// Whether these are the shares with these fingerprints, in whatever order.
pub(super) fn are_those(keys: &ClusterKeys, fingerprints: &[String]) -> bool {
    let found = keys.fingerprints();
    found.len() == fingerprints.len() && fingerprints.iter().all(|fingerprint| found.contains(fingerprint))
}

/// Fails unless keys can be put there. Returns the record of an earlier run that it would ask.
async fn is_free(store: &KeysStore) -> Outcome<Option<Intent>> {
    let place = match store.staged().await? {
        Staged::Unread => return Err(way_back::unread_of_blank(store).into()),
        Staged::Keys(_) => store.describe_stage(),
        Staged::Intent(_) | Staged::Nothing if !store.load().await?.is_nothing() => store.describe(),
        Staged::Intent(intent) => return Ok(Some(intent)),
        Staged::Nothing => return Ok(None),
    };
    Err(Diagnostic::error("There are keys already, of another server")
        .detail(format!("The server was never initialised, so the keys in {place} are not its keys. They are never overwritten."))
        .remedy("If the server was reset on purpose, move the old keys away. If not, see which server listens at this address.")
        .into())
}

fn stay_in_stage(error: Diagnostic, store: &KeysStore) -> Diagnostic {
    error.remedy(format!(
        "The server is initialised, and its keys are in {}. Don't lose them: the next apply puts them where they belong.",
        store.describe_stage()
    ))
}

fn not_at_hand(store: &KeysStore) -> Diagnostic {
    Diagnostic::error("The server is initialised already, and its keys are not at hand")
        .detail(format!("Nothing is in {}.", store.describe()))
        .remedy(
            "Put the keys there, in any form in which they were printed or stored, closed to others (chmod 600), and apply again. \
             If another server is meant, correct the address.",
        )
}

/// The id of the cluster, if it tells: one that unseals itself does so soon.
async fn cluster_id(cx: &Context<SecretZero>) -> Option<String> {
    let status = cx.client().seal_status().await.ok()?;
    Some(status.cluster_id).filter(|id| !id.is_empty())
}
