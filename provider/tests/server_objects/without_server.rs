//! Configuring does nothing, and a plan for what does not exist yet asks nobody: neither server nor files are there.

use provider::SecretZero;
use serde_json::json;
use tf_testing::{Action, Kit, Unknown};

use crate::object;

#[test]
fn nothing_is_needed_before_there_is_a_server() {
    let files = tempfile::tempdir().unwrap();
    let missing = |name: &str| files.path().join(name).display().to_string();
    let login = json!({ "role_id_file": missing("role_id"), "secret_id_file": missing("secret_id") });
    for block in [
        // Nobody listens there, and none of the files is there yet.
        json!({ "address": "https://127.0.0.1:9", "ca_cert_file": missing("ca.pem"), "keys_file": missing("keys.json"), "auth_login_approle": login }),
        json!({ "address": Unknown, "ca_cert_file": Unknown, "token": Unknown, "expected_cluster_id": Unknown }),
        // What is missing may be in the environment of the apply.
        json!({}),
    ] {
        let kit = Kit::new::<SecretZero>(block.clone()).unwrap_or_else(|refusal| panic!("{block}: {refusal}"));
        for object in object::all() {
            let managed = kit.resource(object.kind).unwrap();
            // The catalogue of plugins is one for all namespaces.
            let attribute = if object.kind == "plugin" { "args" } else { "namespace" };
            for config in [object.config(), object.config_with(&json!({ attribute: Unknown }))] {
                let plan = managed.plan(config).unwrap_or_else(|refusal| panic!("{block}, {}: {refusal}", object.kind));
                assert_eq!(plan.action(), Action::Create);
            }
        }
    }
}
