//! Files that somebody changed.

use std::fs;

use serde_json::json;
use tf_testing::Action;

use crate::stage::{CLIENTS, Stage, certificate, drift, text};

#[test]
fn every_change_is_seen_and_repaired() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let root = stage.root();
        let mut server = stage.certificate();
        let config = stage.server_config(&root, json!({ "ca_certificate_file": { "path": stage.path("ca.pem") } }));
        server.converges(&config).unwrap();
        let (made, files) = (certificate(&server), ["vault.key", "vault.pem", "ca.pem"].map(|name| stage.read(name)));
        let damages: [(&str, &dyn Fn()); 7] = [
            ("vault.pem: is missing", &|| fs::remove_file(stage.file("vault.pem")).unwrap()),
            ("ca.pem: is missing", &|| fs::remove_file(stage.file("ca.pem")).unwrap()),
            ("vault.pem: has other contents", &|| stage.write("vault.pem", "changed")),
            ("ca.pem: has other contents", &|| stage.write("ca.pem", "")),
            ("vault.pem: mode is 0666, not 0644", &|| stage.set_mode("vault.pem", 0o666)),
            ("vault.key: mode is 0640, not 0600", &|| stage.set_mode("vault.key", 0o640)),
            ("vault.key: mode is 0644, not 0600", &|| stage.set_mode("vault.key", 0o644)),
        ];
        for (expected, damage) in damages {
            damage();
            server.refresh().unwrap();
            let found = drift(&server);
            assert!(found.len() == 1 && found[0].ends_with(expected), "{expected}: {found:?}");
            assert_eq!(server.converges(&config).unwrap(), Action::Update, "{expected}");
            assert_eq!((certificate(&server), drift(&server)), (made.clone(), vec![]), "{expected}");
            let now = ["vault.key", "vault.pem", "ca.pem"].map(|name| stage.read(name));
            assert_eq!(now, files, "{expected}");
            assert_eq!(["vault.key", "vault.pem"].map(|name| stage.mode(name)), [0o600, 0o644]);
        }
    }
}

#[test]
fn the_files_of_an_authority_are_repaired_with_the_same_certificate() {
    let stage = Stage::new();
    let mut root = stage.authority();
    let config = stage.root_config(json!({ "certificate_file": { "path": stage.path("ca.pem"), "mode": "0600" } }));
    root.converges(&config).unwrap();
    let pem = text(&root, "certificate_pem");
    for damage in [
        &(|| fs::remove_file(stage.file("ca.pem")).unwrap()) as &dyn Fn(),
        &|| stage.write("ca.pem", "changed"),
        &|| stage.set_mode("ca.pem", 0o644),
        &|| stage.set_mode("root.key", 0o640),
        &|| stage.set_mode("root.key", 0o666),
    ] {
        damage();
        let plan = root.plan(&config).unwrap();
        assert!(!plan.is_unknown("issuer") && !plan.is_unknown("certificate_pem"), "what it issued is left alone");
        assert_eq!(root.converges(&config).unwrap(), Action::Update);
        assert_eq!((stage.read("ca.pem"), text(&root, "certificate_pem")), (pem.clone(), pem.clone()));
        assert_eq!((stage.mode("ca.pem"), stage.mode("root.key")), (0o600, 0o600));
    }
}

/// A file in another spelling has the same certificates, and is not written by us.
#[test]
fn another_mode_can_be_declared() {
    let stage = Stage::new();
    let mut root = stage.authority();
    let config =
        |mode: &str| stage.root_config(json!({ "certificate_file": { "path": stage.path("ca.pem"), "mode": mode } }));
    root.converges(config("0644")).unwrap();
    let serial = text(&root, "serial_number");
    assert_eq!(root.converges(config("0640")).unwrap(), Action::Update);
    assert_eq!((stage.mode("ca.pem"), text(&root, "serial_number")), (0o640, serial));
}
