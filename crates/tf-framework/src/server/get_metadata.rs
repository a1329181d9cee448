//! GetMetadata: the names of everything.

use plugin_proto::tfplugin6::get_metadata::{
    DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ResourceMetadata, Response,
};

use super::served::Served;
use crate::provider::Provider;
use crate::wire::capabilities;

pub(super) fn answer<P: Provider>(server: &Served<P>) -> Response {
    let contents = server.contents();
    let type_names = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<String>>();
    let resources = type_names(contents.resources().keys().collect());
    let data_sources = type_names(contents.data_sources().keys().collect());
    let ephemeral = type_names(contents.ephemeral_resources().keys().collect());
    let functions = type_names(contents.functions().keys().collect());
    Response {
        server_capabilities: Some(capabilities::of_server()),
        resources: resources.into_iter().map(|type_name| ResourceMetadata { type_name }).collect(),
        data_sources: data_sources.into_iter().map(|type_name| DataSourceMetadata { type_name }).collect(),
        ephemeral_resources: ephemeral.into_iter().map(|type_name| EphemeralMetadata { type_name }).collect(),
        functions: functions.into_iter().map(|name| FunctionMetadata { name }).collect(),
        ..Response::default()
    }
}
