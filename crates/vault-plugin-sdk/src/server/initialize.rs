//! `Initialize`: the storage is there.

use std::sync::Arc;

use plugin_proto::vault::pb;

use crate::backend::Backend;
use crate::instance::Instance;

pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
) -> pb::InitializeReply {
    let err = instance.ready(backend).await.err().map(|error| {
        // At an unseal the server only logs it, and the mount is there all the same: the next request tries again.
        tracing::warn!(%error, "the mount is not initialised yet");
        error.to_wire()
    });
    pb::InitializeReply { err }
}
