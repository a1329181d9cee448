//! Values that are written wrongly.

use crate::answers::{raw, splice};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "encode-number-as-double",
        rule: "A number keeps all its digits.",
        act: Act::Plan(|_, answer| {
            let mut double = vec![0xcb];
            double.extend(18_446_744_073_709_551_617_f64.to_be_bytes());
            splice(&mut answer.planned_state, b"\xb418446744073709551617", &double);
        }),
        script: Script::Plan,
        config: "{}",
        kit: "attribute size: the planned value is neither the configured one nor that of the prior state",
        tofu: Verdict::Refused(".size: planned value"),
        terraform: Verdict::Refused(".size: planned value"),
    },
    Sabotage {
        name: "encode-number-as-text",
        rule: "A value is of the type of the schema.",
        act: Act::Plan(|_, answer| splice(&mut answer.planned_state, b"\xb418446744073709551617", b"\xa5seven")),
        script: Script::Plan,
        config: "{}",
        kit: "attribute size: the value is not encoded as go-cty would",
        tofu: Verdict::Refused("number is required"),
        terraform: Verdict::Refused("number is required"),
    },
    Sabotage {
        name: "encode-decomposed-text",
        rule: "Texts are in normal form C.",
        act: Act::Plan(|_, answer| {
            splice(&mut answer.planned_state, b"\xa7Z\xc3\xbcrich", b"\xa8Zu\xcc\x88rich");
        }),
        script: Script::Plan,
        config: "{}",
        kit: "the value is not encoded as go-cty would",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "encode-no-value",
        rule: "A plan has a value.",
        act: Act::Plan(|_, answer| answer.planned_state = Some(raw(Vec::new()))),
        script: Script::Plan,
        config: "{}",
        kit: "a value without any bytes",
        tofu: Verdict::Refused("planned for absence but config wants existence"),
        terraform: Verdict::Refused("planned for absence but config wants existence"),
    },
    Sabotage {
        name: "encode-without-an-attribute",
        rule: "An object has every attribute of its schema, those that are null included.",
        act: Act::Plan(|_, answer| {
            // One member less: the count in front of them, and the last of them.
            splice(&mut answer.planned_state, b"\x8b", b"\x8a");
            if let Some(value) = &mut answer.planned_state {
                let without = value.msgpack.windows(5).position(|window| window == b"\xa4text");
                let (before, rest) = value.msgpack.split_at(without.unwrap_or_default());
                let after = rest.get(5 + 8..).unwrap_or_default();
                *value = raw([before, after].concat());
            }
        }),
        script: Script::Plan,
        config: "{}",
        kit: "the value is not encoded as go-cty would",
        tofu: Verdict::Refused("an object with 11 attributes is required (10 given)"),
        terraform: Verdict::Refused("an object with 11 attributes is required (10 given)"),
    },
    Sabotage {
        name: "encode-an-element-twice",
        rule: "A set has each element once.",
        act: Act::Plan(|_, answer| splice(&mut answer.planned_state, b"\x92\xa1a\xa1b", b"\x93\xa1a\xa1a\xa1b")),
        script: Script::Plan,
        config: "{}",
        kit: "the value is not encoded as go-cty would",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
];
