//! The provider that has every feature of the framework, through many lives.

use example_provider::Example;
use example_provider::resources::{Everything, Note};
use example_provider::{data_sources, ephemeral, functions};
use proptest::prelude::*;
use tempfile::TempDir;
use tf_framework::diagnostic::Severity;
use tf_testing::{Action, Client, Kit, config};
use tf_value::Value;

/// A kit with a folder of its own.
fn kit(client: Client) -> (TempDir, Kit) {
    let folder = tempfile::tempdir().unwrap();
    let kit = Kit::under::<Example>(client, config!({ "directory": folder.path() })).unwrap();
    (folder, kit)
}

#[test]
fn notes_live_through_whatever_is_made_up() {
    let lines =
        || prop::collection::vec("[a-z]{1,4}", 1..3).prop_map(|lines| Value::list(lines.into_iter().map(Value::from)));
    for client in [Client::opentofu(), Client::terraform(), Client::terraform_1_11()] {
        let (_folder, kit) = kit(client);
        // Nobody opens the gate, and no note is to be kept.
        let drive = kit
            .drive::<Note>()
            .unwrap()
            .with("gate", Just(Value::Null))
            .with("keep", Just(false))
            .with("lines", lines());
        let driven = drive.create_before_destroy().cases(48).run().unwrap();
        assert!(driven.lives > 40 && driven.updates > 5 && driven.replacements > 5, "{driven:?}");
        assert!(driven.created_first > 0 && driven.created_first < driven.replacements, "{driven:?}");
        assert_eq!(driven.imports > 0, client != Client::terraform_1_11(), "{driven:?}");
    }
}

fn texts(texts: Vec<&str>) -> Vec<Value> {
    texts.into_iter().map(Value::from).collect()
}

#[test]
fn everything_lives_through_whatever_is_made_up() {
    let (_folder, kit) = kit(Client::opentofu());
    let one_of = |values: &'static [&'static str]| prop::sample::select(values);
    let drive = kit.drive::<Everything>().unwrap().without_import();
    let drive = drive.with(
        "policy",
        one_of(&[r#"path "a" { capabilities = ["read"] }"#, r#"path "b" { capabilities = ["list"] }"#]),
    );
    // Each element comes in several spellings, and is answered in the server's.
    let lists = || prop::collection::vec(one_of(&["1h", "60m", "5", "5s"]), 0..3).prop_map(texts).prop_map(Value::list);
    let networks = one_of(&["10.0.0.1", "10.0.0.1/32", "10.0.0.0/8", "10.9.9.9/8"]);
    let networks = prop::collection::vec(networks, 0..3).prop_map(texts).prop_map(Value::set);
    let drive = drive.with("pauses", lists()).with("guests.visits", lists()).with("networks", networks);
    let ports = ["main_port", "side_port", "named_port", "zone.port"];
    let drive =
        ports.iter().fold(drive, |drive, port| drive.with(&format!("{port}.protocol"), one_of(&["tcp", "udp"])));
    let driven = drive.cases(48).run().unwrap();
    assert!(driven.lives > 40 && driven.updates > 5, "{driven:?}");
}

#[test]
fn an_older_core_loads_it_too() {
    let (_folder, kit) = kit(Client::older());
    let mut note = kit.resource("note").unwrap();
    assert_eq!(note.converges(config!({ "name": "a", "text": "x" })).unwrap(), Action::Create);
    let secret = config!({ "name": "a", "text": "x", "secret": "something", "secret_version": 1 });
    let refusal = note.validate(secret).unwrap_err();
    let told = refusal.diagnostics().unwrap_or_else(|| panic!("{refusal}"));
    assert!(told.iter().any(|told| told.severity() == Severity::Error && told.path().to_string() == "secret"));
    note.destroy().unwrap();
}

/// A kit whose folder has notes `a` and `b`, with the secret that `lease` looks for.
fn kit_with_notes(client: Client) -> (TempDir, Kit) {
    let (folder, kit) = kit(client);
    for name in ["a", "b"] {
        let secret = format!("the secret of {name}");
        let note = config!({ "name": name, "text": "x", "secret": secret, "secret_version": 1 });
        kit.resource("note").unwrap().converges(note).unwrap();
    }
    (folder, kit)
}

#[test]
fn notes_are_found_by_whatever_is_made_up() {
    for client in [Client::opentofu(), Client::terraform()] {
        let (_folder, kit) = kit_with_notes(client);
        let shelf = || prop_oneof![Just(Value::Null), Just(Value::from("main"))];
        let drive = kit.drive::<data_sources::Note>().unwrap().with("name", "[a-c]").with("shelf", shelf());
        let driven = drive.cases(48).run().unwrap();
        assert!(driven.reads > 20 && driven.refused > 5, "{driven:?}");
        assert!(driven.at_plan > 5 && driven.at_plan < driven.reads, "{driven:?}");
    }
}

#[test]
fn leases_end_whatever_is_made_up() {
    for client in [Client::opentofu(), Client::terraform()] {
        let (folder, kit) = kit_with_notes(client);
        let driven = kit.drive::<ephemeral::Lease>().unwrap().with("note", "[ab]").cases(24).run().unwrap();
        assert!(driven.opened == 24 && driven.at_plan > 3 && driven.renewals > 90, "{driven:?}");
        let leases = std::fs::read_dir(folder.path().join("leases")).unwrap();
        assert_eq!(leases.count(), 0, "every lease has ended");
    }
}

#[test]
fn functions_take_whatever_is_made_up() {
    for client in [Client::opentofu(), Client::terraform()] {
        let (_folder, kit) = kit(client);
        let slug = kit.drive::<functions::Slug>().unwrap().run().unwrap();
        assert!(slug.calls > 40 && slug.unknown > 5, "{slug:?}");
        let join = kit.drive::<functions::Join>().unwrap().run().unwrap();
        assert!(join.calls == 64 && join.refused == 0 && join.unknown > 5, "{join:?}");
    }
}
