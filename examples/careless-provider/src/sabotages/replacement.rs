//! Reasons for a replacement that are none, and identities that do not stay.

use plugin_proto::tfplugin6::attribute_path::step::Selector;

use crate::answers::{identity, is_null, name, path, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

/// Why identities can't be put before Terraform 1.11.
pub(super) const NO_IDENTITY: Verdict = Verdict::NotMeasured("Terraform 1.11 has no identities");

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "replace-for-nothing",
        rule: "An object is replaced for an attribute that exists.",
        act: Act::Plan(|_, answer| answer.requires_replace.push(path([name("nowhere")]))),
        script: Script::PlanUpdate,
        config: "{}",
        kit: "attribute nowhere: it requires replacement but exists neither before nor after",
        tofu: Verdict::Refused("for a non-existent attribute path"),
        terraform: Verdict::Refused("for a non-existent attribute path"),
    },
    Sabotage {
        name: "replace-for-an-element",
        rule: "What is in a set can't be addressed.",
        act: Act::Plan(|_, answer| {
            answer.requires_replace.push(path([name("parts"), Selector::ElementKeyInt(0), name("weight")]));
        }),
        script: Script::PlanUpdate,
        config: "{}",
        kit: "attribute parts[0].weight: it requires replacement but exists neither before nor after",
        tofu: Verdict::Refused("for a non-existent attribute path"),
        terraform: Verdict::Refused("for a non-existent attribute path"),
    },
    Sabotage {
        name: "replace-for-no-change",
        rule: "An object is replaced for what changes.",
        act: Act::Plan(|asked, answer| {
            if !is_null(&asked.prior_state) {
                answer.requires_replace.push(path([name("name")]));
            }
        }),
        script: Script::PlanUpdate,
        config: "{}",
        kit: "attribute name: it requires replacement but does not change",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "identity-changes-in-a-plan",
        rule: "The identity of an object that stays is planned as it is.",
        act: Act::Plan(|asked, answer| {
            if !is_null(&asked.prior_state) {
                answer.planned_identity = identity(text("another"));
            }
        }),
        script: Script::PlanUpdate,
        config: "{}",
        kit: "the identity is another one than before, or than planned",
        tofu: Verdict::NotChecked,
        terraform: NO_IDENTITY,
    },
    Sabotage {
        name: "identity-is-missing",
        rule: "What was made has an identity.",
        act: Act::Apply(|_, answer| answer.new_identity = None),
        script: Script::Apply,
        config: "{}",
        kit: "the object has no identity",
        tofu: Verdict::NotChecked,
        terraform: NO_IDENTITY,
    },
    Sabotage {
        name: "identity-is-not-known",
        rule: "The identity of what was made is known.",
        act: Act::Apply(|_, answer| answer.new_identity = identity(tf_value::Value::unknown())),
        script: Script::Apply,
        config: "{}",
        kit: "the identity is not known",
        tofu: Verdict::Refused("value is not known"),
        terraform: NO_IDENTITY,
    },
    Sabotage {
        name: "identity-changes-in-a-read",
        rule: "The identity of an object stays.",
        act: Act::Read(|_, answer| answer.new_identity = identity(text("another"))),
        script: Script::Refresh,
        config: "{}",
        kit: "attribute name: the identity is another one than before, or than planned",
        tofu: Verdict::NotChecked,
        terraform: NO_IDENTITY,
    },
    Sabotage {
        name: "identity-is-dropped-by-a-read",
        rule: "A read hands the identity back.",
        act: Act::Read(|_, answer| answer.new_identity = None),
        script: Script::Refresh,
        config: "{}",
        kit: "the object has no identity",
        tofu: Verdict::NotChecked,
        terraform: NO_IDENTITY,
    },
];
