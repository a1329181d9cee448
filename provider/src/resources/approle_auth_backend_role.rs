//! `secretzero_approle_auth_backend_role`: a role of an `approle` auth method.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan};
use tf_framework::semantic::{Cidr, Duration, LowerCase, NormalizedSet};
use tf_framework::validate::{one_of, range};
use tf_framework::{Context, Move, Outcome, Resource};
use vault_client::{ApiPath, Request};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::mounts::path;
use crate::mounts::tuning::{duration_found, whole_seconds};
use crate::role_path::{self, role_name};
use crate::said;
use crate::server_kind::{Demand, Edition, ServerKind};
use crate::token_fields::{Declared, TokenFields, elements, number_found, or_default, seconds, set_found};

/// What is between the backend and the name in paths.
const ROLE: &str = "role";

/// A role of an `approle` auth method: who logs in as it, and the tokens that they get.
///
/// Everything but the name, the method and `local_secret_ids` can be changed in place. A role that is there already is taken
/// over if it is as declared, and else refused with the command that imports it.
///
/// The token needs `create`, `read`, `update` and `delete` on `auth/<backend>/role/*`. Secret ids come from the ephemeral
/// resource of the same name with `_secret_id`, so that they are in no state.
///
/// Drift is seen in everything.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_approle_auth_backend_role.ci
///   to   = secretzero_approle_auth_backend_role.ci
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Model)]
#[tf(resource = "approle_auth_backend_role", import = "auth/{backend}/role/{role_name}")]
pub struct ApproleAuthBackendRole {
    /// The path of the role.
    #[tf(computed, keep_state)]
    pub id: String,
    /// Where the method is mounted below `auth/`.
    #[tf(optional, default = "approle", replace, identity, validate(path))]
    pub backend: String,
    /// What it is called.
    #[tf(required, replace, identity, validate(role_name))]
    pub role_name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// The id that whoever logs in as the role names, and no secret. The server makes one if it is not set.
    #[tf(optional, computed, keep_state)]
    pub role_id: String,
    /// Whether a secret id is needed to log in.
    #[tf(optional, default = true)]
    pub bind_secret_id: bool,
    /// The addresses that secret ids can be used from; any if it is not set.
    #[tf(optional)]
    pub secret_id_bound_cidrs: Option<NormalizedSet<Cidr>>,
    /// How often a secret id can be used; without limit if it is not set.
    #[tf(optional, validate(range(0..)))]
    pub secret_id_num_uses: Option<i64>,
    /// How long a secret id lives, such as `24h`; without end if it is not set.
    #[tf(optional, validate(whole_seconds))]
    pub secret_id_ttl: Option<Duration>,
    /// Whether secret ids stay on this cluster when there are several.
    #[tf(optional, default = false, replace)]
    pub local_secret_ids: bool,
    /// How long a token lives at first, such as `20m`. As the method says if it is not set.
    #[tf(optional, validate(whole_seconds))]
    pub token_ttl: Option<Duration>,
    /// How long a token can live.
    #[tf(optional, validate(whole_seconds))]
    pub token_max_ttl: Option<Duration>,
    /// The policies that tokens have.
    #[tf(optional)]
    pub token_policies: Option<NormalizedSet<LowerCase>>,
    /// The addresses that tokens can be used from; any if it is not set.
    #[tf(optional)]
    pub token_bound_cidrs: Option<NormalizedSet<Cidr>>,
    /// How long a token can live whatever the method says.
    #[tf(optional, validate(whole_seconds))]
    pub token_explicit_max_ttl: Option<Duration>,
    /// Whether tokens lack the policy `default`.
    #[tf(optional, default = false)]
    pub token_no_default_policy: bool,
    /// How often a token can be used; without limit if it is not set.
    #[tf(optional, validate(range(0..)))]
    pub token_num_uses: Option<i64>,
    /// How long each renewal makes a token live, without end.
    #[tf(optional, validate(whole_seconds))]
    pub token_period: Option<Duration>,
    /// What kind of token it is: `default`, `service` or `batch`.
    #[tf(optional, default = "default", validate(one_of(&["default", "service", "batch"])))]
    pub token_type: String,
    /// What the alias of whoever logs in gets as metadata. Vault Enterprise only.
    #[tf(optional)]
    pub alias_metadata: Option<BTreeMap<String, String>>,
}

/// What is needed of the state of a `vault_approle_auth_backend_role`. The server has the rest.
#[derive(Model)]
#[tf(object)]
struct OfPeer {
    /// The method.
    #[tf(optional)]
    backend: Option<String>,
    /// The name.
    #[tf(required)]
    role_name: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// The id.
    #[tf(required)]
    role_id: String,
}

/// What the server answers, and what it is sent.
#[derive(Serialize, Deserialize)]
struct Role {
    bind_secret_id: bool,
    #[serde(default, deserialize_with = "or_default")]
    secret_id_bound_cidrs: Vec<String>,
    #[serde(default)]
    secret_id_num_uses: i64,
    #[serde(default)]
    secret_id_ttl: u64,
    /// A role that is there is not sent it: the server refuses it even if it is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local_secret_ids: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role_id: Option<String>,
    #[serde(flatten)]
    token: TokenFields,
}

impl Resource for ApproleAuthBackendRole {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let wanted = of_plan(&plan);
        if let Some(found) = wanted.look(cx, "Creating").await? {
            let what = wanted.what();
            let import_id = wanted.id.clone();
            Existing { what: &what, resource: "secretzero_approle_auth_backend_role", import_id: &import_id }
                .adopt(cx, &plan, &found)?;
            return Ok(Self { role_id: found.role_id, ..wanted });
        }
        wanted.write(cx, "Creating", None).await
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        state.look(cx, "Reading").await
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        of_plan(&plan).write(cx, "Changing", Some(&prior)).await
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let request = Request::delete(state.path()).within(state.namespace.as_deref());
        let sent = cx.client().send(&request).await;
        cx.client().removed(cx, sent, &state.doing("Destroying"))
    }

    fn parse_import_id(id: &str) -> Outcome<ApproleAuthBackendRoleIdentity> {
        let (backend, role_name) = role_path::parse(id, ROLE)?;
        Ok(ApproleAuthBackendRoleIdentity { backend, role_name, namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: ApproleAuthBackendRoleIdentity) -> Outcome<Option<Self>> {
        let ApproleAuthBackendRoleIdentity { backend, role_name, namespace } = identity;
        Self::blank(backend, role_name, namespace).look(cx, "Importing").await
    }

    fn moves() -> Vec<Move<Self>> {
        let adopt = |OfPeer { backend, role_name, namespace, role_id }| {
            let backend = backend.unwrap_or_else(|| "approle".to_owned());
            Ok(Self { role_id, ..Self::blank(backend, role_name, namespace) })
        };
        vec![Move::from("vault_approle_auth_backend_role", 0..=2, adopt)]
    }
}

impl ApproleAuthBackendRole {
    /// A role of which nothing is declared.
    fn blank(backend: String, role_name: String, namespace: Option<String>) -> Self {
        Self {
            id: role_path::id(&backend, ROLE, &role_name),
            backend,
            role_name,
            namespace,
            role_id: String::new(),
            bind_secret_id: true,
            secret_id_bound_cidrs: None,
            secret_id_num_uses: None,
            secret_id_ttl: None,
            local_secret_ids: false,
            token_ttl: None,
            token_max_ttl: None,
            token_policies: None,
            token_bound_cidrs: None,
            token_explicit_max_ttl: None,
            token_no_default_policy: false,
            token_num_uses: None,
            token_period: None,
            token_type: "default".to_owned(),
            alias_metadata: None,
        }
    }

    fn path(&self) -> ApiPath {
        role_path::path(&self.backend, ROLE, &self.role_name)
    }

    fn what(&self) -> String {
        format!("role {:?} of the auth method {:?}", self.role_name, self.backend)
    }

    fn doing(&self, doing_what: &str) -> String {
        format!("{doing_what} the {}", self.what())
    }

    fn tokens(&self) -> Declared {
        Declared {
            ttl: self.token_ttl.clone(),
            max_ttl: self.token_max_ttl.clone(),
            policies: self.token_policies.clone(),
            bound_cidrs: self.token_bound_cidrs.clone(),
            explicit_max_ttl: self.token_explicit_max_ttl.clone(),
            no_default_policy: self.token_no_default_policy,
            num_uses: self.token_num_uses,
            period: self.token_period.clone(),
            token_type: self.token_type.clone(),
            alias_metadata: self.alias_metadata.clone(),
        }
    }

    /// The role as it is now.
    async fn look(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<Self>> {
        let request = Request::read(self.path()).within(self.namespace.as_deref());
        let Some(role) = cx.client().find::<Role>(&request, &self.doing(doing_what)).await? else { return Ok(None) };
        let Some(role_id) = self.look_for_id(cx, doing_what).await? else { return Ok(None) };
        let token = self.tokens().found(role.token)?;
        Ok(Some(Self {
            id: self.id.clone(),
            backend: self.backend.clone(),
            role_name: self.role_name.clone(),
            namespace: self.namespace.clone(),
            role_id,
            bind_secret_id: role.bind_secret_id,
            secret_id_bound_cidrs: set_found(&role.secret_id_bound_cidrs, self.secret_id_bound_cidrs.as_ref())?,
            secret_id_num_uses: number_found(role.secret_id_num_uses, self.secret_id_num_uses),
            secret_id_ttl: duration_found(role.secret_id_ttl, self.secret_id_ttl.as_ref())?,
            local_secret_ids: role.local_secret_ids.unwrap_or_default(),
            token_ttl: token.ttl,
            token_max_ttl: token.max_ttl,
            token_policies: token.policies,
            token_bound_cidrs: token.bound_cidrs,
            token_explicit_max_ttl: token.explicit_max_ttl,
            token_no_default_policy: token.no_default_policy,
            token_num_uses: token.num_uses,
            token_period: token.period,
            token_type: token.token_type,
            alias_metadata: token.alias_metadata,
        }))
    }

    /// Whether the server has it just as it is here.
    async fn is_written(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<bool> {
        let Some(mut found) = self.look(cx, doing_what).await? else { return Ok(false) };
        if self.role_id.is_empty() {
            found.role_id.clear();
        }
        Ok(found == *self)
    }

    async fn look_for_id(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Id {
            role_id: String,
        }
        let request = Request::read(self.path().segment("role-id")).within(self.namespace.as_deref());
        let found = cx.client().find(&request, &self.doing(doing_what)).await?;
        Ok(found.map(|Id { role_id }| role_id))
    }

    /// Writes all of it, which makes no difference the second time.
    async fn write(self, cx: &Context<SecretZero>, doing_what: &str, before: Option<&Self>) -> Outcome<Self> {
        let local_secret_ids = before.is_none().then_some(self.local_secret_ids);
        let is_set = self.alias_metadata.is_some();
        if is_set {
            let editions: &[_] = &[Edition::VaultEnterprise];
            let demand = Demand { attribute: "alias_metadata", is_set, editions };
            ServerKind::of_connected(cx, &self.doing(doing_what)).await?.demand(&[demand])?;
        }
        let role = Role {
            bind_secret_id: self.bind_secret_id,
            secret_id_bound_cidrs: elements(self.secret_id_bound_cidrs.as_ref()),
            secret_id_num_uses: self.secret_id_num_uses.unwrap_or_default(),
            secret_id_ttl: seconds(self.secret_id_ttl.as_ref()),
            local_secret_ids,
            role_id: Some(self.role_id.clone()).filter(|id| !id.is_empty()),
            token: self.tokens().to_send(before.map(Self::tokens).as_ref()),
        };
        let request = Request::write(self.path(), &role).within(self.namespace.as_deref());
        // What the server must not be sent again is the one thing that makes a second time different.
        let request = if local_secret_ids.is_none() { request.repeatable() } else { request };
        match cx.client().send(&request).await {
            Ok(reply) => said::warn(cx, &self.what(), &reply),
            // If the answer is lost, look: on an update the role is there in any case.
            Err(error) if error.may_have_been_done() && self.is_written(cx, doing_what).await? => {}
            Err(error) => return Err(error.doing(self.doing(doing_what)).into()),
        }
        if !self.role_id.is_empty() {
            return Ok(self);
        }
        let Some(role_id) = self.look_for_id(cx, doing_what).await? else {
            return Err(Diagnostic::error(self.doing(doing_what))
                .detail("The server says that it is done, and then that the role has no id.")
                .remedy("Apply again. If it stays so, see the log of the server.")
                .into());
        };
        Ok(Self { role_id, ..self })
    }
}

fn of_plan(plan: &Plan<ApproleAuthBackendRole>) -> ApproleAuthBackendRole {
    ApproleAuthBackendRole {
        id: role_path::id(&plan.backend, ROLE, &plan.role_name),
        backend: plan.backend.clone(),
        role_name: plan.role_name.clone(),
        namespace: plan.namespace.clone(),
        role_id: plan.role_id.as_ref().known().cloned().unwrap_or_default(),
        bind_secret_id: plan.bind_secret_id,
        secret_id_bound_cidrs: plan.secret_id_bound_cidrs.clone(),
        secret_id_num_uses: plan.secret_id_num_uses,
        secret_id_ttl: plan.secret_id_ttl.clone(),
        local_secret_ids: plan.local_secret_ids,
        token_ttl: plan.token_ttl.clone(),
        token_max_ttl: plan.token_max_ttl.clone(),
        token_policies: plan.token_policies.clone(),
        token_bound_cidrs: plan.token_bound_cidrs.clone(),
        token_explicit_max_ttl: plan.token_explicit_max_ttl.clone(),
        token_no_default_policy: plan.token_no_default_policy,
        token_num_uses: plan.token_num_uses,
        token_period: plan.token_period.clone(),
        token_type: plan.token_type.clone(),
        alias_metadata: plan.alias_metadata.clone(),
    }
}
