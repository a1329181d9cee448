//! `parse_certificate`, as the cores call it.

// The attribute tells clippy that the functions which help are test code too.
#[cfg(test)]
mod kit {
    use jiff::{SignedDuration, Timestamp};
    use pki::{
        CaOptions, Certificate, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity,
    };
    use provider::SecretZero;
    use tf_framework::value::{Path, Value};
    use tf_testing::{Client, Kit, Refusal, config};

    fn kit() -> Kit {
        Kit::new::<SecretZero>(config!({})).unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    fn validity(days: i64) -> Validity {
        let day = SignedDuration::from_hours(24);
        Validity::starting(now(), day, SignedDuration::from_hours(24 * days)).unwrap()
    }

    fn root(days: i64, change: impl FnOnce(&mut Request)) -> (Certificate, PrivateKey) {
        let options = CaOptions { path_length: Some(0), ..CaOptions::default() };
        let mut request = Request::new(Profile::RootCa(options), validity(days));
        request.subject = Subject { organization: vec!["Home".to_owned()], ..Subject::common_name("Root, the first") };
        change(&mut request);
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP384).unwrap();
        let unsigned = request.validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap();
        (unsigned.self_signed(&key).unwrap(), key)
    }

    fn server(root: Certificate, key: PrivateKey) -> Certificate {
        let issuer = Issuer::new(vec![root], key).unwrap();
        let mut request = Request::new(Profile::TlsServer, validity(365));
        request.dns_names = vec!["vault.home.arpa".to_owned(), "*.home.arpa".to_owned()];
        request.ip_addresses = vec!["127.0.0.1".to_owned(), "::1".to_owned()];
        request.uris = vec!["spiffe://home.arpa/vault".to_owned()];
        request.email_addresses = vec!["root@home.arpa".to_owned()];
        request.crl_urls = vec!["http://crl.home.arpa/root.crl".to_owned()];
        let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
        let unsigned = request.validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap();
        unsigned.signed_by(&issuer, now()).unwrap()
    }

    fn parsed(pem: &str) -> Value {
        kit().function("parse_certificate").unwrap().call([config!(pem)]).unwrap()
    }

    #[track_caller]
    fn check(parsed: &Value, name: &str, expected: impl Into<Value>) {
        assert_eq!(parsed.attribute(name), Some(&expected.into()), "{name}");
    }

    fn texts<const N: usize>(texts: [&str; N]) -> Value {
        Value::list(texts.map(Value::from))
    }

    #[test]
    fn a_server_certificate_says_all_of_it() {
        let (root, key) = root(3650, |_| {});
        let root_key_id = root.key_id().to_hex();
        let certificate = server(root.clone(), key);
        // As in the file of a server: its own certificate first, and its key somewhere.
        let text = format!("Bag Attributes\n{}{}", certificate.to_pem(), root.to_pem());
        let parsed = parsed(&text);
        check(&parsed, "subject", "");
        check(&parsed, "issuer", root.subject().to_string());
        check(&parsed, "common_name", Value::Null);
        check(&parsed, "serial_number", certificate.serial().to_hex());
        check(&parsed, "not_before", "2026-11-29T12:00:00Z");
        check(&parsed, "not_after", "2027-11-30T12:00:00Z");
        check(&parsed, "dns_names", texts(["vault.home.arpa", "*.home.arpa"]));
        check(&parsed, "ip_addresses", texts(["127.0.0.1", "::1"]));
        check(&parsed, "uris", texts(["spiffe://home.arpa/vault"]));
        check(&parsed, "email_addresses", texts(["root@home.arpa"]));
        check(&parsed, "is_ca", false);
        check(&parsed, "path_length", Value::Null);
        check(&parsed, "key_usage", texts(["digitalSignature", "keyEncipherment"]));
        check(&parsed, "extended_key_usage", texts(["serverAuth"]));
        check(&parsed, "key_algorithm", "RSA 2048");
        check(&parsed, "signature_algorithm", "ECDSA-SHA384");
        check(&parsed, "key_id", certificate.key_id().to_hex());
        check(&parsed, "authority_key_id", root_key_id);
        check(&parsed, "fingerprint_sha256", certificate.fingerprint().to_hex());
        check(&parsed, "fingerprint_sha1", certificate.sha1_fingerprint().to_hex());
        check(&parsed, "public_key_pem", certificate.public_key().to_pem());
        check(&parsed, "permitted", Value::Null);
        check(&parsed, "excluded", Value::Null);
        check(&parsed, "crl_urls", texts(["http://crl.home.arpa/root.crl"]));
        check(&parsed, "findings", Value::list([]));
    }

    #[test]
    fn an_authority_says_what_it_may_certify() {
        let (root, _) = root(3650, |request| {
            request.permitted.dns = vec!["home.arpa".to_owned()];
            request.permitted.email = vec!["home.arpa".to_owned()];
            request.excluded.ip = vec!["0.0.0.0/0".to_owned()];
        });
        let parsed = parsed(&root.to_pem());
        check(&parsed, "common_name", "Root, the first");
        check(&parsed, "is_ca", true);
        check(&parsed, "path_length", 0);
        check(&parsed, "key_usage", texts(["digitalSignature", "keyCertSign", "cRLSign"]));
        check(&parsed, "extended_key_usage", Value::Null);
        let names = |dns: &[&str], ip: &[&str], email: &[&str]| {
            let list = |texts: &[&str]| Value::list(texts.iter().copied().map(Value::from));
            let lists = [
                ("dns", list(dns)),
                ("ip", list(ip)),
                ("email", list(email)),
                ("uri", list(&[])),
                ("directory", list(&[])),
            ];
            Value::object(lists)
        };
        check(&parsed, "permitted", names(&["home.arpa"], &[], &["home.arpa"]));
        check(&parsed, "excluded", names(&[], &["0.0.0.0/0"], &[]));
    }

    #[test]
    fn what_is_wrong_is_found_without_a_look_at_the_clock() {
        // One day it has expired, too, which is not for a function to say.
        let (root, _) = root(30, |_| {});
        let parsed = parsed(&root.to_pem());
        let Some(Value::List(findings)) = parsed.attribute("findings") else { panic!("findings are a list") };
        let codes: Vec<_> =
            findings.iter().map(|finding| finding.attribute("code").unwrap().as_str().unwrap()).collect();
        assert_eq!(codes, ["short_lived_root"]);
        check(&findings[0], "severity", "warning");
        check(&findings[0], "rule", Value::Null);
        let message = findings[0].attribute("message").unwrap().as_str().unwrap();
        assert!(message.contains("31 days"), "{message}");
    }

    #[test]
    fn what_is_no_certificate_is_an_error_of_the_argument() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        let (root, _) = root(3650, |_| {});
        let cut = &root.to_pem()[..200];
        for (text, expected) in [
            ("", "No PEM"),
            ("some text", "No PEM"),
            (key.public_key().to_pem().as_str(), "PUBLIC KEY"),
            (cut, "line"),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n", "certificate"),
        ] {
            let refused = kit().function("parse_certificate").unwrap().call([config!(text)]).unwrap_err();
            let Refusal::Reported { diagnostics, .. } = &refused else { panic!("{refused}") };
            let told = diagnostics.iter().next().unwrap();
            assert_eq!(told.path(), &Path::root().index(0), "{refused}");
            assert!(told.summary().to_lowercase().contains(&expected.to_lowercase()), "{text:?}: {refused}");
            assert!(!told.summary().ends_with('.'), "the cores add one: {refused}");
        }
    }

    #[test]
    fn every_core_that_has_functions_gets_the_same() {
        let (root, _) = root(3650, |_| {});
        for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let parsed = kit.function("parse_certificate").unwrap().call([config!(root.to_pem())]).unwrap();
            check(&parsed, "is_ca", true);
        }
    }
}
