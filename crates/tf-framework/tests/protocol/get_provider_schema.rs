//! GetProviderSchema.

use plugin_proto::tfplugin6::{get_functions, get_provider_schema, schema};

use crate::core::{Core, config, note, note_message, told};

async fn answer(core: &Core) -> get_provider_schema::Response {
    core.client.clone().get_provider_schema(get_provider_schema::Request {}).await.unwrap().into_inner()
}

#[tokio::test]
async fn it_has_all_schemas() {
    let core = Core::unconfigured("schemas");
    let answer = answer(&core).await;
    assert_eq!(told(&answer.diagnostics), [""; 0], "in debug builds it tells what is wrong with the provider");
    assert_eq!(answer.resource_schemas.keys().collect::<Vec<_>>(), ["test_note", "test_plain"]);
    assert_eq!(answer.data_source_schemas.keys().collect::<Vec<_>>(), ["test_note"]);
    assert_eq!(answer.ephemeral_resource_schemas.keys().collect::<Vec<_>>(), ["test_lease"]);
    let note = &answer.resource_schemas["test_note"];
    assert_eq!(note.version, 2);
    let block = note.block.as_ref().unwrap();
    assert_eq!(block.description, "A note.");
    let attribute = |name: &str| block.attributes.iter().find(|attribute| attribute.name == name).unwrap();
    assert!(attribute("secret").write_only && attribute("secret").sensitive);
    assert!(attribute("ttl").optional && attribute("ttl").computed, "a default is computed");
    assert!(attribute("timeouts").nested_type.is_some());
    assert_eq!(block.block_types[0].nesting(), schema::nested_block::NestingMode::List);
    let provider = answer.provider.unwrap().block.unwrap();
    assert_eq!(
        provider.attributes.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["address", "token", "world"]
    );
    assert!(answer.provider_meta.is_none());
}

#[tokio::test]
async fn it_says_what_the_server_can_do() {
    let core = Core::unconfigured("capabilities");
    let can = answer(&core).await.server_capabilities.unwrap();
    assert!(can.plan_destroy, "else destroying is never planned by us");
    assert!(can.get_provider_schema_optional && can.move_resource_state);
    assert!(!can.generate_resource_config, "which is not there");
}

#[tokio::test]
async fn functions_are_the_same_in_both_places() {
    let core = Core::unconfigured("functions in both");
    let functions = core.client.clone().get_functions(get_functions::Request {}).await.unwrap().into_inner().functions;
    assert_eq!(answer(&core).await.functions, functions);
    assert_eq!(functions.len(), 2);
}

#[tokio::test]
async fn it_is_the_same_when_a_schema_is_in_use() {
    let core = Core::new("schema in use").await;
    let before = answer(&core).await;
    let request = plugin_proto::tfplugin6::validate_resource_config::Request {
        type_name: "test_note".to_owned(),
        config: note_message(&config("x")),
        ..Default::default()
    };
    core.client.clone().validate_resource_config(request).await.unwrap();
    assert_eq!(answer(&core).await, before);
    assert_eq!(note([]).as_object().unwrap().len(), 13, "or these tests miss a new attribute");
}
