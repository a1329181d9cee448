//! The parameters of a function.

use tf_framework::model::{Fields as _, Model};
use tf_framework::value::{Type, Value};

/// Joins texts.
#[derive(Model)]
#[tf(function = "join", deprecated = "Use `concat`.")]
struct Join {
    /// What stands between.
    separator: String,
    /// What stands at the end.
    end: Option<String>,
    /// What is joined.
    #[tf(variadic)]
    texts: Vec<String>,
}

#[test]
fn parameters_are_in_order_and_null_only_if_they_can_be() {
    assert_eq!((Join::TYPE_NAME, Join::FIELDS, Join::VARIADIC), ("join", &["separator", "end", "texts"][..], true));
    let schema = Join::schema();
    let attributes = schema.block().attributes();
    let required = Join::FIELDS.iter().map(|name| attributes[*name].mode().is_required()).collect::<Vec<_>>();
    assert_eq!(required, [true, false, true]);
    assert_eq!(attributes["texts"].implied_type(), Type::list(Type::String));
    assert_eq!(attributes["end"].description_text().as_str(), "What stands at the end.");
    assert_eq!(schema.block().deprecation().map(|instead| instead.as_str()), Some("Use `concat`."));
    assert_eq!(Join::TEXTS.position(), 2);
}

#[test]
fn arguments_become_fields() {
    let texts = Value::list([Value::from("a"), Value::from("b")]);
    let arguments = Value::object([("separator", Value::from(", ")), ("end", Value::Null), ("texts", texts)]);
    let join = Join::from_object(arguments.clone()).unwrap();
    assert_eq!((join.separator.as_str(), join.end.as_deref(), join.texts.len()), (", ", None, 2));
    assert_eq!(join.to_object(), arguments);
}
