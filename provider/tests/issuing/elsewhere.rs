//! Another machine: it has the state and not the files.

use std::fs;

use serde_json::json;
use tf_testing::Action;

use crate::mounts::{become_another_machine, on_own_mounts};
use crate::stage::{Stage, drift, issuer, refused};

#[test]
fn another_machine_plans_nothing_and_changes_nothing() {
    on_own_mounts("another_machine_plans_nothing_and_changes_nothing", || {
        let stage = Stage::new();
        let mut root = stage.authority();
        let root_config = stage.root_config(json!({ "certificate_file": { "path": stage.path("ca.pem") } }));
        root.converges(&root_config).unwrap();
        let mut server = stage.certificate();
        let server_config = stage.server_config(&root, json!({}));
        server.converges(&server_config).unwrap();
        // What was seen as drift over there is not repaired here.
        let mut drifted = stage.certificate();
        let more = json!({
            "key": { "file": stage.path("b.key") }, "certificate_file": { "path": stage.path("b.pem") },
        });
        let drifted_config = stage.server_config(&root, more);
        drifted.converges(&drifted_config).unwrap();
        stage.set_mode("b.pem", 0o600);
        drifted.refresh().unwrap();
        assert_eq!(drift(&drifted).len(), 1);

        let stays = issuer(&root);
        let away = tempfile::tempdir().unwrap();
        let files = ["root.key", "ca.pem", "vault.key", "vault.pem", "b.key", "b.pem"];
        for file in files {
            fs::copy(stage.file(file), away.path().join(file)).unwrap();
            fs::remove_file(stage.file(file)).unwrap();
        }
        become_another_machine();
        let warnings = server.refresh().unwrap();
        let told: Vec<_> = warnings.iter().map(|told| told.summary().to_owned()).collect();
        assert!(told.len() == 1 && told[0].contains("on another machine"), "{told:?}");
        assert!(drifted.refresh().unwrap().is_empty(), "it is said once");
        assert_eq!(drift(&drifted), [""; 0]);
        for (object, config) in [(&root, &root_config), (&server, &server_config), (&drifted, &drifted_config)] {
            assert_eq!(object.plan(config).unwrap().action(), Action::NoOp);
        }
        assert_eq!(issuer(&root), stays);

        // What needs the files is an error that says where to go.
        let more = json!({ "dns_names": ["b.home.arpa"] });
        let refusal = server.apply(stage.server_config(&root, more)).unwrap_err();
        refused(&refusal, "needs files that are on another machine", "", "Apply on that machine");
        let more = json!({ "path_length": 1, "certificate_file": { "path": stage.path("ca.pem") } });
        let refusal = root.apply(stage.root_config(more)).unwrap_err();
        refused(&refusal, "needs files that are on another machine", "", "Apply on that machine");
        refused(&server.destroy().unwrap_err(), "needs files that are on another machine", "", "import");
        let mut new = stage.certificate();
        let more = json!({ "key": { "in_state": true }, "certificate_file": null });
        let refusal = new.apply(stage.server_config(&root, more)).unwrap_err();
        refused(&refusal, "Reading the key of the issuer", "issuer.key", "Apply on the machine that has it");
        // What does not need them is fine.
        let config = stage.server_config(&root, json!({ "early_renewal_hours": 24 }));
        assert_eq!(server.converges(config).unwrap(), Action::Update);
        assert!(stage.files().is_empty(), "{:?}", stage.files());
    });
}

#[test]
fn a_key_in_the_state_has_no_machine() {
    on_own_mounts("a_key_in_the_state_has_no_machine", || {
        let stage = Stage::new();
        let mut root = stage.authority();
        let config = |more: serde_json::Value| stage.root_config(more);
        root.converges(config(json!({ "key": { "in_state": true } }))).unwrap();
        become_another_machine();
        assert_eq!(
            root.converges(config(json!({ "key": { "in_state": true }, "path_length": 1 }))).unwrap(),
            Action::Update
        );
        // From here on it is on this machine.
        assert_eq!(root.converges(config(json!({ "path_length": 1 }))).unwrap(), Action::Update);
        assert!(stage.file("root.key").exists());
    });
}
