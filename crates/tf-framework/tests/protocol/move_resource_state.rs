//! MoveResourceState.

use plugin_proto::tfplugin6::RawState;
use plugin_proto::tfplugin6::move_resource_state::{Request, Response};
use tf_framework::value::Value;

use crate::core::{Core, details, flatmap, identity, json, names, note_value, state, told, with};

fn request(source_type_name: &str, source_schema_version: i64, source_state: Option<RawState>) -> Request {
    Request {
        source_provider_address: "registry.opentofu.org/other/other".to_owned(),
        source_type_name: source_type_name.to_owned(),
        source_schema_version,
        source_state,
        source_private: b"{\"seen\":7}".to_vec().into(),
        target_type_name: "test_note".to_owned(),
        ..Request::default()
    }
}

async fn take_over(request: Request) -> Response {
    Core::unconfigured("move").client.clone().move_resource_state(request).await.unwrap().into_inner()
}

fn memo() -> Option<RawState> {
    json(r#"{"title":"n","body":"x","colour":"red","schema":{"of":"its own"}}"#)
}

#[tokio::test]
async fn a_state_of_another_provider_becomes_ours() {
    for address in ["registry.opentofu.org/other/other", "other", "mirror.example/x/other"] {
        let asked = Request { source_provider_address: address.to_owned(), ..request("other_memo", 2, memo()) };
        let answer = take_over(asked).await;
        assert_eq!(told(&answer.diagnostics), [""; 0]);
        let expected = with(state("x"), [("folder", Value::from("memos")), ("id", Value::from("memos/n"))]);
        assert_eq!(note_value(answer.target_state.as_ref()), expected);
        assert_eq!(identity(answer.target_identity.as_ref()), names("memos", "n"));
        assert!(answer.target_private.is_empty(), "what another provider stored is not ours");
    }
}

#[tokio::test]
async fn what_this_provider_stored_is_kept() {
    let address = "registry.opentofu.org/acme/test".to_owned();
    let asked = Request { source_provider_address: address, ..request("other_memo", 1, memo()) };
    assert_eq!(take_over(asked).await.target_private, &b"{\"seen\":7}"[..]);
}

#[tokio::test]
async fn other_types_and_versions_are_refused() {
    let answer = take_over(request("other_letter", 1, memo())).await;
    assert_eq!(told(&answer.diagnostics), ["error: A other_letter can't become a test_note"]);
    assert!(details(&answer.diagnostics).contains("other_memo"), "what can");
    let answer = take_over(request("other_memo", 3, memo())).await;
    assert_eq!(told(&answer.diagnostics), ["error: A other_memo can't become a test_note"]);
    assert!(details(&answer.diagnostics).contains("version 3"));
    let asked = Request { target_type_name: "test_plain".to_owned(), ..request("other_memo", 1, memo()) };
    let answer = take_over(asked).await;
    assert!(details(&answer.diagnostics).contains("can't take over the state of any other resource"));
}

#[tokio::test]
async fn states_that_can_not_be_read_are_refused() {
    assert_eq!(
        told(&take_over(request("other_memo", 1, flatmap())).await.diagnostics),
        ["error: The state Is Too Old"]
    );
    let answer = take_over(request("other_memo", 1, json(r#"{"title":null}"#))).await;
    assert_eq!(told(&answer.diagnostics), ["error: Invalid Value at .title"]);
}
