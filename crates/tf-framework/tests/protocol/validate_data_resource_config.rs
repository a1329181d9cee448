//! ValidateDataResourceConfig.

use plugin_proto::tfplugin6::validate_data_resource_config;
use tf_framework::value::Value;

use crate::core::{BlockType as _, Core, dynamic, told};
use crate::provider::NoteData;

#[tokio::test]
async fn the_schema_and_the_data_source_are_both_asked() {
    let core = Core::unconfigured("validate data");
    let check = async |name: Value| {
        let config =
            Value::object([("folder", Value::Null), ("name", name), ("text", Value::Null), ("after", Value::Null)]);
        let request = validate_data_resource_config::Request {
            type_name: "test_note".to_owned(),
            config: Some(dynamic(&NoteData::block_type(), &config)),
        };
        told(&core.client.clone().validate_data_resource_config(request).await.unwrap().into_inner().diagnostics)
    };
    assert_eq!(check(Value::from("n")).await, [""; 0]);
    assert_eq!(check(Value::unknown()).await, [""; 0]);
    assert_eq!(check(Value::Null).await, ["error: Missing Attribute Value at .name"]);
    assert_eq!(check(Value::from("bad")).await, ["error: Not that one at .name"]);
}
