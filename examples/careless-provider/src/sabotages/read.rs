//! Reads that find something else than there is.

use tf_value::Value;

use crate::answers::{SECRET, null, set, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "read-leaves-unknown",
        rule: "A state has nothing unknown.",
        act: Act::Read(|_, answer| set(&mut answer.new_state, "text", Value::unknown())),
        script: Script::Refresh,
        config: "{}",
        kit: "attribute text: a state can't hold an unknown value",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("The returned state contains unknown values"),
    },
    Sabotage {
        name: "read-has-the-secret",
        rule: "What is write-only is null in a state.",
        act: Act::Read(|_, answer| set(&mut answer.new_state, "secret", text(SECRET))),
        script: Script::Refresh,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "read-drops-private-data",
        rule: "What is stored beside the state is handed back.",
        act: Act::Read(|_, answer| answer.private = Vec::new().into()),
        script: Script::Refresh,
        config: "{}",
        kit: "the data beside the state is dropped",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "read-spells-it-otherwise",
        rule: "What means the same is read as it was written.",
        act: Act::Read(|_, answer| set(&mut answer.new_state, "text", text("ZURICH"))),
        script: Script::Replan,
        config: "{}",
        kit: "attribute text: nothing has changed, and yet the plan is not empty",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "read-takes-it-for-gone",
        rule: "An object is gone when it is certain, and for no other reason.",
        act: Act::Read(|_, answer| answer.new_state = null()),
        script: Script::Replan,
        config: "{}",
        kit: "nothing has changed, and yet the plan is not empty",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
];
