//! The program around an engine: what `main` returns.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use go_plugin::{MAX_MESSAGE_BYTES, MagicCookie, Plugin, Services};
use plugin_proto::vault::logical::plugin_version_server::PluginVersionServer;
use plugin_proto::vault::multiplexing::plugin_multiplexing_server::PluginMultiplexingServer;
use plugin_proto::vault::pb::backend_server::BackendServer;
use tracing::level_filters::LevelFilter;

use crate::backend::BackendBuilder;
use crate::server::Server;

/// The cookie of every secrets engine and auth method, on both servers.
const COOKIE: MagicCookie = MagicCookie { name: "VAULT_BACKEND_PLUGIN", value: "6669da05-b1c8-4f49-97d9-c8e5bed98e20" };

/// The version of the protocol in which both sides prove who they are. Older ones are not spoken.
const PROTOCOL: u32 = 5;

/// Where operators set the log level: with the plugin in the catalogue, or for the server, whose environment its plugins inherit.
/// `OpenBao` reads the first for itself, Vault the second.
const LOG_LEVEL: &[&str] = &["BAO_LOG_LEVEL", "VAULT_LOG_LEVEL"];

/// Runs the program of an engine. The only line that its `main` needs:
///
/// ```no_run
/// use std::process::ExitCode;
/// use vault_plugin_sdk::{Backend, serve};
///
/// fn main() -> ExitCode {
///     serve(Backend::builder(env!("CARGO_PKG_VERSION")))
/// }
/// ```
///
/// Started by `OpenBao` or Vault, it serves it until the end, all mounts in this one process. Started by anybody else it says
/// what it is, and fails at once. A host that offers no TLS is refused.
#[must_use]
pub fn serve<S: Send + Sync + 'static>(builder: BackendBuilder<S>) -> ExitCode {
    // A mistake of the author is for whoever starts it, also by hand.
    let backend = match builder.build() {
        Ok(backend) => Arc::new(backend),
        Err(error) => {
            use std::io::Write as _;
            // Nobody is left to tell if it can't be written.
            let _ = writeln!(std::io::stderr(), "This engine can't be served: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let served = Arc::new(OnceLock::<Server<S>>::new());
    let at_the_end = Arc::clone(&served);
    Plugin::new(COOKIE)
        .protocol(PROTOCOL, move |host| {
            let server = served.get_or_init(|| Server::new(backend, host.broker().clone())).clone();
            let backend = BackendServer::new(server.clone())
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .max_encoding_message_size(MAX_MESSAGE_BYTES);
            Services::new()
                .add_service(backend)
                .add_service(PluginVersionServer::new(server.clone()))
                .add_service(PluginMultiplexingServer::new(server))
        })
        .log_level_from(LOG_LEVEL, LevelFilter::INFO)
        .on_shutdown(move || async move {
            if let Some(server) = at_the_end.get() {
                server.shut_down().await;
            }
        })
        .serve()
}
