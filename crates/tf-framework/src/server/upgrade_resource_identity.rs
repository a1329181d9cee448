//! UpgradeResourceIdentity: a stored identity of an earlier version as one of today.
//!
//! The state has all that an identity has. So one that can't be used any more is no error: it is answered with null, and the
//! next refresh makes it anew.

use plugin_proto::tfplugin6::ResourceIdentityData;
use plugin_proto::tfplugin6::upgrade_resource_identity::{Request, Response};
use tf_value::json;

use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::stored;
use crate::wire::{diagnostics, dynamic_value, identity, raw_state};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let (upgraded_identity, told) = match upgrading(server, &request) {
        Ok(identity) => (Some(identity), Diagnostics::new()),
        Err(failure) => (None, failure.into_diagnostics()),
    };
    Response { upgraded_identity, diagnostics: diagnostics::encode(told) }
}

fn upgrading<P: Provider>(server: &Served<P>, request: &Request) -> Outcome<ResourceIdentityData> {
    let kept = server.resource(&request.type_name)?.kept();
    let text = raw_state::text("identity", request.raw_identity.as_ref())?;
    let upgraded = json::decode_state(&kept.identity_type, text).ok();
    let upgraded = upgraded.and_then(|upgraded| stored::identity(&kept.identity, &upgraded));
    let upgraded = identity::encode(upgraded.as_ref(), &kept.identity_type)?;
    Ok(upgraded.unwrap_or_else(|| ResourceIdentityData { identity_data: Some(dynamic_value::null()) }))
}
