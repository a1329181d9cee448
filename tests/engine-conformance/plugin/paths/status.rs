//! `status`: what the mount knows of itself. For operators.

use serde_json::json;
use vault_plugin_sdk::{Call, Outcome, Path, Response};

use crate::engine::Engine;

pub(crate) fn path() -> Path<Engine> {
    Path::new("status").synopsis("What the mount knows of itself.").sudo().read(read)
}

async fn read(call: Call<Engine>) -> Outcome {
    let setup = call.mount().setup();
    let lease = call.system().default_lease_ttl().await?;
    Response::data(&json!({
        "uuid": setup.uuid(),
        "name": setup.option("name"),
        "default_lease_seconds": lease.as_secs(),
        "has_transactions": call.storage().read_only_transaction().await?.is_some(),
    }))
}
