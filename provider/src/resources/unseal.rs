//! `secretzero_unseal`: a server that is unsealed, and works.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_keys::ClusterKeys;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::plan::Action;
use tf_framework::{Config, Context, DefaultTimeouts, Draft, Outcome, Resource, Timeouts};

use crate::SecretZero;
use crate::keys_home::{KeysHome, KeysStore};
use crate::{machine, node};

/// How long it may take if the user does not say: time for a server to start and to become active.
const PATIENCE: Duration = Duration::from_secs(300);

/// An OpenBao or Vault server that is unsealed and active.
///
/// It waits until the server listens, gives it as many key shares as it needs and no more, and waits until it is active: a
/// server says that it is unsealed earlier than it can work. A server that unseals itself is only waited for.
///
/// A refresh that finds the server sealed plans to unseal it: after a reboot the next apply does. What needs the server
/// depends on `ready`, which is known only after the apply whenever there is something to do.
///
/// If the same apply restarts the server, a refresh comes too early to see that. So `triggers` has whatever changes with a
/// restart.
///
/// Destroying it asks nothing of the server, which stays unsealed.
#[derive(Debug, Model)]
#[tf(resource = "unseal", import = "{id}")]
pub struct Unseal {
    /// The id of the cluster, which is also the import id.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// Where the key shares are: the `keys` of a `secretzero_init`, or files from elsewhere. Only as many as are needed must
    /// be there. Shares that are encrypted with PGP are of no use here. Not set for a server that unseals itself.
    #[tf(optional)]
    pub keys: Option<KeysHome>,
    /// Whatever changes when the server is restarted: the server is then looked at again, and unsealed if need be.
    #[tf(optional)]
    pub triggers: Option<BTreeMap<String, String>>,
    /// How long creating and changing may take, waiting for the server included: 5 minutes if it is not set.
    #[tf(optional)]
    pub timeouts: Option<Timeouts>,
    /// Whether the server is unsealed. It is true after each apply; a refresh that finds it sealed sets it to false.
    #[tf(computed, keep_state)]
    pub ready: bool,
    /// The id of the cluster, as `sys/health` tells it.
    #[tf(computed, keep_state)]
    pub cluster_id: String,
}

impl Resource for Unseal {
    type Provider = SecretZero;

    /// A server that was set up anew has another id.
    const MUTABLE_IDENTITY: bool = true;
    const TIMEOUTS: DefaultTimeouts =
        DefaultTimeouts { create: Some(PATIENCE), update: Some(PATIENCE), ..DefaultTimeouts::NONE };

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        brought_up(cx, plan).await
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let status = cx.client().seal_status().await;
        let status = status.map_err(|error| error.reading("Reading whether the server is sealed"))?;
        if !status.initialized {
            // It was reset: what was unsealed is gone.
            return Ok(None);
        }
        let cluster_id = if status.cluster_id.is_empty() { state.cluster_id } else { status.cluster_id };
        Ok(Some(Self { id: cluster_id.clone(), cluster_id, ready: !status.sealed, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        if plan.ready.is_undecided() {
            return brought_up(cx, plan).await;
        }
        let UnsealPlan { keys, triggers, timeouts, .. } = plan;
        Ok(Self { keys: keys.map(Into::into), triggers, timeouts, ..prior })
    }

    async fn delete(_: &Context<SecretZero>, _: Self) -> Outcome<()> {
        Ok(())
    }

    async fn import(cx: &Context<SecretZero>, UnsealIdentity { id }: UnsealIdentity) -> Outcome<Option<Self>> {
        let doing = "Importing an unsealed server";
        let status = cx.client().seal_status().await.map_err(|error| error.doing(doing))?;
        if !status.initialized {
            return Ok(None);
        }
        if status.sealed {
            return Err(Diagnostic::error(doing)
                .detail("The server is sealed, and tells nobody to which cluster it belongs.")
                .remedy("Unseal it first, with `secretzero unseal` for example.")
                .into());
        }
        if status.cluster_id != id {
            return Err(Diagnostic::error(doing)
                .detail(format!("The server belongs to the cluster {}, and not to {id}.", status.cluster_id))
                .remedy("Import it with the id of its cluster, or correct the address.")
                .into());
        }
        let (keys, triggers, timeouts) = (None, None, None);
        Ok(Some(Self { id: id.clone(), keys, triggers, timeouts, ready: true, cluster_id: id }))
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() == Action::Delete {
            return Ok(());
        }
        if let Some(prior) = draft.prior() {
            let is_triggered = match draft.planned(Self::TRIGGERS) {
                Setting::Known(triggers) => Some(triggers) != prior.triggers,
                Setting::Unset => false,
                Setting::Unknown => true,
            };
            if is_triggered || !prior.ready {
                draft.plan_unknown(Self::READY);
            }
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let keys = config.get(Self::KEYS).into_known();
        keys.map_or_else(Diagnostics::new, |keys| keys.check(&Self::KEYS.path()))
    }
}

async fn brought_up(cx: &Context<SecretZero>, plan: Plan<Unseal>) -> Outcome<Unseal> {
    let UnsealPlan { id, keys, triggers, timeouts, ready: _, cluster_id } = plan;
    let keys: Option<KeysHome> = keys.map(Into::into);
    let health = node::bring_up(cx, || at_hand(cx, keys.as_ref())).await?;
    if keys.as_ref().is_some_and(|keys| keys.vault_kv.is_none()) {
        machine::remember(&mut cx.private())?;
    }
    // While it was sealed, nobody could tell.
    if let Some(expected) = cx.client().expected_cluster_id()?
        && expected != health.cluster_id
    {
        return Err(Diagnostic::error("Another Cluster Than Expected Was Unsealed")
            .detail(format!("The id of the cluster is {}; expected_cluster_id is {expected}.", health.cluster_id))
            .remedy("Use the address of the cluster that is meant, or correct expected_cluster_id.")
            .into());
    }
    if let Some(before) = cluster_id.known()
        && before != health.cluster_id
    {
        return Err(Diagnostic::error("Another cluster than before was unsealed")
            .detail(format!("The id of the cluster is {}, and was {before}.", health.cluster_id))
            .remedy("If the server was set up anew, apply again: the next refresh takes its id. If not, correct the address.")
            .into());
    }
    let id = id.or_else(|| health.cluster_id.clone());
    Ok(Unseal { id, keys, triggers, timeouts, ready: true, cluster_id: health.cluster_id })
}

/// The keys, for a server that is sealed.
async fn at_hand(cx: &Context<SecretZero>, keys: Option<&KeysHome>) -> Outcome<ClusterKeys> {
    let Some(keys) = keys else {
        return Err(Diagnostic::error("The server is sealed, and no keys are named")
            .detail("It does not unseal itself.")
            .remedy("Name the files with its key shares, or pass on those of secretzero_init: keys = secretzero_init.this.keys")
            .at(Unseal::KEYS.path())
            .into());
    };
    let in_keys = |error: Diagnostic| error.at(Unseal::KEYS.path());
    let store = KeysStore::of(keys, None).map_err(in_keys)?;
    store.demand_another(&cx.client().address()?, "").await.map_err(in_keys)?;
    let found = store.load().await.map_err(in_keys)?;
    if found.is_nothing() {
        if store.has_files() {
            machine::required_here(&cx.private(), "Unsealing the server")?;
        }
        return Err(Diagnostic::error("The server is sealed, and its keys are not at hand")
            .detail(format!("Nothing is in {}.", store.describe()))
            .remedy("Bring them back from where they are kept, and apply again.")
            .at(Unseal::KEYS.path())
            .into());
    }
    Ok(found.keys)
}
