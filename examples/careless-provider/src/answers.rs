//! Taking an answer apart and putting it together again, wrongly.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use plugin_proto::tfplugin6::attribute_path::{Step, step::Selector};
use plugin_proto::tfplugin6::{AttributePath, Diagnostic, DynamicValue, ResourceIdentityData, diagnostic};
use tf_framework::model::{AttributeType as _, Model as _};
use tf_value::{Text, Type, Value, msgpack};

use crate::contents::{Lease, Query, Thing};

/// The type of a thing.
pub(crate) static THING: LazyLock<Type> = LazyLock::new(|| Thing::schema().implied_type().clone());
/// The type of a query.
pub(crate) static QUERY: LazyLock<Type> = LazyLock::new(|| Query::schema().implied_type().clone());
/// The type of a lease.
pub(crate) static LEASE: LazyLock<Type> = LazyLock::new(|| Lease::schema().implied_type().clone());

/// What is written into a state or plan where a secret must not be.
pub(crate) const SECRET: &str = "write-only-secret";

/// A value in an answer.
pub(crate) type Answered = Option<DynamicValue>;

/// Changes the members of an object.
pub(crate) fn change(ty: &Type, answered: &mut Answered, change: impl FnOnce(&mut BTreeMap<Text, Value>)) {
    if let Value::Object(mut members) = read(ty, answered.as_ref()) {
        change(&mut members);
        *answered = written(ty, &Value::Object(members));
    }
}

/// Changes one member of a thing.
pub(crate) fn set(answered: &mut Answered, name: &str, value: Value) {
    change(&THING, answered, |members| drop(members.insert(name.into(), value)));
}

/// One member of a thing.
pub(crate) fn get(answered: &Answered, name: &str) -> Value {
    read(&THING, answered.as_ref()).attribute(name).cloned().unwrap_or(Value::Null)
}

/// Reads a value; null if it can't be read.
pub(crate) fn read(ty: &Type, answered: Option<&DynamicValue>) -> Value {
    answered.and_then(|answered| msgpack::decode(ty, &answered.msgpack).ok()).unwrap_or(Value::Null)
}

/// Writes a value, right or wrong, as long as it is of the type.
pub(crate) fn written(ty: &Type, value: &Value) -> Answered {
    msgpack::encode(ty, value).ok().map(raw)
}

/// These bytes as a value.
pub(crate) fn raw(bytes: Vec<u8>) -> DynamicValue {
    DynamicValue { msgpack: bytes.into(), ..DynamicValue::default() }
}

/// Replaces one piece of the bytes of a value by another.
pub(crate) fn splice(answered: &mut Answered, find: &[u8], replace: &[u8]) {
    let Some(value) = answered else { return };
    let bytes = &value.msgpack;
    if let Some(at) = bytes.windows(find.len()).position(|window| window == find) {
        let (before, rest) = bytes.split_at(at);
        let after = rest.get(find.len()..).unwrap_or_default();
        *value = raw([before, replace, after].concat());
    }
}

/// Null, in bytes.
pub(crate) fn null() -> Answered {
    Some(raw(vec![0xc0]))
}

/// Whether a value is null.
pub(crate) fn is_null(answered: &Answered) -> bool {
    answered.as_ref().is_none_or(|answered| answered.msgpack.is_empty() || *answered.msgpack == [0xc0])
}

/// An identity with this name.
pub(crate) fn identity(name: Value) -> Option<ResourceIdentityData> {
    let value = Value::object([("name", name)]);
    Some(ResourceIdentityData { identity_data: written(&Type::object([("name", Type::String)]), &value) })
}

/// A path.
pub(crate) fn path(steps: impl IntoIterator<Item = Selector>) -> AttributePath {
    AttributePath { steps: steps.into_iter().map(|step| Step { selector: Some(step) }).collect() }
}

/// The name of an attribute in a path.
pub(crate) fn name(name: &str) -> Selector {
    Selector::AttributeName(name.to_owned())
}

/// An error with this text.
pub(crate) fn error(summary: &str) -> Diagnostic {
    let severity = diagnostic::Severity::Error.into();
    Diagnostic { severity, summary: summary.to_owned(), ..Diagnostic::default() }
}

/// A warning with this text.
pub(crate) fn warning(summary: &str) -> Diagnostic {
    let severity = diagnostic::Severity::Warning.into();
    Diagnostic { severity, summary: summary.to_owned(), ..Diagnostic::default() }
}

/// A text as a value.
pub(crate) fn text(text: &str) -> Value {
    text.to_owned().encode()
}

/// What the clock says: never the same twice.
#[expect(clippy::disallowed_methods, reason = "that nobody can know what it says is the sabotage")]
pub(crate) fn clock() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    text(&now.as_nanos().to_string())
}
