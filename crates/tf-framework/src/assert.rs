//! The rules by which Terraform and OpenTofu judge a provider's answers, applied before they see them.
//!
//! Core checks every plan and every result, and where one breaks a rule the user reads "Provider produced invalid plan"
//! with no word about where the mistake is. Here the same rules say which attribute of which resource has the bug, in tests
//! and before an answer is sent.
//!
//! These functions judge the [plan engine](crate::plan), so they share no code with it. They are written from what the cores
//! do: OpenTofu 1.12 and Terraform 1.15 agree in all of it, and where one of the two is stricter, so are these.

mod object_compatible;
mod plan_valid;
mod proposed_new;
mod replace;
mod state;
mod violation;

pub use object_compatible::object_compatible;
pub use plan_valid::plan_valid;
pub use proposed_new::proposed_new;
pub use replace::replace_paths;
pub use state::{planned, state};
pub use violation::{Breach, Violation};

use tf_value::{Path, Value};

use crate::schema::Schema;

/// Every rule for the answer to a plan.
pub fn plan_answer(schema: &Schema, prior: &Value, config: &Value, answer: &Value, replace: &[Path]) -> Vec<Violation> {
    let mut violations = planned(schema, answer);
    violations.extend(plan_valid(schema, prior, config, answer));
    violations.extend(replace_paths(schema, prior, answer, replace));
    violations
}

/// Every rule for the answer to an apply that reports no error. After an error only [`state()`] counts.
pub fn apply_answer(schema: &Schema, planned: &Value, answer: &Value) -> Vec<Violation> {
    let mut violations = state(schema, answer);
    violations.extend(object_compatible(schema, planned, answer));
    violations
}

/// Whether two values are the same but for what is known about their unknown parts.
fn same_but_refinements(one: &Value, other: &Value) -> bool {
    // Only what is unknown has refinements.
    let may_be_refined = || !one.is_wholly_known() && !other.is_wholly_known();
    one == other || (may_be_refined() && one.clone().unrefined() == other.clone().unrefined())
}
