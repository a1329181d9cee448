//! UpgradeResourceIdentity.

use plugin_proto::tfplugin6::RawState;
use plugin_proto::tfplugin6::upgrade_resource_identity::{Request, Response};

use crate::core::{Core, flatmap, identity, json, names, told};

async fn upgrade(raw_identity: Option<RawState>) -> Response {
    let core = Core::unconfigured("upgrade identity");
    let request = Request { type_name: "test_note".to_owned(), version: 1, raw_identity };
    core.client.clone().upgrade_resource_identity(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn what_still_fits_is_kept() {
    let answer = upgrade(json(r#"{"folder":"f","name":"n","removed":true}"#)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(identity(answer.upgraded_identity.as_ref()), names("f", "n"));
}

#[tokio::test]
async fn what_does_not_is_null_until_the_next_refresh() {
    for raw in [json(r#"{"path":"f/n"}"#), json(r#"{"folder":[],"name":"n"}"#), None, json("")] {
        let answer = upgrade(raw).await;
        assert_eq!(told(&answer.diagnostics), [""; 0]);
        let data = answer.upgraded_identity.as_ref().unwrap().identity_data.as_ref();
        assert_eq!(data.unwrap().msgpack, &b"\xc0"[..], "nothing at all would be an error");
    }
}

#[tokio::test]
async fn flatmaps_are_refused() {
    assert_eq!(told(&upgrade(flatmap()).await.diagnostics), ["error: The identity Is Too Old"]);
}
