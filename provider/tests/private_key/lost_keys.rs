//! Keys that are not what or where they should be.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use pki::KeyAlgorithm;
use tf_framework::value::Value;
use tf_testing::{Action, config};

use crate::stage::{id_of, key_in, kit, mode, place, refused, text, write_key};

#[test]
fn another_mode_is_drift_and_repaired() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    let config = config!({ "key": { "file": place.file } });
    object.converges(&config).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let key_id = text(&object, "key_id");
    object.refresh().unwrap();
    let drift = object.attribute("drift").cloned();
    assert_eq!(drift, Some(Value::list([Value::from(format!("{}: mode is 0640, not 0600", place.file))])));
    assert_eq!(object.converges(&config).unwrap(), Action::Update);
    assert_eq!((mode(place.path()), text(&object, "key_id")), (0o600, key_id));
    assert_eq!(object.attribute("drift"), Some(&Value::list([])));
}

#[test]
fn a_lost_key_is_an_error_unless_another_is_allowed() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    let config = config!({ "key": { "file": place.file } });
    object.converges(&config).unwrap();
    let key_id = text(&object, "key_id");
    fs::rename(place.path(), place.other("backup.key")).unwrap();
    let refusal = object.plan(&config).unwrap_err();
    refused(&refusal, "The private key is lost", "key", "is missing");
    refused(&refusal, "The private key is lost", "key", "allow_replace");
    // Put back, it is as if nothing had happened.
    fs::rename(place.other("backup.key"), place.path()).unwrap();
    assert_eq!(object.converges(&config).unwrap(), Action::NoOp);

    fs::remove_file(place.path()).unwrap();
    let allowed = config!({ "key": { "file": place.file }, "allow_replace": true });
    assert!(object.plan(&allowed).unwrap().is_unknown("key_id"));
    assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
    let new = text(&object, "key_id");
    assert_ne!(new, key_id);
    assert_eq!(new, id_of(&key_in(place.path())));
    // One that is lost can still be destroyed.
    fs::remove_file(place.path()).unwrap();
    object.destroy().unwrap();
}

#[test]
fn another_key_in_its_place_is_a_lost_one() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file } })).unwrap();
    let by_hand = write_key(place.path(), KeyAlgorithm::EcdsaP256);
    let refusal = object.plan(config!({ "key": { "file": place.file } })).unwrap_err();
    refused(&refusal, "The private key is lost", "key", "holds another key");
    // Who allows another one gets this one: it is of the declared kind.
    let allowed = config!({ "key": { "file": place.file }, "allow_replace": true });
    assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
    assert_eq!(text(&object, "key_id"), id_of(&by_hand));
    assert_eq!(place.files(), ["a.key"]);
    // What is not ours is not removed.
    let other = write_key(place.path(), KeyAlgorithm::Ed25519);
    object.destroy().unwrap();
    assert_eq!(id_of(&key_in(place.path())), id_of(&other));
}

#[test]
fn another_kind_is_another_key_and_the_old_one_is_kept() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file } })).unwrap();
    let old = text(&object, "key_id");
    let refusal = object.plan(config!({ "key": { "file": place.file }, "key_algorithm": "ed25519" })).unwrap_err();
    refused(&refusal, "another kind", "key_algorithm", "ecdsa-p256, and ed25519 is declared");
    let allowed = config!({ "key": { "file": place.file }, "key_algorithm": "ed25519", "allow_replace": true });
    assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
    assert_eq!(text(&object, "key_id"), id_of(&key_in(place.path())));
    let files = place.files();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[1].starts_with("a.key.replaced-"), "{files:?}");
    let aside = place.path().with_file_name(&files[1]);
    assert_eq!((id_of(&key_in(&aside)), mode(&aside)), (old, 0o600));
    // It is no drift, and destroying leaves it.
    object.destroy().unwrap();
    assert_eq!(place.files(), [files[1].as_str()]);
}
