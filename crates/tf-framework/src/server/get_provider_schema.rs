//! GetProviderSchema: all schemas at once.
//!
//! Core starts a process for this question alone, so each schema is made, written down and dropped before the next: the
//! process needs room for one.

use plugin_proto::tfplugin6::get_provider_schema::Response;

use super::get_functions;
use super::served::Served;
use crate::contents::Contents;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::provider::Provider;
use crate::wire::{capabilities, diagnostics, schema};

pub(super) fn answer<P: Provider>(server: &Served<P>) -> Response {
    let contents = server.contents();
    let resources = contents.resources().iter();
    let data_sources = contents.data_sources().iter();
    let ephemeral = contents.ephemeral_resources().iter();
    Response {
        provider: Some(schema::encode(server.schema())),
        resource_schemas: resources.map(|(name, of)| (name.clone(), of.with_schema(schema::encode))).collect(),
        data_source_schemas: data_sources.map(|(name, of)| (name.clone(), of.with_schema(schema::encode))).collect(),
        ephemeral_resource_schemas: ephemeral
            .map(|(name, of)| (name.clone(), of.with_schema(schema::encode)))
            .collect(),
        functions: get_functions::all(contents),
        diagnostics: diagnostics::encode(mistakes(contents)),
        server_capabilities: Some(capabilities::of_server()),
        ..Response::default()
    }
}

/// In debug builds: what the author of the provider must mend, before a core says so in other words.
fn mistakes<P: Provider>(contents: &Contents<P>) -> Diagnostics {
    if !cfg!(debug_assertions) {
        return Diagnostics::new();
    }
    let mistakes = contents.self_check().into_iter();
    mistakes.map(|mistake| Diagnostic::error("Bug in the Provider").detail(format!("{mistake}."))).collect()
}
