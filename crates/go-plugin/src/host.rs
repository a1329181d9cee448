//! What a plugin's services may know of the host that they serve.

use tokio_util::sync::CancellationToken;

use crate::broker::Broker;

/// The host at the other end: handed to the services when they are made, cheap to clone.
#[derive(Clone)]
pub struct Host {
    pub(crate) broker: Broker,
    pub(crate) stop: CancellationToken,
    pub(crate) protocol: u32,
}

impl Host {
    /// Connections beside the main one, in both directions.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The protocol version that was agreed on.
    #[must_use]
    pub fn protocol(&self) -> u32 {
        self.protocol
    }

    /// Resolves when the plugin is shutting down. Background work must stop then; running calls have about a second.
    pub async fn shutting_down(&self) {
        self.stop.cancelled().await;
    }

    /// Shuts the plugin down in good order, as if the host had asked for it.
    pub fn shut_down(&self) {
        self.stop.cancel();
    }
}
