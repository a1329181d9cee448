//! GetResourceIdentitySchemas.

use plugin_proto::tfplugin6::get_resource_identity_schemas;

use crate::core::Core;

#[tokio::test]
async fn resources_with_an_identity_have_a_schema_of_it() {
    let core = Core::unconfigured("identity schemas");
    let request = get_resource_identity_schemas::Request {};
    let answer = core.client.clone().get_resource_identity_schemas(request).await.unwrap().into_inner();
    assert_eq!(answer.identity_schemas.keys().collect::<Vec<_>>(), ["test_note"], "a plain has none");
    let schema = &answer.identity_schemas["test_note"];
    assert_eq!(schema.version, 2, "that of the resource");
    let attributes: Vec<_> =
        schema.identity_attributes.iter().map(|it| (it.name.as_str(), it.required_for_import)).collect();
    assert_eq!(attributes, [("folder", true), ("name", true)]);
    assert_eq!(schema.identity_attributes[1].description, "Its name.");
}
