//! Objects that do not go.

use crate::answers::{is_null, null};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "destroy-plans-the-object",
        rule: "A plan to destroy is null.",
        act: Act::Plan(|asked, answer| {
            if is_null(&asked.config) {
                answer.planned_state = asked.prior_state.clone();
            }
        }),
        script: Script::Destroy,
        config: "{}",
        kit: "a plan to destroy must be null",
        tofu: Verdict::Refused("planned a non-null destroy value for"),
        terraform: Verdict::Refused("planned a non-null destroy value for"),
    },
    Sabotage {
        name: "destroy-returns-the-object",
        rule: "What was deleted is null.",
        act: Act::Apply(|asked, answer| {
            if is_null(&asked.planned_state) {
                answer.new_state = asked.prior_state.clone();
            }
        }),
        script: Script::Destroy,
        config: "{}",
        kit: "the object must be null after it was deleted",
        tofu: Verdict::Refused("the provider returned a non-null object for"),
        terraform: Verdict::Refused("the provider returned a non-null object for"),
    },
    Sabotage {
        name: "update-returns-nothing",
        rule: "An object that was changed is still there.",
        act: Act::Apply(|asked, answer| {
            if !is_null(&asked.prior_state) && !is_null(&asked.planned_state) {
                answer.new_state = null();
            }
        }),
        script: Script::Update,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("oot object was present, but now absent"),
        terraform: Verdict::Refused("oot object was present, but now absent"),
    },
];
