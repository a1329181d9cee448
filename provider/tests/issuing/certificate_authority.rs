//! Authorities: made, chained, changed and destroyed.

use pki::{Certificate, PrivateKey};
use serde_json::json;
use tf_framework::value::Value;
use tf_testing::{Action, Unknown};

use crate::stage::{CLIENTS, Stage, certificate, id_of, issuer, refused, text, with};

#[test]
fn a_root_in_files_lives_with_every_core() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let mut root = stage.authority();
        let config = stage.root_config(json!({ "certificate_file": { "path": stage.path("pki/ca.pem") } }));
        let plan = root.plan(&config).unwrap();
        assert!(plan.is_unknown("certificate_pem") && plan.is_unknown("key_id") && !plan.is_unknown("id"));
        let planned = plan.planned().attribute("issuer").unwrap();
        assert_eq!(planned.attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(planned.attribute("key").unwrap().attribute("file"), Some(&Value::from(stage.path("root.key"))));

        assert_eq!(root.converges(&config).unwrap(), Action::Create);
        let (made, key) = (certificate(&root), stage.key("root.key"));
        assert_eq!(stage.read("pki/ca.pem"), text(&root, "certificate_pem"));
        assert_eq!((stage.mode("pki/ca.pem"), stage.mode("root.key")), (0o644, 0o600));
        assert_eq!(text(&root, "id"), format!("{},{}", stage.path("root.key"), stage.path("pki/ca.pem")));
        assert_eq!(made.public_key(), key.public_key());
        assert_eq!((text(&root, "key_id"), made.key_id().to_hex()), (id_of(&key), id_of(&key)));
        assert_eq!(text(&root, "serial_number"), made.serial().to_hex());
        assert_eq!(text(&root, "fingerprint_sha256"), made.fingerprint().to_hex());
        assert_eq!(text(&root, "not_after"), made.not_after().to_string());
        assert_eq!(text(&root, "certificate_chain_pem"), text(&root, "certificate_pem"));
        assert_eq!(issuer(&root)["certificate_pem"], json!(text(&root, "certificate_pem")));
        assert_eq!(root.attribute("private_key_pem_in_state"), Some(&Value::Null));

        // A CA's key stays, its certificate goes.
        root.destroy().unwrap();
        assert_eq!(stage.key("root.key").public_key(), key.public_key());
        assert!(!stage.file("pki/ca.pem").exists());
    }
}

#[test]
fn a_root_in_the_state_lives_with_every_core() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let mut root = stage.authority();
        let config = stage.root_config(json!({ "key": { "in_state": true }, "key_algorithm": "ed25519" }));
        assert_eq!(root.converges(&config).unwrap(), Action::Create);
        let key = PrivateKey::from_pem(&text(&root, "private_key_pem_in_state"), None).unwrap();
        assert_eq!((text(&root, "id"), text(&root, "key_id")), (id_of(&key), id_of(&key)));
        assert_eq!(issuer(&root)["private_key_pem_in_state"], json!(text(&root, "private_key_pem_in_state")));
        root.destroy().unwrap();
        assert!(stage.files().is_empty());
    }
}

#[test]
fn an_authority_below_another() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let root = stage.root();
        let mut between = stage.authority();
        let config = |parent: serde_json::Value| {
            with(
                json!({
                    "subject": { "common_name": "Intermediate" },
                    "parent": parent,
                    "path_length": 0,
                    "key": { "file": stage.path("between.key") },
                    "certificate_file": { "path": stage.path("between.pem") },
                    "validity_period_hours": 40_000,
                }),
                json!({}),
            )
        };
        // Both are made in one apply.
        let action = between.apply_later(config(json!(Unknown)), config(issuer(&root))).unwrap();
        assert_eq!(action, Action::Create);
        assert_eq!(between.converges(config(issuer(&root))).unwrap(), Action::NoOp);
        certificate(&between).verify_signature(&certificate(&root)).unwrap();
        assert_eq!(certificate(&between).path_length(), Some(0));
        assert_eq!(stage.read("between.pem"), text(&between, "certificate_pem"), "the root is not in the chain");
        let chain = Certificate::all_from_pem(issuer(&between)["certificate_pem"].as_str().unwrap()).unwrap();
        assert_eq!(chain, [certificate(&between), certificate(&root)]);
    }
}

#[test]
fn what_its_certificate_says_can_change_and_the_key_stays() {
    let stage = Stage::new();
    let mut root = stage.root();
    let key_id = text(&root, "key_id");
    for more in [
        json!({ "path_length": 1 }),
        json!({ "path_length": 1, "digital_signature": false }),
        json!({ "permitted": { "dns": ["home.arpa"], "ip": ["10.0.0.0/8"] } }),
        json!({ "excluded": { "email": ["example.org"] } }),
        json!({ "crl_urls": ["http://pki.home.arpa/root.crl"] }),
        json!({ "validity_period_hours": 50_000 }),
        // Not a whole day more, since the day that ours are backdated by must not be taken for it.
        json!({ "validity_period_hours": 50_012 }),
    ] {
        let before = text(&root, "serial_number");
        let plan = root.plan(stage.root_config(more.clone())).unwrap();
        assert!(plan.is_unknown("certificate_pem") && !plan.is_unknown("key_id"), "{more}");
        assert_eq!(root.converges(stage.root_config(more.clone())).unwrap(), Action::Update);
        assert_ne!(text(&root, "serial_number"), before, "{more}");
        assert_eq!(text(&root, "key_id"), key_id, "{more}");
    }
    assert_eq!(certificate(&root).crl_urls(), [""; 0]);
    // What is not in it can change without a new one.
    let before = text(&root, "serial_number");
    let more = json!({
        "validity_period_hours": 50_012, "early_renewal_hours": 100, "delete_on_destroy": true, "allow_replace": true,
        "certificate_file": { "path": stage.path("ca.pem") },
    });
    let plan = root.plan(stage.root_config(more.clone())).unwrap();
    assert!(!plan.is_unknown("issuer") && !plan.is_unknown("certificate_pem"));
    assert_eq!(root.converges(stage.root_config(more)).unwrap(), Action::Update);
    assert_eq!((text(&root, "serial_number"), stage.read("ca.pem")), (before, text(&root, "certificate_pem")));
    root.destroy().unwrap();
    assert!(stage.files().is_empty(), "{:?}", stage.files());
}

#[test]
fn another_name_is_another_authority() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = text(&root, "key_id");
    let renamed = |allow_replace: bool| {
        stage.root_config(json!({ "subject": { "common_name": "Other" }, "allow_replace": allow_replace }))
    };
    let refusal = root.plan(renamed(false)).unwrap_err();
    refused(&refusal, "An authority of another name is another authority", "subject", "allow_replace");
    let plan = root.plan(renamed(true)).unwrap();
    assert!(plan.is_unknown("key_id") && plan.is_unknown("public_key_pem"));
    assert_eq!(root.converges(renamed(true)).unwrap(), Action::Update);
    assert_eq!(certificate(&root).subject().to_string(), "CN=Other");
    assert_ne!(text(&root, "key_id"), before, "with another key");
    assert_eq!(text(&root, "key_id"), id_of(&stage.key("root.key")));
    let files = stage.files();
    assert!(files.len() == 2 && files[1].starts_with("root.key.replaced-"), "{files:?}");
    assert_eq!(id_of(&stage.key(&files[1])), before, "the old one is kept");
}

#[test]
fn another_kind_of_key_is_another_authority() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = text(&root, "key_id");
    let refusal = root.plan(stage.root_config(json!({ "key_algorithm": "ecdsa-p384" }))).unwrap_err();
    refused(&refusal, "another kind", "key_algorithm", "ecdsa-p256, and ecdsa-p384 is declared");
    let allowed = stage.root_config(json!({ "key_algorithm": "ecdsa-p384", "allow_replace": true }));
    assert_eq!(root.converges(&allowed).unwrap(), Action::Update);
    assert_ne!(text(&root, "key_id"), before);
    assert_eq!(certificate(&root).public_key(), stage.key("root.key").public_key());
}

#[test]
fn a_root_can_go_below_another_and_back() {
    let stage = Stage::new();
    let mut above = stage.authority();
    let top = json!({ "subject": { "common_name": "Top" }, "key": { "file": stage.path("top.key") } });
    above.converges(with(top, json!({ "validity_period_hours": 100_000 }))).unwrap();
    let mut root = stage.root();
    let key_id = text(&root, "key_id");
    let below = stage.root_config(json!({ "parent": issuer(&above) }));
    assert_eq!(root.converges(&below).unwrap(), Action::Update);
    certificate(&root).verify_signature(&certificate(&above)).unwrap();
    assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::Update);
    assert!(certificate(&root).is_self_issued());
    assert_eq!(text(&root, "key_id"), key_id);
}

#[test]
fn destroying_can_remove_the_key_and_leaves_what_is_not_ours() {
    let stage = Stage::new();
    let mut root = stage.authority();
    let config =
        stage.root_config(json!({ "delete_on_destroy": true, "certificate_file": { "path": stage.path("ca.pem") } }));
    root.converges(&config).unwrap();
    stage.write("ca.pem", "of somebody else");
    stage.make_key("root.key", pki::KeyAlgorithm::Ed25519);
    root.destroy().unwrap();
    assert_eq!(stage.files(), ["ca.pem", "root.key"]);
    assert_eq!(stage.read("ca.pem"), "of somebody else");

    let stage = Stage::new();
    let mut root = stage.authority();
    let config =
        stage.root_config(json!({ "delete_on_destroy": true, "certificate_file": { "path": stage.path("ca.pem") } }));
    root.converges(&config).unwrap();
    root.destroy().unwrap();
    assert!(stage.files().is_empty(), "{:?}", stage.files());
}

#[test]
fn a_tainted_authority_keeps_its_key() {
    let stage = Stage::new();
    let mut root = stage.root();
    let before = text(&root, "key_id");
    root.taint();
    assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::Replace);
    assert_eq!(text(&root, "key_id"), before);
}
