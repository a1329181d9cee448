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
use crate::wire::{Answer, Wire, sent, unasked};

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

    /// `plan`: opens it if all of its configuration is known. Otherwise it is opened at apply, and nothing is asked
    /// before: `None`.
    ///
    /// # Errors
    /// If the provider refuses that, or breaks a rule.
    pub fn plan(&self, config: impl Into<Config>) -> Result<Option<Open<'k>>, Refusal> {
        let config = config.into().object(self.name, self.schema)?;
        if config.is_wholly_known() { self.open(config).map(Some) } else { Ok(None) }
    }

    /// Opens it. What reports an error is not open, and so not closed. A result that breaks a rule is closed again, as
    /// the cores do.
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
        answer.watch(answer.message.result.as_ref(), self.schema);
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
        let renew_at = answer.message.renew_at.take().map(SystemTime::try_from);
        let renew_at = due(&mut answer, renew_at);
        let open = |value| Open { kit: self.kit, name: self.name, value, private, renew_at };
        match answer.settle_with(value) {
            Ok(value) => Ok(open(value)),
            Err(refusal) => {
                // What happens to the closing matters less than why it is closed.
                let _ = open(Value::Null).close();
                Err(refusal)
            }
        }
    }

    fn validated(&self, wire: &Wire, config: &Value) -> Result<Diagnostics, Refusal> {
        self.kit.canaries.watch_ephemeral(self.name, self.schema, config);
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
        let renew_at = answer.message.renew_at.take().map(SystemTime::try_from);
        self.renew_at = due(&mut answer, renew_at);
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

/// When something is to be renewed. If that is in the past, a core renews it without end.
fn due<A, E>(answer: &mut Answer<A>, renew_at: Option<Result<SystemTime, E>>) -> Option<SystemTime> {
    #[expect(clippy::disallowed_methods, reason = "a core waits until then by the clock of the machine")]
    let now = SystemTime::now();
    let renew_at = renew_at?.ok();
    if renew_at.is_none_or(|renew_at| renew_at <= now) {
        answer.breaks(Rule::RenewAtPast);
    }
    renew_at
}
