//! Keys from nothing to nothing, in files and in the state.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pki::{KeyAlgorithm, PrivateKey};
use provider::{SecretZero, resources};
use tf_framework::value::Value;
use tf_testing::{Action, Kit, Refusal, config};

use crate::stage::{CLIENTS, id_of, key_in, kit, mode, place, refused, text, write_key};

#[test]
fn a_key_in_a_file_lives_with_every_core() {
    for client in CLIENTS {
        let place = place();
        let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
        let mut object = kit.resource("private_key").unwrap();
        let config = config!({ "key": { "file": place.file } });
        let plan = object.plan(&config).unwrap();
        assert!(plan.is_unknown("key_id") && plan.is_unknown("reference") && !plan.is_unknown("id"));
        assert_eq!(plan.planned().attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(object.converges(&config).unwrap(), Action::Create);
        let key = key_in(place.path());
        assert_eq!(text(&object, "id"), place.file);
        assert_eq!(text(&object, "key_algorithm"), "ecdsa-p256");
        assert_eq!(text(&object, "key_id"), id_of(&key));
        assert_eq!(text(&object, "public_key_pem"), key.public_key().to_pem());
        assert_eq!(Some(text(&object, "public_key_openssh")), key.public_key().to_openssh());
        assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(mode(place.path()), 0o600);
        // What is not the key can change beside it.
        let config = config!({ "key": { "file": place.file, "mode": "0640" }, "allow_replace": true });
        assert_eq!(object.converges(&config).unwrap(), Action::Update);
        assert_eq!((text(&object, "key_id"), mode(place.path())), (id_of(&key), 0o640));
        object.destroy().unwrap();
        assert!(!place.path().exists());
    }
}

#[test]
fn a_key_in_the_state_lives_with_every_core() {
    for client in CLIENTS {
        let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
        let mut object = kit.resource("private_key").unwrap();
        let config = config!({ "key": { "in_state": true }, "key_algorithm": "ed25519" });
        assert_eq!(object.converges(&config).unwrap(), Action::Create);
        let key = PrivateKey::from_pem(&text(&object, "private_key_pem_in_state"), None).unwrap();
        assert_eq!(text(&object, "key_id"), id_of(&key));
        assert_eq!(text(&object, "id"), id_of(&key));
        object.destroy().unwrap();
    }
}

#[test]
fn the_fingerprint_is_that_of_the_public_key() {
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "in_state": true }, "key_algorithm": "ed25519" })).unwrap();
    // The first 20 bytes of the SHA-256 are no accident: for Ed25519 the identifier is of the key alone, without its frame.
    let fingerprint = text(&object, "fingerprint_sha256");
    assert_eq!(fingerprint.len(), 64);
    assert!(!fingerprint.starts_with(&text(&object, "key_id")));
}

#[test]
fn many_lives() {
    let folder = tempfile::tempdir().unwrap();
    let kit = kit();
    let driven = kit
        .drive::<resources::PrivateKey>()
        .unwrap()
        // Another kind needs `allow_replace`, which is not in every configuration.
        .with("key_algorithm", proptest::strategy::Just("ecdsa-p256"))
        .with("key", proptest::sample::select(homes(folder.path())))
        .with("allow_replace", proptest::strategy::Just(true))
        .with("delete_on_destroy", proptest::strategy::Just(true))
        .without_import()
        .cases(24)
        .run()
        .unwrap();
    assert!(driven.updates > 0 && driven.refused == 0, "{driven:?}");
}

/// Homes as they can be declared. Those with a passphrase have a test of their own: deriving a key takes long by design.
fn homes(folder: &Path) -> Vec<Value> {
    let home = |file: Option<&str>, mode: Option<&str>| {
        let path = file.map(|file| Value::from(folder.join(file).to_str().unwrap()));
        Value::object([
            ("in_state", if path.is_none() { Value::from(true) } else { Value::Null }),
            ("file", path.unwrap_or(Value::Null)),
            ("mode", mode.map_or(Value::Null, Value::from)),
            ("owner", Value::Null),
            ("group", Value::Null),
            ("passphrase_file", Value::Null),
            ("vault_kv", Value::Null),
        ])
    };
    vec![
        home(None, None),
        home(Some("1.key"), None),
        home(Some("1.key"), Some("0640")),
        home(Some("2.key"), Some("0600")),
        home(Some("2.key"), Some("0400")),
    ]
}

#[test]
fn a_key_is_encrypted_and_decrypted_in_place() {
    let place = place();
    let passphrase = place.other("passphrase");
    fs::write(&passphrase, "open sesame\n").unwrap();
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    let encrypted = config!({ "key": { "file": place.file, "passphrase_file": passphrase } });
    assert_eq!(object.converges(&encrypted).unwrap(), Action::Create);
    assert!(fs::read_to_string(place.path()).unwrap().contains("BEGIN ENCRYPTED PRIVATE KEY"));
    let key_id = text(&object, "key_id");
    // Without the passphrase nobody can tell which key it is, and nothing is done.
    let refusal = object.apply(config!({ "key": { "file": place.file } })).unwrap_err();
    assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
    assert_eq!(object.converges(&encrypted).unwrap(), Action::NoOp);
    assert_eq!(text(&object, "key_id"), key_id);
}

#[test]
fn a_key_is_imported_by_its_file() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    let config = config!({ "key": { "file": place.file } });
    object.converges(&config).unwrap();
    let before = object.state().cloned();
    let stored = object.forget().unwrap();
    object.import(&place.file).unwrap();
    assert_eq!(object.state(), before.as_ref());
    assert_eq!(object.converges(&config).unwrap(), Action::NoOp);
    assert_eq!(object.stored().unwrap().identity(), stored.identity());
    object.forget();
    object.import_identity(config!({ "id": place.file })).unwrap();
    assert_eq!(object.state(), before.as_ref());

    let mut absent = kit.resource("private_key").unwrap();
    let refusal = absent.import(&place.other("absent.key")).unwrap_err();
    refused(&refusal, "No such secretzero_private_key", "", "absent.key");
    fs::write(place.other("text"), "some text").unwrap();
    fs::set_permissions(place.other("text"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(absent.import(&place.other("text")), Err(Refusal::Reported { .. })));
}

#[test]
fn a_key_that_is_there_is_taken_over() {
    let place = place();
    let kit = kit();
    let key = write_key(place.path(), KeyAlgorithm::Ed25519);
    let mut object = kit.resource("private_key").unwrap();
    let refusal = object.apply(config!({ "key": { "file": place.file } })).unwrap_err();
    refused(&refusal, "There is another key in", "key", "Ed25519, and ecdsa-p256 is declared");
    refused(&refusal, "There is another key in", "key", "key_algorithm = \"ed25519\"");
    let import = format!("terraform import secretzero_private_key.NAME {}", place.file);
    refused(&refusal, "There is another key in", "key", &import);
    assert!(object.state().is_none());
    let config = config!({ "key": { "file": place.file }, "key_algorithm": "ed25519" });
    assert_eq!(object.converges(config).unwrap(), Action::Create);
    assert_eq!(text(&object, "key_id"), id_of(&key));
}

#[test]
fn destroying_can_leave_the_key() {
    let place = place();
    let kit = kit();
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file }, "delete_on_destroy": false })).unwrap();
    object.destroy().unwrap();
    assert!(place.path().exists());
}

#[test]
fn mistakes_are_told_before_anything_is_done() {
    let kit = kit();
    let object = kit.resource("private_key").unwrap();
    let place = place();
    for (config, attribute) in [
        (config!({ "key": { "file": place.file }, "key_algorithm": "rsa1024" }), "key_algorithm"),
        (config!({ "key": { "file": place.file, "in_state": true } }), "key"),
        (config!({ "key": {} }), "key"),
        (config!({ "key": { "in_state": false } }), "key.in_state"),
        (config!({ "key": { "file": place.file, "mode": "0644" } }), "key.mode"),
        (config!({ "key": { "file": "" } }), "key.file"),
    ] {
        let refusal = object.validate(config).unwrap_err();
        let Refusal::Reported { diagnostics, .. } = &refusal else { panic!("{refusal}") };
        let paths: Vec<_> = diagnostics.iter().map(|told| told.path().to_string()).collect();
        assert!(paths.iter().any(|path| path == attribute), "{attribute} {paths:?}: {refusal}");
    }
    assert!(!place.path().exists());
}
