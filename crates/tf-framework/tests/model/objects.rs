//! Structs in other structs: what they hold is known where they are used.

use std::collections::BTreeMap;

use tf_framework::model::{AttributeType, Fields, Inside, Model, Secret, SetOf, Setting, WriteOnly};
use tf_framework::schema::{Mode, NestedObject, Nesting};

use super::note::{Label, Note, Reader};

/// Only in an ephemeral resource or a provider block.
#[derive(Model)]
#[tf(object)]
struct Login {
    /// Who.
    #[tf(required)]
    name: Setting<String>,
    /// What only they know.
    #[tf(required)]
    password: Secret,
}

/// Not stored, or under a name that says so.
#[derive(Model)]
#[tf(object)]
struct Kept {
    /// What only they know.
    #[tf(required, write_only(version = version))]
    password: WriteOnly<Secret>,
    /// Raised with each new password.
    #[tf(required)]
    version: i64,
    /// The key, in clear.
    #[tf(required)]
    key_in_state: Secret,
}

/// A login for as long as a command runs.
#[derive(Model)]
#[tf(ephemeral = "session")]
struct Session {
    /// Whose it is.
    #[tf(required)]
    logins: Vec<Pass>,
    /// What lets them in.
    #[tf(computed)]
    token: Secret,
}

/// Without anything that is only for provider blocks.
#[derive(Model)]
#[tf(object)]
struct Pass {
    /// What only they know.
    #[tf(required)]
    password: Secret,
}

fn is_secret<T: AttributeType>() -> bool {
    T::SECRET
}

fn holds_secret<T: Fields>() -> bool {
    T::SECRET
}

fn inside<T: AttributeType>() -> Inside {
    T::INSIDE
}

#[test]
fn secrets_count_where_they_would_be_stored() {
    assert!(is_secret::<Login>() && is_secret::<Option<Vec<Login>>>() && is_secret::<SetOf<BTreeMap<String, Login>>>());
    assert!(is_secret::<Setting<Login>>() && is_secret::<WriteOnly<Option<Secret>>>());
    assert!(!is_secret::<Kept>() && !is_secret::<Option<Vec<Label>>>());
    assert!(holds_secret::<Session>() && !holds_secret::<Note>());
}

#[test]
fn a_secret_in_an_object_is_sensitive_and_what_is_beside_it_is_not() {
    let schema = Session::schema();
    let logins = &schema.block().attributes()["logins"];
    assert!(!logins.is_sensitive());
    assert!(logins.nested().unwrap().object().attributes()["password"].is_sensitive());
    assert!(schema.block().attributes()["token"].is_sensitive());
    assert_eq!(schema.self_check(), []);
}

#[test]
fn what_an_object_holds_is_known() {
    let label = Inside { computed: true, configured: true, planned: true, write_only: true, ..Inside::NOTHING };
    assert_eq!(inside::<Label>(), label);
    assert_eq!(inside::<Option<BTreeMap<String, Label>>>(), label);
    assert_eq!(inside::<SetOf<Label>>(), Inside { write_only_in_set: true, ..label });
    assert_eq!(inside::<Reader>(), Inside { blocks: true, configured: true, ..Inside::NOTHING });
    assert_eq!(inside::<Login>(), Inside { configured: true, settings: true, ..Inside::NOTHING });
    assert_eq!(inside::<Kept>(), Inside { configured: true, write_only: true, ..Inside::NOTHING });
}

#[test]
fn collections_of_objects_are_nested_attributes() {
    let nesting = |attribute: tf_framework::schema::Attribute| attribute.nested().map(NestedObject::nesting);
    assert_eq!(nesting(Label::attribute(Mode::Optional)), Some(Nesting::Single));
    assert_eq!(nesting(<Option<Vec<Label>>>::attribute(Mode::Optional)), Some(Nesting::List));
    assert_eq!(nesting(<SetOf<Label>>::attribute(Mode::Optional)), Some(Nesting::Set));
    assert_eq!(nesting(<BTreeMap<String, Label>>::attribute(Mode::Optional)), Some(Nesting::Map));
    assert_eq!(nesting(<Vec<Vec<Label>>>::attribute(Mode::Optional)), None);
}
