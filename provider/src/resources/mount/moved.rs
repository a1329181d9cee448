//! From `vault_mount`.

use std::collections::BTreeMap;

use tf_framework::Outcome;
use tf_framework::model::Model;

use super::Mount;
use crate::mounts::tuning::{duration_found, list_found, text_found};

/// What is needed of the state of a `vault_mount`. It has zeros and empty lists where nothing is set.
#[derive(Model)]
#[tf(object)]
pub(super) struct OfPeer {
    /// The path.
    #[tf(required)]
    path: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// The type.
    #[tf(required)]
    r#type: String,
    /// The description.
    #[tf(optional)]
    description: Option<String>,
    /// In seconds.
    #[tf(optional)]
    default_lease_ttl_seconds: Option<i64>,
    /// In seconds.
    #[tf(optional)]
    max_lease_ttl_seconds: Option<i64>,
    /// Whether nothing is kept in memory.
    #[tf(optional)]
    force_no_cache: Option<bool>,
    /// Parameters that are in clear.
    #[tf(optional)]
    audit_non_hmac_request_keys: Option<Vec<String>>,
    /// Members that are in clear.
    #[tf(optional)]
    audit_non_hmac_response_keys: Option<Vec<String>>,
    /// `unauth`, `hidden` or empty.
    #[tf(optional)]
    listing_visibility: Option<String>,
    /// Headers of requests.
    #[tf(optional)]
    passthrough_request_headers: Option<Vec<String>>,
    /// Headers of answers.
    #[tf(optional)]
    allowed_response_headers: Option<Vec<String>>,
    /// The version of the plugin.
    #[tf(optional)]
    plugin_version: Option<String>,
    /// Methods, by accessor.
    #[tf(optional)]
    delegated_auth_accessors: Option<Vec<String>>,
    /// The key of identity tokens.
    #[tf(optional)]
    identity_token_key: Option<String>,
    /// Options.
    #[tf(optional)]
    options: Option<BTreeMap<String, String>>,
    /// Whether the seal encrypts, too.
    #[tf(optional)]
    seal_wrap: Option<bool>,
    /// Whether a device gives randomness.
    #[tf(optional)]
    external_entropy_access: Option<bool>,
    /// Whether it stays on its cluster.
    #[tf(optional)]
    local: Option<bool>,
    /// The accessor.
    #[tf(optional)]
    accessor: Option<String>,
}

pub(super) fn adopt(old: OfPeer) -> Outcome<Mount> {
    let seconds = |seconds: Option<i64>| u64::try_from(seconds.unwrap_or_default()).unwrap_or_default();
    let list = |list: Option<Vec<String>>| list_found(list.unwrap_or_default(), None);
    let text = |text: Option<String>| text_found(text.unwrap_or_default(), None);
    Ok(Mount {
        id: old.path.clone(),
        path: old.path,
        namespace: text(old.namespace),
        r#type: old.r#type,
        description: text(old.description),
        default_lease_ttl_seconds: duration_found(seconds(old.default_lease_ttl_seconds), None)?,
        max_lease_ttl_seconds: duration_found(seconds(old.max_lease_ttl_seconds), None)?,
        force_no_cache: old.force_no_cache.unwrap_or_default(),
        audit_non_hmac_request_keys: list(old.audit_non_hmac_request_keys),
        audit_non_hmac_response_keys: list(old.audit_non_hmac_response_keys),
        listing_visibility: text(old.listing_visibility),
        passthrough_request_headers: list(old.passthrough_request_headers),
        allowed_response_headers: list(old.allowed_response_headers),
        plugin_version: text(old.plugin_version),
        // What is only in Enterprise is read from the server.
        allowed_managed_keys: None,
        delegated_auth_accessors: list(old.delegated_auth_accessors),
        identity_token_key: text(old.identity_token_key),
        options: old.options.filter(|options| !options.is_empty()),
        seal_wrap: old.seal_wrap.unwrap_or_default(),
        external_entropy_access: old.external_entropy_access.unwrap_or_default(),
        local: old.local.unwrap_or_default(),
        allow_data_loss: false,
        accessor: old.accessor.unwrap_or_default(),
        // It is read from the server.
        running_plugin_version: None,
    })
}
