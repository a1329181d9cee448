//! CloseEphemeralResource.

use plugin_proto::tfplugin6::{close_ephemeral_resource, stop_provider};

use crate::core::{Core, told};
use crate::open_ephemeral_resource::LEASE;
use crate::world::Act;

async fn close(core: &Core, private: Option<&[u8]>) -> Vec<String> {
    let private = private.map(|lease| lease.to_vec().into());
    let request = close_ephemeral_resource::Request { type_name: "test_lease".to_owned(), private };
    told(&core.client.clone().close_ephemeral_resource(request).await.unwrap().into_inner().diagnostics)
}

#[tokio::test]
async fn it_works_after_a_stop_and_twice() {
    let core = Core::new("close").await;
    core.client.clone().stop_provider(stop_provider::Request {}).await.unwrap();
    assert_eq!(close(&core, Some(LEASE)).await, [""; 0]);
    assert_eq!(close(&core, Some(LEASE)).await, [""; 0]);
    assert_eq!(core.world.calls(), ["configure", "close p", "close p"]);
}

#[tokio::test]
async fn a_failure_is_told() {
    let core = Core::new("close fails").await;
    core.world.will([Act::Fail, Act::Panic]);
    assert_eq!(close(&core, Some(LEASE)).await, ["error: The server refused"]);
    assert_eq!(close(&core, Some(LEASE)).await, ["error: Bug in the Provider: test_lease"]);
}

#[tokio::test]
async fn a_lease_that_can_not_be_read_is_told_without_what_is_in_it() {
    let core = Core::new("close unreadable").await;
    assert_eq!(close(&core, Some(br#"{"id":"canary"}"#)).await, ["error: Unreadable Lease"]);
    assert_eq!(close(&core, None).await, ["error: Unreadable Lease"]);
    assert_eq!(core.world.calls(), ["configure"]);
}
