//! CallFunction.

use plugin_proto::tfplugin6::{DynamicValue, call_function};
use tf_framework::value::{Type, Value};

use crate::core::{Core, dynamic, value};

/// The result, or the text of the error with the position of the argument.
async fn call(name: &str, arguments: Vec<DynamicValue>, ty: Type) -> Result<Value, (String, Option<i64>)> {
    let mut client = Core::unconfigured("call").client;
    let request = call_function::Request { name: name.to_owned(), arguments };
    let answer = client.call_function(request).await.unwrap().into_inner();
    match answer.error {
        None => Ok(value(&ty, answer.result.as_ref())),
        Some(error) => Err((error.text, error.function_argument)),
    }
}

fn text(text: &str) -> DynamicValue {
    dynamic(&Type::String, &Value::from(text))
}

async fn join(arguments: Vec<DynamicValue>) -> Result<Value, (String, Option<i64>)> {
    call("join", arguments, Type::String).await
}

async fn half(number: Value) -> Result<Value, (String, Option<i64>)> {
    call("half", vec![dynamic(&Type::Number, &number)], Type::Number).await
}

#[tokio::test]
async fn further_arguments_are_all_taken() {
    assert_eq!(join(vec![text(", ")]).await, Ok(Value::from("")));
    assert_eq!(join(vec![text(", "), text("a")]).await, Ok(Value::from("a")));
    assert_eq!(join(vec![text(", "), text("a"), text("b"), text("c")]).await, Ok(Value::from("a, b, c")));
}

#[tokio::test]
async fn an_empty_message_is_null() {
    assert_eq!(join(vec![DynamicValue::default(), text("a"), text("b")]).await, Ok(Value::from("ab")));
    let error = join(vec![text(","), text("a"), DynamicValue::default()]).await.unwrap_err();
    assert_eq!(error, ("texts must not be null.".to_owned(), Some(2)));
}

#[tokio::test]
async fn errors_name_the_argument() {
    assert_eq!(half(Value::from(3)).await, Err(("It is odd.".to_owned(), Some(0))));
    let error = join(vec![text(","), text("a"), text("")]).await.unwrap_err();
    assert_eq!(error, ("It is empty.".to_owned(), Some(2)));
    let error = half(Value::from(300)).await.unwrap_err();
    assert_eq!(error, ("number must be a whole number from 0 to 255.".to_owned(), Some(0)));
    let error = call("half", vec![text("canary")], Type::Number).await.unwrap_err();
    assert_eq!(error.1, Some(0));
    assert!(!error.0.contains("canary"), "{error:?}");
}

#[tokio::test]
async fn results_may_be_null() {
    assert_eq!(half(Value::from(4)).await, Ok(Value::from(2)));
    assert_eq!(half(Value::from(0)).await, Ok(Value::Null));
}

#[tokio::test]
async fn calls_that_make_no_sense_are_errors() {
    for arguments in [vec![], vec![text("1"), text("2")]] {
        let error = call("half", arguments, Type::Number).await.unwrap_err();
        assert!(error.0.contains("arguments were given where 1 are expected"), "{error:?}");
    }
    let error = call("third", vec![], Type::Number).await.unwrap_err();
    assert!(error.0.contains("no function \"third\""), "{error:?}");
    let error = half(Value::from(13)).await.unwrap_err();
    assert!(error.0.contains("the function half panicked") && !error.0.contains("canary"), "{error:?}");
}
