//! What an apply that was cut off has left is taken up by the next one; what somebody else put there is not touched.

use std::fs;

use jiff::SignedDuration;
use pki::{Issuer, KeyAlgorithm, Profile, Request};
use provider::{clock, issuing};
use serde_json::json;
use tf_testing::Action;

use crate::stage::{CLIENTS, Stage, certificate, ends_at, id_of, refused, restored, text};

#[test]
fn an_authority_is_made_on_from_where_it_was_cut_off() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let config = stage.root_config(json!({ "certificate_file": { "path": stage.path("ca.pem") } }));
        // The key alone was made.
        let key = stage.make_key("root.key", KeyAlgorithm::EcdsaP256);
        let mut root = stage.authority();
        assert_eq!(root.converges(&config).unwrap(), Action::Create);
        assert_eq!(text(&root, "key_id"), id_of(&key));
        // Everything was done, and the state never written.
        let made = certificate(&root);
        root.forget();
        assert_eq!(root.converges(&config).unwrap(), Action::Create);
        assert_eq!((certificate(&root), stage.chain("ca.pem")), (made.clone(), vec![made]));
    }
}

#[test]
fn a_certificate_is_made_on_from_where_it_was_cut_off() {
    let stage = Stage::new();
    let root = stage.root();
    let config = stage.server_config(&root, json!({ "ca_certificate_file": { "path": stage.path("ca.pem") } }));
    let mut server = stage.certificate();
    server.converges(&config).unwrap();
    let made = certificate(&server);
    server.forget();
    assert_eq!(server.converges(&config).unwrap(), Action::Create);
    assert_eq!((certificate(&server), stage.chain("vault.pem")), (made.clone(), vec![made.clone()]));
    // Key and certificate, and nothing beside them.
    server.forget();
    fs::remove_file(stage.file("ca.pem")).unwrap();
    assert_eq!(server.converges(&config).unwrap(), Action::Create);
    assert_eq!((certificate(&server), stage.chain("ca.pem")), (made, vec![certificate(&root)]));
    // The key.
    server.forget();
    fs::remove_file(stage.file("vault.pem")).unwrap();
    let key = stage.read("vault.key");
    assert_eq!(server.converges(&config).unwrap(), Action::Create);
    assert_eq!(stage.read("vault.key"), key);
}

#[test]
fn what_is_different_is_not_overwritten() {
    let stage = Stage::new();
    let root = stage.root();
    let config = stage.server_config(&root, json!({}));
    let mut server = stage.certificate();
    server.converges(&config).unwrap();
    let before = stage.read("vault.pem");
    server.forget();

    let other = stage.server_config(&root, json!({ "dns_names": ["other.home.arpa"] }));
    let refusal = server.apply(other).unwrap_err();
    refused(&refusal, "There is something else in", "certificate_file", "differs from the declared one in the names");
    let import =
        format!("tofu import ADDRESS {:?}", format!("{},{}", stage.path("vault.key"), stage.path("vault.pem")));
    refused(&refusal, "There is something else in", "certificate_file", &import);
    assert!(server.state().is_none(), "nothing is tainted");

    let other = stage.server_config(&root, json!({ "key_algorithm": "ed25519" }));
    let refusal = server.apply(other).unwrap_err();
    refused(&refusal, "There is another key in", "key", "ECDSA P-256, and ed25519 is declared");
    assert!(server.state().is_none());

    stage.write("vault.pem", "some text");
    refused(&server.apply(&config).unwrap_err(), "something else in", "certificate_file", "holds no certificate");
    stage.write("vault.pem", &before);
    stage.write("ca.pem", "some text");
    let beside = stage.server_config(&root, json!({ "ca_certificate_file": { "path": stage.path("ca.pem") } }));
    refused(&server.apply(beside).unwrap_err(), "something else in", "ca_certificate_file", "not overwritten");
    assert_eq!((stage.read("ca.pem"), stage.read("vault.pem")), ("some text".to_owned(), before));
    assert!(server.state().is_none());

    let mut other = stage.authority();
    let taken = stage.root_config(json!({
        "subject": { "common_name": "Other" }, "key": { "in_state": true },
        "certificate_file": { "path": stage.path("vault.pem") },
    }));
    refused(&other.apply(taken).unwrap_err(), "There is something else in", "certificate_file", "the key, the subject");
}

/// Killed after the files were written and before the state was.
#[test]
fn a_renewal_that_was_cut_off_is_made_again() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = stage.server_config(&root, json!({}));
    server.converges(&config).unwrap();
    ends_at(&mut server, "2001-01-01T00:00:00Z");
    let before = server.state().cloned();
    server.apply(&config).unwrap();
    let lost = certificate(&server);
    let mut again = stage.certificate();
    again.import(&text(&server, "id")).unwrap();
    assert_eq!(certificate(&again), lost, "the files are a whole pair");
    // The state is the old one.
    let mut server = restored(stage.certificate(), &before.unwrap());
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_eq!(stage.chain("vault.pem"), [certificate(&server)]);
}

/// Killed likewise, while the files also were to move.
#[test]
fn a_move_that_was_cut_off_goes_on() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let before = server.state().cloned().unwrap();
    ends_at(&mut server, "2001-01-01T00:00:00Z");
    let moved = stage.server_config(
        &root,
        json!({
            "key": { "file": stage.path("new.key") }, "certificate_file": { "path": stage.path("new.pem") },
        }),
    );
    server.converges(&moved).unwrap();
    assert_eq!(stage.files(), ["new.key", "new.pem", "root.key"]);
    let mut server = restored(stage.certificate(), &before);
    assert_eq!(server.converges(&moved).unwrap(), Action::Update);
    assert_eq!(stage.files(), ["new.key", "new.pem", "root.key"]);
    assert_eq!(stage.chain("new.pem"), [certificate(&server)]);
}

/// Killed likewise, when there was a new key.
#[test]
fn a_replacement_that_was_cut_off_goes_on() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = root.state().cloned().unwrap();
    let other = stage.root_config(json!({ "subject": { "common_name": "Other" }, "allow_replace": true }));
    root.converges(&other).unwrap();
    let key = stage.read("root.key");
    let mut root = restored(stage.authority(), &before);
    assert_eq!(root.converges(&other).unwrap(), Action::Update);
    assert_eq!(stage.read("root.key"), key, "one new key is enough");
    assert_eq!(certificate(&root).subject().to_string(), "CN=Other");
}

/// Due for renewal since it was left there.
#[test]
fn an_old_certificate_that_is_taken_over_is_renewed() {
    let stage = Stage::new();
    let root = stage.root();
    let key = stage.make_key("vault.key", KeyAlgorithm::EcdsaP256);
    let issuer = Issuer::new(vec![certificate(&root)], stage.key("root.key")).unwrap();
    let leave = |age: SignedDuration| {
        let validity = issuing::validity(24, None, clock::now() - age).unwrap();
        let mut request = Request::new(Profile::TlsServer, validity);
        request.dns_names = vec!["vault.home.arpa".to_owned()];
        let template = request.validate().unwrap();
        let left = issuing::signed(template, key.public_key(), &issuer, clock::now(), None).unwrap();
        stage.write("vault.pem", &left.to_pem());
        left
    };
    let config = stage.server_config(&root, json!({ "validity_period_hours": 24 }));
    let mut server = stage.certificate();
    let left = leave(SignedDuration::from_hours(1));
    assert_eq!(server.converges(&config).unwrap(), Action::Create);
    assert_eq!(certificate(&server), left);
    server.forget();
    let left = leave(SignedDuration::from_hours(17));
    assert_eq!(server.converges(&config).unwrap(), Action::Create);
    assert_ne!(certificate(&server), left);
    assert_eq!(stage.chain("vault.pem"), [certificate(&server)]);
}
