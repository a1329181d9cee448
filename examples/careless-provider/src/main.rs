//! `terraform-provider-careless`: the saboteur, served to a CLI.
//!
//! What is spoiled, the objects in the configuration say. A spoiled schema is asked for by the environment.

use std::process::ExitCode;

use careless_provider::Saboteur;
use go_plugin::{MAX_MESSAGE_BYTES, MagicCookie, Plugin, Services};
use plugin_proto::tfplugin6::provider_server::ProviderServer;
use tracing::level_filters::LevelFilter;

/// The cookie of every Terraform provider.
const COOKIE: MagicCookie = MagicCookie {
    name: "TF_PLUGIN_MAGIC_COOKIE",
    value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

/// Names the sabotage of the schema.
const VARIABLE: &str = "CARELESS_SCHEMA";

fn main() -> ExitCode {
    Plugin::new(COOKIE)
        .protocol(6, |_host| {
            let saboteur =
                std::env::var(VARIABLE).map_or_else(|_| Saboteur::new(), |name| Saboteur::with_schema(&name));
            let provider = ProviderServer::new(saboteur)
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .max_encoding_message_size(MAX_MESSAGE_BYTES);
            Services::new().add_service(provider)
        })
        .log_level_from(&["TF_LOG_PROVIDER_CARELESS", "TF_LOG_PROVIDER", "TF_LOG"], LevelFilter::ERROR)
        .serve()
}
