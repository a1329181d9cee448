//! ValidateProviderConfig.

use plugin_proto::tfplugin6::validate_provider_config;
use tf_framework::value::Value;

use crate::core::{BlockType as _, Core, dynamic, told};
use crate::provider::TestProvider;

#[tokio::test]
async fn unknown_is_fine_and_null_is_not_where_something_is_required() {
    let core = Core::unconfigured("validate provider");
    let check = async |world: Value| {
        let config = Value::object([("world", world), ("address", Value::unknown()), ("token", Value::Null)]);
        let config = Some(dynamic(&TestProvider::block_type(), &config));
        let request = validate_provider_config::Request { config };
        told(&core.client.clone().validate_provider_config(request).await.unwrap().into_inner().diagnostics)
    };
    assert_eq!(check(Value::unknown()).await, [""; 0]);
    assert_eq!(check(Value::Null).await, ["error: Missing Attribute Value at .world"]);
}
