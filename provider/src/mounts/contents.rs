//! Whether something would be lost with a secrets engine.

use tf_framework::Context;
use vault_client::{ApiPath, Request};

use super::Place;
use crate::SecretZero;
use crate::connection::Unsent;

/// What is in a mount, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing that can't be written again from the configuration.
    Nothing,
    /// This.
    Something(String),
    /// It can't be told, for this reason.
    Unknown(String),
}

/// Engines that hold nothing but their configuration, which whoever wrote it can write again.
const CONFIGURED: [&str; 8] =
    ["alicloud", "consul", "gcp", "kubernetes", "mongodbatlas", "nomad", "rabbitmq", "terraform"];

/// Where an engine lists what it holds, and what that is. `None` for engines that are not known to list it.
fn lists(kind: &str, version: Option<&str>) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match kind {
        "kv" if version == Some("2") => &[("metadata", "secrets")],
        "kv" => &[("", "secrets")],
        "transit" | "totp" => &[("keys", "keys")],
        "pki" => &[("issuers", "issuers"), ("keys", "keys")],
        // The engine alone has the passwords of static roles, and that of a connection once it was rotated.
        "database" => &[("static-roles", "static roles"), ("config", "connections")],
        "aws" | "azure" => &[("static-roles", "static roles")],
        "ldap" | "openldap" => &[("static-role", "static roles")],
        _ if CONFIGURED.contains(&kind) => &[],
        _ => return None,
    })
}

/// What is in a mount of this type and, for `kv`, version.
///
/// # Errors
/// If the server could not be asked. That it forbids to look is an answer.
pub async fn of(
    cx: &Context<SecretZero>,
    place: &Place<'_>,
    kind: &str,
    version: Option<&str>,
) -> Result<Contents, Unsent> {
    let Some(lists) = lists(kind, version) else {
        return Ok(Contents::Unknown(format!("what an engine of the type {kind:?} holds can't be looked at")));
    };
    for (below, what) in lists {
        let path = ApiPath::new(place.path).join(below);
        match cx.client().send(&Request::list(path).within(place.namespace)).await {
            Ok(reply) => match reply.keys() {
                Ok(keys) if keys.is_empty() => {}
                Ok(keys) => return Ok(Contents::Something(named(&keys, what))),
                Err(_) => return Ok(Contents::Unknown("the list of what it holds can't be read".to_owned())),
            },
            Err(error) if error.is_not_found() => {}
            Err(error) if error.server().is_some_and(vault_client::Error::is_denied) => {
                let reason = error.doing(place.doing("Looking into"));
                return Ok(Contents::Unknown(format!("what it holds can't be looked at: {}", reason.detail_text())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Contents::Nothing)
}

/// A few of them by name, and how many there are.
fn named(keys: &[String], what: &str) -> String {
    let first: Vec<_> = keys.iter().take(3).map(|key| format!("{key:?}")).collect();
    let more = if keys.len() > first.len() { format!(" and {} more", keys.len() - first.len()) } else { String::new() };
    format!("{what}: {}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_is_not_known_may_hold_something() {
        assert_eq!(lists("recrypt", None), None);
        assert_eq!(lists("nomad", None), Some(&[][..]));
        assert_eq!(lists("kv", Some("2")), Some(&[("metadata", "secrets")][..]));
        assert_eq!(lists("kv", None), Some(&[("", "secrets")][..]));
    }

    #[test]
    fn a_few_names_are_enough() {
        let keys = ["a", "b/", "c", "d", "e"].map(str::to_owned);
        assert_eq!(named(&keys, "secrets"), "secrets: \"a\", \"b/\", \"c\" and 2 more");
        assert_eq!(named(&keys[..1], "keys"), "keys: \"a\"");
    }
}
