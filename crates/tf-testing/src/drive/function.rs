//! A function with many arguments.

use tf_framework::model::kind;
use tf_value::Value;

use super::journey::{Ended, Journey, Journeys};
use super::{Drive, Failure};
use crate::function::Function;
use crate::generate::{Arguments, arguments};
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};

/// What the drive of a function has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrivenFunction {
    /// Calls that had a result.
    pub calls: u32,
    /// Those of them that were also made while an argument was not known yet. The function itself sees only the
    /// arguments that it wants to see then.
    pub unknown: u32,
    /// Arguments that the function did not want. Those of the author are better: see [`Drive::with`].
    pub refused: u32,
}

impl Drive<'_, kind::Function> {
    /// Goes. The arguments are of the types of the parameters, with null where a parameter allows it, and any number
    /// of them for a variadic one. Each time it goes like this, with every answer judged:
    ///
    /// 1. The function is called, twice: it has the same result, or an error that names one of the arguments or none.
    /// 2. It is called while some of the arguments are not known yet. What it says then holds later on.
    ///
    /// # Errors
    /// The first call that breaks a rule; or if the function does not want most of the arguments.
    pub fn run(self) -> Result<DrivenFunction, Failure> {
        let function = self.kit.function(self.name);
        let made = function
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|function| arguments(self.name, function.signature(), &self.values, self.with_unknown));
        let made = made.map_err(|refusal| Failure { step: "", refusal, configurations: String::new() })?;
        let journeys: Journeys<DrivenFunction> = self.through(&made, Arguments::shown, |made, journey| {
            call(function.as_ref().map_err(Clone::clone)?, made, journey)
        })?;
        Ok(DrivenFunction { calls: journeys.ended, refused: journeys.refused, ..journeys.seen })
    }
}

fn call(function: &Function<'_>, made: &Arguments, journey: &mut Journey<DrivenFunction>) -> Result<(), Ended> {
    journey.step = "calling it";
    let result = function.call(&made.known);
    if made.at_plan == made.known {
        return result.map(drop).map_err(|refusal| Ended::unless_reported(refusal, Call::CallFunction));
    }
    let result = result.map_err(|refusal| Ended::unless_reported(refusal, Call::CallFunction))?;
    journey.step = "calling it before everything is known";
    let violation = match function.call(&made.at_plan) {
        Ok(promise) if keeps(&promise, &result) => None,
        Ok(_) => Some(Rule::FunctionPromise),
        Err(Refusal::Reported { .. }) => Some(Rule::UnknownRefused),
        Err(refusal) => return Err(refusal.into()),
    };
    if let Some(rule) = violation {
        let (of, violations) = (function.name().to_owned(), vec![Violation::of(rule)]);
        return Err(Refusal::Broken { of, call: Call::CallFunction, violations }.into());
    }
    journey.seen.unknown += 1;
    Ok(())
}

/// Whether all that was known before is still the same.
fn keeps(promise: &Value, result: &Value) -> bool {
    match (promise, result) {
        (Value::Unknown(_), _) => true,
        (Value::List(promised), Value::List(found)) | (Value::Tuple(promised), Value::Tuple(found)) => {
            promised.len() == found.len() && promised.iter().zip(found).all(|(promise, found)| keeps(promise, found))
        }
        (Value::Map(promised), Value::Map(found)) | (Value::Object(promised), Value::Object(found)) => {
            promised.len() == found.len()
                && promised.iter().all(|(name, promise)| found.get(name).is_some_and(|found| keeps(promise, found)))
        }
        // Nobody can tell which element of a set is which.
        (Value::Set(_), Value::Set(_)) if !promise.is_wholly_known() => true,
        (Value::Dynamic(promised), Value::Dynamic(found)) => {
            promised.ty() == found.ty() && keeps(promised.value(), found.value())
        }
        (promise, result) => promise == result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_stays_and_the_rest_is_free() {
        let list = |values: &[&Value]| Value::list(values.iter().map(|value| (*value).clone()));
        let (one, two, unknown) = (Value::from(1), Value::from(2), Value::unknown());
        assert!(keeps(&unknown, &one) && keeps(&one, &one) && !keeps(&one, &two));
        assert!(keeps(&list(&[&one, &unknown]), &list(&[&one, &two])));
        assert!(!keeps(&list(&[&one, &unknown]), &list(&[&two, &two])));
        assert!(!keeps(&list(&[&one]), &list(&[&one, &two])));
        let object = |value: Value| Value::object([("a", value)]);
        assert!(keeps(&object(Value::unknown()), &object(Value::Null)));
        assert!(!keeps(&object(Value::Null), &object(Value::from(1))));
    }
}
