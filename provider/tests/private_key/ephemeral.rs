//! Keys that live as long as one command.

use pki::PrivateKey;
use provider::SecretZero;
use tf_testing::{Client, Kit, config};

use crate::stage::{id_of, kit, refused};

#[test]
fn an_ephemeral_key_is_a_new_one_each_time() {
    for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
        let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
        let ephemeral = kit.ephemeral("private_key").unwrap();
        let opened = [config!({}), config!({}), config!({ "key_algorithm": "rsa2048" })].map(|config| {
            let open = ephemeral.open(config).unwrap();
            assert_eq!(open.renew_at(), None);
            open.close().unwrap();
            open.value().clone()
        });
        let keys = opened.each_ref().map(|value| {
            let text = |name: &str| value.attribute(name).unwrap().as_str().unwrap().to_owned();
            let key = PrivateKey::from_pem(&text("private_key_pem"), None).unwrap();
            assert_eq!(text("public_key_pem"), key.public_key().to_pem());
            assert_eq!(Some(text("public_key_openssh")), key.public_key().to_openssh());
            assert_eq!(text("key_id"), id_of(&key));
            key
        });
        assert_ne!(id_of(&keys[0]), id_of(&keys[1]));
        assert_eq!(keys[0].public_key().kind().to_string(), "ECDSA P-256");
        assert_eq!(keys[2].public_key().kind().to_string(), "RSA 2048");
    }
    let refusal = kit().ephemeral("private_key").unwrap().open(config!({ "key_algorithm": "dsa" })).err().unwrap();
    refused(&refusal, "", "key_algorithm", "rsa4096");
}
