//! The provider block, and what the provider has.

use tf_framework::model::{Model, Secret, Setting};
use tf_framework::semantic::Duration;
use tf_framework::{Contents, Outcome, Provider};

use crate::client::Client;
use crate::{data_sources, ephemeral, functions, resources};

/// Keeps notes and the like as files in a folder, and policies on an OpenBao server.
#[derive(Debug, Model)]
#[tf(provider = "example")]
pub struct Example {
    /// Folder in which everything but policies is kept. It is made when something is written.
    #[tf(optional)]
    pub directory: Setting<String>,
    /// The server that has the policies.
    #[tf(optional)]
    pub server: Setting<ServerSettings>,
}

/// How a server is reached.
#[derive(Debug, Model)]
#[tf(object, exactly_one_of(token, token_file))]
pub struct ServerSettings {
    /// Its address, such as `https://127.0.0.1:8200`. Without TLS only on the loopback interface.
    #[tf(required)]
    pub address: Setting<String>,
    /// File with the certificates, in PEM, of the authorities that may vouch for it. Those of the system if it is not set.
    #[tf(optional)]
    pub ca_cert_file: Setting<String>,
    /// The token that is sent with each request.
    #[tf(optional)]
    pub token: Setting<Secret>,
    /// File with the token. It is read when the first request is made, so it may not exist before.
    #[tf(optional)]
    pub token_file: Setting<String>,
    /// How long a request may take, such as `10s`. Half a minute if it is not set.
    #[tf(optional)]
    pub timeout: Setting<Duration>,
}

impl Provider for Example {
    type Client = Client;

    fn contents() -> Contents<Self> {
        Contents::new()
            .resource::<resources::Echo>()
            .resource::<resources::Everything>()
            .resource::<resources::Note>()
            .resource::<resources::Policy>()
            .resource::<resources::Ticket>()
            .data_source::<data_sources::Note>()
            .ephemeral::<ephemeral::Lease>()
            .function::<functions::Join>()
            .function::<functions::Slug>()
    }

    fn configure(settings: Self) -> Outcome<Client> {
        Ok(Client::new(settings))
    }

    /// Ends the leases of a CLI that ended without closing them.
    async fn shut_down(client: &Client) {
        let Ok(store) = client.store() else { return };
        for id in std::mem::take(&mut *client.leases()) {
            if let Err(error) = ephemeral::lease::end(&store, &id) {
                tracing::warn!(id, error = &error as &dyn std::error::Error, "a lease is left");
            }
        }
    }
}
