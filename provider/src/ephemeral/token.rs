//! Ephemeral resource `secretzero_token`: a token for as long as a command runs.

use std::collections::BTreeMap;
use std::time::{Duration as StdDuration, SystemTime};

use serde::{Deserialize, Serialize};
use tf_framework::model::{After, Model, Query, Secret};
use tf_framework::semantic::{Duration, LowerCase, NormalizedSet};
use tf_framework::validate::{one_of, range};
use tf_framework::{Context, Ephemeral, Opened, Outcome, Renewed};
use vault_client::auth::token::{renew_accessor, revoke_accessor};
use vault_client::{ApiPath, Auth, Request, Wrapping};

use crate::SecretZero;
use crate::clock;
use crate::connection::malformed;
use crate::mounts::tuning::whole_seconds;
use crate::role_path::role_name;

/// A token for as long as a command runs. It is made anew each time that it is opened, once for a plan and once for an apply,
/// renewed while the command runs, and revoked when that is over, with everything that was made with it. Tokens of the type
/// `batch` can be neither renewed nor revoked: they end with their time.
///
/// Both CLIs open it while they plan, whatever `depends_on` says, unless an argument is not known yet. If the role or the server
/// itself are made by the same apply, set `after` to something that is known only then, such as the `id` of the role.
///
/// The token of the provider needs `create` and `update` on `auth/token/create`, on `auth/token/create/<role_name>` if there is
/// a role, or on `auth/token/create-orphan` with `no_parent`; and `update` on `auth/token/revoke-accessor` and
/// `auth/token/renew-accessor`.
#[derive(Model)]
#[tf(ephemeral = "token")]
pub struct Token {
    /// The role of the token store that it is made with.
    #[tf(optional, validate(role_name))]
    pub role_name: Option<String>,
    /// The namespace, within that of the provider block.
    #[tf(optional)]
    pub namespace: Option<String>,
    /// The policies. Those of the token of the provider if they are not set.
    #[tf(optional)]
    pub policies: Option<NormalizedSet<LowerCase>>,
    /// Whether it lives on when the token of the provider ends.
    #[tf(optional)]
    pub no_parent: Option<bool>,
    /// Whether it lacks the policy `default`.
    #[tf(optional)]
    pub no_default_policy: Option<bool>,
    /// Whether it can be renewed. It can if this is not set.
    #[tf(optional)]
    pub renewable: Option<bool>,
    /// How long it lives at first, such as `10m`.
    #[tf(optional, validate(whole_seconds))]
    pub ttl: Option<Duration>,
    /// How long it can live.
    #[tf(optional, validate(whole_seconds))]
    pub explicit_max_ttl: Option<Duration>,
    /// What it is called in logs.
    #[tf(optional)]
    pub display_name: Option<String>,
    /// How often it can be used; without limit if it is not set.
    #[tf(optional, validate(range(0..)))]
    pub num_uses: Option<i64>,
    /// How long each renewal makes it live, without end.
    #[tf(optional, validate(whole_seconds))]
    pub period: Option<Duration>,
    /// What it says of itself. It is in the audit log in clear.
    #[tf(optional)]
    pub metadata: Option<BTreeMap<String, String>>,
    /// What kind of token it is: `service` or `batch`.
    #[tf(optional, validate(one_of(&["service", "batch"])))]
    pub r#type: Option<String>,
    /// The alias of the entity that it is made for, of those that the role allows.
    #[tf(optional)]
    pub entity_alias: Option<String>,
    /// Has the server keep the token for so long until it is asked for with `wrapped_token`, once.
    #[tf(optional, validate(whole_seconds))]
    pub wrapping_ttl: Option<Duration>,
    /// Anything that must be known before the token is made.
    #[tf(optional)]
    pub after: Option<After>,
    /// The token. Null if it is wrapped.
    #[tf(computed)]
    pub client_token: Option<Secret>,
    /// What the token can be asked for with, if it is wrapped.
    #[tf(computed)]
    pub wrapped_token: Option<Secret>,
    /// What `wrapped_token` can be looked up by without being known.
    #[tf(computed)]
    pub wrapping_accessor: Option<String>,
    /// How long it lives, in seconds. Null if it is wrapped.
    #[tf(computed)]
    pub lease_duration: Option<i64>,
    /// What it can be looked up and revoked by without being known. Null for one of the type `batch`.
    #[tf(computed)]
    pub accessor: Option<String>,
    /// The policies that it has by itself. Null if it is wrapped.
    #[tf(computed)]
    pub token_policies: Option<Vec<String>>,
    /// The entity that it is of, if any.
    #[tf(computed)]
    pub entity_id: Option<String>,
    /// Whether it has no parent. Null if it is wrapped.
    #[tf(computed)]
    pub orphan: Option<bool>,
}

/// What renewing and closing need to know.
#[derive(Debug, Deserialize, Serialize)]
pub struct Made {
    namespace: Option<String>,
    /// Of the token, and of the one that it is wrapped with. A token without an accessor can't be ended.
    accessors: Vec<String>,
}

#[derive(Serialize)]
struct Wanted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_parent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_default_policy: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explicit_max_ttl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_uses: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_alias: Option<&'a str>,
}

/// What was made, wrapped or not.
enum Given {
    Bare(Auth),
    Wrapped(Wrapping),
}

impl Ephemeral for Token {
    type Provider = SecretZero;
    type Lease = Made;

    async fn open(cx: &Context<SecretZero>, query: Query<Self>) -> Outcome<Opened<Self>> {
        const SUMMARY: &str = "Making a token";
        let request = request(&query);
        let reply = cx.client().send(&request).await.map_err(|error| error.doing(SUMMARY))?;
        let malformed = |error| malformed(&request, &error, SUMMARY.to_owned());
        let given = if query.wrapping_ttl.is_some() {
            Given::Wrapped(reply.wrapping().map_err(malformed)?)
        } else {
            Given::Bare(reply.auth().map_err(malformed)?)
        };
        Ok(opened(query, given))
    }

    async fn renew(cx: &Context<SecretZero>, lease: Made) -> Outcome<Renewed<Made>> {
        let Some(accessor) = lease.accessors.first() else { return Ok(Renewed { lease, renew_at: None }) };
        const SUMMARY: &str = "Renewing a token";
        let request = renew_accessor(accessor).within(lease.namespace.as_deref());
        let reply = cx.client().send(&request).await.map_err(|error| error.doing(SUMMARY))?;
        let ttl = reply.renewed().map_err(|error| malformed(&request, &error, SUMMARY.to_owned()))?;
        Ok(Renewed { lease, renew_at: renew_at(ttl) })
    }

    async fn close(cx: &Context<SecretZero>, lease: Made) -> Outcome<()> {
        for accessor in &lease.accessors {
            let request = revoke_accessor(accessor).within(lease.namespace.as_deref());
            match cx.client().send(&request).await {
                Ok(_) => {}
                Err(error) if error.is_not_found() || is_gone(&error) => {}
                Err(error) => return Err(error.doing("Revoking a token").into()),
            }
        }
        Ok(())
    }
}

fn request(query: &TokenPlan) -> Request {
    let path = match &query.role_name {
        Some(role) => ApiPath::new("auth/token/create").segment(role),
        None if query.no_parent == Some(true) => ApiPath::new("auth/token/create-orphan"),
        None => ApiPath::new("auth/token/create"),
    };
    let seconds = |duration: &Option<Duration>| duration.as_ref().map(|duration| format!("{}s", duration.seconds()));
    let body = Wanted {
        policies: query.policies.as_ref().map(|policies| policies.normalized().collect()),
        // Who may make orphans is decided by the path.
        no_parent: query.no_parent.filter(|_| query.role_name.is_some()),
        no_default_policy: query.no_default_policy,
        renewable: query.renewable,
        ttl: seconds(&query.ttl),
        explicit_max_ttl: seconds(&query.explicit_max_ttl),
        display_name: query.display_name.as_deref(),
        num_uses: query.num_uses,
        period: seconds(&query.period),
        meta: query.metadata.as_ref(),
        r#type: query.r#type.as_deref(),
        entity_alias: query.entity_alias.as_deref(),
    };
    let request = Request::write(path, &body).within(query.namespace.as_deref());
    match &query.wrapping_ttl {
        Some(ttl) => request.wrapped(ttl.into()),
        None => request,
    }
}

fn opened(query: TokenPlan, given: Given) -> Opened<Token> {
    let TokenPlan {
        role_name,
        namespace,
        policies,
        no_parent,
        no_default_policy,
        renewable,
        ttl,
        explicit_max_ttl,
        display_name,
        num_uses,
        period,
        metadata,
        r#type,
        entity_alias,
        wrapping_ttl,
        after,
        ..
    } = query;
    let mut result = Token {
        role_name,
        namespace,
        policies,
        no_parent,
        no_default_policy,
        renewable,
        ttl,
        explicit_max_ttl,
        display_name,
        num_uses,
        period,
        metadata,
        r#type,
        entity_alias,
        wrapping_ttl,
        after,
        client_token: None,
        wrapped_token: None,
        wrapping_accessor: None,
        lease_duration: None,
        accessor: None,
        token_policies: None,
        entity_id: None,
        orphan: None,
    };
    let mut renewed = None;
    match given {
        Given::Wrapped(Wrapping { token, accessor, wrapped_accessor, ttl: _ }) => {
            result.wrapped_token = Some(Secret::from(token.expose()));
            result.wrapping_accessor = Some(accessor);
            result.accessor = wrapped_accessor;
        }
        Given::Bare(auth) => {
            result.client_token = Some(Secret::from(auth.token.expose()));
            result.lease_duration = i64::try_from(auth.ttl.as_secs()).ok();
            result.accessor = Some(auth.accessor).filter(|accessor| !accessor.is_empty());
            result.token_policies = Some(auth.token_policies);
            result.entity_id = Some(auth.entity_id).filter(|id| !id.is_empty());
            result.orphan = Some(auth.is_orphan);
            renewed = renew_at(auth.ttl).filter(|_| auth.is_renewable && result.accessor.is_some());
        }
    }
    let accessors = result.accessor.iter().chain(&result.wrapping_accessor).cloned().collect();
    let lease = Made { namespace: result.namespace.clone(), accessors };
    Opened { result, lease, renew_at: renewed }
}

/// When two thirds of its time are over; never for a token without end.
fn renew_at(ttl: StdDuration) -> Option<SystemTime> {
    (!ttl.is_zero()).then(|| SystemTime::from(clock::now()) + ttl / 3 * 2)
}

/// It was used up, or its time is over.
fn is_gone(error: &crate::connection::Unsent) -> bool {
    error.server().is_some_and(|error| error.said().iter().any(|text| text.contains("invalid accessor")))
}
