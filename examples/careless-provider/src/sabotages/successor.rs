//! Replacements in which the new object is made before the old one is removed.

use super::replacement::NO_IDENTITY;
use crate::answers::{Answered, get, identity, is_null, null, set, text};
use crate::sabotage::{Act, SUCCESSOR, Sabotage, Script, Verdict};

/// The name of the thing that is replaced, if this is the creation of its successor.
fn replaced(planned: &Answered) -> Option<String> {
    get(planned, "name").as_str().and_then(|name| name.strip_suffix(SUCCESSOR)).map(str::to_owned)
}

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "successor-is-the-same-object",
        rule: "The successor of an object that is still there is another object.",
        act: Act::Apply(|asked, answer| {
            if let Some(name) = replaced(&asked.planned_state) {
                answer.new_identity = identity(text(&name));
            }
        }),
        script: Script::CreateBeforeDestroy,
        config: "{}",
        kit: "the identity is that of the object that is replaced, and which is removed next",
        tofu: Verdict::NotChecked,
        terraform: NO_IDENTITY,
    },
    Sabotage {
        name: "successor-is-nothing",
        rule: "What was made is there, and the object that it should replace is not removed.",
        act: Act::Apply(|asked, answer| {
            if replaced(&asked.planned_state).is_some() {
                answer.new_state = null();
            }
        }),
        script: Script::CreateBeforeDestroy,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("oot object was present, but now absent"),
        terraform: Verdict::Refused("oot object was present, but now absent"),
    },
    Sabotage {
        name: "successor-is-planned-otherwise",
        rule: "The second plan of a successor, at apply, is the first one.",
        act: Act::Plan(|asked, answer| {
            if is_null(&asked.prior_state) && replaced(&answer.planned_state).is_some() {
                // At plan there is the private data of what it replaces. At apply there is nothing.
                let id = if asked.prior_private.is_empty() { "one" } else { "another" };
                set(&mut answer.planned_state, "id", text(id));
            }
        }),
        script: Script::CreateBeforeDestroy,
        config: "{}",
        kit: "attribute id: the second plan, at apply, is not the first",
        tofu: Verdict::Refused("produced inconsistent final plan"),
        terraform: Verdict::Refused("produced inconsistent final plan"),
    },
    Sabotage {
        name: "deposed-is-planned-to-stay",
        rule: "The plan to destroy what is deposed is null.",
        act: Act::Plan(|asked, answer| {
            if is_null(&asked.config) {
                answer.planned_state = asked.prior_state.clone();
            }
        }),
        script: Script::CreateBeforeDestroy,
        config: "{}",
        kit: "a plan to destroy must be null",
        tofu: Verdict::Refused("planned a non-null destroy value for"),
        terraform: Verdict::Refused("planned a non-null destroy value for"),
    },
    Sabotage {
        name: "deposed-is-returned",
        rule: "What was deposed and is deleted is null.",
        act: Act::Apply(|asked, answer| {
            if is_null(&asked.planned_state) {
                answer.new_state = asked.prior_state.clone();
            }
        }),
        script: Script::CreateBeforeDestroy,
        config: "{}",
        kit: "the object must be null after it was deleted",
        tofu: Verdict::Refused("the provider returned a non-null object for"),
        terraform: Verdict::Refused("the provider returned a non-null object for"),
    },
];
