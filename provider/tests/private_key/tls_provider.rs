//! Keys that come from the tls provider.

use pki::PrivateKey;
use provider::SecretZero;
use tf_framework::value::Value;
use tf_testing::{Action, Client, Kit, Source, config};

use crate::stage::{id_of, key_in, kit, place, text};

/// As version 4 of the tls provider stores it, all attributes of its schema.
fn tls_state(pem: &str) -> serde_json::Value {
    serde_json::json!({
        "algorithm": "ECDSA",
        "ecdsa_curve": "P384",
        "id": "3cd3cee51bd1e2bd1eb9eb20e8ee5a4b6ba2c7b4",
        "private_key_openssh": "",
        "private_key_pem": pem,
        "private_key_pem_pkcs8": "",
        "public_key_fingerprint_md5": "",
        "public_key_fingerprint_sha256": "",
        "public_key_openssh": "",
        "public_key_pem": "",
        "rsa_bits": 2048,
    })
}

/// SEC1, as the tls provider writes such keys; made for this test by `openssl ecparam -name secp384r1 -genkey -noout`.
const TLS_KEY: &str = include_str!("tls.pem");

#[test]
fn a_key_of_the_tls_provider_moves_over() {
    let key = PrivateKey::from_pem(TLS_KEY, None).unwrap();
    let place = place();
    for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
        for (provider, version) in [("registry.opentofu.org/hashicorp/tls", 1), ("tls", 1), ("a.b/hashicorp/tls", 0)] {
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let mut object = kit.resource("private_key").unwrap();
            let source = Source {
                provider: provider.to_owned(),
                type_name: "tls_private_key".to_owned(),
                version,
                state: tls_state(TLS_KEY),
                private: b"not ours".to_vec(),
            };
            object.moved_from(&source).unwrap();
            let config = config!({ "key": { "in_state": true }, "key_algorithm": "ecdsa-p384" });
            assert_eq!(object.converges(config).unwrap(), Action::NoOp);
            assert_eq!(text(&object, "key_id"), id_of(&key));
            // And then out of the state, which is why one moves.
            let config = config!({ "key": { "file": place.file }, "key_algorithm": "ecdsa-p384" });
            assert_eq!(object.converges(config).unwrap(), Action::Update);
            assert_eq!(id_of(&key_in(place.path())), id_of(&key));
            assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
            object.destroy().unwrap();
        }
    }
}

#[test]
fn what_can_not_move_over_says_why() {
    let kit = kit();
    for (version, pem, expected) in [
        (2, TLS_KEY, "version 2"),
        (1, "3cd3cee51bd1e2bd1eb9eb20e8ee5a4b6ba2c7b4", "a hash of it"),
        (1, P224_KEY, "unknown kind"),
    ] {
        let mut object = kit.resource("private_key").unwrap();
        let source = Source {
            provider: "registry.terraform.io/hashicorp/tls".to_owned(),
            type_name: "tls_private_key".to_owned(),
            version,
            state: tls_state(pem),
            private: Vec::new(),
        };
        let refusal = object.moved_from(&source).unwrap_err();
        assert!(refusal.to_string().contains(expected), "{expected}: {refusal}");
    }
}

/// The default curve of the tls provider, which nothing else takes.
const P224_KEY: &str = include_str!("p224.pem");
