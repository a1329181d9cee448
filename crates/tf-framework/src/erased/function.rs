//! A function without its type.

use tf_value::{Step, Type, Value};

use super::Of;
use crate::function::{Function, FunctionError};
use crate::model::{AttributeType as _, DecodeError};
use crate::registry_docs::{Parameter, Signature};
use crate::schema::{Attribute, Mode};

/// [`Function`] on values.
pub(crate) trait AnyFunction: Send + Sync {
    fn signature(&self) -> Signature;
    /// Calls it with arguments of the types of its parameters.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

impl<F: Function> AnyFunction for Of<F> {
    fn signature(&self) -> Signature {
        signature(F::schema().block(), F::FIELDS, F::VARIADIC, F::Output::attribute(Mode::Computed).implied_type())
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let function = F::from_object(object(arguments, F::FIELDS, F::VARIADIC))
            .map_err(|error| misfit(&error, F::FIELDS, F::VARIADIC))?;
        Ok(function.call()?.encode())
    }
}

fn signature(block: &crate::schema::Block, fields: &[&str], variadic: bool, result: Type) -> Signature {
    let mut parameters: Vec<Parameter> =
        fields.iter().filter_map(|name| Some(parameter(name, block.attributes().get(*name)?))).collect();
    let variadic = if variadic { parameters.pop() } else { None }.map(|all| Parameter { ty: element(all.ty), ..all });
    Signature {
        description: block.description_text().as_str().to_owned(),
        deprecation: block.deprecation().map(|instead| instead.as_str().to_owned()),
        parameters,
        variadic,
        result,
    }
}

fn parameter(name: &str, attribute: &Attribute) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty: attribute.implied_type(),
        nullable: !attribute.mode().is_required(),
        description: attribute.description_text().as_str().to_owned(),
    }
}

fn element(ty: Type) -> Type {
    match ty {
        Type::List(element) => element.as_ref().clone(),
        other => other,
    }
}

/// The arguments by the names of the parameters. The last one takes what is left, if it is variadic.
fn object(mut arguments: Vec<Value>, fields: &[&str], variadic: bool) -> Value {
    let rest =
        if variadic { arguments.split_off(fields.len().saturating_sub(1).min(arguments.len())) } else { Vec::new() };
    let rest = variadic.then_some(Value::List(rest));
    Value::object(fields.iter().copied().zip(arguments.into_iter().chain(rest)))
}

/// Says which argument it is.
fn misfit(error: &DecodeError, fields: &[&str], variadic: bool) -> FunctionError {
    let path = error.path();
    let mut steps = path.steps().iter();
    let position = match steps.next() {
        Some(Step::Attribute(name)) => fields.iter().position(|field| *field == name.as_str()),
        _ => None,
    };
    let further = match steps.next() {
        Some(Step::Index(index)) if variadic && position == Some(fields.len().saturating_sub(1)) => *index,
        _ => 0,
    };
    match position {
        Some(position) => FunctionError::at_argument(position + further, format!("{path} {error}.")),
        None => FunctionError::new(format!("The arguments can't be used: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_arguments_are_a_list() {
        let strings = |texts: &[&str]| texts.iter().copied().map(Value::from).collect::<Vec<_>>();
        let expected = Value::object([("a", Value::from("1")), ("rest", Value::list(strings(&["2", "3"])))]);
        assert_eq!(object(strings(&["1", "2", "3"]), &["a", "rest"], true), expected);
        let expected = Value::object([("a", Value::from("1")), ("rest", Value::list([]))]);
        assert_eq!(object(strings(&["1"]), &["a", "rest"], true), expected);
        let expected = Value::object([("a", Value::from("1")), ("b", Value::from("2"))]);
        assert_eq!(object(strings(&["1", "2"]), &["a", "b"], false), expected);
    }

    #[test]
    fn misfits_name_the_argument() {
        let at = |steps: Vec<Step>, variadic| {
            let error = steps.into_iter().rev().fold(DecodeError::new("must be even"), DecodeError::inside);
            misfit(&error, &["a", "rest"], variadic)
        };
        let rest = || vec![Step::Attribute("rest".into()), Step::Index(2)];
        assert_eq!(at(rest(), true), FunctionError::at_argument(3, "rest[2] must be even."));
        assert_eq!(at(rest(), false).argument(), Some(1));
        assert_eq!(at(vec![Step::Attribute("a".into())], true).argument(), Some(0));
    }
}
