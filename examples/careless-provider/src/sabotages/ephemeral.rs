//! Ephemeral resources that are not what was asked for.

use tf_value::Value;

use crate::answers::{LEASE, change, error, null, read, text, warning};
use crate::contents::{Held, password_of};
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
    Sabotage {
        name: "renew-forgets-the-lease",
        rule: "What was renewed can still be closed.",
        act: Act::Renew(|_, answer| answer.private = None),
        script: Script::Renew,
        config: "{}",
        kit: "the data beside the state is dropped",
        tofu: Verdict::NotMeasured("a renewal takes time"),
        terraform: Verdict::NotMeasured("a renewal takes time"),
    },
    Sabotage {
        name: "lease-is-due-at-once",
        rule: "What is to be renewed is to be renewed later, and not without end.",
        act: Act::Open(|_, answer| answer.renew_at = Some(prost_types::Timestamp::default())),
        script: Script::Open,
        config: "{}",
        kit: "it is to be renewed at a time that has passed",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "lease-tells-the-password",
        rule: "No diagnostic has a secret in it, also not one that comes with the same answer.",
        act: Act::Open(|asked, answer| {
            let user = read(&LEASE, asked.config.as_ref()).attribute("user").and_then(Value::as_str).map(password_of);
            answer.diagnostics.push(warning(&format!("It is the {}", user.unwrap_or_default())));
        }),
        script: Script::Open,
        config: "{}",
        kit: "the secret of careless_lease.password is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "close-tells-the-password",
        rule: "No diagnostic has a secret in it, to the end.",
        act: Act::Close(|asked, answer| {
            let held = asked.private.as_deref().and_then(|held| serde_json::from_slice::<Held>(held).ok());
            let password = held.map(|held| password_of(&held.user)).unwrap_or_default();
            answer.diagnostics.push(warning(&format!("It was the {password}")));
        }),
        script: Script::Open,
        config: "{}",
        kit: "the secret of careless_lease.password is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "close-does-not-end-it",
        rule: "What was opened can be closed.",
        act: Act::Close(|_, answer| answer.diagnostics.push(error("It stays open"))),
        script: Script::Open,
        config: "{}",
        kit: "CloseEphemeralResource reports\n  It stays open",
        tofu: Verdict::Refused("It stays open"),
        terraform: Verdict::Refused("It stays open"),
    },
];
