//! The plan engine against any schema and any configuration, judged by core's own rules.
//!
//! Core is played here: it proposes, has the provider plan, judges, plans once more when everything is known, compares the
//! two plans, applies, judges again, and expects that the next plan is empty.

mod choices;
mod coverage;
mod schemas;
mod values;

use choices::Choices;
use proptest::prelude::*;
use tf_framework::plan::{PlanOutcome, PlanRequest, keep_spelling, plan, without_write_only};
use tf_framework::schema::Schema;
use tf_framework::validate::{ClientCapabilities, validate};
use tf_framework::{assert as judge, diagnostic::Diagnostics};
use tf_value::Value;

/// As many choices as a case can have; most need a few dozen.
const MAX_CHOICES: usize = 600;

fn any_choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..MAX_CHOICES)
}

/// A failure is repeated by its seed, which proptest prints; files with seeds would be worth nothing after the next change of
/// the generators.
fn without_files() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn generated_schemas_are_sound(bytes in any_choices()) {
        let schema = schemas::schema(&mut Choices::new(&bytes));
        prop_assert_eq!(schema.self_check(), []);
    }

    #[test]
    fn right_configurations_are_valid_whatever_is_unknown(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::schema(choices);
        let config = values::config(choices, &schema, true);
        let known = values::resolved(choices, &schema, &config);
        for config in [config, known] {
            prop_assert!(config.check(schema.implied_type()).is_ok());
            let client = ClientCapabilities { write_only_attributes: true };
            prop_assert_eq!(validate(&schema, &config, client), Diagnostics::new());
        }
    }

    #[test]
    fn core_accepts_every_plan_and_every_result(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::schema(choices);
        let config = values::config(choices, &schema, true);
        let (config, mut state) = cycle(choices, &schema, &Value::Null, &config);
        for _ in 0..=choices.below(3) {
            if choices.once_in(3) {
                state = values::drifted(choices, &schema, &state);
            }
            let next = if choices.once_in(3) { config.clone() } else { values::config(choices, &schema, true) };
            (_, state) = cycle(choices, &schema, &state, &next);
        }
        let gone = plan_once(&schema, &state, &Value::Null);
        prop_assert_eq!(gone.planned, Value::Null);
    }

    #[test]
    fn core_accepts_plans_for_sets_that_nobody_can_tell_apart(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::ambiguous_schema(choices);
        let mut prior = Value::Null;
        for _ in 0..3 {
            let config = values::config(choices, &schema, true);
            let proposed = judge::proposed_new(&schema, &prior, &config);
            let request = PlanRequest { config: &config, prior: &prior, proposed: &proposed, private: &[], identity: None };
            let outcome = plan(&schema, request).finish();
            if !outcome.diagnostics.is_empty() {
                // The engine has said that elements became one, before core calls it a bug.
                prop_assert!(outcome.diagnostics.iter().all(|told| told.summary() == "Duplicate Elements in a Set"));
                return Ok(());
            }
            let violations = judge::plan_answer(&schema, &prior, &config, &outcome.planned, &outcome.requires_replace);
            prop_assert_eq!(violations, []);
            prior = without_write_only(&schema, values::applied(choices, &schema, &outcome.planned));
        }
    }

    #[test]
    fn spelling_is_kept_once_and_for_all(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::schema(choices);
        let config = values::config(choices, &schema, false);
        let (_, state) = cycle(choices, &schema, &Value::Null, &config);
        prop_assert_eq!(&keep_spelling(&schema, &state, state.clone()), &state);
        let read = values::drifted(choices, &schema, &state);
        let kept = keep_spelling(&schema, &state, read);
        prop_assert_eq!(judge::state(&schema, &kept), []);
        prop_assert_eq!(keep_spelling(&schema, &state, kept.clone()), kept);
    }

    #[test]
    fn nothing_write_only_is_left(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::schema(choices);
        let config = values::config(choices, &schema, true);
        prop_assert_eq!(judge::planned(&schema, &without_write_only(&schema, config)), []);
    }
}

/// One run of core: plan, plan again, apply, and the next plan. Returns the configuration when it is known, and the state.
#[track_caller]
fn cycle(choices: &mut Choices<'_>, schema: &Schema, prior: &Value, config: &Value) -> (Value, Value) {
    let (first, replaced) = plan_fully(schema, prior, config);
    let known = values::resolved(choices, schema, config);
    // Once it is decided that the object is replaced, its successor is planned again and not the object.
    let second = if replaced { plan_once(schema, &Value::Null, &known) } else { plan_once(schema, prior, &known) };
    assert_eq!(judge::object_compatible(schema, &first.planned, &second.planned), [], "inconsistent final plan");

    let state = values::applied(choices, schema, &second.planned);
    assert_eq!(judge::apply_answer(schema, &second.planned, &state), [], "inconsistent result after apply");

    let next = plan_once(schema, &state, &known);
    assert_eq!((next.planned, next.requires_replace), (state.clone(), Vec::new()), "the second plan is not empty");
    (known, state)
}

/// A plan, and if the object has to be replaced, the plan of its successor.
#[track_caller]
fn plan_fully(schema: &Schema, prior: &Value, config: &Value) -> (PlanOutcome, bool) {
    let first = plan_once(schema, prior, config);
    if first.requires_replace.is_empty() {
        return (first, false);
    }
    let second = plan_once(schema, &Value::Null, config);
    assert!(second.requires_replace.is_empty());
    (second, true)
}

#[track_caller]
fn plan_once(schema: &Schema, prior: &Value, config: &Value) -> PlanOutcome {
    let proposed = judge::proposed_new(schema, prior, config);
    let request = PlanRequest { config, prior, proposed: &proposed, private: b"private", identity: None };
    let outcome = plan(schema, request).finish();
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert_eq!(outcome.private, b"private");
    let violations = judge::plan_answer(schema, prior, config, &outcome.planned, &outcome.requires_replace);
    assert_eq!(violations, [], "invalid plan");
    if outcome.planned == *prior {
        assert!(outcome.requires_replace.is_empty(), "nothing changes, and yet it is replaced");
    }
    outcome
}
