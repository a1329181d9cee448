//! Which server is connected, where that makes a difference to what it has.

use std::fmt;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};
use vault_client::sys::health::Health;

use crate::SecretZero;

/// The product that a server is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// OpenBao.
    OpenBao,
    /// Vault, in its Community Edition.
    VaultCommunity,
    /// Vault Enterprise.
    VaultEnterprise,
}

/// A server, as errors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKind {
    /// What it is.
    pub edition: Edition,
    /// Its version, such as `2.4.0`.
    pub version: String,
}

impl ServerKind {
    /// That of the connected server, as `sys/health` tells it.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn of_connected(cx: &Context<SecretZero>, summary: &str) -> Outcome<Self> {
        cx.client().health().await.map(|health| Self::of(&health)).map_err(|error| error.doing(summary).into())
    }

    fn of(health: &Health) -> Self {
        let version = &health.version;
        // OpenBao began at 2.0. A Vault of that age says which edition it is.
        let major = version.split('.').next().and_then(|number| number.parse::<u32>().ok());
        let edition = match health.enterprise {
            Some(true) => Edition::VaultEnterprise,
            _ if version.contains("+ent") => Edition::VaultEnterprise,
            Some(false) => Edition::VaultCommunity,
            None if major == Some(1) => Edition::VaultCommunity,
            None => Edition::OpenBao,
        };
        Self { edition, version: version.clone() }
    }

    /// Fails if one of the attributes is set that this server has not.
    ///
    /// # Errors
    /// One for each such attribute, at its place.
    pub fn demand(&self, attributes: &[Demand]) -> Outcome<()> {
        let missing = attributes.iter().filter(|demand| demand.is_set && !demand.editions.contains(&self.edition));
        let errors: Diagnostics = missing
            .map(|Demand { attribute, editions, .. }| {
                let has: Vec<&str> = editions.iter().map(|edition| edition.name()).collect();
                Diagnostic::error("The Server Does Not Have This")
                    .detail(format!(
                        "{attribute} is a feature of {}. The connected server is {self}.",
                        has.join(" and ")
                    ))
                    .remedy(format!("Leave {attribute} out."))
                    .at(Path::root().attribute(*attribute))
            })
            .collect();
        if errors.has_errors() { Err(errors.into()) } else { Ok(()) }
    }
}

impl Edition {
    /// Its name, as people know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenBao => "OpenBao",
            Self::VaultCommunity => "Vault Community",
            Self::VaultEnterprise => "Vault Enterprise",
        }
    }
}

/// An attribute that only some servers have.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Its name.
    pub attribute: &'static str,
    /// Whether it is set.
    pub is_set: bool,
    /// Where it is a feature.
    pub editions: &'static [Edition],
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.edition.name(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn servers_are_told_apart_by_what_they_say() {
        for (version, enterprise, edition) in [
            ("2.4.0", None, Edition::OpenBao),
            ("1.21.1", Some(false), Edition::VaultCommunity),
            ("2.0.0", Some(false), Edition::VaultCommunity),
            ("1.12.0", None, Edition::VaultCommunity),
            ("1.12.0+ent", None, Edition::VaultEnterprise),
            ("2.0.0+ent", Some(true), Edition::VaultEnterprise),
        ] {
            let mut health = json!({ "initialized": true, "sealed": false, "version": version });
            if let Some(enterprise) = enterprise {
                health["enterprise"] = enterprise.into();
            }
            let kind = ServerKind::of(&serde_json::from_value(health).unwrap());
            assert_eq!(kind.edition, edition, "{version} {enterprise:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named_with_the_server() {
        let server = ServerKind { edition: Edition::OpenBao, version: "2.4.0".to_owned() };
        let demand = |is_set| Demand { attribute: "seal", is_set, editions: &[Edition::VaultEnterprise] };
        server.demand(&[demand(false)]).unwrap();
        let failure = server.demand(&[demand(true)]).unwrap_err();
        let told = failure.diagnostics().iter().next().unwrap().detail_text();
        assert!(told.contains("Vault Enterprise") && told.contains("OpenBao 2.4.0"), "{told}");
    }
}
