//! `conformance-plugin`: a plugin whose one service makes it do, on request, everything that a plugin can do to its host.
//!
//! It is as small as a plugin with two protocol versions can be. Started with `-debug` it serves without a host and
//! prints, as JSON, how one reaches it. With `CONFORMANCE_PLAINTEXT` in its environment it also serves without TLS.

mod probe;

use std::io::Write;
use std::process::ExitCode;

use go_plugin::{Host, MAX_MESSAGE_BYTES, MagicCookie, Plugin, Services};
use plugin_proto::conformance::probe_server::ProbeServer;
use tracing::level_filters::LevelFilter;

use crate::probe::ConformanceProbe;

/// A pair of our own: no host but the tests sets it.
const COOKIE: MagicCookie =
    MagicCookie { name: "CONFORMANCE_PLUGIN_COOKIE", value: "7f0a3c52e1d94b6c8d2f5a6be0914c37" };

fn main() -> ExitCode {
    let mut plugin = Plugin::new(COOKIE)
        .protocol(2, services)
        .protocol(3, services)
        .log_level_from(&["CONFORMANCE_LOG"], LevelFilter::DEBUG);
    if std::env::var_os("CONFORMANCE_PLAINTEXT").is_some() {
        plugin = plugin.allow_plaintext();
    }
    if std::env::args().skip(1).any(|argument| argument == "-debug") {
        plugin.serve_detached(|reattach| {
            // If nobody reads it, nobody can use it either.
            let _ = writeln!(std::io::stdout(), "{}", reattach.to_json());
        })
    } else {
        plugin.serve()
    }
}

fn services(host: Host) -> Services {
    let probe = ProbeServer::new(ConformanceProbe::new(host))
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    Services::new().add_service(probe)
}
