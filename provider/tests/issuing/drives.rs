//! Both resources through made-up configurations.

use proptest::sample::select;
use proptest::strategy::Just;
use provider::resources;
use tf_framework::value::Value;
use tf_testing::config;

use crate::stage::Stage;

fn list(texts: &[&str]) -> Value {
    Value::list(texts.iter().copied().map(Value::from))
}

fn object(known: &[(&str, Value)], names: &[&str]) -> Value {
    let members = names.iter().map(|name| {
        let found = known.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        (*name, found.unwrap_or(Value::Null))
    });
    Value::object(members)
}

fn key(known: &[(&str, Value)]) -> Value {
    object(known, &["file", "mode", "owner", "group", "passphrase_file", "in_state", "vault_kv"])
}

fn file(path: String, mode: &str) -> Value {
    object(&[("path", path.into()), ("mode", mode.into())], &["path", "mode", "owner", "group"])
}

fn subtrees() -> Vec<Value> {
    let of = |known: &[(&str, Value)]| object(known, &["dns", "ip", "email"]);
    vec![of(&[("dns", list(&["home.arpa"]))]), of(&[("ip", list(&["10.0.0.0/8"])), ("email", list(&["a@home.arpa"]))])]
}

fn subject(name: &str) -> Value {
    object(
        &[("common_name", name.into()), ("organization", list(&["Home"]))],
        &[
            "common_name",
            "organization",
            "organizational_unit",
            "country",
            "province",
            "locality",
            "street_address",
            "postal_code",
            "domain_components",
            "serial_number",
            "email_address",
        ],
    )
}

#[test]
fn authorities_with_keys_in_files() {
    let stage = Stage::new();
    // One that is left behind is taken over by the next life, as long as it is of the same kind.
    let homes = ["0600", "0640"].map(|mode| key(&[("file", stage.path("1.key").into()), ("mode", mode.into())]));
    let driven = stage
        .kit()
        .drive::<resources::CertificateAuthority>()
        .unwrap()
        .with("subject", Just(subject("Root")))
        .with("parent", Just(Value::Null))
        .with("key", select(homes.to_vec()))
        .with("key_algorithm", Just("ecdsa-p256"))
        .with("path_length", select(vec![0, 1, 255]))
        .with("permitted", select(subtrees()))
        .with("excluded", select(vec![Value::Null, object(&[("dns", list(&["a.arpa"]))], &["dns", "ip", "email"])]))
        .with("crl_urls", select(vec![list(&["http://home.arpa/crl"]), Value::Null]))
        .with("validity_period_hours", select(vec![1_000, 1_012, 9_000]))
        .with("early_renewal_hours", select(vec![0, 100, 900]))
        .with(
            "certificate_file",
            select(vec![
                file(stage.path("1.pem"), "0644"),
                file(stage.path("1.pem"), "0600"),
                file(stage.path("2.pem"), "0644"),
            ]),
        )
        .with("allow_replace", Just(true))
        .with("delete_on_destroy", Just(true))
        .without_import()
        .run()
        .unwrap();
    assert!(driven.updates > 10 && driven.replacements == 0, "{driven:?}");
}

#[test]
fn authorities_with_keys_in_the_state() {
    let stage = Stage::new();
    let driven = stage
        .kit()
        .drive::<resources::CertificateAuthority>()
        .unwrap()
        .with("subject", Just(subject("Root")))
        .with("parent", Just(Value::Null))
        .with("key", Just(key(&[("in_state", true.into())])))
        .with("key_algorithm", Just("ecdsa-p256"))
        .with("path_length", select(vec![0, 1]))
        .with("permitted", Just(Value::Null))
        .with("excluded", Just(Value::Null))
        .with("crl_urls", Just(Value::Null))
        .with("validity_period_hours", Just(1_000))
        .with("early_renewal_hours", Just(0))
        .with("certificate_file", Just(Value::Null))
        .with("allow_replace", Just(true))
        .without_import()
        .run()
        .unwrap();
    assert!(driven.updates > 10 && driven.replacements == 0, "{driven:?}");
}

#[test]
fn certificates() {
    let stage = Stage::new();
    let root = stage.root();
    let mut own = stage.resource("private_key");
    own.converges(config!({ "key": { "file": stage.path("own.key") } })).unwrap();
    let homes = ["0600", "0640"].map(|mode| key(&[("file", stage.path("1.key").into()), ("mode", mode.into())]));
    let driven = stage
        .kit()
        .drive::<resources::Certificate>()
        .unwrap()
        .with("issuer", Just(root.attribute("issuer").unwrap().clone()))
        .with("profile", select(vec!["server", "client", "server_and_client"]))
        .with("subject", select(vec![Value::Null, subject("vault")]))
        .with("dns_names", select(vec![list(&["a.home.arpa"]), list(&["b.home.arpa", "*.c.arpa"])]))
        .with("ip_addresses", select(vec![list(&["::1"]), list(&["127.0.0.1", "10.0.0.1"])]))
        .with("uris", Just(list(&["spiffe://home.arpa/a"])))
        .with("email_addresses", Just(list(&["a@home.arpa"])))
        .with("crl_urls", Just(list(&["http://home.arpa/crl"])))
        .with("key", select(homes.to_vec()))
        .with("private_key", Just(own.attribute("reference").unwrap().clone()))
        .with("csr_pem", Just(include_str!("found/tls_leaf.csr")))
        .with("key_algorithm", Just("ecdsa-p256"))
        .with("validity_period_hours", select(vec![1_000, 1_012, 8_000]))
        .with("early_renewal_hours", select(vec![0, 900]))
        .with("certificate_file", select(vec![file(stage.path("1.pem"), "0644"), file(stage.path("2.pem"), "0600")]))
        .with("ca_certificate_file", select(vec![file(stage.path("1.ca"), "0644"), file(stage.path("2.ca"), "0644")]))
        .with("on_change", Just(Value::Null))
        .with("allow_replace", Just(true))
        .with("delete_on_destroy", Just(true))
        .without_import()
        .run()
        .unwrap();
    assert!(driven.updates > 10 && driven.replacements == 0, "{driven:?}");
}
