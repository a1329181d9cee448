//! UpgradeResourceState.

use plugin_proto::tfplugin6::RawState;
use plugin_proto::tfplugin6::upgrade_resource_state::{Request, Response};
use tf_framework::value::Value;

use crate::core::{Core, details, flatmap, json, note, note_value, state, told, with};

async fn upgrade(version: i64, raw_state: Option<RawState>) -> Response {
    let core = Core::unconfigured("upgrade");
    let request = Request { type_name: "test_note".to_owned(), version, raw_state };
    core.client.clone().upgrade_resource_state(request).await.unwrap().into_inner()
}

const CURRENT: &str = r#"{"folder":"f","name":"n","text":"x","ttl":3600,"digest":"1+0","id":"f/n""#;

#[tokio::test]
async fn a_state_of_today_is_read_leniently() {
    let answer = upgrade(2, json(&format!("{CURRENT},\"removed\":[1],\"secret\":\"canary\"}}"))).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert!(answer.upgraded_state.as_ref().unwrap().json.is_empty());
    assert_eq!(
        note_value(answer.upgraded_state.as_ref()),
        state("x"),
        "blocks that were added since are empty, secrets null"
    );
}

#[tokio::test]
async fn a_half_made_state_of_today_is_read_too() {
    let answer = upgrade(2, json(r#"{"folder":"f","name":"n","id":null}"#)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    let expected = note([("folder", Value::from("f")), ("name", Value::from("n"))]);
    assert_eq!(note_value(answer.upgraded_state.as_ref()), expected);
}

#[tokio::test]
async fn a_state_of_each_earlier_version_is_upgraded() {
    let answer = upgrade(0, json(r#"{"path":"f/n","text":"x","what_we_need_not_know":{}}"#)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.upgraded_state.as_ref()), state("x"));
    let answer = upgrade(1, json(r#"{"folder":"f","name":"n","id":"old"}"#)).await;
    let expected = with(state(""), [("text", Value::Null), ("id", Value::from("old"))]);
    assert_eq!(note_value(answer.upgraded_state.as_ref()), expected);
}

#[tokio::test]
async fn a_half_made_state_of_an_earlier_version_keeps_what_it_can() {
    let answer = upgrade(1, json(r#"{"folder":"f","name":"n","id":null}"#)).await;
    assert_eq!(told(&answer.diagnostics), ["warning: Incomplete State: test_note"]);
    let expected = note([("folder", Value::from("f")), ("name", Value::from("n"))]);
    assert_eq!(note_value(answer.upgraded_state.as_ref()), expected, "by which it can still be found");
}

#[tokio::test]
async fn an_upgrade_may_fail() {
    assert_eq!(told(&upgrade(0, json(r#"{"path":"no-slash"}"#)).await.diagnostics), ["error: The server refused"]);
}

#[tokio::test]
async fn other_versions_and_forms_are_refused() {
    let answer = upgrade(7, json("{}")).await;
    assert_eq!(told(&answer.diagnostics), ["error: No way to upgrade test_note from version 7"]);
    assert!(details(&answer.diagnostics).contains("version 7"));
    assert_eq!(told(&upgrade(2, flatmap()).await.diagnostics), ["error: The state Is Too Old"]);
    assert_eq!(told(&upgrade(2, json(r#"{"ttl":{"canary":1}}"#)).await.diagnostics), ["error: Reading the state"]);
    assert_eq!(told(&upgrade(2, json("{")).await.diagnostics), ["error: Reading the state"]);
}
