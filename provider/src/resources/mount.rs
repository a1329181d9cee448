//! `secretzero_mount`: a secrets engine at a path.

mod moved;
mod spelling;

use std::collections::BTreeMap;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::semantic::Duration;
use tf_framework::validate::{non_empty, one_of};
use tf_framework::{Context, Draft, Move, Outcome, Resource};
use vault_client::sys::mounts::{self, NewMount, Table, Tuning};
use vault_client::{ApiPath, Request};

use self::spelling::{Kind, kind};
use crate::SecretZero;
use crate::adoption::Existing;
use crate::connection::MountFound;
use crate::mounts::contents::{self, Contents};
use crate::mounts::tuning::{
    change, duration_found, duration_to_send, list_found, options_change, text_found, version_found, whole_seconds,
};
use crate::mounts::{Mounted, Place, path, patiently};
use crate::plugin_version::{self, SameVersion, canonical};
use crate::server_kind::{Demand, Edition, ServerKind};

/// These belong to the server, which does not let go of them.
const BUILT_IN: [&str; 3] = ["cubbyhole", "identity", "sys"];

/// Why a mount runs another version than it has.
const PINNED: &str = "If Vault has the plugin pinned, remove the pin below sys/plugins/pins, and apply again. Else see the log \
                      of the server.";

/// A secrets engine at a path.
///
/// Everything can be changed in place but the type, `seal_wrap`, `external_entropy_access`, `local` and `force_no_cache`, for
/// which the servers have no request. Another path moves the mount with all that is in it. `kv` becomes `kv-v2` in place, and
/// not the other way round.
///
/// A mount is not removed, nor replaced, while something would be lost with it, unless the state has `allow_data_loss = true`.
/// That is so as long as a `kv`, `transit`, `pki` or `totp` engine lists secrets, keys or issuers, a `database` connections or
/// static roles, and an `ldap`, `aws` or `azure` static roles, for which the token needs the right to list them; `kubernetes`
/// and the engines of other clouds and of schedulers hold nothing but their configuration, and go. What an engine of any other
/// type holds can't be looked at, and counts as something.
///
/// A mount that is there already is taken over if it is as declared, and else refused with the command that imports it.
/// `cubbyhole`, `identity` and `sys` can be managed and are not removed.
///
/// Mounts are read all at once, which takes `read` on `sys/mounts`; without that each is read alone, and then the durations of
/// a mount that declares none can't be told from those of the server.
///
/// Another `plugin_version` has the mount start anew, so that it runs that version, newer or older; for that it takes `update`
/// on `sys/plugins/reload/backend`. A mount that runs another version than it has, because it was only tuned or because Vault
/// has the plugin pinned, is seen as well.
///
/// Drift is seen in everything that is declared or has a default; in the version of the plugin only if `plugin_version` is set.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_mount.kv
///   to   = secretzero_mount.kv
/// }
/// ```
#[derive(Clone, Debug, Model)]
#[tf(resource = "mount", import = "{path}")]
pub struct Mount {
    /// The path.
    #[tf(computed, depends_on(path))]
    pub id: String,
    /// Where it is mounted, without slashes around it. Another path moves it.
    #[tf(required, identity, validate(path))]
    pub path: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// What it is, such as `kv`, `transit` or the name of a plugin. `kv-v2` is `kv` with the option `version = "2"`.
    #[tf(required, validate(non_empty))]
    pub r#type: String,
    /// What people are told that it is for.
    #[tf(optional)]
    pub description: Option<String>,
    /// How long a lease lasts for which nobody asks anything else, such as `1h`. That of the server if it is not set.
    #[tf(optional, validate(whole_seconds))]
    pub default_lease_ttl_seconds: Option<Duration>,
    /// How long a lease can last. As the server says if it is not set.
    #[tf(optional, validate(whole_seconds))]
    pub max_lease_ttl_seconds: Option<Duration>,
    /// Keeps the server from holding anything of it in memory.
    #[tf(optional, default = false, replace)]
    pub force_no_cache: bool,
    /// Parameters of requests that the audit log has in clear.
    #[tf(optional)]
    pub audit_non_hmac_request_keys: Option<Vec<String>>,
    /// Members of answers that the audit log has in clear.
    #[tf(optional)]
    pub audit_non_hmac_response_keys: Option<Vec<String>>,
    /// Whether the mount is shown to people who have not logged in: `unauth` or `hidden`.
    #[tf(optional, validate(one_of(&["unauth", "hidden"])))]
    pub listing_visibility: Option<String>,
    /// Headers of requests that the engine gets to see.
    #[tf(optional)]
    pub passthrough_request_headers: Option<Vec<String>>,
    /// Headers that the engine may set in answers.
    #[tf(optional)]
    pub allowed_response_headers: Option<Vec<String>>,
    /// The version of the plugin. If it is not set, the server chooses one, and it is not managed.
    #[tf(optional, validate(plugin_version::version_of_mount), semantic_equality(SameVersion))]
    pub plugin_version: Option<String>,
    /// Keys outside of the server that the engine may use. Vault Enterprise only.
    #[tf(optional)]
    pub allowed_managed_keys: Option<Vec<String>>,
    /// Auth methods, by accessor, by which the engine may have requests decided. Vault only.
    #[tf(optional)]
    pub delegated_auth_accessors: Option<Vec<String>>,
    /// The key that identity tokens of the engine are signed with. Vault only.
    #[tf(optional, validate(non_empty))]
    pub identity_token_key: Option<String>,
    /// What only this type of engine knows.
    #[tf(optional)]
    pub options: Option<BTreeMap<String, String>>,
    /// Whether what it stores is encrypted by the seal, too. In Vault, Enterprise only.
    #[tf(optional, default = false, replace)]
    pub seal_wrap: bool,
    /// Whether the engine may use the randomness of a device. Vault Enterprise only.
    #[tf(optional, default = false, replace)]
    pub external_entropy_access: bool,
    /// Whether it stays on this cluster when there are several.
    #[tf(optional, default = false, replace)]
    pub local: bool,
    /// Permits that what the engine holds is lost when it is removed or replaced. Apply it before you destroy.
    #[tf(optional, default = false)]
    pub allow_data_loss: bool,
    /// What names the mount whatever its path is.
    #[tf(computed, keep_state)]
    pub accessor: String,
    /// The version of the plugin that runs, or of the engine in the server.
    #[tf(computed, keep_state)]
    pub running_plugin_version: Option<String>,
}

impl Resource for Mount {
    type Provider = SecretZero;

    /// It goes along when the mount is moved.
    const MUTABLE_IDENTITY: bool = true;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let mut wanted = of_plan(&plan);
        let place = wanted.place();
        wanted.check_server(cx, "Creating").await?;
        let found = match place.mount(cx, &wanted.new_mount()).await? {
            Mounted::New(found) => found,
            Mounted::Before(found) => {
                let there = wanted.found(&found)?;
                let what = place.what();
                Existing { what: &what, resource: "secretzero_mount", import_id: &wanted.path }
                    .adopt(cx, &plan, &there)?;
                found
            }
        };
        if wanted.kind().is_kv2() {
            upgraded(cx, &place).await?;
        }
        wanted.running_plugin_version = running(&found);
        wanted.accessor = found.mount.accessor;
        if let Err(diagnostic) = wanted.demand_version() {
            // It is made, and the next apply has it start anew.
            cx.warn(Diagnostic::warning(diagnostic.summary()).detail(diagnostic.detail_text()).remedy(PINNED));
        }
        Ok(wanted)
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let found = state.place().look(cx, "Reading").await?;
        Ok(found.map(|found| state.found(&found)).transpose()?)
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let wanted = of_plan(&plan);
        wanted.check_server(cx, "Changing").await?;
        let mut there = prior.clone();
        if prior.path != wanted.path {
            prior.place().relocate(cx, &wanted.path).await?;
            there.path.clone_from(&wanted.path);
            there.id.clone_from(&wanted.path);
            cx.checkpoint(&there);
        }
        let place = wanted.place();
        place.tune(cx, &there.changes_to(&wanted)).await?;
        if wanted.kind().is_kv2() && !there.kind().is_kv2() {
            upgraded(cx, &place).await?;
        }
        let runs = prior.running_plugin_version.clone();
        let mut made = Self { accessor: prior.accessor.clone(), running_plugin_version: runs, ..wanted };
        if made.is_to_start_anew(prior.plugin_version.as_deref()) {
            // It has the version now, whether it starts or not.
            cx.checkpoint(&made);
            let found = made.place().start_anew(cx).await?;
            made.running_plugin_version = running(&found);
            made.demand_version()?;
        }
        Ok(made)
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let place = state.place();
        if BUILT_IN.contains(&state.path.as_str()) {
            cx.warn(
                Diagnostic::warning(format!("The {} stays as it is", place.what()))
                    .detail("The server does not let go of it. It is no longer managed here."),
            );
            return Ok(());
        }
        if !state.allow_data_loss {
            let Kind { engine, version } = state.kind();
            let why = match contents::of(cx, &place, &engine, version.as_deref()).await {
                Ok(Contents::Nothing) => None,
                Ok(Contents::Something(what)) => Some(format!("It holds {what}.")),
                Ok(Contents::Unknown(why)) => Some(format!("It may hold something: {why}.")),
                Err(error) => return cx.client().forgotten(cx, error, &place.doing("Destroying")),
            };
            if let Some(why) = why {
                return Err(Diagnostic::error(format!("The {} Is Not Empty", capitalised(&place.what())))
                    .detail(format!("{why} All of it would be lost. Nothing was changed."))
                    .remedy("If it may be lost, set allow_data_loss = true, apply, and then destroy or replace it.")
                    .into());
            }
        }
        place.remove(cx).await
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        let Some(prior) = draft.prior() else { return Ok(()) };
        match draft.planned(Self::PLUGIN_VERSION) {
            Setting::Unknown => draft.plan_unknown(Self::RUNNING_PLUGIN_VERSION),
            Setting::Known(version) => {
                let planned = Self { plugin_version: Some(version), ..prior.clone() };
                if planned.is_to_start_anew(prior.plugin_version.as_deref()) {
                    draft.plan_unknown(Self::RUNNING_PLUGIN_VERSION);
                }
            }
            Setting::Unset => {}
        }
        let (Setting::Known(wanted), options) = (draft.planned(Self::TYPE), draft.planned(Self::OPTIONS)) else {
            return Ok(());
        };
        let options = match options {
            Setting::Known(options) => Some(options),
            Setting::Unset => None,
            // Only the server can tell.
            Setting::Unknown => return Ok(()),
        };
        if !prior.kind().can_become(&kind(&wanted, options.as_ref())) {
            if wanted == prior.r#type {
                draft.require_replace(Self::OPTIONS);
            } else {
                draft.require_replace(Self::TYPE);
            }
        }
        Ok(())
    }

    /// The path, or the one that the server's API has for it: users copy it from there.
    fn parse_import_id(id: &str) -> Outcome<MountIdentity> {
        let found = id.strip_prefix("sys/mounts/").unwrap_or(id);
        let found = found.strip_suffix('/').unwrap_or(found).to_owned();
        path(&found).map_err(|demand| {
            Diagnostic::error("Malformed Import Id").detail(format!("The path of a mount {demand}."))
        })?;
        Ok(MountIdentity { path: found, namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: MountIdentity) -> Outcome<Option<Self>> {
        let MountIdentity { path, namespace } = identity;
        let place = Place { table: Table::Secrets, namespace: namespace.as_deref(), path: &path };
        let found = place.look(cx, "Importing").await?;
        Ok(found.map(|found| Self::imported(path, namespace, &found)).transpose()?)
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("vault_mount", 0..=2, moved::adopt)]
    }
}

impl Mount {
    fn place(&self) -> Place<'_> {
        Place { table: Table::Secrets, namespace: self.namespace.as_deref(), path: &self.path }
    }

    fn kind(&self) -> Kind {
        kind(&self.r#type, self.options.as_ref())
    }

    /// Whether it does not run the version that is declared; or that can't be told, and it had another one before.
    fn is_to_start_anew(&self, before: Option<&str>) -> bool {
        let Some(declared) = self.plugin_version.as_deref() else { return false };
        let is_declared = |version: &str| plugin_version::same(version, declared);
        match self.running_plugin_version.as_deref() {
            Some(running) => !is_declared(running),
            None => !before.is_some_and(is_declared),
        }
    }

    /// Fails if it runs another version than the declared one.
    fn demand_version(&self) -> Result<(), Diagnostic> {
        let (Some(declared), Some(running)) = (&self.plugin_version, &self.running_plugin_version) else {
            return Ok(());
        };
        if plugin_version::same(declared, running) {
            return Ok(());
        }
        let what = self.place().what();
        Err(Diagnostic::error(format!("The {} Runs Another Version", capitalised(&what)))
            .detail(format!("It has version {} of its plugin, and runs {running}.", canonical(declared)))
            .remedy(PINNED)
            .at(Self::PLUGIN_VERSION.path()))
    }

    async fn check_server(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<()> {
        let demand = |attribute, is_set, editions| Demand { attribute, is_set, editions };
        let (vault, enterprise): (&[_], &[_]) =
            (&[Edition::VaultCommunity, Edition::VaultEnterprise], &[Edition::VaultEnterprise]);
        let demands = [
            demand("allowed_managed_keys", self.allowed_managed_keys.is_some(), enterprise),
            demand("delegated_auth_accessors", self.delegated_auth_accessors.is_some(), vault),
            demand("identity_token_key", self.identity_token_key.is_some(), vault),
            demand("external_entropy_access", self.external_entropy_access, enterprise),
            demand("seal_wrap", self.seal_wrap, &[Edition::OpenBao, Edition::VaultEnterprise]),
        ];
        if demands.iter().any(|demand| demand.is_set) {
            let summary = self.place().doing(doing_what);
            ServerKind::of_connected(cx, &summary).await?.demand(&demands)?;
        }
        Ok(())
    }

    fn new_mount(&self) -> NewMount {
        NewMount {
            kind: self.r#type.clone(),
            local: self.local,
            seal_wrap: self.seal_wrap,
            external_entropy_access: self.external_entropy_access,
            tuning: Tuning {
                description: self.description.clone(),
                default_lease_ttl: self.default_lease_ttl_seconds.as_ref().map(|ttl| duration_to_send(Some(ttl))),
                max_lease_ttl: self.max_lease_ttl_seconds.as_ref().map(|ttl| duration_to_send(Some(ttl))),
                force_no_cache: self.force_no_cache.then_some(true),
                audit_non_hmac_request_keys: self.audit_non_hmac_request_keys.clone(),
                audit_non_hmac_response_keys: self.audit_non_hmac_response_keys.clone(),
                listing_visibility: self.listing_visibility.clone(),
                passthrough_request_headers: self.passthrough_request_headers.clone(),
                allowed_response_headers: self.allowed_response_headers.clone(),
                allowed_managed_keys: self.allowed_managed_keys.clone(),
                delegated_auth_accessors: self.delegated_auth_accessors.clone(),
                identity_token_key: self.identity_token_key.clone(),
                token_type: None,
                plugin_version: self.plugin_version.clone(),
                options: self.options.clone(),
            },
        }
    }

    /// What is to be sent so that this mount becomes the other one.
    fn changes_to(&self, wanted: &Self) -> Tuning {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        let ttl = |ttl: &Option<Duration>| duration_to_send(ttl.as_ref());
        let has = self.plugin_version.as_deref().map(canonical);
        let changed = wanted.plugin_version.as_deref().map(canonical) != has;
        Tuning {
            description: change(&self.description, &wanted.description, text),
            default_lease_ttl: change(&self.default_lease_ttl_seconds, &wanted.default_lease_ttl_seconds, ttl),
            max_lease_ttl: change(&self.max_lease_ttl_seconds, &wanted.max_lease_ttl_seconds, ttl),
            force_no_cache: None,
            audit_non_hmac_request_keys: change(
                &self.audit_non_hmac_request_keys,
                &wanted.audit_non_hmac_request_keys,
                list,
            ),
            audit_non_hmac_response_keys: change(
                &self.audit_non_hmac_response_keys,
                &wanted.audit_non_hmac_response_keys,
                list,
            ),
            listing_visibility: change(&self.listing_visibility, &wanted.listing_visibility, text),
            passthrough_request_headers: change(
                &self.passthrough_request_headers,
                &wanted.passthrough_request_headers,
                list,
            ),
            allowed_response_headers: change(&self.allowed_response_headers, &wanted.allowed_response_headers, list),
            allowed_managed_keys: change(&self.allowed_managed_keys, &wanted.allowed_managed_keys, list),
            delegated_auth_accessors: change(&self.delegated_auth_accessors, &wanted.delegated_auth_accessors, list),
            identity_token_key: change(&self.identity_token_key, &wanted.identity_token_key, text),
            token_type: None,
            // The server can't be told to forget a version. One that is not set is not managed.
            plugin_version: wanted.plugin_version.clone().filter(|_| changed),
            options: options_change(
                &self.kind().options(self.options.as_ref()),
                &wanted.kind().options(wanted.options.as_ref()),
            ),
        }
    }

    /// This mount as it was found, in the spelling that it is declared in.
    fn found(&self, found: &MountFound) -> Result<Self, Diagnostic> {
        let MountFound { mount, is_read_alone } = found;
        let (r#type, options) =
            spelling::found(&mount.kind, mount.options.clone(), &self.r#type, self.options.as_ref());
        let ttl = |seconds, declared: &Option<Duration>| {
            // What is of the server and what is of the mount can't be told apart then.
            if *is_read_alone && declared.is_none() { Ok(None) } else { duration_found(seconds, declared.as_ref()) }
        };
        let mounts::MountConfig {
            default_lease_ttl,
            max_lease_ttl,
            force_no_cache,
            audit_non_hmac_request_keys,
            audit_non_hmac_response_keys,
            listing_visibility,
            passthrough_request_headers,
            allowed_response_headers,
            allowed_managed_keys,
            delegated_auth_accessors,
            identity_token_key,
            token_type: _,
        } = mount.config.clone();
        let list = |found: Vec<String>, declared: &Option<Vec<String>>| list_found(found, declared.as_ref());
        Ok(Self {
            id: self.path.clone(),
            path: self.path.clone(),
            namespace: self.namespace.clone(),
            r#type,
            description: text_found(mount.description.clone(), self.description.as_ref()),
            default_lease_ttl_seconds: ttl(default_lease_ttl, &self.default_lease_ttl_seconds)?,
            max_lease_ttl_seconds: ttl(max_lease_ttl, &self.max_lease_ttl_seconds)?,
            force_no_cache,
            audit_non_hmac_request_keys: list(audit_non_hmac_request_keys, &self.audit_non_hmac_request_keys),
            audit_non_hmac_response_keys: list(audit_non_hmac_response_keys, &self.audit_non_hmac_response_keys),
            listing_visibility: text_found(listing_visibility, self.listing_visibility.as_ref()),
            passthrough_request_headers: list(passthrough_request_headers, &self.passthrough_request_headers),
            allowed_response_headers: list(allowed_response_headers, &self.allowed_response_headers),
            plugin_version: self
                .plugin_version
                .as_ref()
                .and_then(|declared| version_found(mount.plugin_version.clone(), Some(declared))),
            allowed_managed_keys: list(allowed_managed_keys, &self.allowed_managed_keys),
            delegated_auth_accessors: list(delegated_auth_accessors, &self.delegated_auth_accessors),
            identity_token_key: text_found(identity_token_key, self.identity_token_key.as_ref()),
            options,
            seal_wrap: mount.seal_wrap,
            external_entropy_access: mount.external_entropy_access,
            local: mount.local,
            allow_data_loss: self.allow_data_loss,
            accessor: mount.accessor.clone(),
            running_plugin_version: running(found),
        })
    }

    /// A mount of which nothing is declared.
    fn imported(path: String, namespace: Option<String>, found: &MountFound) -> Result<Self, Diagnostic> {
        let blank = Self {
            id: path.clone(),
            path,
            namespace,
            r#type: found.mount.kind.clone(),
            description: None,
            default_lease_ttl_seconds: None,
            max_lease_ttl_seconds: None,
            force_no_cache: false,
            audit_non_hmac_request_keys: None,
            audit_non_hmac_response_keys: None,
            listing_visibility: None,
            passthrough_request_headers: None,
            allowed_response_headers: None,
            // It is read back where it is set.
            plugin_version: version_found(found.mount.plugin_version.clone(), None),
            allowed_managed_keys: None,
            delegated_auth_accessors: None,
            identity_token_key: None,
            options: None,
            seal_wrap: false,
            external_entropy_access: false,
            local: false,
            allow_data_loss: false,
            accessor: String::new(),
            running_plugin_version: None,
        };
        blank.found(found)
    }
}

fn of_plan(plan: &Plan<Mount>) -> Mount {
    Mount {
        id: plan.path.clone(),
        path: plan.path.clone(),
        namespace: plan.namespace.clone(),
        r#type: plan.r#type.clone(),
        description: plan.description.clone(),
        default_lease_ttl_seconds: plan.default_lease_ttl_seconds.clone(),
        max_lease_ttl_seconds: plan.max_lease_ttl_seconds.clone(),
        force_no_cache: plan.force_no_cache,
        audit_non_hmac_request_keys: plan.audit_non_hmac_request_keys.clone(),
        audit_non_hmac_response_keys: plan.audit_non_hmac_response_keys.clone(),
        listing_visibility: plan.listing_visibility.clone(),
        passthrough_request_headers: plan.passthrough_request_headers.clone(),
        allowed_response_headers: plan.allowed_response_headers.clone(),
        plugin_version: plan.plugin_version.clone(),
        allowed_managed_keys: plan.allowed_managed_keys.clone(),
        delegated_auth_accessors: plan.delegated_auth_accessors.clone(),
        identity_token_key: plan.identity_token_key.clone(),
        options: plan.options.clone(),
        seal_wrap: plan.seal_wrap,
        external_entropy_access: plan.external_entropy_access,
        local: plan.local,
        allow_data_loss: plan.allow_data_loss,
        accessor: plan.accessor.as_ref().known().cloned().unwrap_or_default(),
        running_plugin_version: plan.running_plugin_version.clone().known().flatten(),
    }
}

/// The version that runs. A server that does not tell has none.
fn running(found: &MountFound) -> Option<String> {
    text_found(found.mount.running_plugin_version.clone(), None)
}

/// Waits until an engine that was made one of version 2 takes requests: until then it refuses them all.
async fn upgraded(cx: &Context<SecretZero>, place: &Place<'_>) -> Outcome<()> {
    let request = Request::read(ApiPath::new(place.path).join("config")).within(place.namespace);
    let request = &request;
    patiently(cx, &format!("the {} to be upgraded to version 2", place.what()), || async move {
        // Whatever else it answers, it is not at work any more.
        let is_upgrading = cx.client().send(request).await.err().is_some_and(|error| {
            error
                .server()
                .is_some_and(|error| error.said().iter().any(|text| text.contains("Upgrading from non-versioned")))
        });
        Ok((!is_upgrading).then_some(()))
    })
    .await
}

fn capitalised(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
