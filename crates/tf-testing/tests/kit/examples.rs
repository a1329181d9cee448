//! The provider that has every feature of the framework, through many lives.

use example_provider::Example;
use example_provider::resources::{Everything, Note};
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
        let driven = drive.cases(48).run().unwrap();
        assert!(driven.lives > 40 && driven.updates > 5 && driven.replacements > 5, "{driven:?}");
        assert_eq!(driven.imports > 0, client != Client::terraform_1_11(), "{driven:?}");
    }
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
