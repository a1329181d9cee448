//! ReadResource.

use plugin_proto::tfplugin6::read_resource::{Request, Response};
use tf_framework::value::Value;

use crate::core::{Core, details, identity, identity_message, names, note_message, note_value, state, told, with};
use crate::world::Act;

fn request(state: &Value) -> Request {
    Request {
        type_name: "test_note".to_owned(),
        current_state: note_message(state),
        private: b"{\"old\":1}".to_vec().into(),
        current_identity: identity_message("f", "n"),
        ..Request::default()
    }
}

async fn read(core: &Core, state: &Value) -> Response {
    core.client.clone().read_resource(request(state)).await.unwrap().into_inner()
}

#[tokio::test]
async fn drift_is_seen_and_another_spelling_is_none() {
    let core = Core::new("read").await;
    core.world.put("f", "n", "X");
    let answer = read(&core, &state("x")).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"), "capitals make no difference");
    assert_eq!(answer.private, &b"{\"old\":1}"[..], "what is not echoed is lost");
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    core.world.put("f", "n", "other");
    assert_eq!(note_value(read(&core, &state("x")).await.new_state.as_ref()), state("other"));
}

#[tokio::test]
async fn what_is_gone_is_null() {
    let core = Core::new("read gone").await;
    let answer = read(&core, &state("x")).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert!(answer.new_state.is_some());
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
    assert_eq!(answer.new_identity, None);
}

#[tokio::test]
async fn only_what_is_gone_for_certain_is_gone() {
    let core = Core::new("read fails").await;
    core.world.will([Act::Fail, Act::Panic]);
    assert_eq!(told(&read(&core, &state("x")).await.diagnostics), ["error: The server refused"]);
    assert_eq!(told(&read(&core, &state("x")).await.diagnostics), ["error: Bug in the Provider: test_note"]);
}

#[tokio::test]
async fn a_state_stands_if_it_can_not_be_compared() {
    let core = Core::new("read sealed").await;
    core.world.will([Act::PriorStands, Act::PriorStands, Act::NeedAddress, Act::NeedAddress]);
    core.configure(Value::unknown()).await;
    let answer = read(&core, &state("x")).await;
    assert_eq!(told(&answer.diagnostics), ["warning: The server is sealed"]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"));
    assert_eq!(answer.private, &b"{\"old\":1}"[..]);
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    assert_eq!(told(&read(&core, &state("y")).await.diagnostics), [""; 0], "said once in a run");
    let answer = read(&core, &state("x")).await;
    assert_eq!(told(&answer.diagnostics), ["warning: Provider Configuration Not Known Yet"]);
    assert!(details(&answer.diagnostics).contains("attribute address of the provider block"));
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"));
    assert_eq!(told(&read(&core, &state("y")).await.diagnostics), [""; 0]);
}

#[tokio::test]
async fn a_state_that_stands_gets_its_identity() {
    let core = Core::new("read sealed identity").await;
    core.world.will([Act::PriorStands]);
    let asked = Request { current_identity: None, ..request(&state("x")) };
    let answer = core.client.clone().read_resource(asked).await.unwrap().into_inner();
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"), "it was written by a core without identities");
}

#[tokio::test]
async fn what_is_said_and_stored_on_the_way_arrives() {
    let core = Core::new("read says").await;
    core.world.put("f", "n", "x");
    core.world.will([Act::Warn, Act::Remember]);
    assert_eq!(told(&read(&core, &state("x")).await.diagnostics), ["warning: Careful"]);
    assert_eq!(read(&core, &state("x")).await.private, &b"{\"old\":1,\"seen\":7}"[..]);
}

#[tokio::test]
async fn what_is_not_read_back_is_kept() {
    let core = Core::new("read keeps").await;
    core.world.put("f", "n", "x");
    let rules = Value::list([Value::object([("who", Value::from("me"))])]);
    let current = with(state("x"), [("rule", rules), ("secret_version", Value::from(3))]);
    assert_eq!(note_value(read(&core, &current).await.new_state.as_ref()), current);
}

#[tokio::test]
async fn foreign_private_data_is_nothing() {
    let core = Core::new("read private").await;
    core.world.put("f", "n", "x");
    let asked = Request { private: b"\xff\x00".to_vec().into(), ..request(&state("x")) };
    let answer = core.client.clone().read_resource(asked).await.unwrap().into_inner();
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert!(answer.private.is_empty());
}
