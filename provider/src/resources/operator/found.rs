//! What is there of an operator, on the server and in its files.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::semantic::{Duration, PolicyText};
use tf_framework::{Context, Failure, Outcome};
use vault_client::ApiPath;

use super::credentials::Marker;
use super::declared::{files_of, ttl};
use super::made::role_path;
use super::{Operator, client_certificate, credentials, document, made};
use crate::SecretZero;
use crate::connection::{OperatorFiles, Unsent};

/// What is on the server.
pub(super) struct Found {
    pub(super) policy: PolicyText,
    pub(super) token_ttl: Duration,
    /// The authorities that it trusts, as PEM, if it takes client certificates.
    certificate: Option<String>,
    /// The role as it is.
    role: Arc<Value>,
}

#[derive(Deserialize)]
struct Role {
    token_ttl: u64,
    #[serde(default)]
    certificate: Option<String>,
}

/// What is on the server; `None` if the role is not there.
pub(super) async fn found(
    cx: &Context<SecretZero>,
    mount: &str,
    name: &str,
    is_cert: bool,
    doing: &str,
) -> Outcome<Option<Found>> {
    looked_up(cx, mount, name, is_cert, doing).await.map_err(|error| error.reading(doing))
}

async fn looked_up(
    cx: &Context<SecretZero>,
    mount: &str,
    name: &str,
    is_cert: bool,
    doing: &str,
) -> Result<Option<Found>, Unsent> {
    #[derive(Deserialize)]
    struct Document {
        policy: String,
    }
    let Some(role) = cx.client().read(None, &role_path(mount, name, is_cert)).await? else { return Ok(None) };
    let path = ApiPath::new("sys/policies/acl").segment(name);
    let policy = cx.client().read(None, &path).await?;
    let strange = |error: &dyn std::error::Error| Unsent::refused(Diagnostic::error(doing).because(error));
    let Role { token_ttl, certificate } = serde_json::from_value((*role).clone()).map_err(|error| strange(&error))?;
    let policy = policy.map(|policy| serde_json::from_value::<Document>((*policy).clone())).transpose();
    let policy = policy.map_err(|error| strange(&error))?.map(|document| document.policy).unwrap_or_default();
    let token_ttl = Duration::from_seconds(token_ttl).map_err(|error| strange(&error))?;
    Ok(Some(Found { policy: policy.into(), token_ttl, certificate, role }))
}

/// What is different from what the state says, in words.
pub(super) async fn drift(cx: &Context<SecretZero>, state: &Operator) -> Outcome<Vec<String>> {
    let files = files_of(state)?;
    let is_cert = matches!(files, OperatorFiles::Cert { .. });
    let mut drift = credentials::differences(&files);
    if Marker::beside(&files).exists() {
        // Whether its login still works says nothing then. Destroying goes on, and an apply makes it anew.
        drift.push("an earlier run began to destroy it".to_owned());
        return Ok(drift);
    }
    let doing = format!("Reading the operator {}/{}", state.mount, state.name);
    match looked_up(cx, &state.mount, &state.name, is_cert, &doing).await {
        Ok(None) => drift.push("the role does not exist".to_owned()),
        Ok(Some(found)) => {
            let declared = state.policy.clone().unwrap_or_else(|| document::of_operator().into());
            if found.policy != declared {
                drift.push("the policy is another".to_owned());
            }
            if found.token_ttl.seconds() != ttl(state.token_ttl.as_ref()) {
                drift.push(format!("logins live {}", found.token_ttl));
            }
            // Certificates are the same in many forms; that of the state is as good as any here.
            let login = match found.certificate.clone() {
                Some(certificate) => made::RoleLogin::Cert { certificate },
                None => made::RoleLogin::approle(),
            };
            let role = made::Role::of(&state.name, found.token_ttl.seconds(), login);
            drift.extend(others(&role, &found.role).into_iter().map(|name| format!("the role has another {name}")));
            if let OperatorFiles::Cert { pem, .. } = &files
                && let Ok(Some(authority)) = credentials::authority(pem)
                && !client_certificate::are_same(&authority, &found.certificate.unwrap_or_default())
            {
                drift.push("the role takes other certificates".to_owned());
            }
        }
        // Lost credentials are what this can repair; they are among the differences already.
        Err(_) if state.recover_with_shares && !drift.is_empty() => {}
        Err(error) if error.is_denied() && state.recover_with_shares => {
            drift.push("it may not look after itself".to_owned());
        }
        Err(error) if error.is_denied() => {
            let summary = "The operator may not look at itself, so it is taken to be as the state says";
            return Err(Failure::prior_stands(error.doing(summary).remedy(
                "If its policy was changed so that it can no longer look after itself: set recover_with_shares = true and \
                 apply. It is then set right with the shares in keys_file.",
            )));
        }
        Err(error) => return Err(error.reading(doing)),
    }
    Ok(drift)
}

/// What is other in a role than it is to be. Nothing, none and zero are the same.
fn others(role: &made::Role, found: &Value) -> Vec<String> {
    let is_nothing = |value: &Value| {
        value.is_null() || value == 0 || value == false || value == "" || value.as_array().is_some_and(Vec::is_empty)
    };
    let Ok(Value::Object(wanted)) = serde_json::to_value(role) else { return Vec::new() };
    let differs = |(name, wanted): (String, Value)| {
        let found = found.get(&name).unwrap_or(&Value::Null);
        (*found != wanted && !(is_nothing(found) && is_nothing(&wanted))).then_some(name)
    };
    wanted.into_iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_written_is_compared() {
        let role = made::Role::of("operator", 1200, made::RoleLogin::approle());
        let as_made = json!({
            "bind_secret_id": true, "local_secret_ids": false, "secret_id_bound_cidrs": null, "secret_id_num_uses": 0,
            "secret_id_ttl": 0, "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 0,
            "token_no_default_policy": false, "token_num_uses": 0, "token_period": 0, "token_policies": ["operator"],
            "token_ttl": 1200, "token_type": "default"
        });
        assert!(others(&role, &as_made).is_empty());
        for (name, value) in [
            ("bind_secret_id", json!(false)),
            ("secret_id_bound_cidrs", json!(["10.0.0.0/8"])),
            ("token_bound_cidrs", json!(["10.0.0.0/8"])),
            ("token_max_ttl", json!(60)),
            ("token_no_default_policy", json!(true)),
            ("token_policies", json!(["operator", "more"])),
        ] {
            let mut changed = as_made.clone();
            changed[name] = value;
            assert_eq!(others(&role, &changed), [name]);
        }
    }
}
