//! What becomes of the files.

use std::fs;

use serde_json::json;
use tf_framework::model::Fields as _;
use tf_testing::{Action, Client, Unknown};

use crate::mounts::{become_another_machine, on_own_mounts};
use crate::stage::{Stage, drift, files, refused, settings, text, with};

const CLIENTS: [Client; 4] = [Client::opentofu(), Client::terraform(), Client::terraform_1_11(), Client::older()];

/// A server with units in `units`.
fn with_units(stage: &Stage, more: serde_json::Value) -> serde_json::Value {
    let unseal = json!({ "addresses": ["https://127.0.0.1:8200"], "keys_files": ["/keys/keys.json"] });
    with(json!({ "systemd": { "directory": stage.path("units"), "server": {}, "unseal": unseal } }), more)
}

#[test]
fn it_lives_with_every_core() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let mut server = stage.server();
        let plan = server.plan(stage.config(with_units(&stage, json!({})))).unwrap();
        assert!(!plan.is_unknown("files") && !plan.is_unknown("revision") && !plan.is_unknown("id"));
        assert_eq!(server.converges(stage.config(with_units(&stage, json!({})))).unwrap(), Action::Create);
        let paths = ["etc/openbao.hcl", "units/openbao.service", "units/openbao-unseal.service"];
        assert_eq!(files(&server, "path"), paths.map(|name| Some(stage.path(name))));
        assert_eq!(files(&server, "target"), files(&server, "path"));
        for (name, content) in paths.iter().zip(files(&server, "content")) {
            assert_eq!(Some(stage.read(name)), content);
        }
        assert_eq!([stage.mode("etc"), stage.mode(paths[0])], [0o750, 0o640]);
        assert_eq!([stage.mode("units"), stage.mode(paths[1])], [0o755, 0o644]);
        assert_eq!((text(&server, "id"), text(&server, "path")), (stage.path(paths[0]), stage.path(paths[0])));
        let first = text(&server, "revision");

        // Another text is another revision, in place.
        let ui = json!({ "settings": settings(json!({ "ui": true })) });
        assert_eq!(server.converges(stage.config(with_units(&stage, ui.clone()))).unwrap(), Action::Update);
        assert!(stage.read(paths[0]).contains("ui = true\n"));
        let second = text(&server, "revision");
        assert_ne!(first, second);

        // Moved, and without units.
        let moved = with(ui, json!({ "directory": stage.path("moved"), "file_name": "a.hcl", "mode": "0600" }));
        assert_eq!(server.converges(stage.config(moved)).unwrap(), Action::Update);
        assert!(paths.iter().all(|name| !stage.file(name).exists()));
        assert_eq!(stage.mode("moved/a.hcl"), 0o600);
        assert_ne!(text(&server, "revision"), second);
        assert_eq!(text(&server, "id"), stage.path(paths[0]), "it stays");
        server.destroy().unwrap();
        assert!(!stage.file("moved/a.hcl").exists());
    }
}

/// Another spelling or a link leads to the same files, which are not removed.
#[test]
fn a_folder_by_another_name_keeps_its_files() {
    let stage = Stage::new();
    let mut server = stage.server();
    server.converges(stage.config(json!({}))).unwrap();
    let content = stage.read("etc/openbao.hcl");
    std::os::unix::fs::symlink(stage.file("etc"), stage.file("link")).unwrap();
    for name in ["etc/.", "etc/../etc", "link", "etc"] {
        let there = json!({ "directory": stage.path(name) });
        assert_eq!(server.converges(stage.config(there)).unwrap(), Action::Update, "{name}");
        assert_eq!(stage.read("etc/openbao.hcl"), content, "{name}");
    }
    let changed = json!({ "directory": stage.path("link"), "settings": settings(json!({ "ui": true })) });
    server.converges(stage.config(changed)).unwrap();
    assert!(stage.read("etc/openbao.hcl").contains("ui = true\n"));
    server.destroy().unwrap();
    assert!(!stage.file("etc/openbao.hcl").exists());
}

#[test]
fn what_is_not_known_yet_leaves_the_files_undecided() {
    let stage = Stage::new();
    let mut server = stage.server();
    let later = stage.config(json!({ "settings": settings(json!({ "api_addr": Unknown })) }));
    let plan = server.plan(&later).unwrap();
    assert!(plan.is_unknown("files") && plan.is_unknown("revision") && plan.is_unknown("path"));
    let known = stage.config(json!({ "settings": settings(json!({ "api_addr": "https://a:8200" })) }));
    server.apply_later(&later, &known).unwrap();
    assert_eq!(server.plan(&known).unwrap().action(), Action::NoOp);
    // What turns out to be wrong is told then, and nothing is written.
    let wrong = stage.config(json!({ "settings": settings(json!({ "api_addr": "http://a:8200" })) }));
    let refusal = server.apply_later(&later, &wrong).unwrap_err();
    refused(&refusal, "Not the Address of an API", "settings.api_addr", "unencrypted");
    assert!(stage.read("etc/openbao.hcl").contains("https://a:8200"));
}

#[test]
fn what_was_changed_by_hand_is_repaired_in_place() {
    let stage = Stage::new();
    let mut server = stage.server();
    let config = stage.config(json!({}));
    server.converges(&config).unwrap();
    let (content, path) = (stage.read("etc/openbao.hcl"), stage.path("etc/openbao.hcl"));
    stage.write("etc/openbao.hcl", "ui = true");
    server.refresh().unwrap();
    assert_eq!(drift(&server), [format!("{path}: has other contents")]);
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    stage.set_mode("etc/openbao.hcl", 0o666);
    server.refresh().unwrap();
    assert_eq!(drift(&server), [format!("{path}: mode is 0666, not 0640")]);
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_eq!(stage.mode("etc/openbao.hcl"), 0o640);
    fs::remove_dir_all(stage.file("etc")).unwrap();
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_eq!((stage.read("etc/openbao.hcl"), stage.mode("etc")), (content, 0o750));
    // What is no longer its own stays when it is destroyed.
    stage.write("etc/openbao.hcl", "mine");
    server.destroy().unwrap();
    assert_eq!(stage.read("etc/openbao.hcl"), "mine");
}

#[test]
fn what_is_there_is_taken_over_if_it_says_the_same_and_else_imported() {
    let stage = Stage::new();
    let mut server = stage.server();
    let config = stage.config(json!({}));
    server.converges(&config).unwrap();
    // As if the first apply had been killed before core wrote its state.
    let mut again = stage.server();
    again.converges(&config).unwrap();

    stage.write("etc/openbao.hcl", "cluster_name = \"old\"\n");
    let mut other = stage.server();
    let refusal = other.apply(&config).unwrap_err();
    let id = stage.path("etc/openbao.hcl");
    refused(&refusal, "There is something else", "directory", &format!("tofu import ADDRESS {id:?}"));
    assert!(other.state().is_none(), "nothing to taint");
    other.import(&id).unwrap();
    assert_eq!(files(&other, "content"), [Some("cluster_name = \"old\"\n".to_owned())]);
    assert_eq!(other.converges(&config).unwrap(), Action::Update);
    assert!(stage.read("etc/openbao.hcl").contains("storage \"raft\""));

    refused(&stage.server().import("openbao.hcl").unwrap_err(), "Importing", "", "/etc/openbao/openbao.hcl");
    stage.server().import(&stage.path("absent.hcl")).unwrap_err();
}

#[test]
fn who_uses_the_files_is_told_of_changes_and_of_nothing_else() {
    let stage = Stage::new();
    let mut server = stage.server();
    let config = |ui: bool, command: &str| {
        let argv = ["/bin/sh", "-c", command];
        stage.config(json!({ "settings": settings(json!({ "ui": ui })), "on_change": { "argv": argv } }))
    };
    let tells = format!("echo told >> {}", stage.path("told"));
    let told = || fs::read_to_string(stage.file("told")).unwrap_or_default().lines().count();
    server.converges(config(false, &tells)).unwrap();
    assert_eq!(told(), 0, "nobody has read it yet");
    server.converges(config(true, &tells)).unwrap();
    assert_eq!(told(), 1);
    server.apply(config(false, "exit 3")).unwrap_err();
    server.refresh().unwrap();
    assert_eq!(drift(&server), ["on_change: did not succeed"]);
    assert_eq!(server.converges(config(false, &tells)).unwrap(), Action::Update);
    assert_eq!(told(), 2);
    server.destroy().unwrap();
    assert_eq!(told(), 2);
}

#[test]
fn files_for_another_machine_are_listed_and_nobodys_here() {
    let stage = Stage::new();
    let mut server = stage.server();
    let remote = json!({ "owner": "no-such-user", "group": "4242", "remote": { "directory": "/etc/openbao" } });
    let units = json!({ "directory": "/lib/systemd/system", "server": {} });
    server.converges(stage.config(with(remote, json!({ "systemd": units })))).unwrap();
    let list: serde_json::Value = serde_json::from_str(&stage.read("etc/manifest.json")).unwrap();
    let sha256 = files(&server, "sha256");
    let expected = json!({ "version": 1, "files": [
        {
            "path": "/etc/openbao/openbao.hcl", "source": "openbao.hcl", "owner": "no-such-user", "group": "4242",
            "mode": "0640", "sha256": sha256[0],
        },
        {
            "path": "/lib/systemd/system/openbao.service", "source": "openbao.service", "owner": "root", "group": "root",
            "mode": "0644", "sha256": sha256[1],
        },
    ]});
    assert_eq!(list, expected);
    assert!(stage.read("etc/openbao.service").contains("-config=/etc/openbao/openbao.hcl\n"));
    assert_eq!(files(&server, "target")[2], None);
    server.destroy().unwrap();
    assert_eq!(fs::read_dir(stage.file("etc")).unwrap().count(), 0);
}

#[test]
fn another_machine_plans_nothing_and_changes_nothing() {
    on_own_mounts("another_machine_plans_nothing_and_changes_nothing", || {
        let stage = Stage::new();
        let mut server = stage.server();
        let config = stage.config(json!({}));
        server.converges(&config).unwrap();
        fs::remove_dir_all(stage.file("etc")).unwrap();
        become_another_machine();
        let warnings = server.refresh().unwrap();
        assert!(warnings.iter().any(|told| told.summary().contains("on another machine")), "{warnings:?}");
        assert_eq!(server.plan(&config).unwrap().action(), Action::NoOp);
        let other = stage.config(json!({ "settings": settings(json!({ "ui": true })) }));
        refused(&server.apply(other).unwrap_err(), "needs files that are on another machine", "", "Apply on that");
        refused(&server.destroy().unwrap_err(), "needs files that are on another machine", "", "Apply on that");
        assert!(!stage.file("etc").exists());
    });
}

/// The layout is read out of a plan by the names of its attributes.
#[test]
fn the_layout_has_attributes_of_the_resource() {
    let (layout, resource) = (provider::server_files::Layout::block(), provider::resources::ServerConfig::block());
    for (name, attribute) in layout.attributes() {
        let same = resource.attributes().get(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(attribute.implied_type(), same.implied_type(), "{name}");
    }
}
