//! Arguments of functions, as a configuration might have them.

use std::fmt;

use proptest::prelude::*;
use serde_json::Value as Json;
use tf_value::{Type, Value};

use super::secrets::plain;
use super::{Values, values};
use crate::refusal::Refusal;
use crate::wire::{FunctionSchema, ParameterSchema, unasked};

/// One argument in so many is null, where that is allowed.
const SELDOM_NULL: u32 = 4;

/// One argument in so many is not known yet.
const SELDOM_UNKNOWN: u8 = 4;

/// So many further arguments has a variadic parameter, at most.
const MOST_FURTHER: usize = 3;

/// The arguments of one call: as they are, and as they may look at plan.
#[derive(Clone)]
pub(crate) struct Arguments {
    pub(crate) known: Vec<Value>,
    pub(crate) at_plan: Vec<Value>,
}

/// Arguments for the parameters of a function. `own` has the strategies of the author by the names of parameters.
///
/// # Errors
/// If one of these is for a parameter that does not exist.
pub(crate) fn arguments(
    of: &str,
    signature: &FunctionSchema,
    own: &Values,
    with_unknown: bool,
) -> Result<BoxedStrategy<Arguments>, Refusal> {
    let parameters = || signature.parameters.iter().chain(signature.variadic.as_ref());
    if let Some(name) = own.keys().find(|name| parameters().all(|parameter| parameter.name != **name)) {
        return Err(unasked(of, format!("has no parameter {name}")));
    }
    let fixed: Vec<_> = signature.parameters.iter().map(|parameter| argument(parameter, own)).collect();
    let further = match &signature.variadic {
        Some(parameter) => prop::collection::vec(argument(parameter, own), 0..=MOST_FURTHER).boxed(),
        None => Just(Vec::new()).boxed(),
    };
    let choices = prop::collection::vec(any::<u8>(), 0..16);
    let made = (fixed, further, choices).prop_map(move |(fixed, further, choices)| {
        let known: Vec<Value> = fixed.into_iter().chain(further).collect();
        let mut choices = choices.iter();
        let mut hides = || with_unknown && choices.next().is_some_and(|choice| choice % SELDOM_UNKNOWN == 0);
        let at_plan = known.iter().map(|value| veiled(value, &mut hides)).collect();
        Arguments { known, at_plan }
    });
    Ok(made.boxed())
}

fn argument(parameter: &ParameterSchema, own: &Values) -> BoxedStrategy<Value> {
    if let Some(values) = own.get(&parameter.name) {
        return values.clone();
    }
    let values = match &parameter.ty {
        // Texts of other forms than letters tell more of a function than of an attribute.
        Type::String => {
            let forms = prop::sample::select(values::FORMS).prop_map(Value::from);
            prop_oneof![2 => values::typed(&Type::String), 1 => forms].boxed()
        }
        ty => values::typed(ty),
    };
    if parameter.allow_null { prop_oneof![SELDOM_NULL => values, 1 => Just(Value::Null)].boxed() } else { values }
}

/// A value before it, or a part of it, is known.
fn veiled(value: &Value, hides: &mut impl FnMut() -> bool) -> Value {
    if hides() {
        return Value::unknown();
    }
    match value {
        Value::List(elements) => Value::list(elements.iter().map(|element| veiled(element, hides)).collect::<Vec<_>>()),
        Value::Map(elements) => {
            Value::map(elements.iter().map(|(key, element)| (key.clone(), veiled(element, hides))).collect::<Vec<_>>())
        }
        Value::Object(members) => Value::object(
            members.iter().map(|(name, member)| (name.clone(), veiled(member, hides))).collect::<Vec<_>>(),
        ),
        value => value.clone(),
    }
}

impl Arguments {
    /// Both, as JSON.
    pub(crate) fn shown(&self) -> String {
        let list = |values: &[Value]| values.iter().map(plain).collect::<Json>();
        format!("at plan: {}\n  then: {}", list(&self.at_plan), list(&self.known))
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;

    fn parameter(name: &str, ty: Type, allow_null: bool) -> ParameterSchema {
        ParameterSchema { name: name.to_owned(), ty, allow_null, allow_unknown: true }
    }

    fn signature() -> FunctionSchema {
        let parameters =
            vec![parameter("text", Type::String, false), parameter("list", Type::list(Type::Number), true)];
        let variadic = Some(parameter("rest", Type::Bool, false));
        FunctionSchema { parameters, variadic, returns: Type::String }
    }

    fn made(own: &Values, with_unknown: bool) -> Vec<Arguments> {
        let strategy = arguments("f", &signature(), own, with_unknown).unwrap();
        let mut runner = TestRunner::deterministic();
        (0..200).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
    }

    #[test]
    fn arguments_are_what_the_parameters_allow() {
        let made = made(&Values::new(), true);
        for Arguments { known, at_plan } in &made {
            assert_eq!(known.len(), at_plan.len());
            assert!(known.len() >= 2 && known.len() <= 5);
            known[0].check(&Type::String).unwrap();
            assert!(!known[0].is_null() && known[2..].iter().all(|rest| matches!(rest, Value::Bool(_))));
        }
        let count = |holds: &dyn Fn(&Arguments) -> bool| made.iter().filter(|made| holds(made)).count();
        assert!(count(&|made| made.known[1].is_null()) > 10);
        assert!(count(&|made| made.known.len() == 2) > 10 && count(&|made| made.known.len() == 5) > 10);
        assert!(count(&|made| !made.at_plan[0].is_known()) > 10 && count(&|made| made.at_plan == made.known) > 10);
        assert!(count(&|made| made.at_plan[1].is_known() && !made.at_plan[1].is_wholly_known()) > 5);
    }

    #[test]
    fn authors_decide_on_arguments() {
        let own = |name: &str| Values::from([(name.to_owned(), Just(Value::from("mine")).boxed())]);
        assert!(made(&own("text"), false).iter().all(|made| made.known[0] == Value::from("mine")));
        assert!(made(&own("text"), false).iter().all(|made| made.at_plan == made.known));
        let refusal = arguments("f", &signature(), &own("txet"), false).map(drop).unwrap_err();
        assert_eq!(refusal.to_string(), "f: has no parameter txet");
    }
}
