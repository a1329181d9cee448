//! ApplyResourceChange.

use futures_util::FutureExt as _;
use plugin_proto::tfplugin6::apply_resource_change::{Request, Response};
use tf_framework::value::Value;

use crate::core::{
    Core, config, details, identity, identity_message, names, note_message, note_value, panic_of, state, told, with,
};
use crate::world::Act;

pub(crate) fn request(prior: &Value, planned: &Value, config: &Value) -> Request {
    Request {
        type_name: "test_note".to_owned(),
        prior_state: note_message(prior),
        planned_state: note_message(planned),
        config: note_message(config),
        planned_private: b"{\"old\":1}".to_vec().into(),
        planned_identity: identity_message("f", "n"),
        ..Request::default()
    }
}

/// What is planned for the creation of this.
pub(crate) fn planned(config: Value) -> Value {
    with(
        config,
        [("ttl", Value::from(3600)), ("id", Value::unknown()), ("digest", Value::unknown()), ("secret", Value::Null)],
    )
}

pub(crate) fn create() -> Request {
    request(&Value::Null, &planned(config("x")), &config("x"))
}

pub(crate) fn update() -> Request {
    let planned = with(state("y"), [("digest", Value::unknown())]);
    request(&state("x"), &planned, &config("y"))
}

fn delete() -> Request {
    request(&state("x"), &Value::Null, &Value::Null)
}

pub(crate) async fn apply(core: &Core, request: Request) -> Response {
    core.client.clone().apply_resource_change(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_creation() {
    let core = Core::new("create").await;
    let answer = apply(&core, create()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"), "in the spelling of the plan");
    assert_eq!(answer.private, &b"{\"old\":1}"[..], "what is not echoed is lost");
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    assert_eq!(core.world.get("f", "n").unwrap().text.as_deref(), Some("X"));
}

#[tokio::test]
async fn write_only_values_reach_the_resource_and_nothing_else() {
    let core = Core::new("create secret").await;
    let secret = with(config("x"), [("secret", Value::from("12345")), ("secret_version", Value::from(1))]);
    let answer = apply(&core, request(&Value::Null, &planned(secret.clone()), &secret)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    let expected = with(state("x"), [("secret_version", Value::from(1)), ("digest", Value::from("1+5"))]);
    assert_eq!(note_value(answer.new_state.as_ref()), expected);
    core.world.will([Act::FailAfterCheckpoint, Act::FailAfterPlan]);
    for _ in 0..2 {
        let answer = apply(&core, request(&Value::Null, &planned(secret.clone()), &secret)).await;
        let state = note_value(answer.new_state.as_ref());
        assert_eq!(state.attribute("secret"), Some(&Value::Null), "after an error too");
    }
}

#[tokio::test]
async fn an_update() {
    let core = Core::new("update").await;
    let answer = apply(&core, update()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("y"));
    assert_eq!(answer.private, &b"{\"old\":1}"[..]);
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    assert_eq!(core.world.calls(), ["configure", "update f/n"]);
}

#[tokio::test]
async fn a_deletion() {
    let core = Core::new("delete").await;
    core.world.put("f", "n", "x");
    let answer = apply(&core, delete()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
    assert_eq!(answer.new_identity, None);
    assert_eq!(core.world.get("f", "n"), None);
}

#[tokio::test]
async fn a_creation_that_fails_leaves_what_was_recorded() {
    let core = Core::new("create fails").await;
    core.world.will([Act::Fail, Act::FailAfterCheckpoint, Act::FailAfterPlan, Act::FailAfterForgetting]);
    let half_made = with(planned(config("x")), [("id", Value::Null), ("digest", Value::Null)]);
    for expected in [Value::Null, state("x"), half_made, Value::Null] {
        let answer = apply(&core, create()).await;
        assert_eq!(told(&answer.diagnostics), ["error: The server refused"]);
        assert_eq!(note_value(answer.new_state.as_ref()), expected);
        assert_eq!(identity(answer.new_identity.as_ref()).is_some(), !expected.is_null());
    }
}

#[tokio::test]
async fn an_update_that_fails_leaves_what_was_recorded_or_what_there_was() {
    let core = Core::new("update fails").await;
    core.world.will([Act::Fail, Act::FailAfterCheckpoint, Act::FailAfterForgetting]);
    for expected in [state("x"), state("y"), state("x")] {
        let answer = apply(&core, update()).await;
        assert_eq!(told(&answer.diagnostics), ["error: The server refused"]);
        assert_eq!(note_value(answer.new_state.as_ref()), expected);
        assert_eq!(answer.private, &b"{\"old\":1}"[..]);
        assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    }
}

#[tokio::test]
async fn a_deletion_that_fails_leaves_what_there_was() {
    let core = Core::new("delete fails").await;
    core.world.will([Act::Fail]);
    let answer = apply(&core, delete()).await;
    assert_eq!(told(&answer.diagnostics), ["error: The server refused"]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"));
    assert_eq!(answer.private, &b"{\"old\":1}"[..]);
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
}

#[tokio::test]
async fn a_panic_is_one_more_failure() {
    let core = Core::new("create panics").await;
    core.world.will([Act::Panic, Act::PanicAfterCheckpoint]);
    for expected in [Value::Null, state("x")] {
        let answer = apply(&core, create()).await;
        assert_eq!(told(&answer.diagnostics), ["error: Bug in the Provider: test_note"]);
        assert_eq!(note_value(answer.new_state.as_ref()), expected);
    }
}

#[tokio::test]
async fn what_is_said_and_stored_on_the_way_arrives() {
    let core = Core::new("create says").await;
    core.world.will([Act::Warn, Act::Remember]);
    assert_eq!(told(&apply(&core, create()).await.diagnostics), ["warning: Careful"]);
    assert_eq!(apply(&core, create()).await.private, &b"{\"old\":1,\"seen\":7}"[..]);
}

#[tokio::test]
async fn failures_that_a_refresh_forgives_are_failures_here() {
    let core = Core::new("create unknown").await;
    core.configure(Value::unknown()).await;
    core.world.will([Act::PriorStands, Act::NeedAddress]);
    assert_eq!(told(&apply(&core, create()).await.diagnostics), ["error: The server is sealed"]);
    let answer = apply(&core, create()).await;
    assert_eq!(
        told(&answer.diagnostics),
        ["error: Provider Configuration Not Known Yet"],
        "and no path: it is of another block"
    );
    assert!(details(&answer.diagnostics).contains("attribute address of the provider block"));
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_is_a_panic_here() {
    let core = Core::new("create broken").await;
    core.world.will([Act::BreakRule, Act::OtherIdentity, Act::OtherIdentity]);
    let call = |request| {
        let core = core.clone();
        panic_of(async move { apply(&core, request).await })
    };
    let text = call(create()).await;
    assert!(text.starts_with("bug in resource test_note, attribute ttl: "), "{text}");
    let text = call(create()).await;
    assert!(text.starts_with("bug in resource test_note, attribute name: "), "{text}");
    let text = call(update()).await;
    assert!(text.contains("the whole object: its identity is another one after an update"), "{text}");
}

#[tokio::test]
async fn a_call_that_its_client_gives_up_goes_on() {
    let core = Core::new("create given up").await;
    // Looked at once, then dropped.
    assert!(apply(&core, create()).now_or_never().is_none());
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while core.world.get("f", "n").is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn calls_run_beside_each_other() {
    let core = Core::new("beside").await;
    core.world.will([Act::Hang]);
    let hanging = tokio::spawn({
        let core = core.clone();
        async move { apply(&core, create()).await }
    });
    while core.world.calls().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(told(&apply(&core, update()).await.diagnostics), [""; 0]);
    hanging.abort();
}

#[tokio::test]
async fn a_call_that_is_not_begun_changes_nothing() {
    let core = Core::unconfigured("apply unconfigured");
    let answer = apply(&core, update()).await;
    assert_eq!(told(&answer.diagnostics), ["error: Provider Not Configured"]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"));
    assert_eq!(answer.private, &b"{\"old\":1}"[..]);
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
}
