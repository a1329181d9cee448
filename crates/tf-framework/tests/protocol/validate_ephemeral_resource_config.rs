//! ValidateEphemeralResourceConfig.

use plugin_proto::tfplugin6::validate_ephemeral_resource_config;
use tf_framework::value::Value;

use crate::core::{BlockType as _, Core, dynamic, told};
use crate::provider::Lease;

#[tokio::test]
async fn the_schema_and_the_ephemeral_resource_are_both_asked() {
    let core = Core::unconfigured("validate ephemeral");
    let check = async |path: Value| {
        let config = Value::object([("path", path), ("ttl", Value::Null), ("token", Value::Null)]);
        let request = validate_ephemeral_resource_config::Request {
            type_name: "test_lease".to_owned(),
            config: Some(dynamic(&Lease::block_type(), &config)),
        };
        told(&core.client.clone().validate_ephemeral_resource_config(request).await.unwrap().into_inner().diagnostics)
    };
    assert_eq!(check(Value::from("p")).await, [""; 0]);
    assert_eq!(check(Value::Null).await, ["error: Missing Attribute Value at .path"]);
    assert_eq!(check(Value::from("bad")).await, ["error: Not that one at .path"]);
}
