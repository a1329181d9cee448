//! Plans that are not what was configured.

use plugin_proto::tfplugin6::{Deferred, deferred};
use tf_value::Value;

use crate::answers::{SECRET, clock, error, get, is_null, null, set, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "plan-changes-text",
        rule: "What is configured is planned as it is written.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "text", text("ZURICH"))),
        script: Script::Plan,
        config: "{}",
        kit: "attribute text: the planned value is neither the configured one nor that of the prior state",
        tofu: Verdict::Refused(".text: planned value"),
        terraform: Verdict::Refused(".text: planned value"),
    },
    Sabotage {
        name: "plan-drops-text",
        rule: "What is configured is planned.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "text", Value::Null)),
        script: Script::Plan,
        config: "{}",
        kit: "attribute text: ",
        tofu: Verdict::Refused(".text: planned value"),
        terraform: Verdict::Refused(".text: planned value"),
    },
    Sabotage {
        name: "plan-invents-text",
        rule: "What is neither configured nor computed is planned as null.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "text", text("invented"))),
        script: Script::Plan,
        config: r#"{"text": null}"#,
        kit: "attribute text: a value is planned that is not configured, and the attribute is not computed",
        tofu: Verdict::Refused(".text: planned value"),
        terraform: Verdict::Refused(".text: planned value"),
    },
    Sabotage {
        name: "plan-adds-a-block",
        rule: "As many blocks are planned as are configured.",
        act: Act::Plan(|_, answer| {
            let rules = get(&answer.planned_state, "rule");
            let mut rules = rules.as_slice().unwrap_or_default().to_vec();
            rules.extend(rules.first().cloned());
            set(&mut answer.planned_state, "rule", Value::list(rules));
        }),
        script: Script::Plan,
        config: "{}",
        kit: "attribute rule: 2 objects are planned where 1 are configured",
        tofu: Verdict::Refused("block count in plan (2) disagrees with count in config (1)"),
        terraform: Verdict::Refused("block count in plan (2) disagrees with count in config (1)"),
    },
    Sabotage {
        name: "plan-forgets-the-blocks",
        rule: "As many blocks are planned as are configured.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "rule", Value::list([]))),
        script: Script::Plan,
        config: "{}",
        kit: "attribute rule: 0 objects are planned where 1 are configured",
        tofu: Verdict::Refused("block count in plan (0) disagrees with count in config (1)"),
        terraform: Verdict::Refused("block count in plan (0) disagrees with count in config (1)"),
    },
    Sabotage {
        name: "plan-block-unknown",
        rule: "A block is known; what is in it need not be.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "rule", Value::list([Value::unknown()]))),
        script: Script::Plan,
        config: "{}",
        kit: "attribute rule[0]: a block is planned as unknown",
        tofu: Verdict::Refused("element representing nested block must not be unknown"),
        terraform: Verdict::Refused("element representing nested block must not be unknown"),
    },
    Sabotage {
        name: "plan-blocks-null",
        rule: "Without blocks there is an empty list, not null.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "rule", Value::Null)),
        script: Script::Plan,
        config: "{}",
        kit: "attribute rule: blocks are planned as null",
        tofu: Verdict::Refused(
            "attribute representing a list of nested blocks must be empty to indicate no blocks, not null",
        ),
        terraform: Verdict::Refused(
            "attribute representing a list of nested blocks must be empty to indicate no blocks, not null",
        ),
    },
    Sabotage {
        name: "plan-decides-unknown-blocks",
        rule: "Blocks of which the number is not known stay unknown.",
        act: Act::Plan(|asked, answer| {
            // At apply they are known, and that plan is right.
            if !get(&asked.config, "rule").is_known() {
                set(&mut answer.planned_state, "rule", Value::list([]));
            }
        }),
        script: Script::PlanUnknown,
        config: r#"{"rule": null}"#,
        kit: "attribute rule: something is planned for blocks whose number is not known yet",
        tofu: Verdict::Refused("for unknown dynamic block"),
        terraform: Verdict::Refused("for unknown dynamic block"),
    },
    Sabotage {
        name: "plan-set-shrinks",
        rule: "As many elements of a nested attribute are planned as are configured.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "parts", Value::set([]))),
        script: Script::Plan,
        config: "{}",
        kit: "attribute parts: 0 objects are planned where 1 are configured",
        tofu: Verdict::Refused("count in plan"),
        terraform: Verdict::Refused("count in plan"),
    },
    Sabotage {
        name: "plan-has-the-secret",
        rule: "What is write-only is null in a plan.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "secret", text(SECRET))),
        script: Script::Plan,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "plan-fails-with-the-secret",
        rule: "What is write-only is null in a plan that failed, too.",
        act: Act::Plan(|_, answer| {
            set(&mut answer.planned_state, "secret", text(SECRET));
            answer.diagnostics.push(error("It can't be planned"));
        }),
        script: Script::Plan,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::NotMeasured("Terraform looks at nothing in a plan that failed"),
    },
    Sabotage {
        name: "plan-hides-the-secret",
        rule: "No secret is in a plan, under whatever name.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "digest", text(SECRET))),
        script: Script::Plan,
        config: "{}",
        kit: "the secret of careless_thing.secret is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "plan-stores-the-secret",
        rule: "No secret is in private data, which is in the state file in clear.",
        act: Act::Plan(|_, answer| answer.planned_private = format!("{{\"secret\":\"{SECRET}\"}}").into()),
        script: Script::Plan,
        config: "{}",
        kit: "the secret of careless_thing.secret is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "plan-is-nothing",
        rule: "A plan to create has an object.",
        act: Act::Plan(|_, answer| answer.planned_state = null()),
        script: Script::Plan,
        config: "{}",
        kit: "it is configured but planned to be absent",
        tofu: Verdict::Refused("planned for absence but config wants existence"),
        terraform: Verdict::Refused("planned for absence but config wants existence"),
    },
    Sabotage {
        name: "plan-reads-the-clock",
        rule: "A plan is a function of what is asked: the second one promises what the first one did.",
        act: Act::Plan(|_, answer| set(&mut answer.planned_state, "digest", clock())),
        script: Script::Apply,
        config: "{}",
        kit: "the same plan again has another answer",
        tofu: Verdict::Refused("Provider produced inconsistent final plan"),
        terraform: Verdict::Refused("Provider produced inconsistent final plan"),
    },
    Sabotage {
        name: "plan-always-changes",
        rule: "Where nothing has changed, nothing is planned.",
        act: Act::Plan(|asked, answer| {
            if !is_null(&asked.prior_state) && !is_null(&answer.planned_state) {
                set(&mut answer.planned_state, "digest", Value::unknown());
            }
        }),
        script: Script::Replan,
        config: "{}",
        kit: "attribute digest: nothing has changed, and yet the plan is not empty",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "plan-drops-private-data",
        rule: "What is stored beside the state is handed on to the apply.",
        act: Act::Plan(|_, answer| answer.planned_private = Vec::new().into()),
        script: Script::Update,
        config: "{}",
        kit: "the data beside the state is dropped",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "plan-silences-core",
        rule: "The switch that silences core is for one old SDK.",
        act: Act::Plan(|_, answer| {
            answer.legacy_type_system = true;
            set(&mut answer.planned_state, "text", text("ZURICH"));
        }),
        script: Script::Plan,
        config: "{}",
        kit: "legacy_type_system is set",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "plan-is-deferred",
        rule: "What the client can't defer is not deferred.",
        act: Act::Plan(|_, answer| {
            answer.deferred = Some(Deferred { reason: deferred::Reason::ResourceConfigUnknown.into() });
        }),
        script: Script::Plan,
        config: "{}",
        kit: "the call is deferred though the client can't",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("deferred"),
    },
];
