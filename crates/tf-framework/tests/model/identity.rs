//! What tells one note from the others.

use tf_framework::model::{Fields as _, IdentityModel as _, Model, NoIdentity};
use tf_framework::value::{Type, Value};

use super::note::{Note, NoteIdentity};

fn object(mount: Option<&str>, name: Option<&str>, namespace: Option<&str>) -> Value {
    let members = [("mount", mount), ("name", name), ("namespace", namespace)];
    Value::object(members.map(|(name, value)| (name, Value::from(value))))
}

#[test]
fn it_has_the_fields_that_are_marked() {
    let attributes = NoteIdentity::attributes();
    let found: Vec<_> =
        attributes.iter().map(|part| (part.name, part.ty.clone(), part.required, part.description)).collect();
    let expected = [
        ("mount", Type::String, false, "Where it is."),
        ("name", Type::String, true, "Its name."),
        ("namespace", Type::String, false, "Whose it is."),
    ];
    assert_eq!(found, expected);
    assert_eq!(Note::IMPORT_ID, Some("{mount}/{name}"));
}

#[test]
fn it_comes_back_as_it_was() {
    let value = object(Some("a"), Some("b"), None);
    let identity = NoteIdentity::decode(value.clone()).unwrap();
    assert_eq!(identity, NoteIdentity { mount: "a".to_owned(), name: "b".to_owned(), namespace: None });
    assert_eq!(identity.encode(), value);
}

#[test]
fn what_the_user_leaves_out_has_its_default() {
    let identity = NoteIdentity::decode(object(None, Some("b"), Some("c"))).unwrap();
    assert_eq!(identity.encode(), object(Some("notes"), Some("b"), Some("c")));
    let error = NoteIdentity::decode(object(None, None, None)).unwrap_err();
    assert_eq!((error.path().to_string().as_str(), error.to_string().as_str()), ("name", "must not be null"));
}

/// Something without any.
#[derive(Model)]
#[tf(resource = "anonymous")]
struct Anonymous {
    /// What it says.
    #[tf(required)]
    text: String,
}

#[test]
fn a_model_without_identity_has_none() {
    let anonymous = Anonymous::from_object(Value::object([("text", Value::from("a"))])).unwrap();
    assert_eq!((anonymous.identity(), anonymous.text.as_str()), (NoIdentity, "a"));
    assert!(<Anonymous as Model>::Identity::attributes().is_empty());
    assert_eq!((Anonymous::IMPORT_ID, Anonymous::VERSION), (None, 0));
}
