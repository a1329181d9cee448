//! States of before that become wrong states of now.

use tf_value::Value;

use crate::answers::{null, raw, set, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "upgrade-leaves-unknown",
        rule: "A state has nothing unknown.",
        act: Act::Upgrade(|_, answer| set(&mut answer.upgraded_state, "text", Value::unknown())),
        script: Script::Upgrade,
        config: "{}",
        kit: "attribute text: a state can't hold an unknown value",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("The returned state contains unknown values"),
    },
    Sabotage {
        name: "upgrade-makes-up-a-secret",
        rule: "What is write-only is null in a state.",
        act: Act::Upgrade(|_, answer| set(&mut answer.upgraded_state, "secret", text("it"))),
        script: Script::Upgrade,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "upgrade-loses-the-object",
        rule: "An object is not null after an upgrade.",
        act: Act::Upgrade(|_, answer| answer.upgraded_state = null()),
        script: Script::Upgrade,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "upgrade-keeps-the-old-shape",
        rule: "An upgraded state is of the type of the schema.",
        act: Act::Upgrade(|_, answer| answer.upgraded_state = Some(raw(b"\x82\xa5label\xa1x\xa4name\xa1y".to_vec()))),
        script: Script::Upgrade,
        config: "{}",
        kit: "the value is not encoded as go-cty would",
        tofu: Verdict::Refused("an object with 11 attributes is required (2 given)"),
        terraform: Verdict::Refused("an object with 11 attributes is required (2 given)"),
    },
    Sabotage {
        name: "move-makes-up-a-secret",
        rule: "What is write-only is null in a state.",
        act: Act::Move(|_, answer| set(&mut answer.target_state, "secret", text("it"))),
        script: Script::Move,
        config: r#"{"name": "moved", "text": null, "size": null, "tags": null, "parts": null, "secret": null, "secret_version": null, "rule": null}"#,
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "move-leaves-unknown",
        rule: "A state has nothing unknown.",
        act: Act::Move(|_, answer| set(&mut answer.target_state, "text", Value::unknown())),
        script: Script::Move,
        config: r#"{"name": "moved", "text": null, "size": null, "tags": null, "parts": null, "secret": null, "secret_version": null, "rule": null}"#,
        kit: "attribute text: a state can't hold an unknown value",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("The returned state contains unknown values"),
    },
];
