//! `status`: what the engine knows of itself and of its server.

use std::sync::atomic::Ordering;

use serde_json::json;
use vault_plugin_sdk::{Call, Outcome, Path, Response};

use crate::engine::Engine;
use crate::ticks::Ticks;

pub(crate) fn path() -> Path<Engine> {
    Path::new("status").synopsis("What the engine knows of itself and of its server. Needs sudo.").sudo().read(read)
}

async fn read(call: Call<Engine>) -> Outcome {
    let system = call.system();
    let cluster = system.cluster().await?;
    let state = call.state();
    Response::data(&json!({
        "server_version": system.server_version().await?.version,
        "cluster_id": cluster.id,
        "mount": call.request().mount_point,
        "mount_uuid": call.mount().setup().uuid(),
        "plugin_version": call.mount().setup().option("plugin_version"),
        "process": std::process::id(),
        "default_lease_seconds": system.default_lease_ttl().await?.as_secs(),
        "max_lease_seconds": system.max_lease_ttl().await?.as_secs(),
        "has_transactions": call.storage().read_only_transaction().await?.is_some(),
        "initialised": state.initialised.load(Ordering::Relaxed),
        "ticks": Ticks::load(call.mount()).await?.count,
    }))
}
