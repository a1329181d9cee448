//! What the generators make. A property that holds for nothing but empty schemas would prove nothing.

use std::collections::BTreeMap;

use tf_framework::assert as judge;
use tf_framework::plan::{Action, PlanRequest, plan};
use tf_framework::schema::{Block, Schema};
use tf_value::Value;

use crate::choices::Choices;
use crate::{schemas, values};

/// So many schemas, each with its configurations, always the same ones.
const ROUNDS: u64 = 400;

/// At least so often must everything be made.
const ENOUGH: usize = 20;

#[test]
fn generated_cases_have_everything_in_them() {
    let mut seen = BTreeMap::new();
    for round in 0..ROUNDS {
        let bytes = bytes(round);
        let choices = &mut Choices::new(&bytes);
        let schema = schemas::schema(choices);
        note_block(schema.block(), &mut seen);
        let mut prior = Value::Null;
        for _ in 0..3 {
            let config = values::config(choices, &schema, true);
            prior = note_plan(choices, &schema, &prior, &config, &mut seen);
        }
    }
    let expected = [
        "mode Required",
        "mode Optional",
        "mode Computed",
        "mode OptionalComputed",
        "write-only",
        "default",
        "dependency",
        "renewal flag",
        "attribute Single",
        "attribute List",
        "attribute Set",
        "attribute Map",
        "block Single",
        "block Group",
        "block List",
        "block Set",
        "block Map",
        "plan Create",
        "plan Update",
        "plan replaces",
        "configured unknown",
        "planned unknown",
        "prior kept in an update",
        "secret configured",
    ];
    for thing in expected {
        let times = seen.get(thing).copied().unwrap_or(0);
        assert!(times >= ENOUGH, "{thing}: only {times} times, of {seen:?}");
    }
}

type Seen = BTreeMap<String, usize>;

fn note(seen: &mut Seen, thing: impl Into<String>) {
    *seen.entry(thing.into()).or_default() += 1;
}

fn note_block(block: &Block, seen: &mut Seen) {
    for attribute in block.attributes().values() {
        note(seen, format!("mode {:?}", attribute.mode()));
        let facts = [
            ("write-only", attribute.is_write_only()),
            ("default", attribute.default().is_some()),
            ("dependency", !attribute.dependencies().is_empty()),
            ("renewal flag", attribute.is_renewal_flag()),
        ];
        facts.into_iter().filter(|(_, holds)| *holds).for_each(|(fact, _)| note(seen, fact));
        if let Some(nested) = attribute.nested() {
            note(seen, format!("attribute {:?}", nested.nesting()));
            note_block(nested.object(), seen);
        }
    }
    for nested in block.blocks().values() {
        note(seen, format!("block {:?}", nested.nesting()));
        note_block(nested.block(), seen);
    }
}

/// Returns the state that follows.
fn note_plan(choices: &mut Choices<'_>, schema: &Schema, prior: &Value, config: &Value, seen: &mut Seen) -> Value {
    let known = values::resolved(choices, schema, config);
    let proposed = judge::proposed_new(schema, prior, config);
    let request = PlanRequest { config, prior, proposed: &proposed, private: &[], identity: None };
    let plan = plan(schema, request);
    note(seen, format!("plan {:?}", plan.action()));
    let updates = plan.action() == Action::Update;
    let outcome = plan.finish();
    let kept = |(name, value): (&tf_value::Text, &Value)| {
        let computed = schema.block().attributes().get(name).is_some_and(|attribute| attribute.mode().is_computed());
        computed
            && !value.is_null()
            && prior.attribute(name) == Some(value)
            && config.attribute(name) == Some(&Value::Null)
    };
    let secret = config.attribute("secret").is_some_and(|secret| !secret.is_null());
    let facts = [
        ("plan replaces", !outcome.requires_replace.is_empty()),
        ("configured unknown", !config.is_wholly_known()),
        ("planned unknown", !outcome.planned.is_wholly_known()),
        ("prior kept in an update", updates && outcome.planned.as_object().into_iter().flatten().any(kept)),
        ("secret configured", secret),
    ];
    facts.into_iter().filter(|(_, holds)| *holds).for_each(|(fact, _)| note(seen, fact));
    let proposed = judge::proposed_new(schema, prior, &known);
    let request = PlanRequest { config: &known, prior, proposed: &proposed, private: &[], identity: None };
    values::applied(choices, schema, &tf_framework::plan::plan(schema, request).finish().planned)
}

/// Bytes that look random and are always the same.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(600).collect()
}
