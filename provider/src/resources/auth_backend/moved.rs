//! From `vault_auth_backend`.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::{Doing as _, Outcome};

use super::AuthBackend;
use crate::mounts::tune::Tune;
use crate::mounts::tuning::{list_found, text_found};

/// What is needed of the state of a `vault_auth_backend`.
#[derive(Model)]
#[tf(object)]
pub(super) struct OfPeer {
    /// The type.
    #[tf(required)]
    r#type: String,
    /// The path.
    #[tf(required)]
    path: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// The description.
    #[tf(optional)]
    description: Option<String>,
    /// Whether it stays on its cluster.
    #[tf(optional)]
    local: Option<bool>,
    /// The key of identity tokens.
    #[tf(optional)]
    identity_token_key: Option<String>,
    /// Whether it is replaced instead of moved.
    #[tf(optional)]
    disable_remount: Option<bool>,
    /// One block or none.
    #[tf(optional)]
    tune: Option<Vec<TuneOfPeer>>,
    /// The accessor.
    #[tf(optional)]
    accessor: Option<String>,
}

/// A block `tune` of it, with empty texts and lists where nothing is set.
#[derive(Model)]
#[tf(object)]
pub(super) struct TuneOfPeer {
    /// A duration.
    #[tf(optional)]
    default_lease_ttl: Option<String>,
    /// A duration.
    #[tf(optional)]
    max_lease_ttl: Option<String>,
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
    /// What tokens it gives out.
    #[tf(optional)]
    token_type: Option<String>,
}

pub(super) fn adopt(old: OfPeer) -> Outcome<AuthBackend> {
    let tune = old.tune.into_iter().flatten().next().map(tune).transpose()?;
    let text = |text: Option<String>| text_found(text.unwrap_or_default(), None);
    Ok(AuthBackend {
        id: old.path.clone(),
        r#type: old.r#type,
        path: old.path,
        namespace: text(old.namespace),
        description: text(old.description),
        local: old.local.unwrap_or_default(),
        identity_token_key: text(old.identity_token_key),
        disable_remount: old.disable_remount.unwrap_or_default(),
        tune: tune.filter(|tune| *tune != Tune::default()),
        accessor: old.accessor.unwrap_or_default(),
    })
}

fn tune(old: TuneOfPeer) -> Result<Tune, Diagnostic> {
    let list = |list: Option<Vec<String>>| list_found(list.unwrap_or_default(), None);
    let text = |text: Option<String>| text_found(text.unwrap_or_default(), None);
    let ttl = |written: Option<String>| -> Result<Option<Duration>, Diagnostic> {
        let parse = |written: String| written.parse().doing("Taking over an auth method from the vault provider");
        text(written).map(parse).transpose()
    };
    Ok(Tune {
        default_lease_ttl: ttl(old.default_lease_ttl)?,
        max_lease_ttl: ttl(old.max_lease_ttl)?,
        audit_non_hmac_request_keys: list(old.audit_non_hmac_request_keys),
        audit_non_hmac_response_keys: list(old.audit_non_hmac_response_keys),
        listing_visibility: text(old.listing_visibility),
        passthrough_request_headers: list(old.passthrough_request_headers),
        allowed_response_headers: list(old.allowed_response_headers),
        token_type: text(old.token_type),
    })
}
