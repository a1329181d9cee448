//! ReadDataSource.

use plugin_proto::tfplugin6::read_data_source::{Request, Response};
use tf_framework::value::{Type, Value};

use crate::core::{BlockType as _, Core, details, dynamic, panic_of, told, value};
use crate::provider::NoteData;
use crate::world::Act;

fn object(folder: Value, name: Value, text: Value, after: Value) -> Value {
    Value::object([("folder", folder), ("name", name), ("text", text), ("after", after)])
}

pub(crate) fn named(name: &str) -> Value {
    object(Value::Null, Value::from(name), Value::Null, Value::Null)
}

pub(crate) async fn read(core: &Core, config: Value) -> Response {
    let config = Some(dynamic(&NoteData::block_type(), &config));
    let request = Request { type_name: "test_note".to_owned(), config, ..Request::default() };
    core.client.clone().read_data_source(request).await.unwrap().into_inner()
}

fn found(answer: &Response) -> Value {
    value(&NoteData::block_type(), answer.state.as_ref())
}

#[tokio::test]
async fn what_is_computed_is_undecided() {
    let core = Core::new("data").await;
    core.world.put("notes", "n", "x");
    let answer = read(&core, named("n")).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(found(&answer), object(Value::from("notes"), Value::from("n"), Value::from("x"), Value::Null));
    assert_eq!(core.world.calls(), ["configure", "look up notes/n"]);
}

#[tokio::test]
async fn what_must_be_there_first_is_echoed() {
    let core = Core::new("data after").await;
    let after = Value::dynamic(Type::list(Type::Bool), Value::list([Value::from(true)])).unwrap();
    let config = object(Value::from("f"), Value::from("n"), Value::Null, after.clone());
    let answer = read(&core, config).await;
    assert_eq!(found(&answer), object(Value::from("f"), Value::from("n"), Value::Null, after));
}

#[tokio::test]
async fn what_is_not_known_yet_is_an_error() {
    let core = Core::new("data unknown").await;
    let answer = read(&core, object(Value::Null, Value::unknown(), Value::Null, Value::Null)).await;
    assert_eq!(told(&answer.diagnostics), ["error: Value Not Known Yet at .name"]);
    // What the provider could decide by itself is not for it to decide here.
    let answer = read(&core, object(Value::unknown(), Value::from("n"), Value::Null, Value::Null)).await;
    assert_eq!(told(&answer.diagnostics), ["error: Value Not Known Yet at .folder"]);
    assert_eq!(core.world.calls(), ["configure"]);
}

#[tokio::test]
async fn failures_are_failures() {
    let core = Core::new("data fails").await;
    core.configure(Value::unknown()).await;
    core.world.will([Act::Fail, Act::PriorStands, Act::NeedAddress, Act::Panic, Act::Warn]);
    assert_eq!(told(&read(&core, named("n")).await.diagnostics), ["error: The server refused"]);
    assert_eq!(told(&read(&core, named("n")).await.diagnostics), ["error: The server is sealed"]);
    let answer = read(&core, named("n")).await;
    assert_eq!(told(&answer.diagnostics), ["error: Provider Configuration Not Known Yet"]);
    let details = details(&answer.diagnostics);
    assert!(details.contains("attribute address of the provider block"), "{details}");
    assert!(details.contains("-target=ADDRESS") && details.contains("-exclude=ADDRESS"), "{details}");
    assert_eq!(told(&read(&core, named("n")).await.diagnostics), ["error: Bug in the Provider: test_note"]);
    assert_eq!(told(&read(&core, named("n")).await.diagnostics), ["warning: Careful"]);
}

#[tokio::test]
async fn what_was_set_must_come_back() {
    let core = Core::new("data broken").await;
    core.world.will([Act::BreakRule]);
    let text = panic_of(async move { read(&core, named("n")).await }).await;
    assert!(text.starts_with("bug in resource test_note, attribute name: "), "{text}");
}

#[tokio::test]
async fn it_is_not_read_before_the_provider_is_configured() {
    let core = Core::unconfigured("data unconfigured");
    assert_eq!(told(&read(&core, named("n")).await.diagnostics), ["error: Provider Not Configured"]);
}
