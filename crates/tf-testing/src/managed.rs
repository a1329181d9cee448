//! Managed resources: one object of one, from nothing to nothing.

mod apply;
mod destroy;
mod identity;
mod import;
mod migrate;
mod plan;
mod refresh;
mod replace;
mod state_file;
mod stored;
mod unnoticed;

use plugin_proto::tfplugin6::validate_resource_config;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::schema::Schema;
use tf_value::Value;

pub use migrate::Source;
pub use plan::{Action, Plan};
pub use stored::Stored;
pub(crate) use unnoticed::unnoticed;

use crate::config::Config;
use crate::kit::Kit;
use crate::refusal::{Call, Refusal};
use crate::wire::{IdentitySchema, ResourceSchema, Wire, sent};

/// An object of a managed resource, as a core keeps it between two commands: what the state file says.
///
/// Each verb is what one command of a core does for one object, with every check of both cores, and some more. When a
/// verb fails, the object is what the state file would say then.
pub struct Managed<'k> {
    kit: &'k Kit,
    name: &'k str,
    resource: &'k ResourceSchema,
    stored: Option<Stored>,
    /// What was replaced and could not be removed, the oldest first.
    deposed: Vec<Stored>,
    creates_first: bool,
}

impl<'k> Managed<'k> {
    pub(crate) fn new(kit: &'k Kit, name: &'k str, resource: &'k ResourceSchema) -> Self {
        Self { kit, name, resource, stored: None, deposed: Vec::new(), creates_first: false }
    }

    /// The full name of the type.
    pub fn type_name(&self) -> &str {
        self.name
    }

    /// From now on, an object that is replaced is removed when its successor is there, and not before it is made:
    /// `lifecycle { create_before_destroy = true }`. Two of them must be able to exist beside each other.
    #[must_use]
    pub fn create_before_destroy(mut self) -> Self {
        self.creates_first = true;
        self
    }

    /// What the state file says. `None` if there is no object.
    pub fn stored(&self) -> Option<&Stored> {
        self.stored.as_ref()
    }

    /// Objects that were replaced and could not be removed, the oldest first. The next apply removes them.
    pub fn deposed(&self) -> &[Stored] {
        &self.deposed
    }

    /// The value of the object.
    pub fn state(&self) -> Option<&Value> {
        self.stored.as_ref().map(Stored::value)
    }

    /// The value of one of its attributes. `None` too if there is no object.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.state()?.attribute(name)
    }

    /// Marks the object as damaged: the next plan replaces it. `taint` of the CLIs.
    pub fn taint(&mut self) {
        if let Some(stored) = &mut self.stored {
            stored.is_tainted = true;
        }
    }

    /// Puts other data beside the state of the object: what another version of the provider, or one on another machine, has
    /// stored there.
    pub fn store_private(&mut self, private: Vec<u8>) {
        if let Some(stored) = &mut self.stored {
            stored.private = private.into();
        }
    }

    /// Forgets the object, and what is deposed, without touching them: `state rm`, or the loss of the state file.
    pub fn forget(&mut self) -> Option<Stored> {
        self.deposed.clear();
        self.stored.take()
    }

    /// What [`forget`](Self::forget) took.
    pub(crate) fn remember(&mut self, stored: Option<Stored>) {
        self.stored = stored;
    }

    /// `validate`: with the provider not configured. Returns the warnings.
    ///
    /// # Errors
    /// If the provider refuses the configuration, or breaks a rule.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Diagnostics, Refusal> {
        let config = self.config(config)?;
        self.validated(&self.kit.unconfigured, &config)
    }

    /// `apply`, and then what shows that it did all that it said: a plan without a refresh and one with it, both empty.
    ///
    /// # Errors
    /// If the provider refuses one of these, or breaks a rule.
    pub fn converges(&mut self, config: impl Into<Config>) -> Result<Action, Refusal> {
        let config = self.config(config)?;
        let action = self.apply(&config)?;
        self.settled(&config)?;
        Ok(action)
    }

    /// A plan without a refresh and one with it, both empty.
    pub(crate) fn settled(&self, config: &Value) -> Result<(), Refusal> {
        self.plan_without_refresh(config)?.empty(self)?;
        self.plan(config)?.empty(self)
    }

    pub(crate) fn schema(&self) -> &'k Schema {
        &self.resource.schema
    }

    fn identity_schema(&self) -> Option<&'k IdentitySchema> {
        self.resource.identity.as_ref()
    }

    fn config(&self, config: impl Into<Config>) -> Result<Value, Refusal> {
        let config = config.into().object(self.name, self.schema())?;
        self.watch(&config);
        Ok(config)
    }

    /// Whatever secrets are in a value, they must not be where they don't belong from now on.
    fn watch(&self, value: &Value) {
        self.kit.canaries.watch(self.name, self.schema(), value);
    }

    fn validated(&self, wire: &Wire, config: &Value) -> Result<Diagnostics, Refusal> {
        let request = validate_resource_config::Request {
            type_name: self.name.to_owned(),
            config: sent(self.name, self.schema().implied_type(), config)?,
            client_capabilities: Some(self.kit.client.capabilities()),
        };
        let mut answer = wire.ask(self.name, Call::ValidateResourceConfig, async move |mut client| {
            client.validate_resource_config(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema()));
        if !answer.has_errors() {
            for (path, rule) in unnoticed(self.schema(), config, self.kit.client) {
                answer.broken(path, rule);
            }
        }
        answer.settle()
    }
}
