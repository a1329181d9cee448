//! Results that are not what was planned.

use tf_value::Value;

use crate::answers::{SECRET, error, get, null, raw, set, text, warning};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "apply-changes-text",
        rule: "What was planned as known comes back as planned.",
        act: Act::Apply(|_, answer| set(&mut answer.new_state, "text", text("ZURICH"))),
        script: Script::Apply,
        config: "{}",
        kit: "attribute text: the value is not the planned one",
        tofu: Verdict::Refused(".text: was cty.StringVal"),
        terraform: Verdict::Refused(".text: was cty.StringVal"),
    },
    Sabotage {
        name: "apply-drops-the-blocks",
        rule: "Blocks that were planned come back.",
        act: Act::Apply(|_, answer| set(&mut answer.new_state, "rule", Value::list([]))),
        script: Script::Apply,
        config: "{}",
        kit: "attribute rule: it was planned and is absent now",
        tofu: Verdict::Refused("block count changed from 1 to 0"),
        terraform: Verdict::Refused("block count changed from 1 to 0"),
    },
    Sabotage {
        name: "apply-leaves-unknown",
        rule: "After an apply nothing is unknown.",
        act: Act::Apply(|_, answer| set(&mut answer.new_state, "digest", Value::unknown())),
        script: Script::Apply,
        config: "{}",
        kit: "attribute digest: a state can't hold an unknown value",
        tofu: Verdict::Refused("the provider still indicated an unknown value for"),
        terraform: Verdict::Refused("the provider still indicated an unknown value for"),
    },
    Sabotage {
        name: "apply-makes-nothing",
        rule: "What was created is not null.",
        act: Act::Apply(|_, answer| answer.new_state = null()),
        script: Script::Apply,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("oot object was present, but now absent"),
        terraform: Verdict::Refused("oot object was present, but now absent"),
    },
    Sabotage {
        name: "apply-has-no-value",
        rule: "An apply has a value.",
        act: Act::Apply(|_, answer| answer.new_state = Some(raw(Vec::new()))),
        script: Script::Apply,
        config: "{}",
        kit: "a value without any bytes",
        tofu: Verdict::Refused("oot object was present, but now absent"),
        terraform: Verdict::Refused("oot object was present, but now absent"),
    },
    Sabotage {
        name: "apply-set-grows",
        rule: "A set may lose elements that became the same, and gains none.",
        act: Act::Apply(|_, answer| {
            let tags = get(&answer.new_state, "tags");
            let tags = tags.as_set().into_iter().flatten().cloned().chain([text("c")]);
            set(&mut answer.new_state, "tags", Value::set(tags));
        }),
        script: Script::Apply,
        config: "{}",
        kit: "attribute tags",
        tofu: Verdict::Refused(".tags: "),
        terraform: Verdict::Refused(".tags: "),
    },
    Sabotage {
        name: "apply-changes-an-element",
        rule: "The elements of a set are the planned ones.",
        act: Act::Apply(|_, answer| {
            let part = Value::object([("name", text("q")), ("weight", Value::from(1))]);
            set(&mut answer.new_state, "parts", Value::set([part]));
        }),
        script: Script::Apply,
        config: "{}",
        kit: "attribute parts[...]: the elements of the set are not the planned ones",
        tofu: Verdict::Refused(".parts: planned set element"),
        terraform: Verdict::Refused(".parts: planned set element"),
    },
    Sabotage {
        name: "apply-has-the-secret",
        rule: "What is write-only is null in a state.",
        act: Act::Apply(|_, answer| set(&mut answer.new_state, "secret", text(SECRET))),
        script: Script::Apply,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "apply-fails-with-the-secret",
        rule: "What is write-only is null in the state of an apply that failed, too.",
        act: Act::Apply(|_, answer| {
            set(&mut answer.new_state, "secret", text(SECRET));
            answer.diagnostics.push(error("It can't be made"));
        }),
        script: Script::Apply,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::Refused("returned an actual value for the write-only attribute \".secret\""),
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "apply-tells-the-secret",
        rule: "No diagnostic has a secret in it.",
        act: Act::Apply(|_, answer| answer.diagnostics.push(warning(&format!("The secret is {SECRET}")))),
        script: Script::Apply,
        config: "{}",
        kit: "the secret of careless_thing.secret is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "apply-stores-the-secret",
        rule: "No secret is in private data, which is in the state file in clear.",
        act: Act::Apply(|_, answer| answer.private = format!("{{\"secret\":\"{SECRET}\"}}").into()),
        script: Script::Apply,
        config: "{}",
        kit: "the secret of careless_thing.secret is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "apply-drops-private-data",
        rule: "What is stored beside the state is handed back.",
        act: Act::Apply(|asked, answer| {
            if !crate::answers::is_null(&asked.prior_state) {
                answer.private = Vec::new().into();
            }
        }),
        script: Script::Update,
        config: "{}",
        kit: "the data beside the state is dropped",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
];
