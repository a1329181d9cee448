//! StopProvider: the user pressed Ctrl-C. What calls wait for is over; they end and say what they have done by then.
//!
//! Serving goes on: core waits for the calls that are under way, and closes ephemeral resources after this.

use plugin_proto::tfplugin6::stop_provider::Response;

use super::served::Served;
use crate::provider::Provider;

pub(super) fn answer<P: Provider>(server: &Served<P>) -> Response {
    tracing::debug!("asked to stop");
    server.stop();
    Response::default()
}
