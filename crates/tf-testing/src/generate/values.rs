//! Values of one type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use tf_value::{Number, Type, Value};

/// Texts of the forms that attributes often have.
pub(super) const FORMS: &[&str] = &[
    "30s",
    "5m",
    "7d",
    "{}",
    r#"{"a": [1]}"#,
    "10.0.0.0/8",
    "192.168.1.1",
    "https://example.com/a",
    "a.example.com",
    "2030-01-31T12:00:00Z",
    "123e4567-e89b-12d3-a456-426614174000",
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
];

/// Known values of a type, none of them null.
pub(super) fn typed(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::String => text().prop_map(Value::from).boxed(),
        Type::Number => number(),
        Type::Dynamic => prop_oneof![dynamic(Type::String), dynamic(Type::list(Type::Number))].boxed(),
        Type::List(element) => several(element).prop_map(Value::list).boxed(),
        Type::Set(element) => several(element).prop_map(Value::set).boxed(),
        Type::Map(element) => prop::collection::btree_map("[a-c]", typed(element), 0..3).prop_map(Value::map).boxed(),
        Type::Tuple(elements) => elements.iter().map(typed).collect::<Vec<_>>().prop_map(Value::tuple).boxed(),
        Type::Object(object) => {
            let (names, values): (Vec<_>, Vec<_>) =
                object.attributes().map(|(name, ty)| (name.clone(), typed(ty))).unzip();
            values.prop_map(move |values| Value::object(names.iter().cloned().zip(values))).boxed()
        }
    }
}

/// A text that is found wherever it leaks to, in the forms that secrets often have.
pub(super) fn canaries() -> BoxedStrategy<Vec<Value>> {
    let forms = |secret: String| {
        let canary = format!("canary-{secret}");
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&canary));
        [canary.clone(), format!("{{\"canary\":\"{canary}\"}}"), pem].map(Value::from).to_vec()
    };
    "[a-z0-9]{20}".prop_map(forms).boxed()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z]{1,3}",
        2 => "[a-z]{4,12}",
        // Composed and decomposed are the same to core.
        1 => Just("Z\u{fc}rich".to_owned()),
        1 => Just(String::new()),
    ]
}

fn number() -> BoxedStrategy<Value> {
    let exact = |text: &str| Value::Number(text.parse().unwrap_or_else(|_| Number::from(0)));
    prop_oneof![
        8 => (0_i64..100).prop_map(Value::from),
        1 => Just(Value::from(-1)),
        // No double is one of these.
        1 => Just(exact("18446744073709551617")),
        1 => Just(exact("0.1")),
    ]
    .boxed()
}

fn dynamic(ty: Type) -> BoxedStrategy<Value> {
    // It was made by its type.
    typed(&ty).prop_map(move |value| Value::dynamic(ty.clone(), value).unwrap_or(Value::Null)).boxed()
}

fn several(element: &Type) -> impl Strategy<Value = Vec<Value>> + use<> {
    prop::collection::vec(typed(element), 0..3)
}
