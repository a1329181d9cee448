//! The block `tune` of auth methods.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::one_of;
use vault_client::sys::mounts::Tuning;

use super::tuning::{change, duration_found, duration_to_send, list_found, text_found, whole_seconds};
use crate::connection::MountFound;

/// What tokens a method gives out if nobody says.
const TOKEN_TYPE: &str = "default-service";

/// What can be tuned of an auth method. A key that is not set is not managed; one that is taken out goes back to what the
/// server has by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct Tune {
    /// How long a token lives for which nobody asks anything else, such as `1h`.
    #[tf(optional, validate(whole_seconds))]
    pub default_lease_ttl: Option<Duration>,
    /// How long a token can live.
    #[tf(optional, validate(whole_seconds))]
    pub max_lease_ttl: Option<Duration>,
    /// Parameters of requests that the audit log has in clear.
    #[tf(optional)]
    pub audit_non_hmac_request_keys: Option<Vec<String>>,
    /// Members of answers that the audit log has in clear.
    #[tf(optional)]
    pub audit_non_hmac_response_keys: Option<Vec<String>>,
    /// Whether the method is shown to people who have not logged in: `unauth` or `hidden`.
    #[tf(optional, validate(one_of(&["unauth", "hidden"])))]
    pub listing_visibility: Option<String>,
    /// Headers of requests that the method gets to see.
    #[tf(optional)]
    pub passthrough_request_headers: Option<Vec<String>>,
    /// Headers that the method may set in answers.
    #[tf(optional)]
    pub allowed_response_headers: Option<Vec<String>>,
    /// What tokens it gives out: `default-service`, `default-batch`, `service` or `batch`. Roles can choose others in the first
    /// two cases.
    #[tf(optional, validate(one_of(&["default-service", "default-batch", "service", "batch"])))]
    pub token_type: Option<String>,
}

impl Tune {
    /// What is to be sent so that the first becomes the second. None is one in which nothing is set.
    pub fn changes(prior: Option<&Self>, wanted: Option<&Self>) -> Tuning {
        let nothing = Self::default();
        let (prior, wanted) = (prior.unwrap_or(&nothing), wanted.unwrap_or(&nothing));
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        let ttl = |ttl: &Option<Duration>| duration_to_send(ttl.as_ref());
        Tuning {
            default_lease_ttl: change(&prior.default_lease_ttl, &wanted.default_lease_ttl, ttl),
            max_lease_ttl: change(&prior.max_lease_ttl, &wanted.max_lease_ttl, ttl),
            audit_non_hmac_request_keys: change(
                &prior.audit_non_hmac_request_keys,
                &wanted.audit_non_hmac_request_keys,
                list,
            ),
            audit_non_hmac_response_keys: change(
                &prior.audit_non_hmac_response_keys,
                &wanted.audit_non_hmac_response_keys,
                list,
            ),
            listing_visibility: change(&prior.listing_visibility, &wanted.listing_visibility, |visibility| {
                visibility.clone().unwrap_or_default()
            }),
            passthrough_request_headers: change(
                &prior.passthrough_request_headers,
                &wanted.passthrough_request_headers,
                list,
            ),
            allowed_response_headers: change(&prior.allowed_response_headers, &wanted.allowed_response_headers, list),
            token_type: change(&prior.token_type, &wanted.token_type, |token_type| {
                token_type.clone().unwrap_or_else(|| TOKEN_TYPE.to_owned())
            }),
            ..Tuning::default()
        }
    }

    /// What is found of the keys that are set.
    ///
    /// # Errors
    /// If a duration is longer than any.
    pub fn found(&self, found: &MountFound) -> Result<Self, Diagnostic> {
        let there = Self::imported(found)?;
        let config = &found.mount.config;
        let ttl = |seconds, declared: &Option<Duration>| match declared {
            Some(declared) => duration_found(seconds, Some(declared)),
            None => Ok(None),
        };
        let list = |there: Option<Vec<String>>, declared: &Option<Vec<String>>| {
            declared.as_ref().and_then(|declared| list_found(there.unwrap_or_default(), Some(declared)))
        };
        Ok(Self {
            default_lease_ttl: ttl(config.default_lease_ttl, &self.default_lease_ttl)?,
            max_lease_ttl: ttl(config.max_lease_ttl, &self.max_lease_ttl)?,
            audit_non_hmac_request_keys: list(there.audit_non_hmac_request_keys, &self.audit_non_hmac_request_keys),
            audit_non_hmac_response_keys: list(there.audit_non_hmac_response_keys, &self.audit_non_hmac_response_keys),
            listing_visibility: there.listing_visibility.filter(|_| self.listing_visibility.is_some()),
            passthrough_request_headers: list(there.passthrough_request_headers, &self.passthrough_request_headers),
            allowed_response_headers: list(there.allowed_response_headers, &self.allowed_response_headers),
            token_type: self.token_type.as_ref().map(|_| config.token_type.clone()),
        })
    }

    /// All that differs from what a server has by default.
    ///
    /// # Errors
    /// If a duration is longer than any.
    pub fn imported(found: &MountFound) -> Result<Self, Diagnostic> {
        let config = found.mount.config.clone();
        // What is of the server and what is of the method can't be told apart where it is read alone.
        let ttl = |seconds| if found.is_read_alone { Ok(None) } else { duration_found(seconds, None) };
        Ok(Self {
            default_lease_ttl: ttl(config.default_lease_ttl)?,
            max_lease_ttl: ttl(config.max_lease_ttl)?,
            audit_non_hmac_request_keys: list_found(config.audit_non_hmac_request_keys, None),
            audit_non_hmac_response_keys: list_found(config.audit_non_hmac_response_keys, None),
            listing_visibility: text_found(config.listing_visibility, None),
            passthrough_request_headers: list_found(config.passthrough_request_headers, None),
            allowed_response_headers: list_found(config.allowed_response_headers, None),
            token_type: Some(config.token_type).filter(|token_type| !["", TOKEN_TYPE].contains(&token_type.as_str())),
        })
    }
}

/// As it is planned. Nothing of it is computed.
impl From<&TunePlan> for Tune {
    fn from(plan: &TunePlan) -> Self {
        Self {
            default_lease_ttl: plan.default_lease_ttl.clone(),
            max_lease_ttl: plan.max_lease_ttl.clone(),
            audit_non_hmac_request_keys: plan.audit_non_hmac_request_keys.clone(),
            audit_non_hmac_response_keys: plan.audit_non_hmac_response_keys.clone(),
            listing_visibility: plan.listing_visibility.clone(),
            passthrough_request_headers: plan.passthrough_request_headers.clone(),
            allowed_response_headers: plan.allowed_response_headers.clone(),
            token_type: plan.token_type.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use vault_client::sys::mounts::{Mount, MountConfig};

    use super::*;

    fn found(config: MountConfig) -> MountFound {
        MountFound { mount: Mount { config, ..Mount::default() }, is_read_alone: false }
    }

    #[test]
    fn keys_that_are_not_set_are_not_managed() {
        let config = MountConfig { max_lease_ttl: 60, token_type: "batch".to_owned(), ..MountConfig::default() };
        let declared = Tune { default_lease_ttl: Some("1h".parse().unwrap()), ..Tune::default() };
        assert_eq!(declared.found(&found(config.clone())).unwrap(), Tune::default());
        let imported = Tune::imported(&found(config)).unwrap();
        let expected = ("1m", "batch");
        assert_eq!((imported.max_lease_ttl.unwrap().as_str(), imported.token_type.unwrap().as_str()), expected);
        assert_eq!(Tune::imported(&found(MountConfig::default())).unwrap(), Tune::default());
    }

    #[test]
    fn keys_that_are_taken_out_go_back_to_the_default() {
        let full = Tune {
            token_type: Some("batch".to_owned()),
            max_lease_ttl: Some("1h".parse().unwrap()),
            ..Tune::default()
        };
        let back = Tune::changes(Some(&full), None);
        assert_eq!(
            (back.token_type.as_deref(), back.max_lease_ttl.as_deref()),
            (Some("default-service"), Some("system"))
        );
        assert_eq!(Tune::changes(Some(&full), Some(&full)), Tuning::default());
    }
}
