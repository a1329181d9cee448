//! OpenEphemeralResource.

use futures_util::FutureExt as _;
use plugin_proto::tfplugin6::open_ephemeral_resource::{Request, Response};
use tf_framework::value::Value;

use crate::core::{BlockType as _, Core, dynamic, panic_of, told, value};
use crate::provider::Lease;
use crate::world::Act;

pub(crate) const LEASE: &[u8] = br#"{"id":"p","renewed":0}"#;

fn object(path: Value, ttl: Value, token: Value) -> Value {
    Value::object([("path", path), ("ttl", ttl), ("token", token)])
}

fn request(path: Value) -> Request {
    let config = Some(dynamic(&Lease::block_type(), &object(path, Value::Null, Value::Null)));
    Request { type_name: "test_lease".to_owned(), config, ..Request::default() }
}

pub(crate) async fn open(core: &Core, path: Value) -> Response {
    core.client.clone().open_ephemeral_resource(request(path)).await.unwrap().into_inner()
}

#[tokio::test]
async fn it_has_a_result_and_a_lease() {
    let core = Core::new("open").await;
    core.world.will([Act::Warn]);
    let answer = open(&core, Value::from("p")).await;
    assert_eq!(told(&answer.diagnostics), ["warning: Careful"]);
    let result = value(&Lease::block_type(), answer.result.as_ref());
    assert_eq!(result, object(Value::from("p"), Value::Null, Value::from("s.token")));
    assert_eq!(answer.private.as_deref(), Some(LEASE));
    assert_eq!(answer.renew_at.unwrap().seconds, 1);
    assert!(answer.deferred.is_none());
}

#[tokio::test]
async fn what_is_not_known_yet_is_an_error() {
    let core = Core::new("open unknown").await;
    let answer = open(&core, Value::unknown()).await;
    assert_eq!(told(&answer.diagnostics), ["error: Value Not Known Yet at .path"]);
    assert_eq!(core.world.calls(), ["configure"]);
}

#[tokio::test]
async fn failures_are_failures() {
    let core = Core::new("open fails").await;
    core.configure(Value::unknown()).await;
    core.world.will([Act::Fail, Act::NeedAddress, Act::Panic]);
    assert_eq!(told(&open(&core, Value::from("p")).await.diagnostics), ["error: The server refused"]);
    assert_eq!(told(&open(&core, Value::from("p")).await.diagnostics), ["error: Provider Configuration Not Known Yet"]);
    assert_eq!(told(&open(&core, Value::from("p")).await.diagnostics), ["error: Bug in the Provider: test_lease"]);
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_is_closed_before_it_is_told() {
    let core = Core::new("open broken").await;
    core.world.will([Act::BreakRule]);
    let world = std::sync::Arc::clone(&core.world);
    let text = panic_of(async move { open(&core, Value::from("p")).await }).await;
    assert!(text.starts_with("bug in resource test_lease, attribute ttl: "), "{text}");
    assert_eq!(world.calls(), ["configure", "open p", "close p"]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_closed() {
    let core = Core::new("open given up").await;
    core.world.will([Act::Hang]);
    // Looked at once, then dropped.
    assert!(open(&core, Value::from("p")).now_or_never().is_none());
    let closed = async {
        while core.world.calls().last().map(String::as_str) != Some("close p") {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(600), closed).await.unwrap();
    assert_eq!(core.world.calls(), ["configure", "open p", "opened", "close p"]);
}
