//! The kit: one provider, as a core has it while it works on one configuration.

use std::collections::BTreeMap;
use std::rc::Rc;

use plugin_proto::tfplugin6::provider_server::Provider as Service;
use plugin_proto::tfplugin6::{
    configure_provider, get_provider_schema, get_resource_identity_schemas, stop_provider, validate_provider_config,
};
use tf_framework::Provider;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::server::Server;
use tokio::runtime::{Builder, Runtime};
use tonic::Code;

use crate::canaries::Canaries;
use crate::client::Client;
use crate::config::Config;
use crate::data_source::DataSource;
use crate::ephemeral::Ephemeral;
use crate::function::Function;
use crate::managed::Managed;
use crate::refusal::{Call, Refusal};
use crate::wire::{Schemas, Wire, sent, unasked};

/// A provider that is configured, with a core that trusts none of its answers.
///
/// There are two instances of the provider, since a core has several processes: one is configured, the other answers the
/// calls that come before that. What they share must be outside of them.
///
/// A kit runs the provider's tasks on the thread that calls it. A test that brings a server of its own to talk to lets it
/// run on another thread.
pub struct Kit {
    pub(crate) client: Client,
    pub(crate) schemas: Schemas,
    pub(crate) canaries: Rc<Canaries>,
    /// Answers what is asked without a configuration.
    pub(crate) unconfigured: Wire,
    pub(crate) configured: Wire,
    warnings: Diagnostics,
}

impl Kit {
    /// A provider of the framework under OpenTofu, configured with this provider block.
    ///
    /// # Errors
    /// If its schemas are not in order, or it refuses the provider block.
    pub fn new<P: Provider>(config: impl Into<Config>) -> Result<Self, Refusal> {
        Self::under::<P>(Client::opentofu(), config)
    }

    /// A provider of the framework under any of the cores.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn under<P: Provider>(client: Client, config: impl Into<Config>) -> Result<Self, Refusal> {
        Self::serving(client, Server::<P>::new, config)
    }

    /// Any provider, by its service. `start` makes an instance of it, as the start of a process would.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn serving<S: Service>(
        client: Client,
        start: impl Fn() -> S,
        config: impl Into<Config>,
    ) -> Result<Self, Refusal> {
        let runtime = runtime()?;
        let canaries = Rc::new(Canaries::default());
        let wire = || Wire::new(start(), Rc::clone(&runtime), Rc::clone(&canaries));
        let (unconfigured, configured) = (wire(), wire());
        let schemas = schemas(client, &unconfigured)?;
        let mut kit = Self { client, schemas, canaries, unconfigured, configured, warnings: Diagnostics::new() };
        kit.configure(config)?;
        Ok(kit)
    }

    /// Configures the provider anew: another run, or the same in debug mode, where one process serves many.
    ///
    /// # Errors
    /// If it refuses the provider block.
    pub fn configure(&mut self, config: impl Into<Config>) -> Result<(), Refusal> {
        let schema = &self.schemas.provider;
        let config = config.into().object(PROVIDER, schema)?;
        self.canaries.watch(PROVIDER, schema, &config);
        let request = validate_provider_config::Request { config: sent(PROVIDER, schema.implied_type(), &config)? };
        let mut answer = self.unconfigured.ask(PROVIDER, Call::ValidateProviderConfig, async move |mut client| {
            client.validate_provider_config(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(schema));
        let mut warnings = answer.settle()?;
        let request = configure_provider::Request {
            terraform_version: self.client.version.to_owned(),
            config: sent(PROVIDER, schema.implied_type(), &config)?,
            client_capabilities: Some(self.client.capabilities()),
        };
        let mut answer = self
            .configured
            .ask(PROVIDER, Call::ConfigureProvider, async move |mut client| client.configure_provider(request).await)?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(schema));
        warnings.extend(answer.settle()?);
        self.warnings = warnings;
        Ok(())
    }

    /// What the provider warned of when it was configured.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The user asks to stop: what waits is told, what is asked after that is answered nevertheless.
    ///
    /// # Errors
    /// If the provider fails to take note.
    pub fn stop(&self) -> Result<(), Refusal> {
        let request = stop_provider::Request {};
        let answer = self
            .configured
            .ask(PROVIDER, Call::StopProvider, async move |mut client| client.stop_provider(request).await)?;
        match answer.message.error.as_str() {
            "" => Ok(()),
            error => {
                let (of, call, code) = (PROVIDER.to_owned(), Call::StopProvider, Code::Unknown);
                Err(Refusal::Failed { of, call, code, message: error.to_owned() })
            }
        }
    }

    /// An object of a managed resource that does not exist yet. The name may be without that of the provider.
    ///
    /// # Errors
    /// If there is no such resource.
    pub fn resource(&self, name: &str) -> Result<Managed<'_>, Refusal> {
        let (name, resource) = find(&self.schemas.resources, name, "managed resource")?;
        Ok(Managed::new(self, name, resource))
    }

    /// A data source. The name may be without that of the provider.
    ///
    /// # Errors
    /// If there is no such data source.
    pub fn data_source(&self, name: &str) -> Result<DataSource<'_>, Refusal> {
        let (name, schema) = find(&self.schemas.data_sources, name, "data source")?;
        Ok(DataSource::new(self, name, schema))
    }

    /// An ephemeral resource. The name may be without that of the provider.
    ///
    /// # Errors
    /// If there is no such ephemeral resource, or the core has none.
    pub fn ephemeral(&self, name: &str) -> Result<Ephemeral<'_>, Refusal> {
        let (name, schema) = find(&self.schemas.ephemerals, name, "ephemeral resource")?;
        if !self.client.ephemeral {
            return Err(unasked(name, "this core has no ephemeral resources"));
        }
        Ok(Ephemeral::new(self, name, schema))
    }

    /// A function.
    ///
    /// # Errors
    /// If there is no such function, or the core has none.
    pub fn function(&self, name: &str) -> Result<Function<'_>, Refusal> {
        let (name, function) = find(&self.schemas.functions, name, "function")?;
        if !self.client.functions {
            return Err(unasked(name, "this core has no functions"));
        }
        Ok(Function::new(self, name, function))
    }
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kit").field("client", &self.client).finish_non_exhaustive()
    }
}

/// What stands in messages for the provider itself.
const PROVIDER: &str = "provider";

fn runtime() -> Result<Rc<Runtime>, Refusal> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map(Rc::new).map_err(|error| unasked(PROVIDER, format!("has nothing to run on: {error}")))
}

fn schemas(client: Client, wire: &Wire) -> Result<Schemas, Refusal> {
    let request = get_provider_schema::Request {};
    let mut answer =
        wire.ask(PROVIDER, Call::GetProviderSchema, async move |mut client| client.get_provider_schema(request).await)?;
    answer.diagnostics(|message| &mut message.diagnostics, None);
    let identities = if client.identity { identity_schemas(wire)? } else { BTreeMap::new() };
    let mut violations = Vec::new();
    let schemas = crate::wire::read_schemas(&answer.message, &identities, &mut violations);
    violations.into_iter().for_each(|violation| answer.broken(violation.path, violation.rule));
    answer.settle()?;
    Ok(schemas)
}

fn identity_schemas(wire: &Wire) -> Result<BTreeMap<String, plugin_proto::tfplugin6::ResourceIdentitySchema>, Refusal> {
    let request = get_resource_identity_schemas::Request {};
    let answer = wire.ask(PROVIDER, Call::GetResourceIdentitySchemas, async move |mut client| {
        client.get_resource_identity_schemas(request).await
    });
    match answer {
        Err(Refusal::Failed { code: Code::Unimplemented, .. }) => Ok(BTreeMap::new()),
        Err(refusal) => Err(refusal),
        Ok(mut answer) => {
            answer.diagnostics(|message| &mut message.diagnostics, None);
            let schemas = std::mem::take(&mut answer.message.identity_schemas);
            answer.settle()?;
            Ok(schemas)
        }
    }
}

/// Finds something by its name, or by what follows the name of the provider.
fn find<'a, T>(all: &'a BTreeMap<String, T>, name: &str, what: &str) -> Result<(&'a str, &'a T), Refusal> {
    let short = |full: &str| full.split_once('_').is_some_and(|(_, rest)| rest == name);
    let found = all.get_key_value(name).or_else(|| all.iter().find(|(full, _)| short(full)));
    found.map(|(name, found)| (name.as_str(), found)).ok_or_else(|| {
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        unasked(name, format!("there is no such {what}; there are: {}", names.join(", ")))
    })
}
