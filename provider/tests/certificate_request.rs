//! `secretzero_certificate_request`, driven as the cores drive it.

// The attribute tells clippy that the functions which help are test code too.
#[cfg(test)]
mod kit {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use pki::{Csr, PrivateKey};
    use provider::{SecretZero, resources};
    use tempfile::TempDir;
    use tf_framework::value::Value;
    use tf_testing::{Action, Client, Config, Kit, Managed, Refusal, Source, Unknown, config};

    const CLIENTS: [Client; 4] = [Client::opentofu(), Client::terraform(), Client::terraform_1_11(), Client::older()];

    fn kit() -> Kit {
        Kit::new::<SecretZero>(config!({})).unwrap()
    }

    fn path(folder: &TempDir, name: &str) -> String {
        folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn text(object: &Managed<'_>, name: &str) -> String {
        object.attribute(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name} is a text")).to_owned()
    }

    fn csr(object: &Managed<'_>) -> Csr {
        Csr::from_pem(&text(object, "csr_pem")).unwrap()
    }

    fn key_in(file: &str) -> PrivateKey {
        PrivateKey::from_pem(&fs::read_to_string(file).unwrap(), None).unwrap()
    }

    fn names(csr: &Csr) -> Vec<String> {
        csr.names().iter().map(ToString::to_string).collect()
    }

    /// A configuration of a `private_key` request: what its `reference` says, as another resource gets it.
    fn reference(key: &Managed<'_>) -> serde_json::Value {
        let reference = key.attribute("reference").unwrap();
        let home = reference.attribute("key").unwrap();
        let member = |of: &Value, name: &str| of.attribute(name).unwrap().as_str().map(str::to_owned);
        serde_json::json!({
            "key": { "file": member(home, "file"), "in_state": home.attribute("in_state").unwrap().as_bool() },
            "key_id": member(reference, "key_id"),
            "private_key_pem_in_state": member(reference, "private_key_pem_in_state"),
        })
    }

    #[track_caller]
    fn refused(refusal: &Refusal, summary: &str, attribute: &str, detail: &str) {
        let Refusal::Reported { diagnostics, .. } = refusal else { panic!("{refusal}") };
        let told =
            diagnostics.iter().find(|told| told.summary().contains(summary) && told.path().to_string() == attribute);
        let told = told.unwrap_or_else(|| panic!("{summary} {attribute}: {refusal}"));
        assert!(told.detail_text().contains(detail), "{refusal}");
    }

    #[test]
    fn a_request_with_its_own_key_lives_with_every_core() {
        for client in CLIENTS {
            let folder = tempfile::tempdir().unwrap();
            let (key_file, csr_file) = (path(&folder, "a.key"), path(&folder, "a.csr"));
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let mut object = kit.resource("certificate_request").unwrap();
            let with = |names: &[&str]| {
                config!({
                    "subject": { "common_name": "vault", "organization": ["Home"] },
                    "dns_names": names,
                    "ip_addresses": ["127.0.0.1"],
                    "key": { "file": key_file },
                    "csr_file": { "path": csr_file },
                })
            };
            let plan = object.plan(with(&["a.home.arpa"])).unwrap();
            assert!(plan.is_unknown("csr_pem") && !plan.is_unknown("key_algorithm") && !plan.is_unknown("id"));
            assert_eq!(object.converges(with(&["a.home.arpa"])).unwrap(), Action::Create);
            let (first, key) = (csr(&object), key_in(&key_file));
            assert_eq!(first.public_key(), key.public_key());
            assert_eq!(first.subject().to_string(), "CN=vault,O=Home");
            assert_eq!(names(&first), ["a.home.arpa", "127.0.0.1"]);
            assert_eq!(text(&object, "key_id"), key.public_key().key_id().to_hex());
            assert_eq!(text(&object, "key_algorithm"), "ecdsa-p256");
            assert_eq!(fs::read_to_string(&csr_file).unwrap(), first.to_pem());

            // Another name is another request for the same key.
            assert_eq!(object.converges(with(&["a.home.arpa", "b.home.arpa"])).unwrap(), Action::Update);
            assert_eq!(names(&csr(&object)), ["a.home.arpa", "b.home.arpa", "127.0.0.1"]);
            assert_eq!(csr(&object).public_key(), key.public_key());
            assert_eq!(fs::read_to_string(&csr_file).unwrap(), text(&object, "csr_pem"));
            object.destroy().unwrap();
            assert!(!Path::new(&key_file).exists() && !Path::new(&csr_file).exists());
        }
    }

    #[test]
    fn many_lives() {
        let folder = tempfile::tempdir().unwrap();
        let object = |members: &[(&'static str, Value)], names: &[&'static str]| {
            let value =
                |name: &str| members.iter().find(|(of, _)| *of == name).map_or(Value::Null, |(_, value)| value.clone());
            Value::object(names.iter().map(|name| (*name, value(name))))
        };
        let home = |name: &'static str, value: Value| {
            object(&[(name, value)], &["file", "mode", "owner", "group", "passphrase_file", "in_state", "vault_kv"])
        };
        let file = |name: &str| Value::from(path(&folder, name));
        let homes = vec![home("in_state", Value::from(true)), home("file", file("1.key")), home("file", file("2.key"))];
        let csr = |name: &str, mode: &str| {
            object(&[("path", file(name)), ("mode", Value::from(mode))], &["path", "mode", "owner", "group"])
        };
        let files = vec![csr("1.csr", "0644"), csr("1.csr", "0600"), csr("2.csr", "0644"), Value::Null];
        let kit = kit();
        let driven = kit
            .drive::<resources::CertificateRequest>()
            .unwrap()
            .with(
                "dns_names",
                proptest::sample::select(vec![list(&["a.home.arpa"]), list(&["b.home.arpa", "*.c.arpa"])]),
            )
            .with("ip_addresses", proptest::sample::select(vec![list(&["::1"]), list(&["127.0.0.1", "10.0.0.1"])]))
            .with("uris", proptest::strategy::Just(list(&["spiffe://home.arpa/a"])))
            .with("email_addresses", proptest::strategy::Just(list(&["a@home.arpa"])))
            .with("subject", proptest::strategy::Just(Value::Null))
            .with("private_key", proptest::strategy::Just(Value::Null))
            .with("key", proptest::sample::select(homes))
            // Another kind needs `allow_replace`, which is not in every configuration.
            .with("key_algorithm", proptest::strategy::Just("ecdsa-p256"))
            .with("csr_file", proptest::sample::select(files))
            .with("allow_replace", proptest::strategy::Just(true))
            .with("delete_on_destroy", proptest::strategy::Just(true))
            .without_import()
            .cases(24)
            .run()
            .unwrap();
        assert!(driven.updates > 0, "{driven:?}");
    }

    fn list(texts: &[&str]) -> Value {
        Value::list(texts.iter().copied().map(Value::from))
    }

    #[test]
    fn a_request_for_the_key_of_another_resource() {
        let folder = tempfile::tempdir().unwrap();
        let file = path(&folder, "a.key");
        let kit = kit();
        let mut key = kit.resource("private_key").unwrap();
        key.converges(config!({ "key": { "file": file }, "key_algorithm": "ed25519" })).unwrap();
        let with = |reference: serde_json::Value| config!({ "dns_names": ["a.home.arpa"], "private_key": reference });
        let mut object = kit.resource("certificate_request").unwrap();
        // Both are made in one apply.
        let later = config!({ "dns_names": ["a.home.arpa"], "private_key": Unknown });
        assert_eq!(object.apply_later(later, with(reference(&key))).unwrap(), Action::Create);
        assert_eq!(object.converges(with(reference(&key))).unwrap(), Action::NoOp);
        assert_eq!(text(&object, "key_algorithm"), "ed25519");
        assert_eq!(text(&object, "id"), text(&key, "key_id"));
        assert_eq!(csr(&object).public_key(), key_in(&file).public_key());
        let before = text(&object, "csr_pem");

        // A key that moves has the same request, and so has one that moves into the state, which is not known at plan.
        let moved = path(&folder, "b.key");
        key.converges(config!({ "key": { "file": moved }, "key_algorithm": "ed25519" })).unwrap();
        assert!(!object.plan(with(reference(&key))).unwrap().is_unknown("csr_pem"));
        assert_eq!(object.converges(with(reference(&key))).unwrap(), Action::Update);
        key.converges(config!({ "key": { "in_state": true }, "key_algorithm": "ed25519" })).unwrap();
        let later = config!({ "dns_names": ["a.home.arpa"], "private_key": Unknown });
        assert_eq!(object.apply_later(later, with(reference(&key))).unwrap(), Action::Update);
        assert_eq!(text(&object, "csr_pem"), before);
        assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));

        // Another key is another request.
        let mut other = kit.resource("private_key").unwrap();
        other.converges(config!({ "key": { "in_state": true } })).unwrap();
        let plan = object.plan(with(reference(&other))).unwrap();
        assert!(plan.is_unknown("csr_pem") && !plan.is_unknown("key_id"));
        assert_eq!(object.converges(with(reference(&other))).unwrap(), Action::Update);
        assert_eq!(text(&object, "key_algorithm"), "ecdsa-p256");
        assert_eq!(csr(&object).public_key().key_id().to_hex(), text(&other, "key_id"));
        object.destroy().unwrap();
    }

    #[test]
    fn a_reference_that_is_not_true_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = path(&folder, "a.key");
        let kit = kit();
        let mut key = kit.resource("private_key").unwrap();
        key.converges(config!({ "key": { "file": file } })).unwrap();
        let mut wrong = reference(&key);
        wrong["key_id"] = serde_json::json!("00".repeat(20));
        let mut object = kit.resource("certificate_request").unwrap();
        let refusal = object.apply(config!({ "dns_names": ["a.home.arpa"], "private_key": wrong })).unwrap_err();
        refused(&refusal, "Reading the key from", "private_key.key", "There is another key");
        let reference = reference(&key);
        fs::remove_file(&file).unwrap();
        let refusal = object.apply(config!({ "dns_names": ["a.home.arpa"], "private_key": reference })).unwrap_err();
        refused(&refusal, "Reading the key from", "private_key.key", "There is no key");
        assert!(object.state().is_none());
    }

    #[test]
    fn a_file_that_somebody_changed_is_drift() {
        let folder = tempfile::tempdir().unwrap();
        let (key_file, csr_file) = (path(&folder, "a.key"), path(&folder, "a.csr"));
        let kit = kit();
        let mut object = kit.resource("certificate_request").unwrap();
        let config =
            config!({ "dns_names": ["a.home.arpa"], "key": { "file": key_file }, "csr_file": { "path": csr_file } });
        object.converges(&config).unwrap();
        let pem = text(&object, "csr_pem");
        let damages: [&dyn Fn(); 4] = [
            &|| fs::write(&csr_file, "changed").unwrap(),
            &|| fs::remove_file(&csr_file).unwrap(),
            &|| fs::set_permissions(&csr_file, fs::Permissions::from_mode(0o666)).unwrap(),
            &|| fs::set_permissions(&key_file, fs::Permissions::from_mode(0o640)).unwrap(),
        ];
        for damage in damages {
            damage();
            object.refresh().unwrap();
            assert_ne!(object.attribute("drift"), Some(&Value::list([])));
            assert_eq!(object.converges(&config).unwrap(), Action::Update);
            assert_eq!(fs::read_to_string(&csr_file).unwrap(), pem);
            assert_eq!(text(&object, "csr_pem"), pem);
            assert_eq!(object.attribute("drift"), Some(&Value::list([])));
        }
        fs::remove_file(&key_file).unwrap();
        let refusal = object.plan(&config).unwrap_err();
        refused(&refusal, "The private key is lost", "key", "is missing");
        let allowed = config!({
            "dns_names": ["a.home.arpa"], "key": { "file": key_file }, "csr_file": { "path": csr_file }, "allow_replace": true,
        });
        assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
        assert_eq!(csr(&object).public_key(), key_in(&key_file).public_key());
        assert_eq!(fs::read_to_string(&csr_file).unwrap(), text(&object, "csr_pem"));
    }

    #[test]
    fn files_move_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let kit = kit();
        let mut object = kit.resource("certificate_request").unwrap();
        let with = |key: &str, csr: Option<&str>| {
            let csr_file = csr.map(|csr| serde_json::json!({ "path": path(&folder, csr) }));
            config!({ "dns_names": ["a.home.arpa"], "key": { "file": path(&folder, key) }, "csr_file": csr_file })
        };
        object.converges(with("1.key", Some("1.csr"))).unwrap();
        let pem = text(&object, "csr_pem");
        assert_eq!(object.converges(with("2.key", Some("2.csr"))).unwrap(), Action::Update);
        assert_eq!(
            (text(&object, "csr_pem"), fs::read_to_string(path(&folder, "2.csr")).unwrap()),
            (pem.clone(), pem.clone())
        );
        assert!(!folder.path().join("1.key").exists() && !folder.path().join("1.csr").exists());
        assert_eq!(object.converges(with("2.key", None)).unwrap(), Action::Update);
        assert!(!folder.path().join("2.csr").exists());
        assert_eq!(text(&object, "csr_pem"), pem);
        fs::write(folder.path().join("3.csr"), "of somebody else").unwrap();
        let refusal = object.apply(with("2.key", Some("3.csr"))).unwrap_err();
        refused(&refusal, "There is something else in", "csr_file", "not overwritten");
        assert_eq!(fs::read_to_string(folder.path().join("3.csr")).unwrap(), "of somebody else");
    }

    #[test]
    fn an_apply_goes_on_where_another_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let (key_file, csr_file) = (path(&folder, "a.key"), path(&folder, "a.csr"));
        let kit = kit();
        let config =
            config!({ "dns_names": ["a.home.arpa"], "key": { "file": key_file }, "csr_file": { "path": csr_file } });
        let mut object = kit.resource("certificate_request").unwrap();
        object.converges(&config).unwrap();
        let pem = text(&object, "csr_pem");
        // Everything was done, and the state never written.
        object.forget();
        assert_eq!(object.converges(&config).unwrap(), Action::Create);
        assert_eq!((text(&object, "csr_pem"), fs::read_to_string(&csr_file).unwrap()), (pem.clone(), pem));
        // The key alone was made.
        object.forget();
        fs::remove_file(&csr_file).unwrap();
        assert_eq!(object.converges(&config).unwrap(), Action::Create);
        assert_eq!(csr(&object).public_key(), key_in(&key_file).public_key());
        // What is for other names is not ours.
        object.forget();
        let other: Config =
            config!({ "dns_names": ["b.home.arpa"], "key": { "file": key_file }, "csr_file": { "path": csr_file } });
        refused(&object.apply(other).unwrap_err(), "There is something else in", "csr_file", "not overwritten");
        assert!(object.state().is_none());
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let kit = kit();
        let object = kit.resource("certificate_request").unwrap();
        let told = |config: Config| match object.validate(config).unwrap_err() {
            Refusal::Reported { diagnostics, .. } => {
                diagnostics.iter().map(|told| told.path().to_string()).collect::<Vec<_>>()
            }
            other => panic!("{other}"),
        };
        let all = told(config!({
            "subject": { "country": "Germany", "common_name": "x".repeat(65) },
            "dns_names": ["ok.home.arpa", "*.*.arpa", "127.0.0.1"],
            "ip_addresses": ["vault.home.arpa"],
            "uris": ["no scheme"],
            "email_addresses": ["nobody"],
            "key": { "in_state": true },
        }));
        for path in [
            "subject.country",
            "subject.common_name",
            "dns_names[1]",
            "dns_names[2]",
            "ip_addresses[0]",
            "uris[0]",
            "email_addresses[0]",
        ] {
            assert!(all.iter().any(|told| told == path), "{path} is not in {all:?}");
        }
        // What is known of names is told though others are not, and that there is none only if there is none.
        let some = told(config!({ "dns_names": Unknown, "ip_addresses": ["x"], "key": { "in_state": true } }));
        assert_eq!(some, ["ip_addresses[0]"]);
        object.validate(config!({ "dns_names": Unknown, "key": { "in_state": true } })).unwrap();
        assert_eq!(told(config!({ "key": { "in_state": true } })), [""]);
        let reference = serde_json::json!({ "key": { "file": "a.key" }, "key_id": "00" });
        for config in [
            config!({ "dns_names": ["a.home.arpa"] }),
            config!({ "dns_names": ["a.home.arpa"], "key": { "in_state": true }, "private_key": reference }),
            config!({ "dns_names": ["a.home.arpa"], "key_algorithm": "ed25519", "private_key": reference }),
        ] {
            let refusal = object.validate(config).unwrap_err();
            assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
        }
    }

    /// As version 4 of the tls provider stores it, all attributes of its schema.
    fn tls_state() -> serde_json::Value {
        serde_json::json!({
            "cert_request_pem": include_str!("certificate_request/tls.csr"),
            "dns_names": ["vault.home.arpa"],
            "id": "c16ce5b1a3d7f5d1a2a63da3b2a6a6c4a8a2d3d4",
            "ip_addresses": ["127.0.0.1"],
            "key_algorithm": "ECDSA",
            "private_key_pem": include_str!("private_key/tls.pem"),
            "subject": [{
                "common_name": "vault",
                "country": "DE",
                "email_address": null,
                "locality": "",
                "organization": "Home",
                "organizational_unit": null,
                "postal_code": null,
                "province": null,
                "serial_number": null,
                "street_address": null,
            }],
            "uris": null,
        })
    }

    fn tls_source(state: serde_json::Value) -> Source {
        Source {
            provider: "registry.opentofu.org/hashicorp/tls".to_owned(),
            type_name: "tls_cert_request".to_owned(),
            version: 0,
            state,
            private: Vec::new(),
        }
    }

    #[test]
    fn a_request_of_the_tls_provider_moves_over() {
        for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let with = |member: &str, value: serde_json::Value| {
                let mut config = serde_json::json!({
                    "subject": { "common_name": "vault", "country": "DE", "organization": ["Home"] },
                    "dns_names": ["vault.home.arpa"],
                    "ip_addresses": ["127.0.0.1"],
                });
                config[member] = value;
                Config::from(config)
            };
            let mut object = kit.resource("certificate_request").unwrap();
            object.moved_from(&tls_source(tls_state())).unwrap();
            let own = with("key", serde_json::json!({ "in_state": true }));
            assert_eq!(object.converges(own).unwrap(), Action::NoOp);
            let pem = text(&object, "csr_pem");
            assert_eq!(pem, Csr::from_pem(include_str!("certificate_request/tls.csr")).unwrap().to_pem());
            assert_eq!(text(&object, "key_algorithm"), "ecdsa-p384");
            // Mostly its key is a resource of its own, which moved over, too. Then the request refers to it, and stays.
            let mut key = kit.resource("private_key").unwrap();
            let source = Source {
                type_name: "tls_private_key".to_owned(),
                version: 1,
                state: serde_json::json!({ "private_key_pem": include_str!("private_key/tls.pem") }),
                ..tls_source(serde_json::Value::Null)
            };
            key.moved_from(&source).unwrap();
            assert_eq!(object.converges(with("private_key", reference(&key))).unwrap(), Action::Update);
            assert_eq!(text(&object, "csr_pem"), pem);
            assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
            // Another name has it made anew, by us.
            let refusal = object.plan(with("dns_names", serde_json::json!(["x"]))).unwrap_err();
            assert!(matches!(refusal, Refusal::Reported { .. }), "neither key is set: {refusal}");
        }
    }

    #[test]
    fn what_can_not_move_over_says_why() {
        let kit = kit();
        let mut write_only = tls_state();
        write_only["private_key_pem"] = serde_json::Value::Null;
        let mut hashed = tls_state();
        hashed["private_key_pem"] = serde_json::json!("c16ce5b1a3d7f5d1a2a63da3b2a6a6c4a8a2d3d4");
        let mut damaged = tls_state();
        damaged["cert_request_pem"] = serde_json::json!("");
        for (state, expected) in [(write_only, "private_key_pem_wo"), (hashed, "a hash of it"), (damaged, "PEM")] {
            let refusal = kit.resource("certificate_request").unwrap().moved_from(&tls_source(state)).unwrap_err();
            assert!(refusal.to_string().contains(expected), "{expected}: {refusal}");
        }
    }

    #[test]
    fn on_another_machine_nothing_is_looked_at_and_nothing_planned() {
        let folder = tempfile::tempdir().unwrap();
        let kit = kit();
        let mut object = kit.resource("certificate_request").unwrap();
        let with = |name: &str| {
            config!({
                "dns_names": [name],
                "key": { "in_state": true },
                "csr_file": { "path": path(&folder, "a.csr") },
            })
        };
        object.converges(with("a.home.arpa")).unwrap();
        let mut private: serde_json::Value =
            serde_json::from_slice(object.stored().unwrap().private()).unwrap_or_default();
        if private["machine"].is_null() {
            return println!(
                "SKIPPED on_another_machine_nothing_is_looked_at_and_nothing_planned: there is no machine id"
            );
        }
        private["machine"]["hash"] = serde_json::json!("00".repeat(32));
        object.store_private(private.to_string().into_bytes());
        fs::remove_file(folder.path().join("a.csr")).unwrap();
        let warnings = object.refresh().unwrap();
        assert!(warnings.iter().any(|told| told.summary() == "Certificate requests are on another machine"));
        assert_eq!(object.converges(with("a.home.arpa")).unwrap(), Action::NoOp);
        let refusal = object.apply(with("b.home.arpa")).unwrap_err();
        refused(&refusal, "Writing a certificate request needs files that are on another machine", "", "machine-id");
        let refusal = object.destroy().unwrap_err();
        refused(&refusal, "Removing a certificate request needs files that are on another machine", "", "machine-id");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
