//! Keys in secrets, as far as no server is needed; `tests/acceptance/key_in_kv` has the rest.

use provider::SecretZero;
use serde_json::{Value, json};
use tf_testing::{Action, Kit, Unknown, config};

use crate::stage::{kit, place, refused};

#[test]
fn a_plan_needs_no_server() {
    for block in [
        json!({}),
        // Nobody listens there.
        json!({ "address": "https://127.0.0.1:9", "token": "t", "max_retries": 0 }),
        json!({ "address": Unknown, "token": Unknown }),
    ] {
        let kit = Kit::new::<SecretZero>(block.clone()).unwrap();
        let managed = kit.resource("private_key").unwrap();
        for mount in [json!("kv"), json!(Unknown)] {
            let home = json!({ "mount": mount, "path": "pki/one", "field": "key" });
            let plan = managed.plan(json!({ "key": { "vault_kv": home } })).unwrap();
            assert_eq!(plan.action(), Action::Create, "{block}");
        }
    }
}

#[test]
fn an_apply_does_and_leaves_nothing_to_replace() {
    let kit =
        Kit::new::<SecretZero>(json!({ "address": "http://127.0.0.1:9", "token": "t", "max_retries": 0 })).unwrap();
    let mut managed = kit.resource("private_key").unwrap();
    let home = json!({ "mount": "kv", "path": "pki/one", "field": "key" });
    let refusal = managed.apply(json!({ "key": { "vault_kv": home } })).unwrap_err();
    let summary = "Reading the private key in the field key of the secret \"kv/pki/one\"";
    refused(&refusal, summary, "key", "Start the server");
    assert!(managed.stored().is_none());
}

#[test]
fn a_state_of_before_is_read() {
    let (place, kit) = (place(), kit());
    let mut object = kit.resource("private_key").unwrap();
    object.converges(config!({ "key": { "file": place.file } })).unwrap();
    let mut state: Value = serde_json::from_str(&object.state_file().unwrap()).unwrap();
    // What the object has is a text of JSON in it.
    let mut attributes: Value = serde_json::from_str(state["object"]["attributes"].as_str().unwrap()).unwrap();
    assert_eq!(without(&mut attributes, "vault_kv"), 2, "in the key and in the reference");
    state["object"]["attributes"] = attributes.to_string().into();
    let mut again = kit.resource("private_key").unwrap();
    again.read_state_file(&state.to_string()).unwrap();
    assert!(again.refresh().unwrap().is_empty());
    assert_eq!(again.converges(config!({ "key": { "file": place.file } })).unwrap(), Action::NoOp);
}

/// Takes every member of this name out. Returns how many there were.
fn without(value: &mut Value, name: &str) -> usize {
    match value {
        Value::Object(members) => {
            let own = usize::from(members.remove(name).is_some());
            own + members.values_mut().map(|member| without(member, name)).sum::<usize>()
        }
        Value::Array(values) => values.iter_mut().map(|value| without(value, name)).sum(),
        _ => 0,
    }
}
