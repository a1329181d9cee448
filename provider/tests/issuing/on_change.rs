//! Who uses a certificate is told when an update has changed it.

use std::fs;

use serde_json::json;
use tf_testing::{Action, Managed};

use crate::stage::{Stage, drift, ends_at, refused, text};

/// A server whose changes a program counts, in the file `told`.
fn counted(stage: &Stage, root: &Managed<'_>, more: &serde_json::Value) -> tf_testing::Config {
    let script = format!("echo told >> {}", stage.path("told"));
    let mut all = json!({ "on_change": { "argv": ["/bin/sh", "-c", script] } });
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    stage.server_config(root, all)
}

fn told(stage: &Stage) -> usize {
    fs::read_to_string(stage.file("told")).unwrap_or_default().lines().count()
}

#[test]
fn it_is_told_of_updates_that_change_a_file_and_of_nothing_else() {
    let stage = Stage::new();
    let mut root = stage.root();
    let mut server = stage.certificate();
    server.converges(counted(&stage, &root, &json!({}))).unwrap();
    assert_eq!(told(&stage), 0, "nobody has read it yet");
    // Nothing in a file.
    server.converges(counted(&stage, &root, &json!({ "early_renewal_hours": 7, "allow_replace": true }))).unwrap();
    assert_eq!(told(&stage), 0);
    server.converges(counted(&stage, &root, &json!({ "dns_names": ["b.home.arpa"] }))).unwrap();
    assert_eq!(told(&stage), 1);
    ends_at(&mut server, "2001-01-01T00:00:00Z");
    server.converges(counted(&stage, &root, &json!({ "dns_names": ["b.home.arpa"] }))).unwrap();
    assert_eq!(told(&stage), 2);
    // A repair.
    stage.write("vault.pem", "changed");
    server.converges(counted(&stage, &root, &json!({ "dns_names": ["b.home.arpa"] }))).unwrap();
    assert_eq!(told(&stage), 3);
    // The root, which is in no file of the server.
    root.converges(stage.root_config(json!({ "path_length": 1 }))).unwrap();
    server.converges(counted(&stage, &root, &json!({ "dns_names": ["b.home.arpa"] }))).unwrap();
    assert_eq!(told(&stage), 3);
    server.destroy().unwrap();
    assert_eq!(told(&stage), 3);
}

#[test]
fn what_fails_is_told_and_done_again() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = |command: &str| {
        let more = json!({ "dns_names": ["b.home.arpa"], "on_change": { "argv": ["/bin/sh", "-c", command] } });
        stage.server_config(&root, more)
    };
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let serial = text(&server, "serial_number");
    let refusal = server.apply(config("echo out of order; exit 3")).unwrap_err();
    refused(&refusal, "", "on_change", "out of order");
    // The certificate is the new one, and nothing is tainted.
    assert_ne!(text(&server, "serial_number"), serial);
    assert!(!server.stored().unwrap().is_tainted());
    let serial = text(&server, "serial_number");
    server.refresh().unwrap();
    assert_eq!(drift(&server), ["on_change: did not succeed"]);
    server.apply(config("exit 3")).unwrap_err();
    server.refresh().unwrap();
    assert_eq!(drift(&server), ["on_change: did not succeed"]);
    let works = config(&format!("echo told >> {}", stage.path("told")));
    assert_eq!(server.converges(&works).unwrap(), Action::Update);
    assert_eq!((told(&stage), text(&server, "serial_number")), (1, serial), "told, and not issued again");
}

#[test]
fn who_is_not_told_any_more_is_forgotten() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    server.converges(stage.server_config(&root, json!({}))).unwrap();
    let more = json!({ "dns_names": ["b.home.arpa"], "on_change": { "argv": ["/bin/false"] } });
    server.apply(stage.server_config(&root, more)).unwrap_err();
    let more = json!({ "dns_names": ["b.home.arpa"] });
    assert_eq!(server.converges(stage.server_config(&root, more)).unwrap(), Action::Update);
    assert_eq!(drift(&server), [""; 0]);
}

/// The files were changed by an apply that was killed before it could tell, and the state never written.
#[test]
fn who_was_not_told_by_an_apply_that_was_cut_off_is_told_by_the_next() {
    let stage = Stage::new();
    let root = stage.root();
    let mut between = stage.authority();
    let authority = |path_length: u8| {
        let config = json!({
            "subject": { "common_name": "Between" }, "parent": crate::stage::issuer(&root), "path_length": path_length,
            "key": { "file": stage.path("between.key") }, "validity_period_hours": 40_000,
        });
        crate::stage::with(config, json!({}))
    };
    between.converges(authority(0)).unwrap();
    let mut key = stage.resource("private_key");
    key.converges(crate::stage::with(json!({ "key": { "in_state": true } }), json!({}))).unwrap();
    let more = json!({ "key": null, "private_key": crate::stage::reference(&key) });
    let mut server = stage.certificate();
    server.converges(counted(&stage, &between, &more)).unwrap();
    let before = server.state().cloned().unwrap();
    between.converges(authority(1)).unwrap();
    server.converges(counted(&stage, &between, &more)).unwrap();
    assert_eq!(told(&stage), 1);
    let mut server = crate::stage::restored(stage.certificate(), &before);
    server.converges(counted(&stage, &between, &more)).unwrap();
    assert_eq!(told(&stage), 2);
}

#[test]
fn nobody_to_tell_is_no_error() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = |name: &str| {
        let more = json!({ "dns_names": [name], "on_change": { "pid_file": stage.path("absent.pid") } });
        stage.server_config(&root, more)
    };
    server.converges(config("a.home.arpa")).unwrap();
    assert_eq!(server.converges(config("b.home.arpa")).unwrap(), Action::Update);
}
