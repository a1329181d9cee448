//! One made-up case after the other, and the simplest that fails.

use std::cell::{Cell, RefCell};
use std::fmt;

use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config as Settings, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tf_framework::diagnostic::Diagnostics;
use tf_framework::schema::Schema;
use tf_value::Value;

use super::{Drive, Failure};
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};

/// One case on its way, and what was seen in all cases so far.
pub(super) struct Journey<T> {
    pub(super) step: &'static str,
    pub(super) seen: T,
}

/// How many cases came to their end, how many the provider did not want, and what was seen.
#[derive(Clone, Copy, Default)]
pub(super) struct Journeys<T> {
    pub(super) ended: u32,
    pub(super) refused: u32,
    pub(super) seen: T,
}

/// Why a case did not come to its end.
pub(super) enum Ended {
    /// The provider does not want this configuration.
    Unwanted(Refusal),
    /// Something is wrong.
    Broken(Refusal),
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Broken(refusal)
    }
}

impl Ended {
    /// What the provider says no to in this call, it does not want. Anything else is wrong.
    pub(super) fn unless_reported(refusal: Refusal, by: Call) -> Self {
        match refusal {
            Refusal::Reported { call, .. } if call == by => Self::Unwanted(refusal),
            refusal => Self::Broken(refusal),
        }
    }
}

impl<K> Drive<'_, K> {
    /// Makes cases up, and goes through each. `shown` is what a failure says of one.
    pub(super) fn through<C: fmt::Debug, T: Copy + Default>(
        &self,
        cases: &BoxedStrategy<C>,
        shown: impl Fn(&C) -> String,
        go: impl Fn(&C, &mut Journey<T>) -> Result<(), Ended>,
    ) -> Result<Journeys<T>, Failure> {
        let settings =
            Settings { cases: self.cases, failure_persistence: None, max_shrink_iters: 1024, ..Settings::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seeded(self.seed));
        let failed = |step, refusal, case: &C| Failure { step, refusal, configurations: shown(case) };
        let journeys = Cell::new(Journeys::<T>::default());
        let (failure, unwanted) = (RefCell::new(None), RefCell::new(None));
        let outcome = TestRunner::new_with_rng(settings, rng).run(cases, |case| {
            let mut so_far = journeys.get();
            let mut journey = Journey { step: "", seen: so_far.seen };
            match go(&case, &mut journey) {
                Ok(()) => so_far.ended += 1,
                Err(Ended::Unwanted(refusal)) => {
                    so_far.refused += 1;
                    *unwanted.borrow_mut() = Some(failed(journey.step, refusal, &case));
                }
                // What is made simpler must fail for the same reason.
                Err(Ended::Broken(_))
                    if failure.borrow().as_ref().is_some_and(|first: &Failure| first.step != journey.step) => {}
                Err(Ended::Broken(refusal)) => {
                    *failure.borrow_mut() = Some(failed(journey.step, refusal, &case));
                    return Err(TestCaseError::fail(journey.step));
                }
            }
            journeys.set(Journeys { seen: journey.seen, ..so_far });
            Ok(())
        });
        let journeys = journeys.get();
        let few = journeys.refused > journeys.ended;
        match (outcome, failure.into_inner(), unwanted.into_inner()) {
            (Err(TestError::Fail(_, simplest)), Some(last), _) => {
                // Proptest has tried it among others.
                let mut journey = Journey { step: "", seen: T::default() };
                match go(&simplest, &mut journey) {
                    Err(Ended::Broken(refusal)) => Err(failed(journey.step, refusal, &simplest)),
                    Ok(()) | Err(Ended::Unwanted(_)) => Err(last),
                }
            }
            (Err(_), Some(failure), _) => Err(failure),
            (_, _, Some(unwanted)) if few => Err(unwanted),
            (_, _, _) => Ok(journeys),
        }
    }
}

/// A configuration is valid; and if it is, then also as long as a part of it is not known.
pub(super) fn wanted(
    validate: impl Fn(&Value) -> Result<Diagnostics, Refusal>,
    known: &Value,
    at_plan: &Value,
) -> Result<(), Ended> {
    match validate(known) {
        Err(refusal @ Refusal::Reported { .. }) => return Err(Ended::Unwanted(refusal)),
        other => other?,
    };
    match validate(at_plan) {
        Err(Refusal::Reported { of, call, diagnostics }) => {
            let told = diagnostics.iter();
            let violations = told.map(|told| Violation::at(told.path().clone(), Rule::UnknownRefused)).collect();
            Err(Ended::Broken(Refusal::Broken { of, call, violations }))
        }
        other => {
            other?;
            Ok(())
        }
    }
}

/// With everything that the framework adds to what the author wrote, such as timeouts.
pub(super) fn completed(schema: &Schema, config: &Value) -> Value {
    let Some(members) = config.as_object() else { return config.clone() };
    let mut members = members.clone();
    for name in schema.block().attributes().keys() {
        members.entry(name.clone()).or_insert(Value::Null);
    }
    Value::Object(members)
}

/// The generator takes 32 bytes.
fn seeded(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, of)| *byte = of);
    bytes
}
