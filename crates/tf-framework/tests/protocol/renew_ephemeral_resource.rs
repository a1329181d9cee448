//! RenewEphemeralResource.

use plugin_proto::tfplugin6::renew_ephemeral_resource::{Request, Response};

use crate::core::{Core, told};
use crate::open_ephemeral_resource::LEASE;
use crate::world::Act;

async fn renew(core: &Core, lease: &[u8]) -> Response {
    let request = Request { type_name: "test_lease".to_owned(), private: Some(lease.to_vec().into()) };
    core.client.clone().renew_ephemeral_resource(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn each_renewal_has_a_lease_and_says_when_the_next_is_due() {
    let core = Core::new("renew").await;
    let answer = renew(&core, LEASE).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(answer.private.as_deref(), Some(&br#"{"id":"p","renewed":1}"#[..]));
    assert_eq!(answer.renew_at.unwrap().seconds, 2);
    let answer = renew(&core, &answer.private.unwrap()).await;
    assert_eq!(answer.renew_at, None, "and never again");
}

#[tokio::test]
async fn a_failure_keeps_the_lease_and_is_tried_again() {
    let core = Core::new("renew fails").await;
    core.world.will([Act::Fail]);
    for lease in [LEASE, b"of another version"] {
        let answer = renew(&core, lease).await;
        assert_eq!(answer.diagnostics.len(), 1);
        assert_eq!(answer.private.as_deref(), Some(lease), "OpenTofu forgets what is not in the answer");
        assert!(answer.renew_at.unwrap().seconds > 1_700_000_000);
    }
}
