//! What the tests of the single rules have in common: one line for a plan.

use tf_value::Value;

use super::{PlanRequest, ResourcePlan, SemanticEquality, plan};
use crate::assert;
use crate::schema::{Block, Schema};

/// `web` is `WEB`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaseInsensitive;

impl SemanticEquality for CaseInsensitive {
    fn same(&self, one: &Value, other: &Value) -> bool {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(one) == lower(other)
    }
}

/// How the only object of a nesting becomes its value.
pub(crate) type Wrap = fn(Value) -> Value;

/// An object with one member.
pub(crate) fn element(name: &str, value: Value) -> Value {
    Value::object([(name, value)])
}

/// The plan that follows from what core would propose. Core's proposal is leaked: a test process is short.
pub(crate) fn plan_of<'a>(schema: &'a Schema, prior: &'a Value, config: &'a Value) -> ResourcePlan<'a> {
    let proposed: &'a Value = Box::leak(Box::new(assert::proposed_new(schema, prior, config)));
    plan(schema, PlanRequest { config, prior, proposed, private: &[], identity: None })
}

/// Plans, and expects this planned state, which core must accept.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a case is one line")]
pub(crate) fn check(block: &Block, prior: Value, config: Value, expected: Value) {
    let schema = Schema::new(0, block.clone());
    let outcome = plan_of(&schema, &prior, &config).finish();
    assert_eq!(outcome.planned, expected);
    assert_eq!(assert::plan_valid(&schema, &prior, &config, &outcome.planned), []);
    assert_eq!(assert::planned(&schema, &outcome.planned), []);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
}

/// Plans, and returns the paths for which the object is replaced.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a case is one line")]
pub(crate) fn replaced_for(block: &Block, prior: Value, config: Value) -> Vec<String> {
    let schema = Schema::new(0, block.clone());
    let outcome = plan_of(&schema, &prior, &config).finish();
    assert_eq!(assert::replace_paths(&schema, &prior, &outcome.planned, &outcome.requires_replace), []);
    outcome.requires_replace.iter().map(ToString::to_string).collect()
}
