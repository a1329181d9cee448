//! What data sources and ephemeral resources have in common: what is asked for, and what came of it.
//!
//! The two are like the creation of an object that is not stored: what is computed is undecided, and what was set must be in
//! the answer as it was set.

use tf_value::Value;

use super::served::wholly_known;
use crate::assert::{self, Violation};
use crate::failure::Outcome;
use crate::plan::{PlanRequest, keep_spelling, plan};
use crate::schema::Schema;

/// The configuration as the author's code gets it.
///
/// # Errors
/// If something in it is not known yet.
pub(super) fn of(schema: &Schema, config: &Value) -> Outcome<Value> {
    wholly_known(config)?;
    let request = PlanRequest { config, prior: &Value::Null, proposed: config, private: &[], identity: None };
    let planned = plan(schema, request).finish();
    if planned.diagnostics.has_errors() {
        return Err(planned.diagnostics.into());
    }
    Ok(planned.planned)
}

/// The answer as core gets it, and the rules of core that it breaks.
pub(super) fn answer(schema: &Schema, query: &Value, found: Value) -> (Value, Vec<Violation>) {
    let found = keep_spelling(schema, query, found);
    let violations = assert::apply_answer(schema, query, &found);
    (found, violations)
}
