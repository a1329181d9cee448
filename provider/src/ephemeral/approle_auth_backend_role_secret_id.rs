//! Ephemeral resource `secretzero_approle_auth_backend_role_secret_id`: a secret id for as long as a command runs.

use serde::{Deserialize, Serialize};
use tf_framework::model::{After, Model, Query, Secret};
use tf_framework::semantic::{Cidr, Duration, Json, NormalizedSet};
use tf_framework::validate::range;
use tf_framework::{Context, Ephemeral, Opened, Outcome};
use vault_client::Request;

use crate::SecretZero;
use crate::connection::malformed;
use crate::mounts::path;
use crate::mounts::tuning::whole_seconds;
use crate::role_path::{self, role_name};
use crate::token_fields::{elements, seconds};

/// Where the method is mounted if nobody says.
const BACKEND: &str = "approle";

/// A secret id of a role of an `approle` auth method, for as long as a command runs. It is made anew each time that it is
/// opened, once for a plan and once for an apply, and destroyed when the command is over: hand it to write-only arguments of
/// what uses it meanwhile. What needs a login for longer gets its credentials from the resource that configures it.
///
/// Both CLIs open it while they plan, whatever `depends_on` says, unless an argument is not known yet. If the role, its method
/// or the server itself are made by the same apply, set `after` to something that is known only then, such as the `id` of the
/// role.
///
/// The token needs `create` and `update` on `auth/<backend>/role/<role_name>/secret-id` and on
/// `auth/<backend>/role/<role_name>/secret-id-accessor/destroy`.
#[derive(Model)]
#[tf(ephemeral = "approle_auth_backend_role_secret_id")]
pub struct ApproleAuthBackendRoleSecretId {
    /// Where the method is mounted below `auth/`. `approle` if it is not set.
    #[tf(optional, validate(path))]
    pub backend: Option<String>,
    /// The role.
    #[tf(required, validate(role_name))]
    pub role_name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional)]
    pub namespace: Option<String>,
    /// The addresses that the secret id can be used from, of those that the role allows.
    #[tf(optional)]
    pub cidr_list: Option<NormalizedSet<Cidr>>,
    /// The addresses that tokens can be used from that are got with it, of those that the role allows.
    #[tf(optional)]
    pub token_bound_cidrs: Option<NormalizedSet<Cidr>>,
    /// What the tokens say of themselves, as a JSON object of texts. It is in the audit log in clear.
    #[tf(optional)]
    pub metadata: Option<Json>,
    /// How long it lives if the command does not end it, such as `10m`. As the role says if it is not set.
    #[tf(optional, validate(whole_seconds))]
    pub ttl: Option<Duration>,
    /// How often it can be used. As the role says if it is not set.
    #[tf(optional, validate(range(0..)))]
    pub num_uses: Option<i64>,
    /// Anything that must be known before the secret id is made.
    #[tf(optional)]
    pub after: Option<After>,
    /// The secret id.
    #[tf(computed)]
    pub secret_id: Secret,
    /// What it can be looked up and destroyed by without being known.
    #[tf(computed)]
    pub accessor: String,
}

/// What closing needs to know.
#[derive(Debug, Deserialize, Serialize)]
pub struct Made {
    backend: String,
    role_name: String,
    namespace: Option<String>,
    accessor: String,
}

#[derive(Serialize)]
struct Wanted<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cidr_list: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    token_bound_cidrs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_uses: Option<i64>,
}

#[derive(Deserialize)]
struct Answer {
    secret_id: String,
    secret_id_accessor: String,
}

impl Ephemeral for ApproleAuthBackendRoleSecretId {
    type Provider = SecretZero;
    type Lease = Made;

    async fn open(cx: &Context<SecretZero>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let ApproleAuthBackendRoleSecretIdPlan {
            backend,
            role_name,
            namespace,
            cidr_list,
            token_bound_cidrs,
            metadata,
            ttl,
            num_uses,
            after,
            ..
        } = query;
        let mount = backend.clone().unwrap_or_else(|| BACKEND.to_owned());
        let summary = format!("Making a secret id of the role {role_name:?} of the auth method {mount:?}");
        let body = Wanted {
            cidr_list: elements(cidr_list.as_ref()),
            token_bound_cidrs: elements(token_bound_cidrs.as_ref()),
            metadata: metadata.as_ref().map(Json::as_str),
            ttl: ttl.as_ref().map(|ttl| seconds(Some(ttl))),
            num_uses,
        };
        let path = role_path::path(&mount, "role", &role_name).segment("secret-id");
        let request = Request::write(path, &body).within(namespace.as_deref());
        let reply = cx.client().send(&request).await.map_err(|error| {
            let is_missing = error.is_not_found();
            let told = error.doing(summary.as_str());
            if is_missing {
                told.remedy("If the role is made in the same run, set `after` to something that is known only then, such as its id.")
            } else {
                told
            }
        })?;
        let Answer { secret_id, secret_id_accessor: accessor } =
            reply.data().map_err(|error| malformed(&request, &error, summary))?;
        let lease = Made {
            backend: mount,
            role_name: role_name.clone(),
            namespace: namespace.clone(),
            accessor: accessor.clone(),
        };
        let result = Self {
            backend,
            role_name,
            namespace,
            cidr_list,
            token_bound_cidrs,
            metadata,
            ttl,
            num_uses,
            after,
            secret_id: secret_id.into(),
            accessor,
        };
        Ok(Opened { result, lease, renew_at: None })
    }

    async fn close(cx: &Context<SecretZero>, lease: Made) -> Outcome<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            secret_id_accessor: &'a str,
        }
        let Made { backend, role_name, namespace, accessor } = lease;
        let path = role_path::path(&backend, "role", &role_name).join("secret-id-accessor/destroy");
        let request = Request::write(path, &Body { secret_id_accessor: &accessor }).within(namespace.as_deref());
        match cx.client().send(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() || is_gone(&error) => Ok(()),
            Err(error) => Err(error
                .doing(format!("Destroying a secret id of the role {role_name:?} of the auth method {backend:?}"))
                .into()),
        }
    }
}

/// It was used up, its time is over, or its role was removed in the same run, which takes its secret ids along.
fn is_gone(error: &crate::connection::Unsent) -> bool {
    let says_so = |text: &String| {
        text.contains("failed to find accessor entry") || (text.contains("role ") && text.contains("does not exist"))
    };
    error.server().is_some_and(|error| error.said().iter().any(says_so))
}
