//! `secretzero_token_auth_backend_role`: a role of the token store, with which tokens are made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tf_framework::model::{Model, Plan};
use tf_framework::semantic::{Cidr, Duration, LowerCase, NormalizedSet};
use tf_framework::validate::{one_of, range};
use tf_framework::{Context, Move, Outcome, Resource};
use vault_client::{ApiPath, Request};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::mounts::tuning::{duration_found, text_found, whole_seconds};
use crate::role_path::{self, role_name};
use crate::said;
use crate::server_kind::{Demand, Edition, ServerKind};
use crate::token_fields::{Declared, TokenFields, elements, number_found, or_default, set_found};

/// The method that it is a role of, and what is between that and the name in paths.
const BACKEND: &str = "token";
const ROLES: &str = "roles";

/// What a token is if nobody says.
const TOKEN_TYPE: &str = "default-service";

/// A role of the token store: what tokens that are made with it may have.
///
/// Everything but the name can be changed in place. A role that is there already is taken over if it is as declared, and else
/// refused with the command that imports it.
///
/// The token needs `create`, `read`, `update` and `delete` on `auth/token/roles/*`.
///
/// Drift is seen in everything but `token_ttl`, `token_max_ttl`, `token_policies` and `alias_metadata`, which the servers do not
/// give back.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_token_auth_backend_role.ci
///   to   = secretzero_token_auth_backend_role.ci
/// }
/// ```
#[derive(Clone, Debug, Model)]
#[tf(
    resource = "token_auth_backend_role",
    import = "auth/token/roles/{role_name}",
    conflicting(token_ttl, token_period)
)]
pub struct TokenAuthBackendRole {
    /// The path of the role.
    #[tf(computed, keep_state)]
    pub id: String,
    /// What it is called.
    #[tf(required, replace, identity, validate(role_name))]
    pub role_name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// The policies that tokens may be made with; those of whoever makes it, if none of these four is set.
    #[tf(optional)]
    pub allowed_policies: Option<NormalizedSet<LowerCase>>,
    /// The same as patterns, such as `team-*`.
    #[tf(optional)]
    pub allowed_policies_glob: Option<NormalizedSet<LowerCase>>,
    /// The policies that tokens may not be made with.
    #[tf(optional)]
    pub disallowed_policies: Option<NormalizedSet<LowerCase>>,
    /// The same as patterns.
    #[tf(optional)]
    pub disallowed_policies_glob: Option<NormalizedSet<LowerCase>>,
    /// Whether tokens live on when the token ends that they were made with.
    #[tf(optional, default = false)]
    pub orphan: bool,
    /// The aliases of entities that tokens may be made for.
    #[tf(optional)]
    pub allowed_entity_aliases: Option<NormalizedSet<LowerCase>>,
    /// Whether tokens can be renewed.
    #[tf(optional, default = true)]
    pub renewable: bool,
    /// What stands at the end of the path that tokens are known to be made at, by which they can be revoked together.
    #[tf(optional)]
    pub path_suffix: Option<String>,
    /// How long a token lives at first. Not together with `token_period`.
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
    /// How long a token can live whatever else is said.
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
    /// What kind of token it is: `default-service`, `default-batch`, `service` or `batch`. Whoever makes one can choose another
    /// in the first two cases.
    #[tf(
        optional,
        default = "default-service",
        validate(one_of(&["default-service", "default-batch", "service", "batch"]))
    )]
    pub token_type: String,
    /// What the alias of whoever uses the token gets as metadata. Vault Enterprise only.
    #[tf(optional)]
    pub alias_metadata: Option<BTreeMap<String, String>>,
}

/// What is needed of the state of a `vault_token_auth_backend_role`. The server has the rest, but for what it does not give
/// back, which is sent once more.
#[derive(Model)]
#[tf(object)]
struct OfPeer {
    /// The name.
    #[tf(required)]
    role_name: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
}

/// What the server answers, and what it is sent.
#[derive(Serialize, Deserialize)]
struct Role {
    #[serde(default, deserialize_with = "or_default")]
    allowed_policies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    allowed_policies_glob: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    disallowed_policies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    disallowed_policies_glob: Vec<String>,
    orphan: bool,
    #[serde(default, deserialize_with = "or_default")]
    allowed_entity_aliases: Vec<String>,
    renewable: bool,
    #[serde(default)]
    path_suffix: String,
    #[serde(flatten)]
    token: TokenFields,
}

impl Resource for TokenAuthBackendRole {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let wanted = of_plan(&plan);
        if let Some(found) = wanted.look(cx, "Creating").await? {
            let what = wanted.what();
            Existing { what: &what, resource: "secretzero_token_auth_backend_role", import_id: &wanted.id }
                .adopt(cx, &plan, &found)?;
            return Ok(wanted);
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

    async fn import(cx: &Context<SecretZero>, identity: TokenAuthBackendRoleIdentity) -> Outcome<Option<Self>> {
        let TokenAuthBackendRoleIdentity { role_name, namespace } = identity;
        Self::blank(role_name, namespace).look(cx, "Importing").await
    }

    fn moves() -> Vec<Move<Self>> {
        let adopt = |OfPeer { role_name, namespace }| Ok(Self::blank(role_name, namespace));
        vec![Move::from("vault_token_auth_backend_role", 0..=2, adopt)]
    }
}

impl TokenAuthBackendRole {
    /// A role of which nothing is declared.
    fn blank(role_name: String, namespace: Option<String>) -> Self {
        Self {
            id: role_path::id(BACKEND, ROLES, &role_name),
            role_name,
            namespace,
            allowed_policies: None,
            allowed_policies_glob: None,
            disallowed_policies: None,
            disallowed_policies_glob: None,
            orphan: false,
            allowed_entity_aliases: None,
            renewable: true,
            path_suffix: None,
            token_ttl: None,
            token_max_ttl: None,
            token_policies: None,
            token_bound_cidrs: None,
            token_explicit_max_ttl: None,
            token_no_default_policy: false,
            token_num_uses: None,
            token_period: None,
            token_type: TOKEN_TYPE.to_owned(),
            alias_metadata: None,
        }
    }

    fn path(&self) -> ApiPath {
        role_path::path(BACKEND, ROLES, &self.role_name)
    }

    fn what(&self) -> String {
        format!("role {:?} of the token store", self.role_name)
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

    /// The role as it is now. What the servers do not give back stays as it is declared.
    async fn look(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<Self>> {
        let request = Request::read(self.path()).within(self.namespace.as_deref());
        let Some(role) = cx.client().find::<Role>(&request, &self.doing(doing_what)).await? else { return Ok(None) };
        let TokenFields {
            token_bound_cidrs,
            token_explicit_max_ttl,
            token_no_default_policy,
            token_num_uses,
            token_period,
            token_type,
            ..
        } = role.token;
        Ok(Some(Self {
            allowed_policies: set_found(&role.allowed_policies, self.allowed_policies.as_ref())?,
            allowed_policies_glob: set_found(&role.allowed_policies_glob, self.allowed_policies_glob.as_ref())?,
            disallowed_policies: set_found(&role.disallowed_policies, self.disallowed_policies.as_ref())?,
            disallowed_policies_glob: set_found(
                &role.disallowed_policies_glob,
                self.disallowed_policies_glob.as_ref(),
            )?,
            orphan: role.orphan,
            allowed_entity_aliases: set_found(&role.allowed_entity_aliases, self.allowed_entity_aliases.as_ref())?,
            renewable: role.renewable,
            path_suffix: text_found(role.path_suffix, self.path_suffix.as_ref()),
            token_bound_cidrs: set_found(&token_bound_cidrs, self.token_bound_cidrs.as_ref())?,
            token_explicit_max_ttl: duration_found(token_explicit_max_ttl, self.token_explicit_max_ttl.as_ref())?,
            token_no_default_policy,
            token_num_uses: number_found(token_num_uses, self.token_num_uses),
            token_period: duration_found(token_period, self.token_period.as_ref())?,
            token_type,
            ..self.clone()
        }))
    }

    /// Writes all of it, which makes no difference the second time.
    async fn write(self, cx: &Context<SecretZero>, doing_what: &str, before: Option<&Self>) -> Outcome<Self> {
        let is_set = self.alias_metadata.is_some();
        if is_set {
            let editions: &[_] = &[Edition::VaultEnterprise];
            let demand = Demand { attribute: "alias_metadata", is_set, editions };
            ServerKind::of_connected(cx, &self.doing(doing_what)).await?.demand(&[demand])?;
        }
        let role = Role {
            allowed_policies: elements(self.allowed_policies.as_ref()),
            allowed_policies_glob: elements(self.allowed_policies_glob.as_ref()),
            disallowed_policies: elements(self.disallowed_policies.as_ref()),
            disallowed_policies_glob: elements(self.disallowed_policies_glob.as_ref()),
            orphan: self.orphan,
            allowed_entity_aliases: elements(self.allowed_entity_aliases.as_ref()),
            renewable: self.renewable,
            path_suffix: self.path_suffix.clone().unwrap_or_default(),
            token: self.tokens().to_send(before.map(Self::tokens).as_ref()),
        };
        let request = Request::write(self.path(), &role).within(self.namespace.as_deref()).repeatable();
        let reply = cx.client().send(&request).await.map_err(|error| error.doing(self.doing(doing_what)))?;
        said::warn(cx, &self.what(), &reply);
        Ok(self)
    }
}

fn of_plan(plan: &Plan<TokenAuthBackendRole>) -> TokenAuthBackendRole {
    TokenAuthBackendRole {
        id: role_path::id(BACKEND, ROLES, &plan.role_name),
        role_name: plan.role_name.clone(),
        namespace: plan.namespace.clone(),
        allowed_policies: plan.allowed_policies.clone(),
        allowed_policies_glob: plan.allowed_policies_glob.clone(),
        disallowed_policies: plan.disallowed_policies.clone(),
        disallowed_policies_glob: plan.disallowed_policies_glob.clone(),
        orphan: plan.orphan,
        allowed_entity_aliases: plan.allowed_entity_aliases.clone(),
        renewable: plan.renewable,
        path_suffix: plan.path_suffix.clone(),
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
