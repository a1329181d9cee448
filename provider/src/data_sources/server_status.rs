//! Data source `secretzero_server_status`: how the server is.

use tf_framework::model::{After, Model, Query};
use tf_framework::{Context, DataSource, Outcome};

use crate::SecretZero;

/// How the server is: initialised, sealed, active, and which cluster it belongs to. It needs no token.
///
/// For `check` blocks and outputs. While the server can't be reached, reading it is an error; so in a configuration that
/// makes the server, let it come `after` that.
#[derive(Debug, Model)]
#[tf(data_source = "server_status")]
pub struct ServerStatus {
    /// Anything that must be known before the server is asked.
    #[tf(optional)]
    pub after: Option<After>,
    /// The address that was asked.
    #[tf(computed)]
    pub address: String,
    /// The version, such as `2.4.0`.
    #[tf(computed)]
    pub version: String,
    /// Whether its storage was initialised.
    #[tf(computed)]
    pub initialized: bool,
    /// Whether it is sealed.
    #[tf(computed)]
    pub sealed: bool,
    /// Whether another node of its cluster is the active one.
    #[tf(computed)]
    pub standby: bool,
    /// Whether it works: initialised, unsealed and active.
    #[tf(computed)]
    pub active: bool,
    /// The kind of seal: `shamir`, `transit`, `static`, …
    #[tf(computed)]
    pub seal_type: String,
    /// Into how many shares its key is split: the key that unseals it, or the one that recovers it if it unseals itself.
    #[tf(computed)]
    pub shares: i64,
    /// How many of them are needed.
    #[tf(computed)]
    pub threshold: i64,
    /// What keeps its data: `raft`, `file`, …
    #[tf(computed)]
    pub storage_type: String,
    /// The name of the cluster. A sealed server does not tell it.
    #[tf(computed)]
    pub cluster_name: Option<String>,
    /// The id of the cluster. A sealed server does not tell it.
    #[tf(computed)]
    pub cluster_id: Option<String>,
}

impl DataSource for ServerStatus {
    type Provider = SecretZero;

    async fn read(cx: &Context<SecretZero>, query: Query<Self>) -> Outcome<Self> {
        let client = cx.client();
        let doing = "Asking how the server is";
        let health = client.health().await.map_err(|error| error.doing(doing))?;
        let seal = client.seal_status().await.map_err(|error| error.doing(doing))?;
        let told = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Self {
            after: query.after,
            address: client.address()?,
            active: health.is_active(),
            version: health.version,
            initialized: health.initialized,
            sealed: health.sealed,
            standby: health.standby,
            seal_type: seal.kind,
            shares: seal.shares.into(),
            threshold: seal.threshold.into(),
            storage_type: seal.storage_type,
            cluster_name: told(health.cluster_name),
            cluster_id: told(health.cluster_id),
        })
    }
}
