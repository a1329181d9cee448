//! What each side can do beyond the first version of the protocol.

use plugin_proto::tfplugin6;

use crate::validate::ClientCapabilities;

/// What this server can do. Generating configurations is left to core, which does it from the schema.
pub(crate) fn of_server() -> tfplugin6::ServerCapabilities {
    tfplugin6::ServerCapabilities {
        plan_destroy: true,
        // The schema never changes: core asks one process for it and not each.
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    }
}

/// What the program at the other end can do. One that does not say is older than what it could say.
pub(crate) fn of_client(message: Option<tfplugin6::ClientCapabilities>) -> ClientCapabilities {
    let message = message.unwrap_or_default();
    ClientCapabilities { write_only_attributes: message.write_only_attributes_allowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_means_no() {
        assert!(!of_client(None).write_only_attributes);
        let modern = tfplugin6::ClientCapabilities { write_only_attributes_allowed: true, deferral_allowed: false };
        assert!(of_client(Some(modern)).write_only_attributes);
    }
}
