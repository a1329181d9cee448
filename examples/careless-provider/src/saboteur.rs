//! The service between core and a provider that is right: it spoils the answers that are asked for.

use plugin_proto::tfplugin6 as proto;
use plugin_proto::tfplugin6::provider_server::Provider as Protocol;
use prost::Message;
use tf_framework::server::Server;
use tonic::{Request, Response, Status, Streaming};

use crate::contents::Careful;
use crate::sabotage::{Act, Sabotage};
use crate::sabotages::sabotages;

/// A provider that spoils the answers that are asked for, and is right otherwise.
pub struct Saboteur {
    inner: Server<Careful>,
    /// What is spoiled for all: the schema.
    schema: Option<&'static Sabotage>,
}

impl Saboteur {
    /// A provider that is right unless an object asks for something else.
    pub fn new() -> Self {
        Self { inner: Server::new(), schema: None }
    }

    /// A provider whose schema is spoiled by the sabotage of this name.
    pub fn with_schema(name: &str) -> Self {
        Self { inner: Server::new(), schema: sabotages().find(|sabotage| sabotage.name == name) }
    }
}

impl Default for Saboteur {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Saboteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Saboteur").finish_non_exhaustive()
    }
}

/// The sabotage that a request asks for: the longest name that is in it.
fn asked_for(request: &impl Message) -> Option<&'static Sabotage> {
    let bytes = request.encode_to_vec();
    let is_in = |name: &str| bytes.windows(name.len()).any(|window| window == name.as_bytes());
    sabotages().filter(|sabotage| is_in(sabotage.name)).max_by_key(|sabotage| sabotage.name.len())
}

type Reply<T> = Result<Response<T>, Status>;

macro_rules! protocol {
    (
        spoiled { $($spoiled:ident by $act:ident,)+ }
        passed_on { $($passed:ident,)+ }
    ) => {
        #[tonic::async_trait]
        impl Protocol for Saboteur {
            type ListResourceStream = <Server<Careful> as Protocol>::ListResourceStream;
            type ReadStateBytesStream = <Server<Careful> as Protocol>::ReadStateBytesStream;
            type InvokeActionStream = <Server<Careful> as Protocol>::InvokeActionStream;

            $(
                async fn $spoiled(&self, request: Request<proto::$spoiled::Request>) -> Reply<proto::$spoiled::Response> {
                    let asked = request.get_ref().clone();
                    let mut response = self.inner.$spoiled(request).await?;
                    if let Some(Sabotage { act: Act::$act(spoil), .. }) = asked_for(&asked) {
                        spoil(&asked, response.get_mut());
                    }
                    Ok(response)
                }
            )+

            $(
                async fn $passed(&self, request: Request<proto::$passed::Request>) -> Reply<proto::$passed::Response> {
                    self.inner.$passed(request).await
                }
            )+

            async fn get_provider_schema(
                &self,
                request: Request<proto::get_provider_schema::Request>,
            ) -> Reply<proto::get_provider_schema::Response> {
                let mut response = self.inner.get_provider_schema(request).await?;
                if let Some(Sabotage { act: Act::Schema(spoil), .. }) = self.schema {
                    spoil(response.get_mut());
                }
                Ok(response)
            }

            async fn validate_state_store_config(
                &self,
                request: Request<proto::validate_state_store::Request>,
            ) -> Reply<proto::validate_state_store::Response> {
                self.inner.validate_state_store_config(request).await
            }

            async fn write_state_bytes(
                &self,
                request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
            ) -> Reply<proto::write_state_bytes::Response> {
                self.inner.write_state_bytes(request).await
            }

            async fn list_resource(
                &self,
                request: Request<proto::list_resource::Request>,
            ) -> Reply<Self::ListResourceStream> {
                self.inner.list_resource(request).await
            }

            async fn read_state_bytes(
                &self,
                request: Request<proto::read_state_bytes::Request>,
            ) -> Reply<Self::ReadStateBytesStream> {
                self.inner.read_state_bytes(request).await
            }

            async fn invoke_action(
                &self,
                request: Request<proto::invoke_action::Request>,
            ) -> Reply<Self::InvokeActionStream> {
                self.inner.invoke_action(request).await
            }
        }
    };
}

protocol! {
    spoiled {
        validate_resource_config by Validate,
        plan_resource_change by Plan,
        apply_resource_change by Apply,
        read_resource by Read,
        import_resource_state by Import,
        upgrade_resource_state by Upgrade,
        move_resource_state by Move,
        validate_data_resource_config by ValidateData,
        read_data_source by Data,
        open_ephemeral_resource by Open,
        renew_ephemeral_resource by Renew,
        close_ephemeral_resource by Close,
        call_function by Function,
    }
    passed_on {
        get_metadata,
        get_resource_identity_schemas,
        validate_provider_config,
        upgrade_resource_identity,
        configure_provider,
        generate_resource_config,
        validate_ephemeral_resource_config,
        validate_list_resource_config,
        get_functions,
        configure_state_store,
        lock_state,
        unlock_state,
        get_states,
        delete_state,
        plan_action,
        validate_action_config,
        stop_provider,
    }
}
