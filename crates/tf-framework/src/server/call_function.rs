//! CallFunction: pure, and possible before the provider is configured.

use plugin_proto::tfplugin6::DynamicValue;
use plugin_proto::tfplugin6::call_function::{Request, Response};
use tf_value::{Value, decode_dynamic};

use super::run::run_at_once;
use super::served::Served;
use crate::function::FunctionError;
use crate::provider::Provider;
use crate::registry_docs::{Parameter, Signature};
use crate::wire::{dynamic_value, functions};

#[expect(clippy::needless_pass_by_value, reason = "every call gets its request as it came")]
pub(super) fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    match calling(server, &request) {
        Ok(result) => Response { result: Some(result), error: None },
        Err(error) => Response { result: None, error: Some(functions::error(&error)) },
    }
}

fn calling<P: Provider>(server: &Served<P>, request: &Request) -> Result<DynamicValue, FunctionError> {
    let name = &request.name;
    let unheard_of = || FunctionError::new(format!("This version of the provider has no function {name:?}."));
    let function = server.function(name).ok_or_else(unheard_of)?;
    let signature = function.signature();
    let arguments = arguments(&signature, &request.arguments)?;
    let result = run_at_once("Calling", name, || function.call(arguments)).map_err(|_| {
        FunctionError::new(format!("Bug in the provider: the function {name} panicked. Its log has the place."))
    })??;
    dynamic_value::encode(&result, &signature.result).map_err(|_| {
        FunctionError::new(format!("Bug in the provider: the result of the function {name} is not of its type."))
    })
}

fn arguments(signature: &Signature, messages: &[DynamicValue]) -> Result<Vec<Value>, FunctionError> {
    let named = signature.parameters.len();
    if messages.len() < named || (messages.len() > named && signature.variadic.is_none()) {
        return Err(FunctionError::new(format!("{} arguments were given where {named} are expected.", messages.len())));
    }
    let parameters =
        signature.parameters.iter().chain(std::iter::repeat_with(|| signature.variadic.as_ref()).flatten());
    // The messages come first: without one more of them, the search for one more parameter would not end.
    let arguments = messages.iter().zip(parameters).enumerate();
    arguments.map(|(position, (message, parameter))| argument(position, parameter, message)).collect()
}

fn argument(position: usize, parameter: &Parameter, message: &DynamicValue) -> Result<Value, FunctionError> {
    let name = &parameter.name;
    let value = decode_dynamic(&message.msgpack, &message.json, &parameter.ty)
        .map_err(|error| FunctionError::at_argument(position, format!("{name} can't be read: {error}.")))?;
    if value.is_null() && !parameter.nullable {
        return Err(FunctionError::at_argument(position, format!("{name} must not be null.")));
    }
    Ok(value)
}
