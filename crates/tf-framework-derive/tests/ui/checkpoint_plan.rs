//! A plan is recorded as a plan, a state as a state.

use tf_framework::model::{Model, Plan};
use tf_framework::{Context, Provider};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it says.
    #[tf(required)]
    text: String,
}

fn record<P: Provider>(cx: &Context<P>, plan: &Plan<Note>, state: &Note) {
    cx.checkpoint_plan(plan);
    cx.checkpoint(state);
    cx.checkpoint_plan(state);
}

fn main() {}
