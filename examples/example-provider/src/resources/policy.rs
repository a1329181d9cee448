//! `example_policy`: an ACL policy of an OpenBao server.
//!
//! The state holds the document as it was written. Destroying removes the policy; tokens that carry its name keep the name.
//! If the answer to a creation is lost, the state has a tainted policy, which the next apply replaces, whether it is there or
//! not.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan};
use tf_framework::semantic::PolicyText;
use tf_framework::{Context, Outcome, Resource};

use crate::provider::Example;
use crate::server::Server;

/// An ACL policy of an OpenBao server.
#[derive(Model)]
#[tf(resource = "policy", import = "{name}")]
pub struct Policy {
    /// The name.
    #[tf(computed, keep_state)]
    pub id: String,
    /// What it is called.
    #[tf(required, replace, identity, validate(policy_name))]
    pub name: String,
    /// The document, in HCL or JSON. Spaces, comments and the order of its parts make no difference.
    #[tf(required)]
    pub policy: PolicyText,
}

impl Resource for Policy {
    type Provider = Example;

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        let PolicyPlan { id: _, name, policy } = plan;
        let made = Self { id: name.clone(), name, policy };
        let server = server(cx).await?;
        // From here on it may be there, unless the server says no.
        cx.checkpoint(&made);
        match server.write_policy(&made.name, made.policy.as_str()).await {
            Ok(warnings) => warn(cx, &made.name, warnings),
            Err(error) => {
                if error.is_refusal() {
                    cx.forget_checkpoint();
                }
                return Err(error.into_diagnostic(format!("Creating the policy {:?}", made.name)).into());
            }
        }
        Ok(made)
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let server = server(cx).await?;
        let summary = || format!("Reading the policy {:?}", state.name);
        let found = server.policy(&state.name).await.map_err(|error| error.into_failure_of_read(summary()))?;
        Ok(found.map(|policy| Self { policy: policy.into(), ..state }))
    }

    async fn update(cx: &Context<Example>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        let PolicyPlan { id: _, name, policy } = plan;
        let server = server(cx).await?;
        let summary = || format!("Changing the policy {name:?}");
        let written = server.write_policy(&name, policy.as_str()).await;
        warn(cx, &name, written.map_err(|error| error.into_diagnostic(summary()))?);
        Ok(Self { id: name.clone(), name, policy })
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        let server = server(cx).await?;
        let summary = || format!("Destroying the policy {:?}", state.name);
        Ok(server.delete_policy(&state.name).await.map_err(|error| error.into_diagnostic(summary()))?)
    }

    /// The name, or the path that the server's API has for the policy: users copy it from there.
    fn parse_import_id(id: &str) -> Outcome<PolicyIdentity> {
        let name = id.strip_prefix("sys/policies/acl/").unwrap_or(id).to_owned();
        policy_name(&name).map_err(|demand| {
            Diagnostic::error("Malformed Import Id").detail(format!("The name of a policy {demand}."))
        })?;
        Ok(PolicyIdentity { name })
    }

    async fn import(cx: &Context<Example>, identity: PolicyIdentity) -> Outcome<Option<Self>> {
        let PolicyIdentity { name } = identity;
        let server = server(cx).await?;
        let summary = || format!("Importing the policy {name:?}");
        let found = server.policy(&name).await.map_err(|error| error.into_diagnostic(summary()))?;
        Ok(found.map(|policy| Self { id: name.clone(), name, policy: policy.into() }))
    }
}

/// The server, with a word about a connection without TLS. Once is enough, however many policies there are.
async fn server(cx: &Context<Example>) -> Outcome<&Server> {
    let server = cx.client().server().await?;
    if !server.is_encrypted() {
        let warning = Diagnostic::warning("The connection to the server is not encrypted");
        cx.warn_once(warning.detail("Whoever listens on the loopback interface sees the token."));
    }
    Ok(server)
}

fn warn(cx: &Context<Example>, name: &str, warnings: Vec<String>) {
    for warning in warnings {
        cx.warn(
            Diagnostic::warning(format!("The server has something to say about the policy {name:?}")).detail(warning),
        );
    }
}

/// The server makes names lower case, which would be another name than the one that was asked for.
fn policy_name(name: &str) -> Result<(), String> {
    if !name.is_empty() && name.trim() == name && !name.chars().any(char::is_uppercase) {
        Ok(())
    } else {
        Err("must be lower case, without spaces around it".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_are_names_or_paths() {
        for id in ["team-a", "sys/policies/acl/team-a"] {
            assert_eq!(Policy::parse_import_id(id).unwrap(), PolicyIdentity { name: "team-a".to_owned() });
        }
        for id in ["", "sys/policies/acl/", "Team"] {
            let failure = Policy::parse_import_id(id).unwrap_err();
            assert!(failure.diagnostics().has_errors(), "{id}");
        }
    }
}
