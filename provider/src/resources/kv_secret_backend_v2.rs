//! `secretzero_kv_secret_backend_v2`: what a KV engine of version 2 does with all of its secrets.

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan};
use tf_framework::plan::declared_differences;
use tf_framework::semantic::Duration;
use tf_framework::validate::range;
use tf_framework::{Context, Move, Outcome, Resource};
use vault_client::{ApiPath, Request};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::connection::Unsent;
use crate::kv_v2::{self, SecretPath, segments};
use crate::said;

/// What a KV engine of version 2 does with all of its secrets, where a secret does not say otherwise.
///
/// It is there as soon as the mount is; what is not set is as on a new mount. Settings that somebody else has made are taken
/// over if they are as declared, and else refused with the command that imports them. Destroying this makes them as on a new
/// mount again.
///
/// The token needs `read`, `create` and `update` on `MOUNT/config`.
///
/// Drift is seen in everything.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_kv_secret_backend_v2.kv
///   to   = secretzero_kv_secret_backend_v2.kv
/// }
/// ```
#[derive(Model)]
#[tf(resource = "kv_secret_backend_v2", import = "{mount}/config")]
pub struct KvSecretBackendV2 {
    /// The path of the settings, such as `kv/config`.
    #[tf(computed, keep_state)]
    pub id: String,
    /// The mount.
    #[tf(required, replace, identity, validate(segments))]
    pub mount: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// How many versions of a secret are kept. Ten if it is zero.
    #[tf(optional, default = 0, validate(range(0..)))]
    pub max_versions: i64,
    /// Whether each write must name the version that it replaces.
    #[tf(optional, default = false)]
    pub cas_required: bool,
    /// How long a version lives before it is deleted, such as `720h`. Without an end if it is not set or zero.
    #[tf(optional)]
    pub delete_version_after: Option<Duration>,
}

/// What the server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    max_versions: i64,
    cas_required: bool,
    delete_version_after: String,
}

/// What is needed of the state of a `vault_kv_secret_backend_v2`.
#[derive(Model)]
#[tf(object)]
struct OfPeer {
    /// The mount.
    #[tf(required)]
    mount: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// How many versions are kept.
    #[tf(optional)]
    max_versions: Option<i64>,
    /// Whether each write must name the version that it replaces.
    #[tf(optional)]
    cas_required: Option<bool>,
    /// How many seconds a version lives.
    #[tf(optional)]
    delete_version_after: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_versions: 0, cas_required: false, delete_version_after: "0s".to_owned() }
    }
}

impl Resource for KvSecretBackendV2 {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let summary = doing("Creating", &plan.mount);
        let path = SecretPath { namespace: plan.namespace.as_deref(), mount: &plan.mount, name: "config" };
        kv_v2::demand_version_2(cx, path).await?;
        let request = Request::read(at(&plan.mount)).within(plan.namespace.as_deref());
        let found = settings(cx, &request).await.map_err(|error| error.doing(summary.as_str()))?;
        if found != Settings::default() {
            let (what, import_id) = (what(&plan.mount), at(&plan.mount).to_string());
            let found =
                found.into_state(plan.mount.clone(), plan.namespace.clone(), plan.delete_version_after.as_ref());
            let mut differences = declared_differences(&plan, &found);
            // To leave it out declares that there is none.
            if plan.delete_version_after.is_none() && found.delete_version_after.is_some() {
                differences.push("delete_version_after".to_owned());
            }
            Existing { what: &what, resource: "secretzero_kv_secret_backend_v2", import_id: &import_id }
                .adopt_unless(cx, &differences)?;
            return Ok(planned(plan));
        }
        write(cx, &plan, &summary).await?;
        Ok(planned(plan))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let Self { mount, namespace, delete_version_after, .. } = state;
        look(cx, mount, namespace, delete_version_after.as_ref(), "Reading").await
    }

    async fn update(cx: &Context<SecretZero>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        write(cx, &plan, &doing("Changing", &plan.mount)).await?;
        Ok(planned(plan))
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let request = Request::write(at(&state.mount), &Settings::default()).within(state.namespace.as_deref());
        let sent = kv_v2::send(cx, &request.repeatable()).await;
        cx.client().removed(cx, sent, &doing("Destroying", &state.mount))
    }

    fn parse_import_id(id: &str) -> Outcome<KvSecretBackendV2Identity> {
        let mount = id.strip_suffix("/config").filter(|mount| segments(mount).is_ok()).ok_or_else(|| {
            Diagnostic::error("Malformed Import Id")
                .detail("The id must be the mount and /config, such as team/kv/config.")
        })?;
        Ok(KvSecretBackendV2Identity { mount: mount.to_owned(), namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: KvSecretBackendV2Identity) -> Outcome<Option<Self>> {
        let KvSecretBackendV2Identity { mount, namespace } = identity;
        let path = SecretPath { namespace: namespace.as_deref(), mount: &mount, name: "config" };
        kv_v2::demand_version_2(cx, path).await?;
        look(cx, mount, namespace, None, "Importing").await
    }

    fn moves() -> Vec<Move<Self>> {
        let adopt = |of_peer: OfPeer| {
            let seconds = of_peer.delete_version_after.and_then(|seconds| u64::try_from(seconds).ok());
            Ok(Self {
                id: at(&of_peer.mount).to_string(),
                mount: of_peer.mount,
                namespace: of_peer.namespace,
                max_versions: of_peer.max_versions.unwrap_or_default(),
                cas_required: of_peer.cas_required.unwrap_or_default(),
                delete_version_after: seconds
                    .filter(|seconds| *seconds > 0)
                    .and_then(|seconds| Duration::from_seconds(seconds).ok()),
            })
        };
        vec![Move::from("vault_kv_secret_backend_v2", 0..=1, adopt)]
    }
}

impl Settings {
    /// As a state, in which a lifetime without end need not be noted down.
    fn into_state(self, mount: String, namespace: Option<String>, before: Option<&Duration>) -> KvSecretBackendV2 {
        let Self { max_versions, cas_required, delete_version_after } = self;
        let lifetime = delete_version_after.parse::<Duration>().ok();
        KvSecretBackendV2 {
            id: at(&mount).to_string(),
            mount,
            namespace,
            max_versions,
            cas_required,
            delete_version_after: lifetime.filter(|lifetime| lifetime.seconds() > 0 || before.is_some()),
        }
    }
}

async fn settings(cx: &Context<SecretZero>, request: &Request) -> Result<Settings, Unsent> {
    let reply = kv_v2::send(cx, request).await?;
    Ok(reply.data().map_err(|error| request.malformed(&error))?)
}

/// `None` if the mount is gone.
async fn look(
    cx: &Context<SecretZero>,
    mount: String,
    namespace: Option<String>,
    before: Option<&Duration>,
    doing_what: &str,
) -> Outcome<Option<KvSecretBackendV2>> {
    let request = Request::read(at(&mount)).within(namespace.as_deref());
    match settings(cx, &request).await {
        Ok(found) => Ok(Some(found.into_state(mount, namespace, before))),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.reading(doing(doing_what, &mount))),
    }
}

async fn write(cx: &Context<SecretZero>, plan: &KvSecretBackendV2Plan, summary: &str) -> Outcome<()> {
    let lifetime = plan.delete_version_after.as_ref().map_or_else(|| "0s".to_owned(), ToString::to_string);
    let body =
        Settings { max_versions: plan.max_versions, cas_required: plan.cas_required, delete_version_after: lifetime };
    let request = Request::write(at(&plan.mount), &body).within(plan.namespace.as_deref()).repeatable();
    let reply = kv_v2::send(cx, &request).await.map_err(|error| error.doing(summary))?;
    said::warn(cx, &what(&plan.mount), &reply);
    Ok(())
}

fn planned(plan: KvSecretBackendV2Plan) -> KvSecretBackendV2 {
    let KvSecretBackendV2Plan { id: _, mount, namespace, max_versions, cas_required, delete_version_after } = plan;
    KvSecretBackendV2 { id: at(&mount).to_string(), mount, namespace, max_versions, cas_required, delete_version_after }
}

fn at(mount: &str) -> ApiPath {
    ApiPath::new(mount).segment("config")
}

fn what(mount: &str) -> String {
    format!("settings of the KV mount {mount:?}")
}

fn doing(doing_what: &str, mount: &str) -> String {
    format!("{doing_what} the {}", what(mount))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peer cuts off letters in place of the suffix.
    #[test]
    fn an_import_id_loses_its_suffix_and_nothing_else() {
        for mount in ["kv", "config", "team/coffing", "a/config"] {
            let identity = KvSecretBackendV2Identity { mount: mount.to_owned(), namespace: None };
            assert_eq!(KvSecretBackendV2::parse_import_id(&format!("{mount}/config")).unwrap(), identity);
        }
        for id in ["kv", "/config", "config", "kv/config/", ""] {
            KvSecretBackendV2::parse_import_id(id).unwrap_err();
        }
    }
}
