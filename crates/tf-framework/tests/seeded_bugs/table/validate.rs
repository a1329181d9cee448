//! Bugs in the validation.

use seeded_bugs::Edit;

use crate::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "read-only-attributes-can-be-set",
        edits: &[Edit {
            file: "validate/attribute.rs",
            find: "if attribute.mode() == Mode::Computed {",
            replace: "if attribute.mode() == Mode::Computed && value.is_null() {",
        }],
        test: "validate::attribute::tests::what_the_provider_computes_is_not_set",
        is_judged: false,
    },
    Bug {
        name: "required-attributes-can-be-null",
        edits: &[Edit {
            file: "validate/attribute.rs",
            find: "if attribute.mode() == Mode::Required {",
            replace: "if attribute.mode() == Mode::Required && !value.is_null() {",
        }],
        test: "validate::attribute::tests::required_attributes_are_not_null",
        is_judged: false,
    },
    Bug {
        name: "validators-see-unknowns",
        edits: &[Edit {
            file: "validate/attribute.rs",
            find: "if value.is_wholly_known() {",
            replace: "if value.is_known() {",
        }],
        test: "validate::tests::validators_see_known_values_only",
        is_judged: true,
    },
    Bug {
        name: "old-cores-store-secrets",
        edits: &[Edit {
            file: "validate/attribute.rs",
            find: "if attribute.is_write_only() && !self.client.write_only_attributes {",
            replace: "if attribute.is_write_only() && self.client.write_only_attributes {",
        }],
        test: "validate::attribute::tests::an_old_core_is_told_from_which_version_on",
        is_judged: true,
    },
    Bug {
        name: "versions-are-optional",
        edits: &[Edit {
            file: "validate/attribute.rs",
            find: "|| value.is_null() == version.is_null() {",
            replace: "|| value.is_null() || !version.is_null() || version.is_null() {",
        }],
        test: "validate::attribute::tests::write_only_values_come_with_their_version",
        is_judged: false,
    },
    Bug {
        name: "unknown-counts-as-set",
        edits: &[Edit {
            file: "validate/combination.rs",
            find: "                None => {}",
            replace: "                None => set += 1,",
        }],
        test: "validate::combination::tests::exactly_one_of",
        is_judged: false,
    },
    Bug {
        name: "unknown-elements-are-counted",
        edits: &[Edit {
            file: "validate/blocks.rs",
            find: "if known == elements.len() { known } else { known.max(1) }",
            replace: "elements.len()",
        }],
        test: "validate::blocks::tests::unknown_elements_of_sets_may_coincide",
        is_judged: false,
    },
    Bug {
        name: "null-elements-pass",
        edits: &[Edit {
            file: "validate.rs",
            find: "        if config.is_null() {\n            let diagnostic",
            replace: "        if config.is_null() && !config.is_known() {\n            let diagnostic",
        }],
        test: "validate::tests::elements_are_not_null",
        is_judged: false,
    },
];
