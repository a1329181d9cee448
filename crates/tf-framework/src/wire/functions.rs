//! Functions: their signatures, and what is wrong with a call.

use plugin_proto::tfplugin6::{self, StringKind};

use super::schema;
use crate::function::FunctionError;
use crate::registry_docs::{Parameter, Signature};

/// The signature of a function.
pub(crate) fn encode(signature: &Signature) -> tfplugin6::Function {
    tfplugin6::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(tfplugin6::function::Return { r#type: schema::type_text(&signature.result) }),
        summary: String::new(),
        description: signature.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

/// What is wrong with a call.
pub(crate) fn error(error: &FunctionError) -> tfplugin6::FunctionError {
    tfplugin6::FunctionError {
        text: error.text().to_owned(),
        function_argument: error.argument().and_then(|argument| i64::try_from(argument).ok()),
    }
}

fn parameter(parameter: &Parameter) -> tfplugin6::function::Parameter {
    tfplugin6::function::Parameter {
        name: parameter.name.clone(),
        r#type: schema::type_text(&parameter.ty),
        allow_null_value: parameter.nullable,
        // Core then answers for us: the result of what is unknown is unknown.
        allow_unknown_values: false,
        description: parameter.description.clone(),
        description_kind: StringKind::Markdown.into(),
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;

    #[test]
    fn signatures_keep_their_parts() {
        let parameter = |name: &str, nullable| Parameter {
            name: name.to_owned(),
            ty: Type::String,
            nullable,
            description: "What it is.".to_owned(),
        };
        let message = encode(&Signature {
            description: "Does it.".to_owned(),
            deprecation: Some("Don't.".to_owned()),
            parameters: vec![parameter("a", false), parameter("b", true)],
            variadic: Some(parameter("rest", false)),
            result: Type::Bool,
        });
        let flags: Vec<_> = message.parameters.iter().map(|it| (it.name.as_str(), it.allow_null_value)).collect();
        assert_eq!(flags, [("a", false), ("b", true)]);
        assert!(message.parameters.iter().all(|parameter| !parameter.allow_unknown_values));
        assert_eq!(message.variadic_parameter.unwrap().name, "rest");
        assert_eq!(message.r#return.unwrap().r#type, br#""bool""#[..]);
        assert_eq!((message.description.as_str(), message.deprecation_message.as_str()), ("Does it.", "Don't."));
    }

    #[test]
    fn errors_name_the_argument() {
        let message = error(&FunctionError::new("Bad."));
        assert_eq!((message.text.as_str(), message.function_argument), ("Bad.", None));
        let message = error(&FunctionError::at_argument(2, "Bad."));
        assert_eq!((message.text.as_str(), message.function_argument), ("Bad.", Some(2)));
    }
}
