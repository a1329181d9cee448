//! The provider that core talks to: each call of the protocol, for any [`Provider`].
//!
//! A call goes the same way whatever it is for. What core sent is decoded by the schema; the plan engine or the author's code
//! makes an answer of it; the answer is judged by the rules of core before core sees it. Where it breaks one, the author has
//! a bug, and in debug builds, which tests are, the call panics with its name. A user of a release gets an error instead.
//!
//! One file is one call. Calls run beside each other, and no lock is held while one waits.

mod apply_resource_change;
mod call_function;
mod change;
mod close_ephemeral_resource;
mod configure_provider;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod judgement;
mod limit;
mod move_resource_state;
mod open_ephemeral_resource;
mod partial;
mod plan_resource_change;
mod query;
mod read_data_source;
mod read_resource;
mod renew_ephemeral_resource;
mod run;
mod served;
mod stop_provider;
mod task;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_data_resource_config;
mod validate_ephemeral_resource_config;
mod validate_provider_config;
mod validate_resource_config;

use std::fmt;
use std::sync::Arc;

use plugin_proto::tfplugin6::provider_server::Provider as Protocol;
use plugin_proto::tfplugin6::{self as proto, list_resource, read_state_bytes};
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument as _;

use crate::contents::Contents;
use crate::provider::Provider;
use judgement::Judgement;
use served::Served;

/// The service of the protocol for one provider.
///
/// [`serve`](crate::serve()) puts it behind a socket. A test can call it directly:
///
/// ```
/// # use tf_framework::model::{Model, Setting};
/// # use tf_framework::{Contents, Outcome, Provider};
/// use plugin_proto::tfplugin6::get_metadata;
/// use plugin_proto::tfplugin6::provider_server::Provider as _;
/// use tf_framework::server::Server;
///
/// # /// An example.
/// # #[derive(Model)]
/// # #[tf(provider = "example")]
/// # struct Example {}
/// # impl Provider for Example {
/// #     type Client = ();
/// #     fn contents() -> Contents<Self> { Contents::new() }
/// #     fn configure(_: Self) -> Outcome<()> { Ok(()) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = Server::<Example>::new();
/// let metadata = server.get_metadata(tonic::Request::new(get_metadata::Request {})).await.unwrap();
/// assert!(metadata.get_ref().resources.is_empty());
/// # }
/// ```
///
/// Clones are the same provider.
pub struct Server<P: Provider> {
    served: Arc<Served<P>>,
}

impl<P: Provider> Server<P> {
    /// A provider that is not configured yet.
    #[must_use]
    pub fn new() -> Self {
        Self::judged(Judgement::of_this_build())
    }

    /// The same, but an answer that breaks a rule of core becomes an error, as in a release, also in a debug build. For
    /// tests of what users then see.
    #[must_use]
    pub fn as_released() -> Self {
        Self::judged(Judgement::Report)
    }

    fn judged(judgement: Judgement) -> Self {
        Self { served: Arc::new(Served::new(P::contents(), judgement)) }
    }

    /// What it consists of.
    pub fn contents(&self) -> &Contents<P> {
        self.served.contents()
    }

    /// Gives back what the client of the provider holds. The last thing that is done with it.
    pub async fn shut_down(&self) {
        self.served.shut_down().await;
    }
}

impl<P: Provider> Default for Server<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Provider> Clone for Server<P> {
    fn clone(&self) -> Self {
        Self { served: Arc::clone(&self.served) }
    }
}

/// Without any value, which may be secret.
impl<P: Provider> fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("contents", self.contents()).finish_non_exhaustive()
    }
}

type Reply<T> = Result<Response<T>, Status>;
type Absent<T> = tokio_stream::Empty<Result<T, Status>>;

/// What both cores tolerate of a provider that announces no such thing.
fn absent<T>() -> Reply<T> {
    Err(Status::unimplemented("this provider has no such thing"))
}

#[tonic::async_trait]
impl<P: Provider> Protocol for Server<P> {
    type ListResourceStream = Absent<list_resource::Event>;
    type ReadStateBytesStream = Absent<read_state_bytes::Response>;
    type InvokeActionStream = Absent<proto::invoke_action::Event>;

    async fn get_metadata(&self, _: Request<proto::get_metadata::Request>) -> Reply<proto::get_metadata::Response> {
        self.served.span("GetMetadata", "").in_scope(|| Ok(Response::new(get_metadata::answer(&self.served))))
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Reply<proto::get_provider_schema::Response> {
        self.served
            .span("GetProviderSchema", "")
            .in_scope(|| Ok(Response::new(get_provider_schema::answer(&self.served))))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Reply<proto::get_resource_identity_schemas::Response> {
        self.served
            .span("GetResourceIdentitySchemas", "")
            .in_scope(|| Ok(Response::new(get_resource_identity_schemas::answer(&self.served))))
    }

    async fn get_functions(&self, _: Request<proto::get_functions::Request>) -> Reply<proto::get_functions::Response> {
        self.served.span("GetFunctions", "").in_scope(|| Ok(Response::new(get_functions::answer(&self.served))))
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Reply<proto::validate_provider_config::Response> {
        let request = request.into_inner();
        let span = self.served.span("ValidateProviderConfig", "");
        span.in_scope(|| Ok(Response::new(validate_provider_config::answer(&self.served, request))))
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Reply<proto::configure_provider::Response> {
        let request = request.into_inner();
        let span = self.served.span("ConfigureProvider", "");
        span.in_scope(|| Ok(Response::new(configure_provider::answer(&self.served, request))))
    }

    async fn stop_provider(&self, _: Request<proto::stop_provider::Request>) -> Reply<proto::stop_provider::Response> {
        self.served.span("StopProvider", "").in_scope(|| Ok(Response::new(stop_provider::answer(&self.served))))
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Reply<proto::validate_resource_config::Response> {
        let request = request.into_inner();
        let span = self.served.span("ValidateResourceConfig", &request.type_name);
        span.in_scope(|| Ok(Response::new(validate_resource_config::answer(&self.served, request))))
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Reply<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        let span = self.served.span("PlanResourceChange", &request.type_name);
        span.in_scope(|| Ok(Response::new(plan_resource_change::answer(&self.served, request))))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Reply<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        let span = self.served.span("ApplyResourceChange", &request.type_name);
        task::run(apply_resource_change::answer(Arc::clone(&self.served), request).instrument(span)).await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Reply<proto::read_resource::Response> {
        let request = request.into_inner();
        let span = self.served.span("ReadResource", &request.type_name);
        Ok(Response::new(read_resource::answer(&self.served, request).instrument(span).await))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Reply<proto::import_resource_state::Response> {
        let request = request.into_inner();
        let span = self.served.span("ImportResourceState", &request.type_name);
        Ok(Response::new(import_resource_state::answer(&self.served, request).instrument(span).await))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Reply<proto::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let span = self.served.span("UpgradeResourceState", &request.type_name);
        span.in_scope(|| Ok(Response::new(upgrade_resource_state::answer(&self.served, request))))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Reply<proto::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let span = self.served.span("UpgradeResourceIdentity", &request.type_name);
        span.in_scope(|| Ok(Response::new(upgrade_resource_identity::answer(&self.served, request))))
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Reply<proto::move_resource_state::Response> {
        let request = request.into_inner();
        let span = self.served.span("MoveResourceState", &request.target_type_name);
        span.in_scope(|| Ok(Response::new(move_resource_state::answer(&self.served, request))))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Reply<proto::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let span = self.served.span("ValidateDataResourceConfig", &request.type_name);
        span.in_scope(|| Ok(Response::new(validate_data_resource_config::answer(&self.served, request))))
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Reply<proto::read_data_source::Response> {
        let request = request.into_inner();
        let span = self.served.span("ReadDataSource", &request.type_name);
        Ok(Response::new(read_data_source::answer(&self.served, request).instrument(span).await))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Reply<proto::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let span = self.served.span("ValidateEphemeralResourceConfig", &request.type_name);
        span.in_scope(|| Ok(Response::new(validate_ephemeral_resource_config::answer(&self.served, request))))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Reply<proto::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let span = self.served.span("OpenEphemeralResource", &request.type_name);
        let (served, type_name) = (Arc::clone(&self.served), request.type_name.clone());
        let undo = move |answer| open_ephemeral_resource::undo(served, type_name, answer);
        task::run_or_undo(open_ephemeral_resource::answer(Arc::clone(&self.served), request).instrument(span), undo)
            .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Reply<proto::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        let span = self.served.span("RenewEphemeralResource", &request.type_name);
        task::run(renew_ephemeral_resource::answer(Arc::clone(&self.served), request).instrument(span)).await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Reply<proto::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        let span = self.served.span("CloseEphemeralResource", &request.type_name);
        task::run(close_ephemeral_resource::answer(Arc::clone(&self.served), request).instrument(span)).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Reply<proto::call_function::Response> {
        let request = request.into_inner();
        let span = self.served.span("CallFunction", &request.name);
        span.in_scope(|| Ok(Response::new(call_function::answer(&self.served, request))))
    }

    // Not offered: lists, actions, generated configurations, state stores.

    async fn generate_resource_config(
        &self,
        _: Request<proto::generate_resource_config::Request>,
    ) -> Reply<proto::generate_resource_config::Response> {
        absent()
    }

    async fn list_resource(&self, _: Request<list_resource::Request>) -> Reply<Self::ListResourceStream> {
        absent()
    }

    async fn validate_list_resource_config(
        &self,
        _: Request<proto::validate_list_resource_config::Request>,
    ) -> Reply<proto::validate_list_resource_config::Response> {
        absent()
    }

    async fn plan_action(&self, _: Request<proto::plan_action::Request>) -> Reply<proto::plan_action::Response> {
        absent()
    }

    async fn invoke_action(&self, _: Request<proto::invoke_action::Request>) -> Reply<Self::InvokeActionStream> {
        absent()
    }

    async fn validate_action_config(
        &self,
        _: Request<proto::validate_action_config::Request>,
    ) -> Reply<proto::validate_action_config::Response> {
        absent()
    }

    async fn validate_state_store_config(
        &self,
        _: Request<proto::validate_state_store::Request>,
    ) -> Reply<proto::validate_state_store::Response> {
        absent()
    }

    async fn configure_state_store(
        &self,
        _: Request<proto::configure_state_store::Request>,
    ) -> Reply<proto::configure_state_store::Response> {
        absent()
    }

    async fn read_state_bytes(&self, _: Request<read_state_bytes::Request>) -> Reply<Self::ReadStateBytesStream> {
        absent()
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
    ) -> Reply<proto::write_state_bytes::Response> {
        absent()
    }

    async fn lock_state(&self, _: Request<proto::lock_state::Request>) -> Reply<proto::lock_state::Response> {
        absent()
    }

    async fn unlock_state(&self, _: Request<proto::unlock_state::Request>) -> Reply<proto::unlock_state::Response> {
        absent()
    }

    async fn get_states(&self, _: Request<proto::get_states::Request>) -> Reply<proto::get_states::Response> {
        absent()
    }

    async fn delete_state(&self, _: Request<proto::delete_state::Request>) -> Reply<proto::delete_state::Response> {
        absent()
    }
}
