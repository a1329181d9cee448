//! Mistakes of the user that only a provider can see, and doesn't.

use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "validate-accepts-computed",
        rule: "The user can't set what only the provider sets.",
        act: Act::Validate(|_, answer| answer.diagnostics.clear()),
        script: Script::Plan,
        config: r#"{"id": "mine"}"#,
        kit: "attribute id: it is set in the configuration though only the provider can set it",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "validate-tells-the-secret",
        rule: "No diagnostic has a secret in it.",
        act: Act::Validate(|_, answer| {
            answer.diagnostics.push(crate::answers::warning(&format!("The secret is {}", crate::answers::SECRET)));
        }),
        script: Script::Plan,
        config: "{}",
        kit: "the secret of careless_thing.secret is in the answer",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
    Sabotage {
        name: "validate-points-to-nowhere",
        rule: "A diagnostic is about an attribute that exists.",
        act: Act::Validate(|_, answer| {
            let mut warning = crate::answers::warning("Something may be wrong");
            warning.attribute = Some(crate::answers::path([crate::answers::name("nowhere")]));
            answer.diagnostics.push(warning);
        }),
        script: Script::Plan,
        config: "{}",
        kit: "attribute nowhere: a diagnostic is about an attribute that does not exist",
        tofu: Verdict::NotChecked,
        terraform: Verdict::NotChecked,
    },
];
