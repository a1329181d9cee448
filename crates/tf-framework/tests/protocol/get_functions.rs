//! GetFunctions.

use plugin_proto::tfplugin6::get_functions;

use crate::core::Core;

#[tokio::test]
async fn signatures_are_those_of_the_structs() {
    let core = Core::unconfigured("functions");
    let answer = core.client.clone().get_functions(get_functions::Request {}).await.unwrap().into_inner();
    let join = &answer.functions["join"];
    assert_eq!(join.description, "Joins texts.");
    assert_eq!(join.parameters.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["glue"]);
    assert!(join.parameters[0].allow_null_value, "it is an Option");
    let texts = join.variadic_parameter.as_ref().unwrap();
    assert_eq!((texts.name.as_str(), &texts.r#type[..], texts.allow_null_value), ("texts", &b"\"string\""[..], false));
    assert_eq!(join.r#return.as_ref().unwrap().r#type, &b"\"string\""[..]);
    let half = &answer.functions["half"];
    assert_eq!((half.deprecation_message.as_str(), half.variadic_parameter.is_none()), ("Use `n / 2`.", true));
    assert!(!half.parameters[0].allow_null_value);
}
