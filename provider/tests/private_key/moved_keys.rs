//! Keys that move from one home to another.

use std::fs;
use std::path::Path;

use pki::{KeyAlgorithm, PrivateKey};
use tf_framework::value::Value;
use tf_testing::{Action, Refusal, config};

use crate::stage::{id_of, key_in, kit, place, text, write_key};

#[test]
fn a_key_moves() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file } })).unwrap();
    let key_id = text(&object, "key_id");
    let moved = place.other("moved/b.key");
    let plan = object.plan(config!({ "key": { "file": moved } })).unwrap();
    assert!(!plan.is_unknown("key_id") && !plan.is_unknown("reference"), "what refers to it is left alone");
    assert_eq!(object.converges(config!({ "key": { "file": moved } })).unwrap(), Action::Update);
    assert_eq!((text(&object, "key_id"), id_of(&key_in(&moved))), (key_id.clone(), key_id.clone()));
    assert_eq!(text(&object, "id"), place.file, "what was made stays the same object");
    assert!(!place.path().exists());
    // By hand, or by an apply that was cut off before it could say so.
    fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    fs::rename(&moved, place.path()).unwrap();
    assert_eq!(object.converges(config!({ "key": { "file": place.file } })).unwrap(), Action::Update);
    assert_eq!(text(&object, "key_id"), key_id);
    // Into the state, where the file stays until the state is written, and out of it.
    assert_eq!(object.converges(config!({ "key": { "in_state": true } })).unwrap(), Action::Update);
    let pem = text(&object, "private_key_pem_in_state");
    assert_eq!(id_of(&PrivateKey::from_pem(&pem, None).unwrap()), key_id);
    assert!(place.path().exists());
    let plan = object.plan(config!({ "key": { "file": moved } })).unwrap();
    assert_eq!(plan.planned().attribute("private_key_pem_in_state"), Some(&Value::Null));
    assert_eq!(object.converges(config!({ "key": { "file": moved } })).unwrap(), Action::Update);
    assert_eq!(id_of(&key_in(&moved)), key_id);
    assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
}

#[test]
fn a_key_never_moves_onto_another() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file } })).unwrap();
    let taken = place.other("b.key");
    let other = write_key(Path::new(&taken), KeyAlgorithm::EcdsaP256);
    let refusal = object.apply(config!({ "key": { "file": taken } })).unwrap_err();
    assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
    assert_eq!(id_of(&key_in(&taken)), id_of(&other));
    assert_eq!(text(&object, "key_id"), id_of(&key_in(place.path())));
    assert_eq!(object.converges(config!({ "key": { "file": place.file } })).unwrap(), Action::NoOp);
}
