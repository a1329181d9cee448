//! GetMetadata.

use plugin_proto::tfplugin6::get_metadata;

use crate::core::Core;

#[tokio::test]
async fn it_names_everything_in_order() {
    let core = Core::unconfigured("metadata");
    let answer = core.client.clone().get_metadata(get_metadata::Request {}).await.unwrap().into_inner();
    let resources: Vec<_> = answer.resources.into_iter().map(|resource| resource.type_name).collect();
    assert_eq!(resources, ["test_note", "test_plain"]);
    assert_eq!(answer.data_sources[0].type_name, "test_note");
    assert_eq!(answer.ephemeral_resources[0].type_name, "test_lease");
    let functions: Vec<_> = answer.functions.into_iter().map(|function| function.name).collect();
    assert_eq!(functions, ["half", "join"], "a function has no prefix");
    assert!(answer.server_capabilities.unwrap().plan_destroy);
}
