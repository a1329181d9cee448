//! Data sources and functions that answer something else.

use tf_value::{Type, Value};

use crate::answers::{QUERY, change, clock, error, null, read, text, warning, written};
use crate::contents::KEY;
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "data-is-null",
        rule: "A data source has a value.",
        act: Act::Data(|_, answer| answer.state = null()),
        script: Script::Data,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("Provider produced null object"),
        terraform: Verdict::Refused("Provider produced null object"),
    },
    Sabotage {
        name: "data-is-not-known",
        rule: "What a data source finds is known.",
        act: Act::Data(|_, answer| {
            change(&QUERY, &mut answer.state, |members| drop(members.insert("answer".into(), Value::unknown())));
        }),
        script: Script::Data,
        config: "{}",
        kit: "attribute answer: a state can't hold an unknown value",
        tofu: Verdict::Refused("that is not wholly known"),
        terraform: Verdict::Refused("that is not wholly known"),
    },
    Sabotage {
        name: "data-for-another-question",
        rule: "What is configured is in the result as it is written.",
        act: Act::Data(|_, answer| {
            change(&QUERY, &mut answer.state, |members| drop(members.insert("question".into(), text("when"))));
        }),
        script: Script::Data,
        config: "{}",
        kit: "attribute question: the planned value is neither the configured one nor that of the prior state",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "data-reads-the-clock",
        rule: "A data source that is read again without a reason finds the same.",
        act: Act::Data(|_, answer| {
            change(&QUERY, &mut answer.state, |members| drop(members.insert("answer".into(), clock())));
        }),
        script: Script::Data,
        config: "{}",
        kit: "attribute answer: it is read again, and is something else",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "data-tells-the-key",
        rule: "No diagnostic has a secret in it, also not one that comes with the same answer.",
        act: Act::Data(|_, answer| answer.diagnostics.push(warning(&format!("The key is {KEY}")))),
        script: Script::Data,
        config: "{}",
        kit: "the secret of careless_query.key_in_state is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "data-refuses-the-unknown",
        rule: "A value that is not known yet is no mistake of the user.",
        act: Act::ValidateData(|asked, answer| {
            if !read(&QUERY, asked.config.as_ref()).is_wholly_known() {
                answer.diagnostics.push(error("The question must be known"));
            }
        }),
        script: Script::Data,
        config: "{}",
        kit: "the configuration is refused because something in it is not known yet",
        tofu: Verdict::NotMeasured("it takes the provider's word for a mistake"),
        terraform: Verdict::NotMeasured("it takes the provider's word for a mistake"),
    },
    Sabotage {
        name: "function-returns-a-number",
        rule: "A function returns what its signature says.",
        act: Act::Function(|_, answer| answer.result = written(&Type::Number, &Value::from(7))),
        script: Script::Function,
        config: "{}",
        kit: "the value is not encoded as go-cty would",
        tofu: Verdict::Refused("string is required"),
        terraform: Verdict::Refused("string is required"),
    },
    Sabotage {
        name: "function-blames-nobody",
        rule: "An error of a function is about one of its arguments.",
        act: Act::Function(|_, answer| {
            let text = "This is not a text".to_owned();
            answer.error = Some(plugin_proto::tfplugin6::FunctionError { text, function_argument: Some(7) });
        }),
        script: Script::Function,
        config: "{}",
        kit: "there is no argument 7",
        tofu: Verdict::NotMeasured("the call fails with any error"),
        terraform: Verdict::NotMeasured("the call fails with any error"),
    },
    Sabotage {
        name: "function-reads-the-clock",
        rule: "A function has one result for the same arguments.",
        act: Act::Function(|_, answer| answer.result = written(&Type::String, &clock())),
        script: Script::Function,
        config: "{}",
        kit: "the same arguments have another result",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "function-does-not-know",
        rule: "The result of what is known is known.",
        act: Act::Function(|_, answer| answer.result = written(&Type::String, &Value::unknown())),
        script: Script::Function,
        config: "{}",
        kit: "a state can't hold an unknown value",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
];
