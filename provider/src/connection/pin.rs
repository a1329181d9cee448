//! The check that this is the cluster that is meant, before anything secret is sent to it.

use std::sync::atomic::{AtomicBool, Ordering};

use tf_framework::diagnostic::Diagnostic;
use vault_client::Client;
use vault_client::sys::health::{self, Health};

use super::explained::Unsent;
use super::settings::Settings;

/// Whether the cluster was found to be the right one.
#[derive(Debug, Default)]
pub(super) struct Pin(AtomicBool);

impl Pin {
    /// Asks the server for its id, unless that was done.
    ///
    /// # Errors
    /// If it is another cluster, and if it does not tell: a sealed server does not, and gets nothing secret either.
    pub(super) async fn check(&self, settings: &Settings, client: &Client) -> Result<(), Unsent> {
        let Some(expected) = &settings.cluster_id else { return Ok(()) };
        if self.0.load(Ordering::Acquire) {
            return Ok(());
        }
        let request = health::request();
        let health: Health = client.send(&request, None).await?.data().map_err(|error| request.malformed(&error))?;
        if health.cluster_id.is_empty() && health.sealed {
            return Err(request.sealed().into());
        }
        if health.cluster_id.is_empty() {
            return Err(Unsent::unusable(
                Diagnostic::error("A Server That Does Not Tell Its Cluster")
                    .detail(format!(
                        "The server at {} is unsealed and tells no id of its cluster; expected_cluster_id is {expected}. No \
                         token and no login was sent to it.",
                        settings.address
                    ))
                    .remedy("See what listens at this address. A server that was unsealed just now tells it in a moment."),
            ));
        }
        if health.cluster_id != *expected {
            return Err(Unsent::unusable(
                Diagnostic::error("Another Cluster Than Expected")
                    .detail(format!(
                        "The cluster at {} has the id {}; expected_cluster_id is {expected}. No token and no login was sent \
                         to it.",
                        settings.address, health.cluster_id
                    ))
                    .remedy("Use the address of the cluster that is meant, or correct expected_cluster_id."),
            ));
        }
        self.0.store(true, Ordering::Release);
        Ok(())
    }
}
