//! The tests' side of the protocol: a client, values as messages, and what was told.

use std::collections::BTreeMap;
use std::sync::Arc;

use plugin_proto::tfplugin6::attribute_path::step::Selector;
use plugin_proto::tfplugin6::provider_client::ProviderClient;
use plugin_proto::tfplugin6::provider_server::ProviderServer;
use plugin_proto::tfplugin6::{
    ClientCapabilities, Diagnostic, DynamicValue, RawState, ResourceIdentityData, configure_provider, diagnostic,
};
use tf_framework::model::Model as _;
use tf_framework::server::Server;
use tf_framework::value::{Type, Value, decode_dynamic, msgpack};

use crate::provider::{Note, Plain, TestProvider};
use crate::world::World;

/// A client that speaks to a server in this process.
pub(crate) type Client = ProviderClient<ProviderServer<Server<TestProvider>>>;

/// A core with its provider, and the world of this provider.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) client: Client,
    pub(crate) server: Server<TestProvider>,
    pub(crate) world: Arc<World>,
    name: String,
}

impl Core {
    /// With a provider that is configured. The world has the name of the test.
    pub(crate) async fn new(name: &str) -> Self {
        let core = Self::unconfigured(name);
        assert_eq!(core.configure(Value::Null).await, [""; 0]);
        core
    }

    /// With a provider as its users have it: a rule that is broken is no panic.
    pub(crate) async fn released(name: &str) -> Self {
        let core = Self::with(Server::as_released(), name);
        assert_eq!(core.configure(Value::Null).await, [""; 0]);
        core
    }

    pub(crate) fn unconfigured(name: &str) -> Self {
        Self::with(Server::new(), name)
    }

    fn with(server: Server<TestProvider>, name: &str) -> Self {
        let client = ProviderClient::new(ProviderServer::new(server.clone()));
        Self { client, server, world: World::named(name), name: name.to_owned() }
    }

    /// Configures the provider. Returns what was told.
    pub(crate) async fn configure(&self, address: Value) -> Vec<String> {
        let config = self.provider_block(address);
        let request = configure_provider::Request {
            terraform_version: "1.13.0".to_owned(),
            config: Some(dynamic(&TestProvider::block_type(), &config)),
            ..Default::default()
        };
        told(&self.client.clone().configure_provider(request).await.unwrap().into_inner().diagnostics)
    }

    pub(crate) fn provider_block(&self, address: Value) -> Value {
        Value::object([("world", Value::from(self.name.as_str())), ("address", address), ("token", Value::Null)])
    }
}

/// The types of the models.
pub(crate) trait BlockType {
    fn block_type() -> Type;
}

impl<M: tf_framework::model::Model> BlockType for M {
    fn block_type() -> Type {
        M::schema().implied_type().clone()
    }
}

pub(crate) fn dynamic(ty: &Type, value: &Value) -> DynamicValue {
    DynamicValue { msgpack: msgpack::encode(ty, value).unwrap().into(), ..DynamicValue::default() }
}

pub(crate) fn value(ty: &Type, message: Option<&DynamicValue>) -> Value {
    message.map_or(Value::Null, |message| decode_dynamic(&message.msgpack, &message.json, ty).unwrap())
}

pub(crate) fn note_message(value: &Value) -> Option<DynamicValue> {
    Some(dynamic(&Note::block_type(), value))
}

pub(crate) fn note_value(message: Option<&DynamicValue>) -> Value {
    value(&Note::block_type(), message)
}

pub(crate) fn plain_message(value: &Value) -> Option<DynamicValue> {
    Some(dynamic(&Plain::block_type(), value))
}

pub(crate) fn plain_value(message: Option<&DynamicValue>) -> Value {
    value(&Plain::block_type(), message)
}

/// A note with these members and null for the rest.
pub(crate) fn note<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    let schema = Note::schema();
    let mut all: BTreeMap<&str, Value> =
        schema.block().attributes().keys().map(|name| (name.as_str(), Value::Null)).collect();
    all.insert("rule", Value::list([]));
    all.extend(members);
    Value::object(all)
}

/// What a user writes for the note `f/n`.
pub(crate) fn config(text: &str) -> Value {
    note([("folder", Value::from("f")), ("name", Value::from("n")), ("text", Value::from(text))])
}

/// The state of the note `f/n` with this text.
pub(crate) fn state(text: &str) -> Value {
    with(
        config(text),
        [("ttl", Value::from(3600)), ("id", Value::from("f/n")), ("digest", Value::from(format!("{}+0", text.len())))],
    )
}

/// The same object with other members.
pub(crate) fn with<const N: usize>(value: Value, members: [(&'static str, Value); N]) -> Value {
    let Value::Object(mut all) = value else { panic!("not an object") };
    all.extend(members.map(|(name, value)| (name.into(), value)));
    Value::Object(all)
}

pub(crate) fn plain(text: Value, number: Value) -> Value {
    Value::object([("text", text), ("number", number)])
}

fn identity_type() -> Type {
    Type::object([("folder", Type::String), ("name", Type::String)])
}

pub(crate) fn identity_message(folder: &str, name: &str) -> Option<ResourceIdentityData> {
    identity_of(Value::from(folder), Value::from(name))
}

pub(crate) fn identity_of(folder: Value, name: Value) -> Option<ResourceIdentityData> {
    let identity = Value::object([("folder", folder), ("name", name)]);
    Some(ResourceIdentityData { identity_data: Some(dynamic(&identity_type(), &identity)) })
}

/// Folder and name. `None` if there is no identity.
pub(crate) fn identity(message: Option<&ResourceIdentityData>) -> Option<(String, String)> {
    let identity = value(&identity_type(), message?.identity_data.as_ref());
    let text = |name| identity.attribute(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("folder")?, text("name")?))
}

pub(crate) fn names(folder: &str, name: &str) -> Option<(String, String)> {
    Some((folder.to_owned(), name.to_owned()))
}

pub(crate) fn json(text: &str) -> Option<RawState> {
    Some(RawState { json: text.to_owned().into(), ..RawState::default() })
}

pub(crate) fn flatmap() -> Option<RawState> {
    Some(RawState { flatmap: [("id".to_owned(), "1".to_owned())].into(), ..RawState::default() })
}

#[expect(clippy::unnecessary_wraps, reason = "as a request has it")]
pub(crate) fn modern() -> Option<ClientCapabilities> {
    Some(ClientCapabilities { write_only_attributes_allowed: true, ..ClientCapabilities::default() })
}

/// Each diagnostic as `error: headline`, with the path behind it if it has one.
pub(crate) fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| {
        let severity = match diagnostic.severity() {
            diagnostic::Severity::Error => "error",
            diagnostic::Severity::Warning => "warning",
            diagnostic::Severity::Invalid => "invalid",
        };
        let steps = diagnostic.attribute.iter().flat_map(|path| &path.steps);
        let steps = steps.map(|step| match step.selector.as_ref().unwrap() {
            Selector::AttributeName(name) => format!(".{name}"),
            Selector::ElementKeyString(key) => format!("[{key:?}]"),
            Selector::ElementKeyInt(index) => format!("[{index}]"),
        });
        let path: String = steps.collect();
        let at = if path.is_empty() { "" } else { " at " };
        format!("{severity}: {}{at}{path}", diagnostic.summary)
    };
    assert!(!diagnostics.iter().any(|told| format!("{told:?}").contains("canary")), "{diagnostics:?}");
    diagnostics.iter().map(line).collect()
}

/// The details of all diagnostics.
pub(crate) fn details(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| diagnostic.detail.as_str()).collect::<Vec<_>>().join("\n")
}

/// The text of the panic in which a call ends.
pub(crate) async fn panic_of<T: Send + 'static>(call: impl Future<Output = T> + Send + 'static) -> String {
    let panic = tokio::spawn(call).await.err().expect("the call panics").into_panic();
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap()
}
