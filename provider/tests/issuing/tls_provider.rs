//! Authorities and certificates of the provider hashicorp/tls, moved over. Version 4 of it stored them; both schemas
//! have the version 0.

use serde_json::{Value as Json, json};
use tf_framework::value::Value;
use tf_testing::{Action, Source};

use crate::stage::{MOVING, Stage, certificate, drift, issuer, text, with};

fn source(type_name: &str) -> Source {
    let state = match type_name {
        "tls_self_signed_cert" => include_str!("tls/self_signed.json"),
        _ => include_str!("tls/locally_signed.json"),
    };
    Source {
        provider: "registry.opentofu.org/hashicorp/tls".to_owned(),
        type_name: type_name.to_owned(),
        version: 0,
        state: serde_json::from_str(state).unwrap(),
        private: Vec::new(),
    }
}

/// As a configuration says what the recorded root is.
fn root_config(stage: &Stage, key: &Json) -> tf_testing::Config {
    stage.root_config(json!({
        "subject": { "common_name": "Home Root", "country": "DE", "organization": ["Home"] },
        "key": key, "key_algorithm": "ecdsa-p384", "validity_period_hours": 876_000,
    }))
}

#[test]
fn an_authority_moves_over_and_its_key_out_of_the_state() {
    for client in MOVING {
        let stage = Stage::under(client);
        let mut root = stage.authority();
        let source = source("tls_self_signed_cert");
        root.moved_from(&source).unwrap();
        let in_state = root_config(&stage, &json!({ "in_state": true }));
        assert_eq!(root.converges(&in_state).unwrap(), Action::NoOp, "it is as it was");
        assert_eq!(text(&root, "certificate_pem"), source.state["cert_pem"].as_str().unwrap());
        let in_file = root_config(&stage, &json!({ "file": stage.path("root.key") }));
        assert_eq!(root.converges(&in_file).unwrap(), Action::Update);
        assert_eq!(text(&root, "certificate_pem"), source.state["cert_pem"].as_str().unwrap());
        assert_eq!(certificate(&root).public_key(), stage.key("root.key").public_key());
        assert_eq!(root.attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert!(!format!("{:?}", root.state()).contains("PRIVATE KEY"));
    }
}

#[test]
fn a_certificate_moves_over_and_is_below_the_same_authority() {
    for client in MOVING {
        let stage = Stage::under(client);
        let mut root = stage.authority();
        root.moved_from(&source("tls_self_signed_cert")).unwrap();
        let in_file = root_config(&stage, &json!({ "file": stage.path("root.key") }));
        let mut server = stage.certificate();
        let recorded = source("tls_locally_signed_cert").state;
        server.moved_from(&source("tls_locally_signed_cert")).unwrap();
        assert_eq!(text(&server, "certificate_pem"), recorded["cert_pem"].as_str().unwrap());
        let config = |root: &tf_testing::Managed<'_>| {
            let config = json!({
                "issuer": issuer(root), "csr_pem": recorded["cert_request_pem"], "profile": "server_and_client",
                "validity_period_hours": 875_976,
            });
            with(config, json!({}))
        };
        assert_eq!(server.converges(config(&root)).unwrap(), Action::NoOp, "it is as it was");
        root.converges(&in_file).unwrap();
        assert_eq!(server.converges(config(&root)).unwrap(), Action::Update, "the key of its issuer has moved");
        assert_eq!(text(&server, "certificate_pem"), recorded["cert_pem"].as_str().unwrap());
        assert!(!format!("{:?}", server.state()).contains("PRIVATE KEY"));
        assert!(drift(&server).is_empty());

        // Its key was a resource of its own, and comes along as such; the names are listed here from now on.
        let key = include_str!("found/tls_leaf.key");
        let mut own = stage.resource("private_key");
        let state = json!({ "private_key_pem": key });
        own.moved_from(&Source { type_name: "tls_private_key".to_owned(), version: 1, state, ..source("") }).unwrap();
        let config = json!({
            "issuer": issuer(&root), "private_key": crate::stage::reference(&own), "profile": "server_and_client",
            "subject": { "common_name": "vault", "organization": ["Home"] }, "dns_names": ["vault.home.arpa"],
            "ip_addresses": ["127.0.0.1"], "validity_period_hours": 875_976,
        });
        assert_eq!(server.converges(with(config, json!({}))).unwrap(), Action::Update);
        assert_eq!(certificate(&server).subject().to_string(), "CN=vault,O=Home");
    }
}

#[test]
fn what_can_not_move_over_says_why() {
    let stage = Stage::new();
    let changed = |type_name: &str, member: &str, value: Json| {
        let mut source = source(type_name);
        source.state[member] = value;
        source
    };
    let (root, server) = ("tls_self_signed_cert", "tls_locally_signed_cert");
    let leaf = source(server).state["cert_pem"].clone();
    for (source, expected) in [
        (changed(root, "private_key_pem", json!("98d3c1")), "a hash of it"),
        (changed(root, "private_key_pem", json!(null)), "private_key_pem_wo"),
        (changed(root, "cert_pem", json!("")), "cert_pem"),
        (changed(root, "cert_pem", leaf), "is not one of an authority"),
        (changed(server, "ca_private_key_pem", json!("98d3c1")), "a hash of it"),
        (changed(server, "ca_private_key_pem", json!(null)), "ca_private_key_pem_wo"),
        (changed(server, "cert_pem", json!("x")), "cert_pem"),
        (changed(server, "ca_cert_pem", json!("x")), "ca_cert_pem"),
        (changed(server, "cert_request_pem", json!("x")), "cert_request_pem"),
        (Source { version: 1, ..source(root) }, "version 1"),
    ] {
        let mut object = if source.type_name == root { stage.authority() } else { stage.certificate() };
        let refusal = object.moved_from(&source).unwrap_err();
        assert!(refusal.to_string().contains(expected), "{expected}: {refusal}");
    }
}
