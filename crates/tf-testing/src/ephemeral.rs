//! Ephemeral resources, as a core opens, renews and closes them.

use std::time::SystemTime;

use plugin_proto::tfplugin6::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource, validate_ephemeral_resource_config,
};
use prost::bytes::Bytes;
use tf_framework::assert;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::schema::Schema;
use tf_value::Value;

use crate::config::Config;
use crate::kit::Kit;
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::{Wire, sent, unasked};

/// An ephemeral resource of a provider.
pub struct Ephemeral<'k> {
    kit: &'k Kit,
    name: &'k str,
    schema: &'k Schema,
}

/// An ephemeral resource that is open. Dropping it closes nothing.
pub struct Open<'k> {
    kit: &'k Kit,
    name: &'k str,
    value: Value,
    private: Option<Bytes>,
    renew_at: Option<SystemTime>,
}

impl<'k> Ephemeral<'k> {
    pub(crate) fn new(kit: &'k Kit, name: &'k str, schema: &'k Schema) -> Self {
        Self { kit, name, schema }
    }

    /// Validates a configuration, with the provider not configured. Returns the warnings.
    ///
    /// # Errors
    /// If the provider refuses it, or breaks a rule.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Diagnostics, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        self.validated(&self.kit.unconfigured, &config)
    }

    /// Opens it. A result that breaks a rule is closed again, as the cores do.
    ///
    /// # Errors
    /// If the provider refuses that, or breaks a rule.
    pub fn open(&self, config: impl Into<Config>) -> Result<Open<'k>, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        if !config.is_wholly_known() {
            return Err(unasked(self.name, "is opened when everything in its configuration is known"));
        }
        self.validated(&self.kit.configured, &config)?;
        let request = open_ephemeral_resource::Request {
            type_name: self.name.to_owned(),
            config: sent(self.name, self.schema.implied_type(), &config)?,
            client_capabilities: Some(self.kit.client.capabilities()),
        };
        let mut answer = self.kit.configured.ask(self.name, Call::OpenEphemeralResource, async move |mut client| {
            client.open_ephemeral_resource(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema));
        answer.deferred(answer.message.deferred);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let result = answer.message.result.take();
        let value = answer.value(result.as_ref(), self.schema.implied_type());
        match &value {
            Some(value) if value.is_null() => answer.breaks(Rule::MissingObject),
            Some(value) => {
                answer.judged(assert::state(self.schema, value));
                // Only Terraform looks whether the result has what was configured.
                answer.judged(assert::plan_valid(self.schema, &Value::Null, &config, value));
            }
            None => {}
        }
        let private = answer.message.private.take();
        let renew_at = answer.message.renew_at.and_then(|time| SystemTime::try_from(time).ok());
        let open = |value| Open { kit: self.kit, name: self.name, value, private, renew_at };
        match answer.settle_with(value) {
            Ok(value) => {
                // What was opened may be used in texts as little as what was configured.
                self.kit.canaries.watch(self.name, self.schema, &value);
                Ok(open(value))
            }
            Err(refusal) => {
                // What happens to the closing matters less than why it is closed.
                let _ = open(Value::Null).close();
                Err(refusal)
            }
        }
    }

    fn validated(&self, wire: &Wire, config: &Value) -> Result<Diagnostics, Refusal> {
        self.kit.canaries.watch(self.name, self.schema, config);
        let request = validate_ephemeral_resource_config::Request {
            type_name: self.name.to_owned(),
            config: sent(self.name, self.schema.implied_type(), config)?,
        };
        let mut answer = wire.ask(self.name, Call::ValidateEphemeralResourceConfig, async move |mut client| {
            client.validate_ephemeral_resource_config(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema));
        answer.settle()
    }
}

impl Open<'_> {
    /// What the configuration can use.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// When core would renew it, if ever.
    pub fn renew_at(&self) -> Option<SystemTime> {
        self.renew_at
    }

    /// Renews it now, whatever [`renew_at`](Self::renew_at) says. Returns the warnings.
    ///
    /// # Errors
    /// If the provider can't, or breaks a rule. It is to be closed nevertheless.
    pub fn renew(&mut self) -> Result<Diagnostics, Refusal> {
        let request =
            renew_ephemeral_resource::Request { type_name: self.name.to_owned(), private: self.private.clone() };
        let mut answer =
            self.kit.configured.ask(self.name, Call::RenewEphemeralResource, async move |mut client| {
                client.renew_ephemeral_resource(request).await
            })?;
        answer.diagnostics(|message| &mut message.diagnostics, None);
        let is_empty = |private: &Option<Bytes>| private.as_ref().is_none_or(Bytes::is_empty);
        if !is_empty(&self.private) && is_empty(&answer.message.private) {
            let rule = if answer.has_errors() { Rule::RenewDropped } else { Rule::PrivateDropped };
            answer.breaks(rule);
        }
        // OpenTofu takes both over, error or not.
        self.private = answer.message.private.take();
        self.renew_at = answer.message.renew_at.take().and_then(|time| SystemTime::try_from(time).ok());
        answer.settle()
    }

    /// Closes it. It may be closed again: that a core asks twice is no error. Returns the warnings.
    ///
    /// # Errors
    /// If the provider can't.
    pub fn close(&self) -> Result<Diagnostics, Refusal> {
        let request =
            close_ephemeral_resource::Request { type_name: self.name.to_owned(), private: self.private.clone() };
        let mut answer =
            self.kit.configured.ask(self.name, Call::CloseEphemeralResource, async move |mut client| {
                client.close_ephemeral_resource(request).await
            })?;
        answer.diagnostics(|message| &mut message.diagnostics, None);
        answer.settle()
    }
}
