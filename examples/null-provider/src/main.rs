//! `terraform-provider-null`: the smallest provider that Terraform and OpenTofu drive from `init` to `destroy`.
//!
//! It manages nothing. Its one resource, `null_marker`, keeps in state what the configuration says. What it proves is the
//! transport: handshake, mutual TLS, logs, interrupts, debug mode.
//!
//! Started by hand with `-debug`, it serves without a host and prints what to put into the environment of the CLI.

mod gate;
mod marker;
mod provider;

use std::io::Write;
use std::process::ExitCode;

use go_plugin::{MAX_MESSAGE_BYTES, MagicCookie, Plugin, Reattach, Services};
use plugin_proto::tfplugin6::provider_server::ProviderServer;
use tracing::level_filters::LevelFilter;

use crate::provider::NullProvider;

/// The cookie of every Terraform provider.
const COOKIE: MagicCookie = MagicCookie {
    name: "TF_PLUGIN_MAGIC_COOKIE",
    value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

/// `secretzero/null`, as each CLI completes it.
const ADDRESSES: [&str; 2] = ["registry.opentofu.org/secretzero/null", "registry.terraform.io/secretzero/null"];

fn main() -> ExitCode {
    let plugin = Plugin::new(COOKIE)
        .protocol(6, |_host| {
            let provider = ProviderServer::new(NullProvider::default())
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .max_encoding_message_size(MAX_MESSAGE_BYTES);
            Services::new().add_service(provider)
        })
        // The CLIs have a switch for it, TF_DISABLE_PLUGIN_TLS.
        .allow_plaintext()
        .log_level_from(&["TF_LOG_PROVIDER_NULL", "TF_LOG_PROVIDER", "TF_LOG"], LevelFilter::ERROR);
    if std::env::args().skip(1).any(|argument| argument == "-debug" || argument == "--debug") {
        plugin.serve_detached(announce)
    } else {
        plugin.serve()
    }
}

/// In debug mode there is a person at standard output, and no host.
fn announce(reattach: &Reattach) {
    let providers: Vec<String> =
        ADDRESSES.iter().map(|address| format!("\"{address}\":{}", reattach.to_json())).collect();
    // If nobody reads it, nobody can use it either.
    let _ = writeln!(std::io::stdout(), "TF_REATTACH_PROVIDERS='{{{}}}'", providers.join(","));
}
