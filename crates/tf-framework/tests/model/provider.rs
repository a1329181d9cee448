//! A provider block: everything in it may be unknown.

use tf_framework::model::{Fields as _, Model, Secret, Setting};
use tf_framework::value::Value;

/// Where the notes are.
#[derive(Debug, Model)]
#[tf(provider = "example", conflicting(address, login))]
struct Example {
    /// The address.
    #[tf(optional)]
    address: Setting<String>,
    /// How often it is tried.
    #[tf(required)]
    retries: Setting<u8>,
    /// How to log in.
    #[tf(optional)]
    login: Setting<Login>,
}

/// How to log in.
#[derive(Debug, Model)]
#[tf(object)]
struct Login {
    /// Who.
    #[tf(required)]
    name: String,
    /// What only they know.
    #[tf(required)]
    password: Secret,
    /// Where.
    #[tf(optional)]
    path: Setting<String>,
}

fn block(address: Value, retries: Value, login: Value) -> Value {
    Value::object([("address", address), ("retries", retries), ("login", login)])
}

fn login(name: Value, path: Value) -> Value {
    Value::object([("name", name), ("password", Value::from("canary")), ("path", path)])
}

#[test]
fn unset_and_unknown_are_told_apart() {
    let found = Example::from_object(block(Value::Null, Value::unknown(), Value::Null)).unwrap();
    assert_eq!((&found.address, &found.retries), (&Setting::Unset, &Setting::Unknown));
    let object = block(Value::from("here"), Value::from(3), Value::Null);
    let found = Example::from_object(object.clone()).unwrap();
    assert_eq!((&found.address, &found.retries), (&Setting::Known("here".to_owned()), &Setting::Known(3)));
    assert_eq!(found.to_object(), object);
}

#[test]
fn a_part_that_is_unknown_makes_the_whole_unknown_unless_it_is_a_setting() {
    let found = |login| Example::from_object(block(Value::Null, Value::from(1), login)).unwrap().login;
    assert!(found(login(Value::unknown(), Value::Null)).is_unknown());
    let login = found(login(Value::from("me"), Value::unknown())).into_known().unwrap();
    assert_eq!((login.name.as_str(), login.path.is_unknown(), login.password.expose()), ("me", true, "canary"));
}

#[test]
fn its_schema_has_what_the_struct_has() {
    let schema = Example::schema();
    assert_eq!(schema.self_check(), []);
    assert_eq!((Example::TYPE_NAME, schema.block().combinations().len()), ("example", 1));
    assert!(schema.block().attributes()["retries"].mode().is_required());
    let login = schema.block().attributes()["login"].nested().unwrap();
    assert!(login.object().attributes()["password"].is_sensitive());
}
