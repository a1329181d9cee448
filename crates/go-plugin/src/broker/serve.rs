//! Serving a server of our own to the host: a further socket, the same TLS, an announcement.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use plugin_proto::go_plugin::ConnInfo;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{BrokerError, PATIENCE, Shared};
use crate::incoming;
use crate::plugin::DRAIN;
use crate::server;
use crate::services::Services;

/// A server that the host can dial by its number.
///
/// Dropping it ends the server. Calls that are under way get a second to finish; then their connections are cut.
#[derive(Debug)]
pub struct BrokeredServer {
    id: u32,
    _stop: DropGuard,
}

impl BrokeredServer {
    /// The number to tell the host in an answer.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }
}

pub(super) async fn serve(shared: &Arc<Shared>, services: Services) -> Result<BrokeredServer, BrokerError> {
    let id = shared.last_id.fetch_add(1, Ordering::Relaxed) + 1;
    let listener = shared.sockets.listen(&id.to_string()).await?;
    let announcement = ConnInfo {
        service_id: id,
        network: listener.address().network().to_owned(),
        address: listener.address().to_string(),
        knock: None,
    };

    let stop: CancellationToken = shared.stop.child_token();
    let cut = CancellationToken::new();
    let connections = incoming::accept(listener, shared.tls.clone(), stop.clone(), cut.clone());
    let serving = server::serve(services.routes.routes(), services.at_once, connections, stop.clone());
    let stopped = stop.clone();
    tokio::spawn(async move {
        let patience = async {
            stopped.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = serving => {}
            () = patience => tracing::debug!(id, "a brokered server ends although the host still uses it"),
        }
        cut.cancel();
    });
    let server = BrokeredServer { id, _stop: stop.drop_guard() };

    announce(shared, announcement).await?;
    Ok(server)
}

/// Tells the host, waiting for its stream if it is still to come.
async fn announce(shared: &Shared, announcement: ConnInfo) -> Result<(), BrokerError> {
    let telling = async {
        let mut stream = shared.stream.subscribe();
        loop {
            let current = stream.borrow_and_update().clone();
            if let Some(current) = current
                && current.send(Ok(announcement.clone())).await.is_ok()
            {
                return true;
            }
            // No stream, or one whose host has hung up: wait for the next.
            if stream.changed().await.is_err() {
                return false;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, telling).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(BrokerError::NoStream),
    }
}
