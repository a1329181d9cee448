//! Keys and certificates that somebody else made, imported.

use std::fs;

use serde_json::json;
use tf_testing::{Action, Managed, Refusal, config};

use crate::stage::{Stage, certificate, drift, ends_at, refused, text, with};

/// Imports it. Returns what the user is warned of.
fn imported(object: &mut Managed<'_>, id: &str) -> String {
    let warnings = object.import(id).unwrap();
    warnings.iter().map(|told| format!("{}\n{}\n", told.summary(), told.detail_text())).collect()
}

#[test]
fn an_authority_of_ours_is_imported_as_it_was() {
    let stage = Stage::new();
    let mut root = stage.authority();
    let config = stage.root_config(json!({
        "subject": { "common_name": "Root", "organization": ["Home"] }, "path_length": 2,
        "permitted": { "dns": ["home.arpa"], "ip": ["10.0.0.0/8"], "email": ["home.arpa"] },
        "excluded": { "dns": ["guest.home.arpa"] },
        "certificate_file": { "path": stage.path("ca.pem") },
    }));
    root.converges(&config).unwrap();
    let (made, id) = (certificate(&root), text(&root, "id"));
    root.forget();
    assert_eq!(imported(&mut root, &id), "", "ours has no faults");
    // The default life and the whole one with the day before are told apart.
    assert_eq!(root.converges(&config).unwrap(), Action::Update);
    assert_eq!(certificate(&root), made);
    assert_eq!(root.converges(&config).unwrap(), Action::NoOp);
    root.forget();
    root.import_identity(config!({ "id": id })).unwrap();
    assert_eq!(certificate(&root), made);
}

#[test]
fn a_certificate_of_ours_is_imported_as_it_was() {
    let stage = Stage::new();
    let root = stage.root();
    let config = stage.server_config(
        &root,
        json!({
            "profile": "server_and_client", "subject": { "common_name": "vault" }, "ip_addresses": ["::1"],
            "uris": ["spiffe://home.arpa/vault"], "email_addresses": ["vault@home.arpa"],
            "crl_urls": ["http://pki.home.arpa/root.crl"],
        }),
    );
    let mut server = stage.certificate();
    server.converges(&config).unwrap();
    let (made, id) = (certificate(&server), text(&server, "id"));
    server.forget();
    assert_eq!(imported(&mut server, &id), "");
    assert_eq!(server.converges(&config).unwrap(), Action::Update, "its issuer was not known");
    assert_eq!(certificate(&server), made);
}

#[test]
fn modes_are_taken_over_or_repaired() {
    let stage = Stage::new();
    let id = stage.found("microk8s");
    for (key, certificate, expected) in
        [(0o400, 0o444, (Some("0400"), "0444")), (0o600, 0o640, (None, "0640")), (0o660, 0o666, (None, "0644"))]
    {
        stage.set_mode("microk8s.key", key);
        stage.set_mode("microk8s.pem", certificate);
        let mut root = stage.authority();
        root.import(&id).unwrap();
        let mode = |of: &str| root.attribute(of).unwrap().attribute("mode").unwrap().as_str().map(str::to_owned);
        assert_eq!((mode("key").as_deref(), mode("certificate_file").as_deref().unwrap()), expected);
        assert_eq!(drift(&root).len(), if certificate == 0o666 { 2 } else { 0 });
    }
}

#[test]
fn the_ca_of_microk8s() {
    let stage = Stage::new();
    let id = stage.found("microk8s");
    let mut root = stage.authority();
    let report = imported(&mut root, &id);
    assert!(report.starts_with("Strict verifiers refuse this certificate"), "{report}");
    assert!(report.contains("ca_without_key_usage") && report.contains("RFC 5280 §4.2.1.3"), "{report}");
    assert!(report.contains("Python 3.13"), "{report}");
    let config = stage.root_config(json!({
        "subject": { "common_name": "10.152.183.1" }, "key": { "file": stage.path("microk8s.key") },
        "key_algorithm": "rsa2048", "certificate_file": { "path": stage.path("microk8s.pem") },
        "validity_period_hours": 876_000,
    }));
    assert_eq!(root.converges(&config).unwrap(), Action::NoOp, "it is as it says");
    let old = certificate(&root);
    // The renewal mends it, with the same key and name, so that what it issued stays valid.
    ends_at(&mut root, "2001-01-01T00:00:00Z");
    assert_eq!(root.converges(&config).unwrap(), Action::Update);
    let new = certificate(&root);
    assert!(old.key_usage().is_none() && new.key_usage().unwrap().contains(&"keyCertSign"));
    assert!(pki::same_subject_and_key(&old, &new) && old.key_id() == new.key_id());
    assert_eq!(pki::lint(&new, new.not_before()), []);
}

#[test]
fn the_root_of_thirty_days() {
    let stage = Stage::new();
    let id = stage.found("thirty_days");
    let mut root = stage.authority();
    let report = imported(&mut root, &id);
    assert!(report.contains("short_lived_root: the root lives for 30 days in all"), "{report}");
    let config = stage.root_config(json!({
        "subject": { "common_name": "MyCA" }, "key": { "file": stage.path("thirty_days.key") },
        "certificate_file": { "path": stage.path("thirty_days.pem") },
    }));
    // Ten years is what is declared, so it gets them now.
    assert_eq!(root.converges(&config).unwrap(), Action::Update);
    assert_eq!(pki::lint(&certificate(&root), certificate(&root).not_before()), []);
    assert_eq!(stage.chain("thirty_days.pem"), [certificate(&root)]);
}

#[test]
fn a_renewed_authority_keeps_its_name_byte_for_byte_and_its_identifier() {
    let stage = Stage::new();
    let id = stage.found("foreign");
    let mut root = stage.authority();
    root.import(&id).unwrap();
    let old = certificate(&root);
    assert_eq!(text(&root, "key_id"), "00112233445566778899aabbccddeeff00112233");
    assert_ne!(text(&root, "key_id"), crate::stage::id_of(&stage.key("foreign.key")));
    let config = stage.root_config(json!({
        "subject": { "country": "DE", "organization": ["Old CA"], "common_name": "Root of the cellar" },
        "key": { "file": stage.path("foreign.key") }, "certificate_file": { "path": stage.path("foreign.pem") },
        "digital_signature": false, "validity_period_hours": 876_000,
    }));
    assert_eq!(root.converges(&config).unwrap(), Action::NoOp);
    ends_at(&mut root, "2001-01-01T00:00:00Z");
    assert_eq!(root.converges(&config).unwrap(), Action::Update);
    let new = certificate(&root);
    assert_ne!(new, old);
    assert_eq!((new.subject().as_der(), new.key_id()), (old.subject().as_der(), old.key_id()));
    assert_eq!(text(&root, "key_id"), "00112233445566778899aabbccddeeff00112233");

    // What it issued by hand is taken over, too, though it does not say whose it is.
    let id = stage.found("leaf");
    let mut leaf = stage.certificate();
    leaf.import(&id).unwrap();
    let before = certificate(&leaf);
    assert_eq!(
        (before.authority_key_id(), text(&leaf, "key_id")),
        (None, "ffeeddccbbaa99887766554433221100ffeeddcc".into())
    );
    let config = stage.server_config(
        &root,
        json!({
            "subject": { "common_name": "vault" }, "ip_addresses": ["127.0.0.1"], "validity_period_hours": 864_000,
            "key": { "file": stage.path("leaf.key") }, "certificate_file": { "path": stage.path("leaf.pem") },
        }),
    );
    assert_eq!(leaf.converges(&config).unwrap(), Action::Update, "its issuer was not known");
    assert_eq!(certificate(&leaf), before);
    // Renewed, it has the identifier that ours have.
    ends_at(&mut leaf, "2001-01-01T00:00:00Z");
    assert_eq!(leaf.converges(&config).unwrap(), Action::Update);
    assert_eq!(text(&leaf, "key_id"), crate::stage::id_of(&stage.key("leaf.key")));
    assert_eq!(certificate(&leaf).authority_key_id().unwrap(), new.key_id());
}

#[test]
fn an_intermediate_needs_its_parent_when_it_is_issued_anew() {
    let stage = Stage::new();
    let root = stage.root();
    let mut between = stage.authority();
    let config = |parent: serde_json::Value, path_length: u8| {
        let config = json!({
            "subject": { "common_name": "Between" }, "parent": parent, "path_length": path_length,
            "key": { "file": stage.path("between.key") }, "certificate_file": { "path": stage.path("between.pem") },
            "validity_period_hours": 40_000,
        });
        with(config, json!({}))
    };
    let parent = crate::stage::issuer(&root);
    between.converges(config(parent.clone(), 0)).unwrap();
    let (made, id) = (certificate(&between), text(&between, "id"));
    between.forget();
    between.import(&id).unwrap();
    let refusal = between.plan(config(json!(null), 1)).unwrap_err();
    refused(&refusal, "needs it to be issued anew", "parent", "CN=Root");
    assert_eq!(between.converges(config(parent, 0)).unwrap(), Action::Update);
    assert_eq!(certificate(&between), made);
}

#[test]
fn what_can_not_be_imported_says_why() {
    let stage = Stage::new();
    let [microk8s, leaf, weak] = ["microk8s", "leaf", "rsa1024"].map(|name| stage.found(name));
    stage.write("text", "some text");
    stage.write("empty", "");
    fs::write(stage.file("binary"), [0xff; 8]).unwrap();
    let cross = format!("{},{}", stage.path("leaf.key"), stage.path("microk8s.pem"));
    let of = |file: &str| format!("{},{}", stage.path("leaf.key"), stage.path(file));
    for (name, id, expected) in [
        ("certificate_authority", leaf.clone(), "Import it as secretzero_certificate."),
        ("certificate", microk8s.clone(), "Import it as secretzero_certificate_authority."),
        ("certificate", stage.path("leaf.key"), "with a comma between them"),
        ("certificate", ",".to_owned(), "with a comma between them"),
        ("certificate", cross, "does not belong to the certificate"),
        ("certificate", of("text"), "PEM"),
        ("certificate", of("empty"), "PEM"),
        ("certificate", of("binary"), "no text"),
        ("certificate_authority", weak, "has 1024 bits; RSA needs 2048 at least"),
    ] {
        let refusal = stage.resource(name).import(&id).unwrap_err();
        assert!(
            matches!(refusal, Refusal::Reported { .. }) && refusal.to_string().contains(expected),
            "{id}: {refusal}"
        );
    }
    let absent = format!("{},{}", stage.path("absent.key"), stage.path("leaf.pem"));
    refused(&stage.certificate().import(&absent).unwrap_err(), "No such secretzero_certificate", "", "absent.key");
    refused(&stage.certificate().import(&of("absent.pem")).unwrap_err(), "No such", "", "absent.pem");
    stage.set_mode("leaf.key", 0o644);
    refused(&stage.certificate().import(&leaf).unwrap_err(), "read by everybody", "", "chmod 600");
}
