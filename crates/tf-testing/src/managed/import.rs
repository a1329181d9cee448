//! `import`: an object that somebody else made.

use plugin_proto::tfplugin6::import_resource_state::{self, ImportedResource};
use tf_framework::assert;
use tf_framework::diagnostic::Diagnostics;
use tf_value::Value;

use super::{Managed, Stored};
use crate::config::Config;
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};
use crate::wire::{sent_identity, unasked};

impl Managed<'_> {
    /// Imports an object by its id, and reads it. Returns the warnings of both.
    ///
    /// # Errors
    /// If the provider refuses, breaks a rule, or there is an object already.
    pub fn import(&mut self, id: &str) -> Result<Diagnostics, Refusal> {
        let request = import_resource_state::Request {
            type_name: self.name.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(self.kit.client.capabilities()),
            identity: None,
        };
        self.imported(request, None)
    }

    /// Imports an object by its identity, and reads it. Returns the warnings of both.
    ///
    /// # Errors
    /// If the provider refuses, breaks a rule, there is an object already, or the core or the resource has no identities.
    pub fn import_identity(&mut self, identity: impl Into<Config>) -> Result<Diagnostics, Refusal> {
        let Some(schema) = self.identity_schema() else {
            return Err(unasked(self.name, "has no identity"));
        };
        let identity = identity.into().typed(self.name, &schema.ty)?;
        let request = import_resource_state::Request {
            type_name: self.name.to_owned(),
            id: String::new(),
            client_capabilities: Some(self.kit.client.capabilities()),
            identity: sent_identity(self.name, Some(schema), Some(&identity))?,
        };
        self.imported(request, Some(&identity))
    }

    fn imported(
        &mut self,
        request: import_resource_state::Request,
        by: Option<&Value>,
    ) -> Result<Diagnostics, Refusal> {
        if self.stored.is_some() {
            return Err(unasked(self.name, "is managed already"));
        }
        let mut answer = self.kit.configured.ask(self.name, Call::ImportResourceState, async move |mut client| {
            client.import_resource_state(request).await
        })?;
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema()));
        answer.deferred(answer.message.deferred);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let mut found = std::mem::take(&mut answer.message.imported_resources);
        let count = found.len();
        let Some(imported) = found.pop().filter(|_| count == 1) else {
            answer.breaks(Rule::ImportCount { found: count });
            return Err(answer.refusal());
        };
        let ImportedResource { type_name, state, private, identity } = imported;
        if type_name != self.name {
            answer.breaks(Rule::ImportType { found: type_name });
        }
        let value = answer.value(state.as_ref(), self.schema().implied_type());
        match &value {
            Some(value) if value.is_null() => answer.breaks(Rule::MissingObject),
            Some(value) => answer.judged(assert::state(self.schema(), value)),
            None => {}
        }
        let identity = self.identity(&mut answer, identity.as_ref());
        // Who imports by identity gets one back, and that of the object that was asked for.
        if by.is_some() {
            self.judge_identity(&mut answer, by.filter(|by| !has_null(by)), identity.as_ref());
        }
        let Some(value) = value else { return Err(answer.refusal()) };
        let mut warnings = answer.settle()?;
        let stub = Stored { value, private, identity, is_tainted: false };
        // What an import leaves open, the read that follows fills in.
        let (read, told) = self.read(&stub)?;
        if read.is_none() {
            let violations = vec![Violation::of(Rule::ImportGone)];
            return Err(Refusal::Broken { of: self.name.to_owned(), call: Call::ReadResource, violations });
        }
        self.keep(read);
        warnings.extend(told);
        Ok(warnings)
    }
}

/// What an import may leave out, the provider fills in.
fn has_null(identity: &Value) -> bool {
    identity.as_object().is_some_and(|members| members.values().any(Value::is_null))
}
