//! Ephemeral resources that are not what was asked for.

use tf_value::Value;

use crate::answers::{LEASE, change, error, null, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "lease-is-null",
        rule: "An ephemeral resource has a value.",
        act: Act::Open(|_, answer| answer.result = null()),
        script: Script::Open,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("Provider produced null object"),
        terraform: Verdict::Refused("planned for absence but config wants existence"),
    },
    Sabotage {
        name: "lease-is-not-known",
        rule: "What an ephemeral resource has is known.",
        act: Act::Open(|_, answer| {
            change(&LEASE, &mut answer.result, |members| drop(members.insert("password".into(), Value::unknown())));
        }),
        script: Script::Open,
        config: "{}",
        kit: "attribute password: a state can't hold an unknown value",
        tofu: Verdict::Refused("that is not wholly known"),
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "lease-for-somebody-else",
        rule: "What is configured is in the result as it is written.",
        act: Act::Open(|_, answer| {
            change(&LEASE, &mut answer.result, |members| drop(members.insert("user".into(), text("else"))));
        }),
        script: Script::Open,
        config: "{}",
        kit: "attribute user: the planned value is neither the configured one nor that of the prior state",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused(".user"),
    },
    Sabotage {
        name: "renew-drops-the-lease",
        rule: "What could not be renewed can still be closed.",
        act: Act::Renew(|_, answer| {
            answer.private = None;
            answer.diagnostics.push(error("It can't be renewed"));
        }),
        script: Script::Renew,
        config: "{}",
        kit: "the data of the open resource is dropped with the error",
        tofu: Verdict::NotMeasured("a renewal takes time"),
        terraform: Verdict::NotMeasured("a renewal takes time"),
    },
];
