//! `secretzero_private_key`, driven as the cores drive it.

// The attribute tells clippy that the functions which help are test code too.
#[cfg(test)]
mod kit {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use pki::{KeyAlgorithm, PrivateKey};
    use provider::SecretZero;
    use provider::resources;
    use secrecy::ExposeSecret as _;
    use tempfile::TempDir;
    use tf_framework::value::Value;
    use tf_testing::{Action, Client, Kit, Managed, Refusal, Source, config};

    const CLIENTS: [Client; 4] = [Client::opentofu(), Client::terraform(), Client::terraform_1_11(), Client::older()];

    fn kit() -> Kit {
        Kit::new::<SecretZero>(config!({})).unwrap()
    }

    /// A folder with a place for a key in it.
    struct Place {
        folder: TempDir,
        file: String,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/a.key").to_str().unwrap().to_owned();
        Place { folder, file }
    }

    impl Place {
        fn path(&self) -> &Path {
            Path::new(&self.file)
        }

        fn other(&self, name: &str) -> String {
            self.folder.path().join(name).to_str().unwrap().to_owned()
        }

        fn files(&self) -> Vec<String> {
            let folder = self.path().parent().unwrap();
            let mut names: Vec<_> =
                fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    fn key_in(file: impl Into<PathBuf>) -> PrivateKey {
        PrivateKey::from_pem(&fs::read_to_string(file.into()).unwrap(), None).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a key of the test, into a file of the test")]
    fn write_key(file: &Path, algorithm: KeyAlgorithm) -> PrivateKey {
        let key = PrivateKey::generate(algorithm).unwrap();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, key.to_pkcs8_pem().unwrap().expose_secret()).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        key
    }

    fn id_of(key: &PrivateKey) -> String {
        key.public_key().key_id().to_hex()
    }

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o7777
    }

    fn text(object: &Managed<'_>, name: &str) -> String {
        object.attribute(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name} is a text")).to_owned()
    }

    /// The first error: headline, attribute, and the whole text.
    #[track_caller]
    fn refused(refusal: &Refusal, summary: &str, attribute: &str, detail: &str) {
        let Refusal::Reported { diagnostics, .. } = refusal else { panic!("{refusal}") };
        let told = diagnostics.iter().find(|told| told.summary().contains(summary));
        let told = told.unwrap_or_else(|| panic!("{refusal}"));
        assert_eq!(told.path().to_string(), attribute, "{refusal}");
        assert!(told.detail_text().contains(detail), "{refusal}");
    }

    #[test]
    fn a_key_in_a_file_lives_with_every_core() {
        for client in CLIENTS {
            let place = place();
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let mut object = kit.resource("private_key").unwrap();
            let config = config!({ "key": { "file": place.file } });
            let plan = object.plan(&config).unwrap();
            assert!(plan.is_unknown("key_id") && plan.is_unknown("reference") && !plan.is_unknown("id"));
            assert_eq!(plan.planned().attribute("private_key_pem_in_state"), Some(&Value::Null));
            assert_eq!(object.converges(&config).unwrap(), Action::Create);
            let key = key_in(place.path());
            assert_eq!(text(&object, "id"), place.file);
            assert_eq!(text(&object, "key_algorithm"), "ecdsa-p256");
            assert_eq!(text(&object, "key_id"), id_of(&key));
            assert_eq!(text(&object, "public_key_pem"), key.public_key().to_pem());
            assert_eq!(Some(text(&object, "public_key_openssh")), key.public_key().to_openssh());
            assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
            assert_eq!(mode(place.path()), 0o600);
            // What is not the key can change beside it.
            let config = config!({ "key": { "file": place.file, "mode": "0640" }, "allow_replace": true });
            assert_eq!(object.converges(&config).unwrap(), Action::Update);
            assert_eq!((text(&object, "key_id"), mode(place.path())), (id_of(&key), 0o640));
            object.destroy().unwrap();
            assert!(!place.path().exists());
        }
    }

    #[test]
    fn a_key_in_the_state_lives_with_every_core() {
        for client in CLIENTS {
            let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
            let mut object = kit.resource("private_key").unwrap();
            let config = config!({ "key": { "in_state": true }, "key_algorithm": "ed25519" });
            assert_eq!(object.converges(&config).unwrap(), Action::Create);
            let key = PrivateKey::from_pem(&text(&object, "private_key_pem_in_state"), None).unwrap();
            assert_eq!(text(&object, "key_id"), id_of(&key));
            assert_eq!(text(&object, "id"), id_of(&key));
            object.destroy().unwrap();
        }
    }

    #[test]
    fn the_fingerprint_is_that_of_the_public_key() {
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "in_state": true }, "key_algorithm": "ed25519" })).unwrap();
        // The first 20 bytes of the SHA-256 are no accident: for Ed25519 the identifier is of the key alone, without its frame.
        let fingerprint = text(&object, "fingerprint_sha256");
        assert_eq!(fingerprint.len(), 64);
        assert!(!fingerprint.starts_with(&text(&object, "key_id")));
    }

    #[test]
    fn many_lives() {
        let folder = tempfile::tempdir().unwrap();
        let kit = kit();
        let driven = kit
            .drive::<resources::PrivateKey>()
            .unwrap()
            // Another kind needs `allow_replace`, which is not in every configuration.
            .with("key_algorithm", proptest::strategy::Just("ecdsa-p256"))
            .with("key", proptest::sample::select(homes(folder.path())))
            .with("allow_replace", proptest::strategy::Just(true))
            .with("delete_on_destroy", proptest::strategy::Just(true))
            .without_import()
            .cases(24)
            .run()
            .unwrap();
        assert!(driven.updates > 0 && driven.refused == 0, "{driven:?}");
    }

    /// Homes as they can be declared. Those with a passphrase have a test of their own: deriving a key takes long by design.
    fn homes(folder: &Path) -> Vec<Value> {
        let home = |file: Option<&str>, mode: Option<&str>| {
            let path = file.map(|file| Value::from(folder.join(file).to_str().unwrap()));
            Value::object([
                ("in_state", if path.is_none() { Value::from(true) } else { Value::Null }),
                ("file", path.unwrap_or(Value::Null)),
                ("mode", mode.map_or(Value::Null, Value::from)),
                ("owner", Value::Null),
                ("group", Value::Null),
                ("passphrase_file", Value::Null),
            ])
        };
        vec![
            home(None, None),
            home(Some("1.key"), None),
            home(Some("1.key"), Some("0640")),
            home(Some("2.key"), Some("0600")),
            home(Some("2.key"), Some("0400")),
        ]
    }

    #[test]
    fn a_key_is_encrypted_and_decrypted_in_place() {
        let place = place();
        let passphrase = place.other("passphrase");
        fs::write(&passphrase, "open sesame\n").unwrap();
        fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        let encrypted = config!({ "key": { "file": place.file, "passphrase_file": passphrase } });
        assert_eq!(object.converges(&encrypted).unwrap(), Action::Create);
        assert!(fs::read_to_string(place.path()).unwrap().contains("BEGIN ENCRYPTED PRIVATE KEY"));
        let key_id = text(&object, "key_id");
        // Without the passphrase nobody can tell which key it is, and nothing is done.
        let refusal = object.apply(config!({ "key": { "file": place.file } })).unwrap_err();
        assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
        assert_eq!(object.converges(&encrypted).unwrap(), Action::NoOp);
        assert_eq!(text(&object, "key_id"), key_id);
    }

    #[test]
    fn a_key_is_imported_by_its_file() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        let config = config!({ "key": { "file": place.file } });
        object.converges(&config).unwrap();
        let before = object.state().cloned();
        let stored = object.forget().unwrap();
        object.import(&place.file).unwrap();
        assert_eq!(object.state(), before.as_ref());
        assert_eq!(object.converges(&config).unwrap(), Action::NoOp);
        assert_eq!(object.stored().unwrap().identity(), stored.identity());
        object.forget();
        object.import_identity(config!({ "id": place.file })).unwrap();
        assert_eq!(object.state(), before.as_ref());

        let mut absent = kit.resource("private_key").unwrap();
        let refusal = absent.import(&place.other("absent.key")).unwrap_err();
        refused(&refusal, "No such secretzero_private_key", "", "absent.key");
        fs::write(place.other("text"), "some text").unwrap();
        fs::set_permissions(place.other("text"), fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(absent.import(&place.other("text")), Err(Refusal::Reported { .. })));
    }

    #[test]
    fn another_mode_is_drift_and_repaired() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        let config = config!({ "key": { "file": place.file } });
        object.converges(&config).unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).unwrap();
        let key_id = text(&object, "key_id");
        object.refresh().unwrap();
        let drift = object.attribute("drift").cloned();
        assert_eq!(drift, Some(Value::list([Value::from(format!("{}: mode is 0640, not 0600", place.file))])));
        assert_eq!(object.converges(&config).unwrap(), Action::Update);
        assert_eq!((mode(place.path()), text(&object, "key_id")), (0o600, key_id));
        assert_eq!(object.attribute("drift"), Some(&Value::list([])));
    }

    #[test]
    fn a_lost_key_is_an_error_unless_another_is_allowed() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        let config = config!({ "key": { "file": place.file } });
        object.converges(&config).unwrap();
        let key_id = text(&object, "key_id");
        fs::rename(place.path(), place.other("backup.key")).unwrap();
        let refusal = object.plan(&config).unwrap_err();
        refused(&refusal, "The private key is lost", "key", "is missing");
        refused(&refusal, "The private key is lost", "key", "allow_replace");
        // Put back, it is as if nothing had happened.
        fs::rename(place.other("backup.key"), place.path()).unwrap();
        assert_eq!(object.converges(&config).unwrap(), Action::NoOp);

        fs::remove_file(place.path()).unwrap();
        let allowed = config!({ "key": { "file": place.file }, "allow_replace": true });
        assert!(object.plan(&allowed).unwrap().is_unknown("key_id"));
        assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
        let new = text(&object, "key_id");
        assert_ne!(new, key_id);
        assert_eq!(new, id_of(&key_in(place.path())));
        // One that is lost can still be destroyed.
        fs::remove_file(place.path()).unwrap();
        object.destroy().unwrap();
    }

    #[test]
    fn another_key_in_its_place_is_a_lost_one() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "file": place.file } })).unwrap();
        let by_hand = write_key(place.path(), KeyAlgorithm::EcdsaP256);
        let refusal = object.plan(config!({ "key": { "file": place.file } })).unwrap_err();
        refused(&refusal, "The private key is lost", "key", "holds another key");
        // Who allows another one gets this one: it is of the declared kind.
        let allowed = config!({ "key": { "file": place.file }, "allow_replace": true });
        assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
        assert_eq!(text(&object, "key_id"), id_of(&by_hand));
        assert_eq!(place.files(), ["a.key"]);
        // What is not ours is not removed.
        let other = write_key(place.path(), KeyAlgorithm::Ed25519);
        object.destroy().unwrap();
        assert_eq!(id_of(&key_in(place.path())), id_of(&other));
    }

    #[test]
    fn another_kind_is_another_key_and_the_old_one_is_kept() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "file": place.file } })).unwrap();
        let old = text(&object, "key_id");
        let refusal = object.plan(config!({ "key": { "file": place.file }, "key_algorithm": "ed25519" })).unwrap_err();
        refused(&refusal, "another kind", "key_algorithm", "ecdsa-p256, and ed25519 is declared");
        let allowed = config!({ "key": { "file": place.file }, "key_algorithm": "ed25519", "allow_replace": true });
        assert_eq!(object.converges(&allowed).unwrap(), Action::Update);
        assert_eq!(text(&object, "key_id"), id_of(&key_in(place.path())));
        let files = place.files();
        assert_eq!(files.len(), 2, "{files:?}");
        assert!(files[1].starts_with("a.key.replaced-"), "{files:?}");
        let aside = place.path().with_file_name(&files[1]);
        assert_eq!((id_of(&key_in(&aside)), mode(&aside)), (old, 0o600));
        // It is no drift, and destroying leaves it.
        object.destroy().unwrap();
        assert_eq!(place.files(), [files[1].as_str()]);
    }

    #[test]
    fn a_key_moves() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "file": place.file } })).unwrap();
        let key_id = text(&object, "key_id");
        let moved = place.other("moved/b.key");
        let plan = object.plan(config!({ "key": { "file": moved } })).unwrap();
        assert!(!plan.is_unknown("key_id") && !plan.is_unknown("reference"), "what refers to it is left alone");
        assert_eq!(object.converges(config!({ "key": { "file": moved } })).unwrap(), Action::Update);
        assert_eq!((text(&object, "key_id"), id_of(&key_in(&moved))), (key_id.clone(), key_id.clone()));
        assert_eq!(text(&object, "id"), place.file, "what was made stays the same object");
        assert!(!place.path().exists());
        // By hand, or by an apply that was cut off before it could say so.
        fs::create_dir_all(place.path().parent().unwrap()).unwrap();
        fs::rename(&moved, place.path()).unwrap();
        assert_eq!(object.converges(config!({ "key": { "file": place.file } })).unwrap(), Action::Update);
        assert_eq!(text(&object, "key_id"), key_id);
        // Into the state, where the file stays until the state is written, and out of it.
        assert_eq!(object.converges(config!({ "key": { "in_state": true } })).unwrap(), Action::Update);
        let pem = text(&object, "private_key_pem_in_state");
        assert_eq!(id_of(&PrivateKey::from_pem(&pem, None).unwrap()), key_id);
        assert!(place.path().exists());
        let plan = object.plan(config!({ "key": { "file": moved } })).unwrap();
        assert_eq!(plan.planned().attribute("private_key_pem_in_state"), Some(&Value::Null));
        assert_eq!(object.converges(config!({ "key": { "file": moved } })).unwrap(), Action::Update);
        assert_eq!(id_of(&key_in(&moved)), key_id);
        assert_eq!(object.attribute("private_key_pem_in_state"), Some(&Value::Null));
    }

    #[test]
    fn a_key_never_moves_onto_another() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "file": place.file } })).unwrap();
        let taken = place.other("b.key");
        let other = write_key(Path::new(&taken), KeyAlgorithm::EcdsaP256);
        let refusal = object.apply(config!({ "key": { "file": taken } })).unwrap_err();
        assert!(matches!(refusal, Refusal::Reported { .. }), "{refusal}");
        assert_eq!(id_of(&key_in(&taken)), id_of(&other));
        assert_eq!(text(&object, "key_id"), id_of(&key_in(place.path())));
        assert_eq!(object.converges(config!({ "key": { "file": place.file } })).unwrap(), Action::NoOp);
    }

    #[test]
    fn a_key_that_is_there_is_taken_over() {
        let place = place();
        let kit = kit();
        let key = write_key(place.path(), KeyAlgorithm::Ed25519);
        let mut object = kit.resource("private_key").unwrap();
        let refusal = object.apply(config!({ "key": { "file": place.file } })).unwrap_err();
        refused(&refusal, "There is another key in", "key", "Ed25519, and ecdsa-p256 is declared");
        refused(&refusal, "There is another key in", "key", "key_algorithm = \"ed25519\"");
        let import = format!("terraform import secretzero_private_key.NAME {}", place.file);
        refused(&refusal, "There is another key in", "key", &import);
        assert!(object.state().is_none());
        let config = config!({ "key": { "file": place.file }, "key_algorithm": "ed25519" });
        assert_eq!(object.converges(config).unwrap(), Action::Create);
        assert_eq!(text(&object, "key_id"), id_of(&key));
    }

    #[test]
    fn destroying_can_leave_the_key() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        object.converges(config!({ "key": { "file": place.file }, "delete_on_destroy": false })).unwrap();
        object.destroy().unwrap();
        assert!(place.path().exists());
    }

    #[test]
    fn mistakes_are_told_before_anything_is_done() {
        let kit = kit();
        let object = kit.resource("private_key").unwrap();
        let place = place();
        for (config, attribute) in [
            (config!({ "key": { "file": place.file }, "key_algorithm": "rsa1024" }), "key_algorithm"),
            (config!({ "key": { "file": place.file, "in_state": true } }), "key"),
            (config!({ "key": {} }), "key"),
            (config!({ "key": { "in_state": false } }), "key.in_state"),
            (config!({ "key": { "file": place.file, "mode": "0644" } }), "key.mode"),
            (config!({ "key": { "file": "" } }), "key.file"),
        ] {
            let refusal = object.validate(config).unwrap_err();
            let Refusal::Reported { diagnostics, .. } = &refusal else { panic!("{refusal}") };
            let paths: Vec<_> = diagnostics.iter().map(|told| told.path().to_string()).collect();
            assert!(paths.iter().any(|path| path == attribute), "{attribute} {paths:?}: {refusal}");
        }
        assert!(!place.path().exists());
    }

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
    const TLS_KEY: &str = include_str!("private_key/tls.pem");

    #[test]
    fn a_key_of_the_tls_provider_moves_over() {
        let key = PrivateKey::from_pem(TLS_KEY, None).unwrap();
        let place = place();
        for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
            for (provider, version) in
                [("registry.opentofu.org/hashicorp/tls", 1), ("tls", 1), ("a.b/hashicorp/tls", 0)]
            {
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
    const P224_KEY: &str = include_str!("private_key/p224.pem");

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

    #[test]
    fn on_another_machine_nothing_is_looked_at_and_nothing_planned() {
        let place = place();
        let kit = kit();
        let mut object = kit.resource("private_key").unwrap();
        let with = |lines: serde_json::Value| {
            let mut config = serde_json::json!({ "key": { "file": place.file } });
            config.as_object_mut().unwrap().extend(lines.as_object().unwrap().clone());
            tf_testing::Config::from(config)
        };
        object.converges(with(serde_json::json!({}))).unwrap();
        let mut private: serde_json::Value =
            serde_json::from_slice(object.stored().unwrap().private()).unwrap_or_default();
        if private["machine"].is_null() {
            return println!(
                "SKIPPED on_another_machine_nothing_is_looked_at_and_nothing_planned: there is no machine id"
            );
        }
        // The same object in the state file of somebody whose machine has another id.
        private["machine"]["hash"] = serde_json::json!("00".repeat(32));
        object.store_private(private.to_string().into_bytes());
        fs::remove_file(place.path()).unwrap();
        let warnings = object.refresh().unwrap();
        let said: Vec<_> = warnings.iter().map(|told| told.summary().to_owned()).collect();
        assert_eq!(said, ["Private keys are on another machine"]);
        assert_eq!(object.converges(with(serde_json::json!({}))).unwrap(), Action::NoOp);
        // What needs no file can change.
        assert_eq!(object.converges(with(serde_json::json!({ "allow_replace": true }))).unwrap(), Action::Update);
        // What does is an error there, and nothing is made.
        let elsewhere = |object: &mut Managed<'_>, config: tf_testing::Config| {
            let refusal = object.apply(config).unwrap_err();
            refused(&refusal, "Changing a private key needs files that are on another machine", "", "machine-id");
        };
        elsewhere(&mut object, with(serde_json::json!({ "allow_replace": true, "key_algorithm": "ed25519" })));
        elsewhere(&mut object, with(serde_json::json!({ "key": { "file": place.other("b.key") } })));
        let refusal = object.destroy().unwrap_err();
        refused(&refusal, "Removing a private key needs files that are on another machine", "", "machine-id");
        assert!(fs::read_dir(place.path().parent().unwrap()).unwrap().next().is_none());
        // A key that stays there anyway can be forgotten from anywhere.
        object.apply(with(serde_json::json!({ "delete_on_destroy": false }))).unwrap();
        object.destroy().unwrap();
    }
}
