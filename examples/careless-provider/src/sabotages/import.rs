//! Imports of something else.

use crate::answers::{null, set, text};
use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "import-finds-nothing",
        rule: "An import finds one object.",
        act: Act::Import(|_, answer| answer.imported_resources.clear()),
        script: Script::Import,
        config: "{}",
        kit: "an import must find one object, and found 0",
        tofu: Verdict::Refused("Import returned no resources"),
        terraform: Verdict::Refused("Import returned no resources"),
    },
    Sabotage {
        name: "import-finds-two",
        rule: "An import finds one object.",
        act: Act::Import(|_, answer| {
            let found = answer.imported_resources.clone();
            answer.imported_resources.extend(found);
        }),
        script: Script::Import,
        config: "{}",
        kit: "an import must find one object, and found 2",
        tofu: Verdict::Refused("Multiple import states not supported"),
        terraform: Verdict::Refused("Multiple import states not supported"),
    },
    Sabotage {
        name: "import-finds-null",
        rule: "An import finds an object.",
        act: Act::Import(|_, answer| {
            answer.imported_resources.iter_mut().for_each(|imported| imported.state = null());
        }),
        script: Script::Import,
        config: "{}",
        kit: "the object must not be null",
        tofu: Verdict::Refused("Import returned null resource"),
        terraform: Verdict::Refused("Import returned null resource"),
    },
    Sabotage {
        name: "import-has-no-type",
        rule: "An import finds an object of the type that was asked for.",
        act: Act::Import(|_, answer| {
            answer.imported_resources.iter_mut().for_each(|imported| imported.type_name.clear());
        }),
        script: Script::Import,
        config: "{}",
        kit: "the import found an object of the type \"\"",
        tofu: Verdict::Refused("didn't set type"),
        terraform: Verdict::Refused("didn't set type"),
    },
    Sabotage {
        name: "import-has-a-secret",
        rule: "What is write-only is null in a state.",
        act: Act::Import(|_, answer| {
            answer.imported_resources.iter_mut().for_each(|imported| set(&mut imported.state, "secret", text("it")));
        }),
        script: Script::Import,
        config: "{}",
        kit: "attribute secret: a write-only attribute must be null in every plan and state",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("write-only attribute"),
    },
    Sabotage {
        name: "import-of-what-is-not-there",
        rule: "What was imported exists.",
        act: Act::Read(|_, answer| answer.new_state = null()),
        script: Script::Import,
        config: "{}",
        kit: "what was imported does not exist",
        tofu: Verdict::Refused("Cannot import non-existent remote object"),
        terraform: Verdict::Refused("Cannot import non-existent remote object"),
    },
];
