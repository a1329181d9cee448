//! `secretzero_policy`: an ACL policy.

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::semantic::PolicyText;
use tf_framework::{Context, Draft, Move, Outcome, Resource};
use vault_client::{ApiPath, Request};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::policy_rules::doubts;
use crate::said;

/// The path of a policy, with which it can be imported, too.
const PATH: &str = "sys/policies/acl";

/// An ACL policy: what tokens that have it may do.
///
/// The document is compared by its meaning: comments, white space, the order of rules and of capabilities, and HCL or JSON
/// make no difference. A policy that is on the server already is taken over if it means the same, and else refused with the
/// command that imports it: it is never replaced in silence.
///
/// The names `root` and `response-wrapping` belong to the server. `default` can be managed and is not removed when it is
/// destroyed: the server keeps it.
///
/// A plan that writes a document warns of what is probably not meant in it: capabilities and patterns that no server takes, a
/// `*` in the middle of a path, a slash in front, `sudo`, everything below `sys/` or `auth/`, rules for logins, which have no
/// effect, and paths of KV version 2 without `data/` or `metadata/`. Which version a mount has is taken from its name (`kvv2`,
/// `kv-v2`) and from the other rules: no server is asked.
///
/// Drift is seen in everything.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_policy.team
///   to   = secretzero_policy.team
/// }
/// ```
///
/// `allow_overwrite` has no successor.
#[derive(Model)]
#[tf(resource = "policy", import = "{name}")]
pub struct Policy {
    /// The name.
    #[tf(computed, keep_state)]
    pub id: String,
    /// What it is called. The server knows lower case names only.
    #[tf(required, replace, identity, validate(name))]
    pub name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// The document, in HCL or JSON.
    #[tf(required)]
    pub policy: PolicyText,
}

#[derive(Deserialize)]
struct Document {
    policy: String,
}

/// What is needed of the state of a `vault_policy`.
#[derive(Model)]
#[tf(object)]
struct OfPeer {
    /// The name.
    #[tf(required)]
    name: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// The document. Empty if the policy is gone.
    #[tf(required)]
    policy: PolicyText,
}

impl Resource for Policy {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        if let Some(found) = look(cx, plan.namespace.as_deref(), &plan.name, "Creating").await? {
            let what = what(&plan.name);
            Existing { what: &what, resource: "secretzero_policy", import_id: &found.name }.adopt(cx, &plan, &found)?;
            let PolicyPlan { id: _, name, namespace, policy } = plan;
            return Ok(Self { id: name.clone(), name, namespace, policy });
        }
        write(cx, plan, "Creating").await
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        look(cx, state.namespace.as_deref(), &state.name, "Reading").await
    }

    async fn update(cx: &Context<SecretZero>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        write(cx, plan, "Changing").await
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        if state.name == "default" {
            cx.warn(
                Diagnostic::warning("The policy \"default\" stays as it is")
                    .detail("The server does not let go of it. It is no longer managed here."),
            );
            return Ok(());
        }
        let request = Request::delete(path(&state.name)).within(state.namespace.as_deref());
        let sent = cx.client().send(&request).await;
        cx.client().removed(cx, sent, &doing("Destroying", &state.name))
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        // Of what stands already, it was said when it was planned.
        if let Setting::Known(policy) = draft.planned(Self::POLICY)
            && draft.prior_value(Self::POLICY).as_ref() != Some(&policy)
        {
            doubts(&policy).into_iter().for_each(|doubt| draft.warn(doubt.at(Self::POLICY.path())));
        }
        Ok(())
    }

    /// The name, or the path that the server's API has for it: users copy it from there.
    fn parse_import_id(id: &str) -> Outcome<PolicyIdentity> {
        let found = id.strip_prefix(PATH).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id).to_owned();
        name(&found).map_err(|demand| {
            Diagnostic::error("Malformed Import Id").detail(format!("The name of a policy {demand}."))
        })?;
        Ok(PolicyIdentity { name: found, namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: PolicyIdentity) -> Outcome<Option<Self>> {
        look(cx, identity.namespace.as_deref(), &identity.name, "Importing").await
    }

    fn moves() -> Vec<Move<Self>> {
        let adopt = |OfPeer { name, namespace, policy }| Ok(Self { id: name.clone(), name, namespace, policy });
        vec![Move::from("vault_policy", 0..=1, adopt)]
    }
}

async fn look(
    cx: &Context<SecretZero>,
    namespace: Option<&str>,
    name: &str,
    doing_what: &str,
) -> Outcome<Option<Policy>> {
    let request = Request::read(path(name)).within(namespace);
    let found = cx.client().find(&request, &doing(doing_what, name)).await?;
    Ok(found.map(|Document { policy }| Policy {
        id: name.to_owned(),
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
        policy: policy.into(),
    }))
}

async fn write(cx: &Context<SecretZero>, plan: Plan<Policy>, doing_what: &str) -> Outcome<Policy> {
    #[derive(Serialize)]
    struct Body<'a> {
        policy: &'a str,
    }
    let PolicyPlan { id: _, name, namespace, policy } = plan;
    let request = Request::write(path(&name), &Body { policy: policy.as_str() }).within(namespace.as_deref());
    // The whole document is replaced, so a second time makes no difference.
    let reply = cx.client().send(&request.repeatable()).await.map_err(|error| error.doing(doing(doing_what, &name)))?;
    said::warn(cx, &what(&name), &reply);
    Ok(Policy { id: name.clone(), name, namespace, policy })
}

fn path(name: &str) -> ApiPath {
    ApiPath::new(PATH).segment(name)
}

fn what(name: &str) -> String {
    format!("policy {name:?}")
}

fn doing(doing_what: &str, name: &str) -> String {
    format!("{doing_what} the {}", what(name))
}

fn name(name: &str) -> Result<(), String> {
    if ["root", "response-wrapping"].contains(&name) {
        return Err(format!("must not be {name:?}, which belongs to the server"));
    }
    // The server would make another name of it, which would then not be the one that was asked for.
    if name.is_empty() || name.trim() != name || name.chars().any(char::is_uppercase) {
        return Err("must be lower case, without spaces around it".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_are_names_or_paths() {
        for id in ["team-a", "sys/policies/acl/team-a"] {
            let identity = PolicyIdentity { name: "team-a".to_owned(), namespace: None };
            assert_eq!(Policy::parse_import_id(id).unwrap(), identity);
        }
        for id in ["", "sys/policies/acl/", "Team", "root"] {
            assert!(Policy::parse_import_id(id).is_err(), "{id}");
        }
    }
}
