//! The RPCs. Values go through unread: what was proposed is planned, what was planned is the new state.

use std::path::Path;

use plugin_proto::tfplugin6::DynamicValue;
use plugin_proto::tfplugin6::provider_server::Provider;
use plugin_proto::tfplugin6::{
    Diagnostic, ServerCapabilities, apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    configure_state_store, delete_state, diagnostic, generate_resource_config, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, get_states, import_resource_state, invoke_action,
    list_resource, lock_state, move_resource_state, open_ephemeral_resource, plan_action, plan_resource_change,
    read_data_source, read_resource, read_state_bytes, renew_ephemeral_resource, stop_provider, unlock_state,
    upgrade_resource_identity, upgrade_resource_state, validate_action_config, validate_data_resource_config,
    validate_ephemeral_resource_config, validate_list_resource_config, validate_provider_config,
    validate_resource_config, validate_state_store, write_state_bytes,
};
use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming};

use crate::{gate, marker};

type Reply<T> = Result<Response<T>, Status>;
type Absent<T> = tokio_stream::Empty<Result<T, Status>>;

/// The provider. Its only state is whether it was asked to stop.
pub(crate) struct NullProvider {
    stopped: watch::Sender<bool>,
}

impl Default for NullProvider {
    fn default() -> Self {
        Self { stopped: watch::Sender::new(false) }
    }
}

/// What the CLIs tolerate of a provider that announces no such thing.
fn absent<T>() -> Reply<T> {
    Err(Status::unimplemented("the null provider has no such thing"))
}

/// An answer with nothing to report.
fn nothing<T: Default>() -> Reply<T> {
    Ok(Response::new(T::default()))
}

fn error(summary: &str, detail: String) -> Vec<Diagnostic> {
    let severity = diagnostic::Severity::Error.into();
    vec![Diagnostic { severity, summary: summary.to_owned(), detail, attribute: None }]
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities { plan_destroy: true, get_provider_schema_optional: true, ..ServerCapabilities::default() }
}

#[tonic::async_trait]
impl Provider for NullProvider {
    type ListResourceStream = Absent<list_resource::Event>;
    type ReadStateBytesStream = Absent<read_state_bytes::Response>;
    type InvokeActionStream = Absent<invoke_action::Event>;

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Reply<get_provider_schema::Response> {
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(marker::block(Vec::new())),
            resource_schemas: [(marker::TYPE.to_owned(), marker::schema())].into(),
            server_capabilities: Some(capabilities()),
            ..get_provider_schema::Response::default()
        }))
    }

    async fn get_metadata(&self, _: Request<get_metadata::Request>) -> Reply<get_metadata::Response> {
        Ok(Response::new(get_metadata::Response {
            resources: vec![get_metadata::ResourceMetadata { type_name: marker::TYPE.to_owned() }],
            server_capabilities: Some(capabilities()),
            ..get_metadata::Response::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Reply<validate_provider_config::Response> {
        nothing()
    }

    async fn validate_resource_config(
        &self,
        _: Request<validate_resource_config::Request>,
    ) -> Reply<validate_resource_config::Response> {
        nothing()
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Reply<configure_provider::Response> {
        tracing::info!(client = request.into_inner().terraform_version, "configured");
        // In debug mode one process serves several commands, the next after one that was interrupted.
        self.stopped.send_replace(false);
        nothing()
    }

    /// State is written as JSON and wanted as such; nothing has ever changed about it.
    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Reply<upgrade_resource_state::Response> {
        let json = request.into_inner().raw_state.unwrap_or_default().json;
        let upgraded_state = Some(DynamicValue { json, ..DynamicValue::default() });
        Ok(Response::new(upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() }))
    }

    async fn read_resource(&self, request: Request<read_resource::Request>) -> Reply<read_resource::Response> {
        let read_resource::Request { current_state, private, .. } = request.into_inner();
        Ok(Response::new(read_resource::Response {
            new_state: current_state,
            private,
            ..read_resource::Response::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Reply<plan_resource_change::Response> {
        let plan_resource_change::Request { proposed_new_state, prior_private, .. } = request.into_inner();
        Ok(Response::new(plan_resource_change::Response {
            planned_state: proposed_new_state,
            planned_private: prior_private,
            ..plan_resource_change::Response::default()
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Reply<apply_resource_change::Response> {
        let apply_resource_change::Request { planned_state, prior_state, planned_private, .. } = request.into_inner();
        if let Some(path) = marker::gate(planned_state.as_ref()) {
            tracing::info!(gate = path, "waiting for the gate");
            if gate::wait(Path::new(&path), self.stopped.subscribe()).await.is_err() {
                let detail = format!("Interrupted before the file {path} existed. Nothing was changed; apply again.");
                return Ok(Response::new(apply_resource_change::Response {
                    new_state: prior_state,
                    private: planned_private,
                    diagnostics: error("The marker was not written", detail),
                    ..apply_resource_change::Response::default()
                }));
            }
        }
        Ok(Response::new(apply_resource_change::Response {
            new_state: planned_state,
            private: planned_private,
            ..apply_resource_change::Response::default()
        }))
    }

    async fn import_resource_state(
        &self,
        _: Request<import_resource_state::Request>,
    ) -> Reply<import_resource_state::Response> {
        let detail = "A marker exists in state only, so there is nothing to import it from.".to_owned();
        Ok(Response::new(import_resource_state::Response {
            diagnostics: error("A null_marker can't be imported", detail),
            ..import_resource_state::Response::default()
        }))
    }

    async fn stop_provider(&self, _: Request<stop_provider::Request>) -> Reply<stop_provider::Response> {
        tracing::info!("asked to stop");
        self.stopped.send_replace(true);
        nothing()
    }

    async fn get_functions(&self, _: Request<get_functions::Request>) -> Reply<get_functions::Response> {
        nothing()
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Reply<get_resource_identity_schemas::Response> {
        nothing()
    }

    async fn upgrade_resource_identity(
        &self,
        _: Request<upgrade_resource_identity::Request>,
    ) -> Reply<upgrade_resource_identity::Response> {
        absent()
    }

    async fn move_resource_state(
        &self,
        _: Request<move_resource_state::Request>,
    ) -> Reply<move_resource_state::Response> {
        absent()
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<validate_data_resource_config::Request>,
    ) -> Reply<validate_data_resource_config::Response> {
        absent()
    }

    async fn read_data_source(&self, _: Request<read_data_source::Request>) -> Reply<read_data_source::Response> {
        absent()
    }

    async fn generate_resource_config(
        &self,
        _: Request<generate_resource_config::Request>,
    ) -> Reply<generate_resource_config::Response> {
        absent()
    }

    async fn validate_ephemeral_resource_config(
        &self,
        _: Request<validate_ephemeral_resource_config::Request>,
    ) -> Reply<validate_ephemeral_resource_config::Response> {
        absent()
    }

    async fn open_ephemeral_resource(
        &self,
        _: Request<open_ephemeral_resource::Request>,
    ) -> Reply<open_ephemeral_resource::Response> {
        absent()
    }

    async fn renew_ephemeral_resource(
        &self,
        _: Request<renew_ephemeral_resource::Request>,
    ) -> Reply<renew_ephemeral_resource::Response> {
        absent()
    }

    async fn close_ephemeral_resource(
        &self,
        _: Request<close_ephemeral_resource::Request>,
    ) -> Reply<close_ephemeral_resource::Response> {
        absent()
    }

    async fn list_resource(&self, _: Request<list_resource::Request>) -> Reply<Self::ListResourceStream> {
        absent()
    }

    async fn validate_list_resource_config(
        &self,
        _: Request<validate_list_resource_config::Request>,
    ) -> Reply<validate_list_resource_config::Response> {
        absent()
    }

    async fn call_function(&self, _: Request<call_function::Request>) -> Reply<call_function::Response> {
        absent()
    }

    async fn validate_state_store_config(
        &self,
        _: Request<validate_state_store::Request>,
    ) -> Reply<validate_state_store::Response> {
        absent()
    }

    async fn configure_state_store(
        &self,
        _: Request<configure_state_store::Request>,
    ) -> Reply<configure_state_store::Response> {
        absent()
    }

    async fn read_state_bytes(&self, _: Request<read_state_bytes::Request>) -> Reply<Self::ReadStateBytesStream> {
        absent()
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<write_state_bytes::RequestChunk>>,
    ) -> Reply<write_state_bytes::Response> {
        absent()
    }

    async fn lock_state(&self, _: Request<lock_state::Request>) -> Reply<lock_state::Response> {
        absent()
    }

    async fn unlock_state(&self, _: Request<unlock_state::Request>) -> Reply<unlock_state::Response> {
        absent()
    }

    async fn get_states(&self, _: Request<get_states::Request>) -> Reply<get_states::Response> {
        absent()
    }

    async fn delete_state(&self, _: Request<delete_state::Request>) -> Reply<delete_state::Response> {
        absent()
    }

    async fn plan_action(&self, _: Request<plan_action::Request>) -> Reply<plan_action::Response> {
        absent()
    }

    async fn invoke_action(&self, _: Request<invoke_action::Request>) -> Reply<Self::InvokeActionStream> {
        absent()
    }

    async fn validate_action_config(
        &self,
        _: Request<validate_action_config::Request>,
    ) -> Reply<validate_action_config::Response> {
        absent()
    }
}
