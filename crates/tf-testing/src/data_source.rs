//! Data sources, as a core reads them.

use plugin_proto::tfplugin6::{read_data_source, validate_data_resource_config};
use tf_framework::assert;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::schema::Schema;
use tf_value::Value;

use crate::config::Config;
use crate::kit::Kit;
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::{Wire, sent, unasked};

/// A data source of a provider.
pub struct DataSource<'k> {
    kit: &'k Kit,
    name: &'k str,
    schema: &'k Schema,
}

impl<'k> DataSource<'k> {
    pub(crate) fn new(kit: &'k Kit, name: &'k str, schema: &'k Schema) -> Self {
        Self { kit, name, schema }
    }

    pub(crate) fn type_name(&self) -> &'k str {
        self.name
    }

    pub(crate) fn schema(&self) -> &'k Schema {
        self.schema
    }

    /// Validates a configuration, with the provider not configured. Returns the warnings.
    ///
    /// # Errors
    /// If the provider refuses it, or breaks a rule.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Diagnostics, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        self.validated(&self.kit.unconfigured, &config)
    }

    /// `plan`: reads it if all of its configuration is known. Otherwise it is read at apply, and nothing is asked
    /// before: `None`.
    ///
    /// # Errors
    /// If the provider refuses that, or breaks a rule.
    pub fn plan(&self, config: impl Into<Config>) -> Result<Option<Value>, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        if config.is_wholly_known() { self.read(config).map(Some) } else { Ok(None) }
    }

    /// Reads it. What is configured must be in the result as it is written; that neither core checks.
    ///
    /// # Errors
    /// If the provider refuses that, or breaks a rule.
    pub fn read(&self, config: impl Into<Config>) -> Result<Value, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        if !config.is_wholly_known() {
            return Err(unasked(self.name, "is read when everything in its configuration is known"));
        }
        self.validated(&self.kit.configured, &config)?;
        let request = read_data_source::Request {
            type_name: self.name.to_owned(),
            config: sent(self.name, self.schema.implied_type(), &config)?,
            provider_meta: None,
            client_capabilities: Some(self.kit.client.capabilities()),
        };
        let mut answer = self
            .kit
            .configured
            .ask(self.name, Call::ReadDataSource, async move |mut client| client.read_data_source(request).await)?;
        answer.watch(answer.message.state.as_ref(), self.schema);
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema));
        answer.deferred(answer.message.deferred);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let state = answer.message.state.take();
        let value = answer.value(state.as_ref(), self.schema.implied_type());
        match &value {
            Some(value) if value.is_null() => answer.breaks(Rule::MissingObject),
            Some(value) => {
                answer.judged(assert::state(self.schema, value));
                answer.judged(assert::plan_valid(self.schema, &Value::Null, &config, value));
            }
            None => {}
        }
        answer.settle_with(value)
    }

    fn validated(&self, wire: &Wire, config: &Value) -> Result<Diagnostics, Refusal> {
        self.kit.canaries.watch(self.name, self.schema, config);
        let request = validate_data_resource_config::Request {
            type_name: self.name.to_owned(),
            config: sent(self.name, self.schema.implied_type(), config)?,
        };
        let mut answer = wire.ask(self.name, Call::ValidateDataResourceConfig, async move |mut client| {
            client.validate_data_resource_config(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema));
        answer.settle()
    }
}
