//! The connection to the provider: its generated service under a generated client, without a network between them.
//!
//! Everything else is as on the wire. Messages are encoded and decoded, values go as msgpack, and every answer is
//! searched for secrets before anybody looks at it.

mod answer;
mod schemas;

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use plugin_proto::tfplugin6::provider_client::ProviderClient;
use plugin_proto::tfplugin6::provider_server::{Provider, ProviderServer};
use plugin_proto::tfplugin6::{DynamicValue, ResourceIdentityData};
use prost::Message;
use tf_value::{Path, Type, Value, msgpack};
use tokio::runtime::Runtime;
use tonic::body::Body;
use tonic::{Code, Response, Status};
use tower::util::BoxCloneSyncService;

pub(crate) use answer::{Answer, path};
pub(crate) use schemas::{
    FunctionSchema, IdentitySchema, ParameterSchema, ResourceSchema, Schemas, read as read_schemas,
};

use crate::canaries::Canaries;
use crate::refusal::{Call, Refusal};

/// What both cores and their plugins allow for a message.
const MAX_MESSAGE_BYTES: usize = 256 << 20;

type Service = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

/// A client of the provider.
pub(crate) type Client = ProviderClient<Service>;

/// One instance of the provider, as a core has it in a process of its own.
pub(crate) struct Wire {
    runtime: Rc<Runtime>,
    client: Client,
    canaries: Rc<Canaries>,
}

impl Wire {
    pub(crate) fn new(provider: impl Provider, runtime: Rc<Runtime>, canaries: Rc<Canaries>) -> Self {
        let server = ProviderServer::new(provider)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let client = ProviderClient::new(BoxCloneSyncService::new(server))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        Self { runtime, client, canaries }
    }

    /// Makes a call. What comes back is still to be judged.
    pub(crate) fn ask<A: Message>(
        &self,
        of: &str,
        call: Call,
        send: impl AsyncFnOnce(Client) -> Result<Response<A>, Status>,
    ) -> Result<Answer<A>, Refusal> {
        let failed = |code, message| Refusal::Failed { of: of.to_owned(), call, code, message };
        // A provider in a process of its own survives a panic in one call. What it leaves behind half-done is its own
        // affair.
        match catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(send(self.client.clone())))) {
            Ok(Ok(response)) => Ok(Answer::new(of, call, response.into_inner(), Rc::clone(&self.canaries))),
            Ok(Err(status)) => Err(failed(status.code(), status.message().to_owned())),
            Err(panic) => Err(failed(Code::Internal, format!("the provider panics: {}", text(panic.as_ref())))),
        }
    }
}

/// What a panic says.
fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it does not say why")
}

/// A value as core sends it.
pub(crate) fn sent(of: &str, ty: &Type, value: &Value) -> Result<Option<DynamicValue>, Refusal> {
    let encoded = msgpack::encode(ty, value).map_err(|error| Refusal::Unasked {
        of: of.to_owned(),
        path: error.path(),
        problem: format!("can't be sent: {}", error.problem()),
    })?;
    Ok(Some(DynamicValue { msgpack: encoded.into(), ..DynamicValue::default() }))
}

/// An identity as core sends it: left out where there is none.
pub(crate) fn sent_identity(
    of: &str,
    schema: Option<&IdentitySchema>,
    identity: Option<&Value>,
) -> Result<Option<ResourceIdentityData>, Refusal> {
    let (Some(schema), Some(identity)) = (schema, identity) else { return Ok(None) };
    Ok(Some(ResourceIdentityData { identity_data: sent(of, &schema.ty, identity)? }))
}

/// A mistake in a test: core would not get as far as asking.
pub(crate) fn unasked(of: &str, problem: impl Into<String>) -> Refusal {
    Refusal::Unasked { of: of.to_owned(), path: Path::root(), problem: problem.into() }
}
