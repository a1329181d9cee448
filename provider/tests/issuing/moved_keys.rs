//! Keys that move from one home to another.

use std::fs;

use pki::KeyAlgorithm;
use serde_json::json;
use tf_framework::value::Value;
use tf_testing::{Action, Refusal};

use crate::stage::{CLIENTS, Stage, certificate, id_of, issuer, text};

#[test]
fn the_key_of_an_authority_moves() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let mut root = stage.root();
        let before = (text(&root, "key_id"), certificate(&root));
        let moved = stage.root_config(json!({ "key": { "file": stage.path("moved.key") } }));
        let plan = root.plan(&moved).unwrap();
        assert!(!plan.is_unknown("issuer") && !plan.is_unknown("certificate_pem"), "nothing else changes");
        assert_eq!(root.converges(&moved).unwrap(), Action::Update);
        assert_eq!((id_of(&stage.key("moved.key")), certificate(&root)), before);
        assert!(!stage.file("root.key").exists());
        assert_eq!(issuer(&root)["key"]["file"], json!(stage.path("moved.key")));

        // Into the state, where the file stays until the state is written.
        let in_state = stage.root_config(json!({ "key": { "in_state": true } }));
        assert_eq!(root.converges(&in_state).unwrap(), Action::Update);
        assert!(text(&root, "private_key_pem_in_state").contains("PRIVATE KEY") && stage.file("moved.key").exists());
        assert_eq!(issuer(&root)["private_key_pem_in_state"], json!(text(&root, "private_key_pem_in_state")));
        fs::remove_file(stage.file("moved.key")).unwrap();

        // And out of it.
        let plan = root.plan(stage.root_config(json!({}))).unwrap();
        assert_eq!(plan.planned().attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::Update);
        assert_eq!((id_of(&stage.key("root.key")), certificate(&root)), before);
        assert_eq!(root.attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(issuer(&root)["private_key_pem_in_state"], json!(null));
    }
}

#[test]
fn the_key_of_a_certificate_moves() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let before = (text(&server, "key_id"), certificate(&server));
    for key in
        [json!({ "file": stage.path("b.key") }), json!({ "in_state": true }), json!({ "file": stage.path("c.key") })]
    {
        let config = stage.server_config(&root, json!({ "key": key }));
        assert!(!server.plan(&config).unwrap().is_unknown("certificate_pem"));
        assert_eq!(server.converges(&config).unwrap(), Action::Update);
        assert_eq!((text(&server, "key_id"), certificate(&server)), before);
    }
    assert_eq!(id_of(&stage.key("c.key")), before.0);
    assert!(!stage.file("vault.key").exists());
}

#[test]
fn a_key_never_moves_onto_another() {
    let stage = Stage::new();
    let mut root = stage.root();
    let other = stage.make_key("taken.key", KeyAlgorithm::EcdsaP256);
    let taken = stage.root_config(json!({ "key": { "file": stage.path("taken.key") } }));
    let refusal = root.apply(taken).unwrap_err();
    assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
    assert_eq!(id_of(&stage.key("taken.key")), id_of(&other));
    assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::NoOp);
}

/// A key that moves while its authority is renamed is another key in another place.
#[test]
fn a_new_key_in_a_new_home_leaves_the_old_one() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = text(&root, "key_id");
    let config = stage.root_config(json!({
        "subject": { "common_name": "Other" }, "key": { "file": stage.path("other.key") }, "allow_replace": true,
    }));
    assert_eq!(root.converges(config).unwrap(), Action::Update);
    assert_eq!(id_of(&stage.key("root.key")), before);
    assert_eq!(text(&root, "key_id"), id_of(&stage.key("other.key")));
    assert_ne!(text(&root, "key_id"), before);
}
