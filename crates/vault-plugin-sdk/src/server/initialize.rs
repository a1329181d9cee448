//! `Initialize`: the storage is there.

use std::sync::Arc;
use std::time::Duration;

use plugin_proto::vault::pb;

use crate::backend::Backend;
use crate::instance::Instance;

/// What the host waits, which holds locks meanwhile. The initialisation goes on, and whoever comes waits for it.
const LIMIT: Duration = Duration::from_secs(10);

pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Arc<Backend<S>>,
    instance: Arc<Instance<S>>,
) -> pb::InitializeReply {
    let err = instance.ready_within(LIMIT, backend).await.err().map(|error| {
        // At an unseal the server only logs it, and the mount is there all the same: the next request tries again.
        tracing::warn!(%error, "the mount is not initialised yet");
        error.to_wire()
    });
    pb::InitializeReply { err }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_host_is_not_held_up_and_the_initialisation_goes_on() {
        let backend = Backend::builder("1.0.0").initialise(|_| async {
            tokio::time::sleep(LIMIT * 3 / 2).await;
            Ok(())
        });
        let (backend, instance) = (Arc::new(backend.build().unwrap()), Arc::new(Instance::unconnected("")));
        let begin = Instant::now();
        assert_eq!(answer(&backend, Arc::clone(&instance)).await.err.unwrap().err_code, 503);
        assert_eq!(begin.elapsed(), LIMIT);
        assert_eq!(answer(&backend, instance).await.err, None);
        assert_eq!(begin.elapsed(), LIMIT * 3 / 2);
    }
}
