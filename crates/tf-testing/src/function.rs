//! Functions, as a core calls them.

use plugin_proto::tfplugin6::{DynamicValue, call_function};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_value::{Path, Value};

use crate::config::Config;
use crate::kit::Kit;
use crate::refusal::{Call, Refusal};
use crate::rule::Rule;
use crate::wire::{Answer, FunctionSchema, sent, unasked};

/// A function of a provider.
pub struct Function<'k> {
    kit: &'k Kit,
    name: &'k str,
    function: &'k FunctionSchema,
}

impl<'k> Function<'k> {
    pub(crate) fn new(kit: &'k Kit, name: &'k str, function: &'k FunctionSchema) -> Self {
        Self { kit, name, function }
    }

    pub(crate) fn name(&self) -> &'k str {
        self.name
    }

    pub(crate) fn signature(&self) -> &'k FunctionSchema {
        self.function
    }

    /// Calls it, twice, since a function has one result for the same arguments.
    ///
    /// Arguments that the function does not take, null or unknown, never reach it: as in the cores, the first are an
    /// error and the second make the result unknown.
    ///
    /// # Errors
    /// If the function refuses the arguments, or breaks a rule.
    pub fn call<A: Into<Config>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Value, Refusal> {
        let mut sent_arguments = Vec::new();
        let mut is_known = true;
        for (position, argument) in arguments.into_iter().enumerate() {
            let parameter = self.function.parameters.get(position).or(self.function.variadic.as_ref());
            let Some(parameter) = parameter else {
                return Err(unasked(self.name, format!("takes {} arguments", self.function.parameters.len())));
            };
            let argument = argument.into().typed(self.name, &parameter.ty)?;
            if !parameter.allow_unknown && !argument.is_wholly_known() {
                return Ok(Value::unknown());
            }
            if argument.is_null() && !parameter.allow_null {
                return Err(unasked(self.name, format!("takes no null for {}", parameter.name)));
            }
            is_known &= argument.is_wholly_known();
            // OpenTofu has no bytes for a null, Terraform has those of null. The first is the harder one to get right.
            let encoded = match argument.is_null() {
                true if self.kit.client.configures_for_functions => Some(DynamicValue::default()),
                _ => sent(self.name, &parameter.ty, &argument)?,
            };
            sent_arguments.extend(encoded);
        }
        if sent_arguments.len() < self.function.parameters.len() {
            return Err(unasked(self.name, format!("takes {} arguments", self.function.parameters.len())));
        }
        let (_, first) = self.called(sent_arguments.clone(), is_known)?;
        let (mut answer, second) = self.called(sent_arguments, is_known)?;
        if first != second {
            answer.breaks(Rule::Impure);
        }
        answer.settle()?;
        Ok(second)
    }

    fn called(
        &self,
        arguments: Vec<DynamicValue>,
        is_known: bool,
    ) -> Result<(Answer<call_function::Response>, Value), Refusal> {
        let given = i64::try_from(arguments.len()).unwrap_or(i64::MAX);
        let request = call_function::Request { name: self.name.to_owned(), arguments };
        let configured = self.kit.client.configures_for_functions;
        let wire = if configured { &self.kit.configured } else { &self.kit.unconfigured };
        let mut answer =
            wire.ask(self.name, Call::CallFunction, async move |mut client| client.call_function(request).await)?;
        if let Some(error) = answer.message.error.take() {
            answer.text(&error.text);
            let position = error.function_argument.filter(|position| !(0..given).contains(position));
            if let Some(position) = position {
                answer.breaks(Rule::Argument { position });
            }
            answer.settle()?;
            let at = error.function_argument.and_then(|position| usize::try_from(position).ok());
            let path = at.map_or_else(Path::root, |position| Path::root().index(position));
            let diagnostics = Diagnostics::from(Diagnostic::error(error.text).at(path));
            return Err(Refusal::Reported { of: self.name.to_owned(), call: Call::CallFunction, diagnostics });
        }
        let result = answer.message.result.take();
        let Some(result) = answer.value(result.as_ref(), &self.function.returns) else {
            return Err(answer.refusal());
        };
        if is_known && !result.is_wholly_known() {
            answer.breaks(Rule::Object(tf_framework::assert::Breach::StillUnknown));
        }
        Ok((answer, result))
    }
}
