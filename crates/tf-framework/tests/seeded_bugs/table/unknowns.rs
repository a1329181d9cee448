//! Bugs in what becomes unknown, is kept, or asks for a replacement: `plan/unknowns.rs` and `plan/modifiers.rs`.

use seeded_bugs::Edit;

use crate::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "nested-objects-are-forgotten",
        edits: &[Edit {
            file: "plan/draft.rs",
            find: "                object.each(visit);",
            replace: "                let _ = &object;",
        }],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "always-unknown",
        edits: &[Edit {
            file: "plan.rs",
            find: "    if changed {\n        unknowns::mark",
            replace: "    if changed || !request.prior.is_null() {\n        unknowns::mark",
        }],
        test: "plan::unknowns::tests::no_change_plans_nothing",
        is_judged: true,
    },
    Bug {
        name: "never-unknown-again",
        edits: &[Edit {
            file: "plan.rs",
            find: "    if changed {\n        unknowns::mark",
            replace: "    if changed && request.prior.is_null() {\n        unknowns::mark",
        }],
        test: "plan::unknowns::tests::a_change_makes_what_is_computed_unknown",
        is_judged: false,
    },
    Bug {
        name: "defaults-become-unknown",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            replace: "let computed = attribute.mode().is_computed() && member.config.is_null();",
        }],
        test: "plan::unknowns::tests::a_default_is_not_computed",
        is_judged: true,
    },
    Bug {
        name: "what-is-set-becomes-unknown",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            replace: "let computed = attribute.mode().is_computed() && attribute.default().is_none();",
        }],
        test: "plan::unknowns::tests::creation_computes_everything_that_is_not_configured",
        is_judged: true,
    },
    Bug {
        name: "new-elements-keep-a-state-they-never-had",
        edits: &[Edit {
            file: "plan/modifiers.rs",
            find: "if attribute.object_existed && !attribute.planned.is_known()",
            replace: "if !attribute.planned.is_known()",
        }],
        test: "plan::modifiers::tests::a_new_element_has_no_state_to_keep",
        is_judged: false,
    },
    Bug {
        name: "null-counts-as-computed",
        edits: &[Edit {
            file: "plan/modifiers.rs",
            find: "        if !attribute.prior.is_null() {\n            UseStateForUnknown",
            replace: "        if attribute.object_existed {\n            UseStateForUnknown",
        }],
        test: "plan::modifiers::tests::null_in_the_state_is_kept_or_not",
        is_judged: false,
    },
    Bug {
        name: "state-wins-over-what-will-be-set",
        edits: &[Edit {
            file: "plan/modifiers.rs",
            find: "!attribute.planned.is_known() && attribute.config.is_known() {",
            replace: "!attribute.planned.is_known() {",
        }],
        test: "plan::modifiers::tests::what_the_user_will_set_is_not_kept",
        is_judged: true,
    },
    Bug {
        name: "every-update-replaces",
        edits: &[Edit {
            file: "plan/modifiers.rs",
            find: "        if attribute.resource_existed && attribute.is_changed() {\n            attribute.require_replace();",
            replace: "        if attribute.resource_existed {\n            attribute.require_replace();",
        }],
        test: "plan::modifiers::tests::an_unknown_computed_value_is_no_change",
        is_judged: true,
    },
    Bug {
        name: "removal-replaces-too",
        edits: &[Edit {
            file: "plan/modifiers.rs",
            find: "        if !attribute.config.is_null() {\n            RequiresReplace",
            replace: "        if attribute.resource_existed {\n            RequiresReplace",
        }],
        test: "plan::modifiers::tests::changes_replace_if_configured",
        is_judged: false,
    },
    Bug {
        name: "paths-go-into-sets",
        edits: &[
            Edit {
                file: "plan/modifiers.rs",
                find: "plan.requires_replace.push(path.addressable());",
                replace: "plan.requires_replace.push(path.clone());",
            },
            Edit {
                file: "plan/replace.rs",
                find: "paths.iter().map(Path::addressable).collect()",
                replace: "paths.iter().cloned().collect()",
            },
        ],
        test: "plan::modifiers::tests::paths_end_at_sets",
        is_judged: true,
    },
    Bug {
        name: "versions-are-ignored",
        edits: &[Edit {
            file: "plan/write_only.rs",
            find: "Field::Attribute(attribute) => attribute.version_attribute(),",
            replace: "Field::Attribute(attribute) => attribute.version_attribute().filter(|_| false),",
        }],
        test: "plan::unknowns::tests::what_depends_on_a_secret_is_unknown_when_its_version_changes",
        is_judged: false,
    },
    Bug {
        name: "dependents-are-kept",
        edits: &[Edit {
            file: "plan.rs",
            find: "        unknowns::follow_dependencies(&mut draft);",
            replace: "        let _ = unknowns::follow_dependencies;",
        }],
        test: "plan::unknowns::tests::what_depends_on_something_new_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "dependents-of-dependents-are-kept",
        edits: &[
            Edit {
                file: "plan/unknowns.rs",
                find: "while let Some(position) = outdated(members) {",
                replace: "if let Some(position) = outdated(members) {",
            },
            Edit {
                file: "plan/unknowns.rs",
                find: "let Some(member) = members.get_mut(position) else { break };",
                replace: "let Some(member) = members.get_mut(position) else { return };",
            },
        ],
        test: "plan::unknowns::tests::what_depends_on_something_new_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "null-dependents-are-kept",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "!attribute.dependencies().is_empty() && !member.prior.is_null();",
            replace: "!attribute.dependencies().is_empty();",
        }],
        test: "plan::unknowns::tests::without_a_value_to_keep_a_dependent_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "a-due-renewal-is-missed",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "(created || member.prior.as_bool() == Some(true))",
            replace: "created",
        }],
        test: "plan::unknowns::tests::a_renewal_that_is_due_is_an_update_in_place",
        is_judged: false,
    },
    Bug {
        name: "updates-put-renewal-in-doubt",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "if computed && !decided && !waits {",
            replace: "let _ = decided;\n        if computed && !waits {",
        }],
        test: "plan::unknowns::tests::another_update_renews_nothing",
        is_judged: false,
    },
    Bug {
        name: "elements-of-sets-have-no-past",
        edits: &[Edit {
            file: "plan/draft.rs",
            find: ".map(|(config, prior)| Object::align(block, prior.unwrap_or(&NULL), config, None)).collect()",
            replace: ".map(|(config, prior)| Object::align(block, prior.filter(|_| false).unwrap_or(&NULL), config, None)).collect()",
        }],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "elements-of-lists-have-no-past",
        edits: &[Edit {
            file: "plan/draft.rs",
            find: "Object::align(block, priors.get(index).unwrap_or(&NULL), config, proposed)",
            replace: "Object::align(block, priors.get(index + priors.len()).unwrap_or(&NULL), config, proposed)",
        }],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "unknown-blocks-are-planned-as-none",
        edits: &[Edit {
            file: "plan/draft.rs",
            find: "Some(block) if config.is_known() && !config.is_null() => align",
            replace: "Some(block) if !config.is_null() => align",
        }],
        test: "plan::unknowns::tests::unknown_blocks_stay_as_they_are",
        is_judged: true,
    },
];
