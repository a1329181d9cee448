//! `Cleanup`: the end of a mount. It comes twice when a mount is removed, the second time under a lock that stops all routing.

use plugin_proto::vault::pb;
use tonic::metadata::MetadataMap;
use tonic::{Response, Status};
use tracing::Instrument as _;

use crate::instances::{self, Instances};

pub(super) async fn clean_up<S: Send + Sync + 'static>(
    instances: &Instances<S>,
    metadata: &MetadataMap,
) -> Result<Response<pb::Empty>, Status> {
    // Taken out first, so that no other mount waits for this one.
    if let Some(instance) = instances.remove(instances::id(metadata)?) {
        // Of its own: a host that gives up must not leave half an end.
        let ending = tokio::spawn(async move { instance.end().await }.in_current_span());
        if ending.await.is_err() {
            tracing::error!("the end of a mount was not reached");
        }
    }
    Ok(Response::new(pb::Empty {}))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::StorageError;
    use crate::instance::Instance;

    #[tokio::test(start_paused = true)]
    async fn an_end_that_its_host_gives_up_is_reached_all_the_same() {
        let (instances, instance) = (Instances::new(), Arc::new(Instance::unconnected("")));
        instances.insert("a".to_owned(), Arc::clone(&instance));
        let mut metadata = MetadataMap::new();
        metadata.insert("multiplex_id", "a".parse().unwrap());
        let _stuck = instance.writing().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(10), clean_up(&instances, &metadata)).await.is_err());
        let answer = tokio::time::timeout(Duration::from_secs(10), instance.mount.storage().get("a")).await;
        assert_eq!(answer.unwrap().err(), Some(StorageError::Gone));
    }
}
