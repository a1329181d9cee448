//! Keys on another machine.

use std::fs;

use tf_testing::{Action, Managed};

use crate::stage::{kit, place, refused};

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
    let mut private: serde_json::Value = serde_json::from_slice(object.stored().unwrap().private()).unwrap_or_default();
    if private["machine"].is_null() {
        return println!("SKIPPED on_another_machine_nothing_is_looked_at_and_nothing_planned: there is no machine id");
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
