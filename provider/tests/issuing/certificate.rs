//! Certificates: for keys of their own, of others, and of strangers who sent a request.

use pki::{Certificate, Csr, KeyAlgorithm, PrivateKey};
use serde_json::json;
use tf_framework::value::Value;
use tf_testing::{Action, Unknown};

use crate::stage::{CLIENTS, Stage, certificate, id_of, issuer, reference, refused, text, with};

#[test]
fn a_certificate_in_files_lives_with_every_core() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let root = stage.root();
        let mut server = stage.certificate();
        let config = |issuer: serde_json::Value, names: &[&str]| {
            let more = json!({
                "issuer": issuer, "dns_names": names, "ip_addresses": ["127.0.0.1", "::1"],
                "ca_certificate_file": { "path": stage.path("ca.pem") },
            });
            stage.server_config(&root, more)
        };
        let plan = server.plan(config(issuer(&root), &["vault.home.arpa"])).unwrap();
        assert!(plan.is_unknown("certificate_pem") && !plan.is_unknown("id") && !plan.is_unknown("key_algorithm"));
        // Root and server are made in one apply.
        let names = &["vault.home.arpa"][..];
        let action = server.apply_later(config(json!(Unknown), names), config(issuer(&root), names)).unwrap();
        assert_eq!(action, Action::Create);
        assert_eq!(server.converges(config(issuer(&root), names)).unwrap(), Action::NoOp);
        let made = certificate(&server);
        made.verify_signature(&certificate(&root)).unwrap();
        assert_eq!(made.public_key(), stage.key("vault.key").public_key());
        let found: Vec<_> = made.names().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["vault.home.arpa", "127.0.0.1", "::1"]);
        assert_eq!((stage.chain("vault.pem"), stage.chain("ca.pem")), (vec![made.clone()], vec![certificate(&root)]));
        assert_eq!((stage.mode("vault.key"), stage.mode("vault.pem")), (0o600, 0o644));
        assert_eq!(text(&server, "id"), format!("{},{}", stage.path("vault.key"), stage.path("vault.pem")));
        assert_eq!(text(&server, "key_algorithm"), "ecdsa-p256");
        assert_eq!(server.attribute("private_key_pem_in_state"), Some(&Value::Null));

        // Another name is another certificate for the same key.
        let names = &["vault.home.arpa", "*.vault.home.arpa"][..];
        let plan = server.plan(config(issuer(&root), names)).unwrap();
        assert!(plan.is_unknown("serial_number") && !plan.is_unknown("key_id") && !plan.is_unknown("public_key_pem"));
        assert_eq!(server.converges(config(issuer(&root), names)).unwrap(), Action::Update);
        assert_eq!(certificate(&server).public_key(), made.public_key());
        assert_eq!(stage.chain("vault.pem"), [certificate(&server)]);

        server.destroy().unwrap();
        assert_eq!(stage.files(), ["root.key"]);
    }
}

#[test]
fn the_chain_is_that_of_all_authorities_but_the_root() {
    let stage = Stage::new();
    let root = stage.root();
    let mut between = stage.authority();
    let config = json!({
        "subject": { "common_name": "Between" }, "parent": issuer(&root), "key": { "in_state": true },
        "validity_period_hours": 40_000,
    });
    between.converges(with(config, json!({}))).unwrap();
    let mut client = stage.certificate();
    let config = json!({
        "issuer": issuer(&between), "profile": "client", "subject": { "common_name": "laptop" },
        "key": { "in_state": true }, "key_algorithm": "ed25519",
        "certificate_file": { "path": stage.path("chain.pem") },
        "ca_certificate_file": { "path": stage.path("ca.pem") },
    });
    client.converges(with(config, json!({}))).unwrap();
    assert_eq!(stage.chain("chain.pem"), [certificate(&client), certificate(&between)]);
    assert_eq!(stage.chain("ca.pem"), [certificate(&root)]);
    assert_eq!(text(&client, "certificate_chain_pem"), stage.read("chain.pem"));
    let key = PrivateKey::from_pem(&text(&client, "private_key_pem_in_state"), None).unwrap();
    assert_eq!((text(&client, "key_id"), text(&client, "id")), (id_of(&key), id_of(&key)));
    assert_eq!(certificate(&client).extended_key_usage().unwrap(), ["clientAuth"]);
    client.destroy().unwrap();
    assert_eq!(stage.files(), ["root.key"]);
}

#[test]
fn a_certificate_for_the_key_of_another_resource() {
    let stage = Stage::new();
    let root = stage.root();
    let mut key = stage.resource("private_key");
    key.converges(with(json!({ "key": { "file": stage.path("a.key") } }), json!({}))).unwrap();
    let mut server = stage.certificate();
    let config =
        |reference: serde_json::Value| stage.server_config(&root, json!({ "key": null, "private_key": reference }));
    let action = server.apply_later(config(json!(Unknown)), config(reference(&key))).unwrap();
    assert_eq!(action, Action::Create);
    assert_eq!(server.converges(config(reference(&key))).unwrap(), Action::NoOp);
    assert_eq!(certificate(&server).public_key(), stage.key("a.key").public_key());
    assert_eq!(text(&server, "key_algorithm"), "ecdsa-p256");
    let serial = text(&server, "serial_number");

    // Where the key is does not matter, which it is does.
    key.converges(with(json!({ "key": { "file": stage.path("b.key") } }), json!({}))).unwrap();
    assert_eq!(server.converges(config(reference(&key))).unwrap(), Action::Update);
    assert_eq!(text(&server, "serial_number"), serial);
    let mut other = stage.resource("private_key");
    other.converges(with(json!({ "key": { "in_state": true }, "key_algorithm": "ed25519" }), json!({}))).unwrap();
    assert!(server.plan(config(reference(&other))).unwrap().is_unknown("serial_number"));
    assert_eq!(server.converges(config(reference(&other))).unwrap(), Action::Update);
    assert_eq!((text(&server, "key_algorithm"), text(&server, "key_id")), ("ed25519".into(), text(&other, "key_id")));

    // And to a key of its own, and back.
    assert_eq!(server.converges(stage.server_config(&root, json!({}))).unwrap(), Action::Update);
    assert_eq!(certificate(&server).public_key(), stage.key("vault.key").public_key());
    assert_eq!(server.converges(config(reference(&other))).unwrap(), Action::Update);
    assert!(stage.file("vault.key").exists(), "it is not ours any more to remove");
    server.destroy().unwrap();
    assert!(stage.file("b.key").exists() && !stage.file("vault.pem").exists());
}

#[test]
fn an_own_key_can_become_that_of_another_resource() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let serial = text(&server, "serial_number");
    let mut key = stage.resource("private_key");
    key.import(&stage.path("vault.key")).unwrap();
    let config = stage.server_config(&root, json!({ "key": null, "private_key": reference(&key) }));
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_eq!(text(&server, "serial_number"), serial);
    server.destroy().unwrap();
    assert!(stage.file("vault.key").exists());
}

#[test]
fn a_request_of_a_stranger_is_signed() {
    let stage = Stage::new();
    let root = stage.root();
    let mut request = stage.resource("certificate_request");
    let names =
        |names: &[&str]| with(json!({ "dns_names": names, "key": { "file": stage.path("far.key") } }), json!({}));
    request.converges(names(&["far.home.arpa"])).unwrap();
    let mut server = stage.certificate();
    let config = |pem: String| {
        let more = json!({ "dns_names": null, "key": null, "csr_pem": pem });
        stage.server_config(&root, more)
    };
    assert_eq!(server.converges(config(text(&request, "csr_pem"))).unwrap(), Action::Create);
    assert_eq!(certificate(&server).public_key(), stage.key("far.key").public_key());
    assert_eq!(certificate(&server).names()[0].to_string(), "far.home.arpa");
    assert_eq!(text(&server, "key_id"), text(&request, "key_id"));
    let key_id = text(&server, "key_id");

    request.converges(names(&["near.home.arpa"])).unwrap();
    let plan = server.plan(config(text(&request, "csr_pem"))).unwrap();
    assert!(plan.is_unknown("serial_number") && !plan.is_unknown("key_id"));
    assert_eq!(server.converges(config(text(&request, "csr_pem"))).unwrap(), Action::Update);
    assert_eq!(certificate(&server).names()[0].to_string(), "near.home.arpa");
    assert_eq!(text(&server, "key_id"), key_id);
    // What the request can't say is said here.
    let more = json!({
        "dns_names": null, "key": null, "csr_pem": text(&request, "csr_pem"), "crl_urls": ["http://pki.home.arpa/crl"],
    });
    assert_eq!(server.converges(stage.server_config(&root, more)).unwrap(), Action::Update);
    assert_eq!(certificate(&server).crl_urls(), ["http://pki.home.arpa/crl"]);
    // A request is signed as it is, also if it is not known before apply.
    let later = stage.server_config(&root, json!({ "dns_names": null, "key": null, "csr_pem": Unknown }));
    let action = server.apply_later(later, config(text(&request, "csr_pem"))).unwrap();
    assert!(matches!(action, Action::Update | Action::NoOp));
    let csr = Csr::from_pem(&text(&request, "csr_pem")).unwrap();
    assert_eq!(certificate(&server).public_key(), csr.public_key());
}

#[test]
fn it_is_issued_anew_if_and_only_if_another_key_signs() {
    let stage = Stage::new();
    let mut root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let serial = text(&server, "serial_number");

    // The root is issued anew, and has the same key; at plan its certificate is not known.
    root.converges(stage.root_config(json!({ "path_length": 3 }))).unwrap();
    let later = stage.server_config(&root, json!({}));
    let mut not_yet = issuer(&root);
    not_yet["certificate_pem"] = json!(Unknown);
    let at_plan = stage.server_config(&root, json!({ "issuer": not_yet }));
    let plan = server.plan(&at_plan).unwrap();
    assert!(!plan.is_unknown("serial_number") && !plan.is_unknown("certificate_pem"));
    assert!(plan.is_unknown("certificate_chain_pem") && plan.is_unknown("ca_certificate_pem"));
    assert_eq!(server.apply_later(&at_plan, &later).unwrap(), Action::Update);
    assert_eq!(server.converges(&later).unwrap(), Action::NoOp);
    assert_eq!(text(&server, "serial_number"), serial);
    assert_eq!(text(&server, "ca_certificate_pem"), text(&root, "certificate_pem"));

    // Its key moves.
    root.converges(stage.root_config(json!({ "path_length": 3, "key": { "file": stage.path("moved.key") } }))).unwrap();
    assert_eq!(server.converges(stage.server_config(&root, json!({}))).unwrap(), Action::Update);
    assert_eq!(text(&server, "serial_number"), serial);

    // Another key.
    let replaced = json!({
        "key_algorithm": "ed25519", "allow_replace": true, "key": { "file": stage.path("moved.key") },
    });
    root.converges(stage.root_config(replaced)).unwrap();
    assert!(server.plan(stage.server_config(&root, json!({}))).unwrap().is_unknown("serial_number"));
    assert_eq!(server.converges(stage.server_config(&root, json!({}))).unwrap(), Action::Update);
    assert_ne!(text(&server, "serial_number"), serial);
    certificate(&server).verify_signature(&certificate(&root)).unwrap();
}

#[test]
fn an_intermediate_that_is_renewed_rewrites_the_chain_alone() {
    let stage = Stage::new();
    let root = stage.root();
    let mut between = stage.authority();
    let config = |path_length: u8| {
        let config = json!({
            "subject": { "common_name": "Between" }, "parent": issuer(&root), "path_length": path_length,
            "key": { "file": stage.path("between.key") }, "validity_period_hours": 40_000,
        });
        with(config, json!({}))
    };
    between.converges(config(0)).unwrap();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&between, json!({}))).unwrap();
    let (serial, old) = (text(&server, "serial_number"), certificate(&between));
    assert_eq!(stage.chain("vault.pem"), [certificate(&server), old.clone()]);
    between.converges(config(1)).unwrap();
    assert_ne!(certificate(&between), old);
    assert_eq!(server.converges(stage.server_config(&between, json!({}))).unwrap(), Action::Update);
    assert_eq!(text(&server, "serial_number"), serial);
    assert_eq!(stage.chain("vault.pem"), [certificate(&server), certificate(&between)]);
}

#[test]
fn what_it_says_can_change() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    for more in [
        json!({ "profile": "server_and_client" }),
        json!({ "subject": { "common_name": "vault" } }),
        json!({ "dns_names": ["a.home.arpa"] }),
        json!({ "uris": ["spiffe://home.arpa/vault"] }),
        json!({ "email_addresses": ["vault@home.arpa"] }),
        json!({ "crl_urls": ["http://pki.home.arpa/root.crl"] }),
        json!({ "validity_period_hours": 48 }),
        json!({ "validity_period_hours": 60 }),
    ] {
        let before = (text(&server, "serial_number"), text(&server, "key_id"));
        let config = stage.server_config(&root, more.clone());
        assert_eq!(server.converges(&config).unwrap(), Action::Update, "{more}");
        assert_ne!(text(&server, "serial_number"), before.0, "{more}");
        assert_eq!(text(&server, "key_id"), before.1, "{more}");
    }
    let lifetime = certificate(&server).not_after().duration_since(certificate(&server).not_before());
    assert_eq!(lifetime.as_hours(), 60 + 24);
}

#[test]
fn files_move_and_go() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let pem = stage.read("vault.pem");
    // Another spelling of where it is.
    let respelled = stage.server_config(&root, json!({ "certificate_file": { "path": stage.path("./vault.pem") } }));
    assert_eq!(server.converges(respelled).unwrap(), Action::Update);
    assert_eq!(stage.read("vault.pem"), pem);
    let moved = stage.server_config(&root, json!({ "certificate_file": { "path": stage.path("new/b.pem") } }));
    assert_eq!(server.converges(moved).unwrap(), Action::Update);
    assert_eq!((stage.read("new/b.pem"), stage.file("vault.pem").exists()), (pem.clone(), false));
    stage.write("taken", "of somebody else");
    let taken = stage.server_config(&root, json!({ "certificate_file": { "path": stage.path("taken") } }));
    let refusal = server.apply(taken).unwrap_err();
    refused(&refusal, "There is something else in", "certificate_file", "not overwritten");
    assert_eq!((stage.read("taken"), stage.read("new/b.pem")), ("of somebody else".to_owned(), pem));
    let none = stage.server_config(&root, json!({ "certificate_file": null }));
    assert_eq!(server.converges(none).unwrap(), Action::Update);
    assert!(!stage.file("new/b.pem").exists());
}

#[test]
fn destroying_leaves_what_is_not_ours() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    stage.write("vault.pem", "of somebody else");
    stage.make_key("vault.key", KeyAlgorithm::Ed25519);
    server.destroy().unwrap();
    assert_eq!(stage.files(), ["root.key", "vault.key", "vault.pem"]);

    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({ "delete_on_destroy": false }))).unwrap();
    server.destroy().unwrap();
    assert_eq!(stage.files(), ["root.key", "vault.key"]);
}

/// Nothing in a state, or beside it, of what lives in files.
#[test]
fn no_key_is_in_a_state() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    for (object, file) in [(&root, "root.key"), (&server, "vault.key")] {
        let stored = object.stored().unwrap();
        let all = format!("{:?} {}", stored.value(), String::from_utf8_lossy(stored.private()));
        assert!(!all.contains("PRIVATE KEY"), "{file}");
        let pem = stage.read(file);
        let body: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(body.len() > 1);
        // The last line has the public key, which stands in the certificate in other alignment, but may meet it.
        assert!(!all.contains(body[0]), "{file}");
    }
}

#[test]
fn all_names_are_told_of_in_the_file() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    // Without a subject, and so with a critical extension of names.
    server.converges(stage.server_config(&root, json!({ "ip_addresses": ["10.0.0.1"], "dns_names": null }))).unwrap();
    let made = Certificate::from_pem(&stage.read("vault.pem")).unwrap();
    assert!(made.subject().is_empty());
    assert_eq!(made.names()[0].to_string(), "10.0.0.1");
}
