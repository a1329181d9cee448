//! GetFunctions: their signatures, which are in the answer to GetProviderSchema too.

use std::collections::BTreeMap;

use plugin_proto::tfplugin6::Function;
use plugin_proto::tfplugin6::get_functions::Response;

use super::served::Served;
use crate::contents::Contents;
use crate::provider::Provider;
use crate::wire::functions;

pub(super) fn answer<P: Provider>(server: &Served<P>) -> Response {
    Response { functions: all(server.contents()), ..Response::default() }
}

/// The signatures by name.
pub(super) fn all<P: Provider>(contents: &Contents<P>) -> BTreeMap<String, Function> {
    contents
        .functions()
        .iter()
        .map(|(name, function)| (name.clone(), functions::encode(&function.signature())))
        .collect()
}
