//! Keys that are not where they should be any more.

use std::fs;

use pki::KeyAlgorithm;
use serde_json::json;
use tf_testing::Action;

use crate::stage::{Stage, certificate, id_of, refused, text};

#[test]
fn a_lost_key_of_an_authority_is_never_made_anew_in_silence() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = text(&root, "key_id");
    fs::rename(stage.file("root.key"), stage.file("backup")).unwrap();
    let refusal = root.plan(stage.root_config(json!({}))).unwrap_err();
    refused(&refusal, "The private key is lost", "key", "is missing");
    refused(&refusal, "The private key is lost", "key", "backup");
    fs::rename(stage.file("backup"), stage.file("root.key")).unwrap();
    assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::NoOp);

    fs::remove_file(stage.file("root.key")).unwrap();
    let allowed = stage.root_config(json!({ "allow_replace": true }));
    let plan = root.plan(&allowed).unwrap();
    assert!(plan.is_unknown("key_id") && plan.is_unknown("issuer") || plan.is_unknown("certificate_pem"));
    assert_eq!(root.converges(&allowed).unwrap(), Action::Update);
    assert_ne!(text(&root, "key_id"), before);
    assert_eq!(certificate(&root).public_key(), stage.key("root.key").public_key());
    // One that is lost can still be destroyed.
    fs::remove_file(stage.file("root.key")).unwrap();
    root.destroy().unwrap();
}

#[test]
fn another_key_in_its_place_is_a_lost_one() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let by_hand = stage.make_key("vault.key", KeyAlgorithm::EcdsaP256);
    let refusal = server.plan(stage.server_config(&root, json!({}))).unwrap_err();
    refused(&refusal, "The private key is lost", "key", "holds another key");
    let allowed = stage.server_config(&root, json!({ "allow_replace": true }));
    assert_eq!(server.converges(&allowed).unwrap(), Action::Update);
    assert_eq!((text(&server, "key_id"), certificate(&server).key_id().to_hex()), (id_of(&by_hand), id_of(&by_hand)));
}

#[test]
fn a_lost_key_of_a_certificate() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    fs::remove_file(stage.file("vault.key")).unwrap();
    let refusal = server.plan(stage.server_config(&root, json!({}))).unwrap_err();
    refused(&refusal, "The private key is lost", "key", "allow_replace");
    let allowed = stage.server_config(&root, json!({ "allow_replace": true }));
    let plan = server.plan(&allowed).unwrap();
    assert!(plan.is_unknown("key_id") && plan.is_unknown("certificate_pem"));
    assert_eq!(server.converges(&allowed).unwrap(), Action::Update);
    assert_eq!(stage.chain("vault.pem")[0].public_key(), stage.key("vault.key").public_key());
    // Another kind, and the old key is kept.
    let other = stage.server_config(&root, json!({ "key_algorithm": "ed25519" }));
    refused(&server.plan(&other).unwrap_err(), "another kind", "key_algorithm", "ed25519 is declared");
    let other = stage.server_config(&root, json!({ "key_algorithm": "ed25519", "allow_replace": true }));
    assert_eq!(server.converges(&other).unwrap(), Action::Update);
    assert_eq!(stage.key("vault.key").public_key().kind().to_string(), "Ed25519");
    assert!(stage.files().iter().any(|name| name.starts_with("vault.key.replaced-")), "{:?}", stage.files());
}

#[test]
fn the_certificate_of_a_lost_authority_can_be_destroyed() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    fs::remove_file(stage.file("root.key")).unwrap();
    assert_eq!(server.converges(stage.server_config(&root, json!({}))).unwrap(), Action::NoOp);
    server.destroy().unwrap();
    assert!(stage.files().is_empty());
}
