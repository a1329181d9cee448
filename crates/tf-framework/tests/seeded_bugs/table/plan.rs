//! Bugs in the rest of the plan engine.

use seeded_bugs::Edit;

use crate::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "the-plan-decides-on-defaults",
        edits: &[Edit {
            file: "plan/defaults.rs",
            find: "(attribute.default(), member.config.is_null())",
            replace: "(attribute.default(), member.value().is_null())",
        }],
        test: "plan::defaults::tests::a_default_undoes_what_was_configured_before",
        is_judged: false,
    },
    Bug {
        name: "secrets-count-as-changes",
        edits: &[Edit {
            file: "plan/write_only.rs",
            find: "        if attribute.is_write_only() {\n            member.planned",
            replace: "        if attribute.is_write_only() && member.config.is_null() {\n            member.planned",
        }],
        test: "plan::write_only::tests::a_new_secret_without_a_new_version_is_no_change",
        is_judged: true,
    },
    Bug {
        name: "a-resource-plans-a-secret",
        edits: &[Edit {
            file: "plan.rs",
            find: "let planned = without_write_only(self.schema, self.planned);",
            replace: "let planned = self.planned;",
        }],
        test: "plan::write_only::tests::the_resource_cannot_put_one_into_the_plan",
        is_judged: false,
    },
    Bug {
        name: "what-is-not-computed-becomes-unknown",
        edits: &[Edit {
            file: "plan/unknowns.rs",
            find: "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            replace: "let computed = member.config.is_null() && attribute.default().is_none();",
        }],
        test: "plan::defaults::tests::every_object_gets_its_defaults",
        is_judged: true,
    },
    Bug {
        name: "unchanged-paths-replace",
        edits: &[Edit {
            file: "plan/replace.rs",
            find: "before != after || is_write_only(schema, &path)",
            replace: "before.is_some() || after.is_some()",
        }],
        test: "plan::replace::tests::what_does_not_change_replaces_nothing",
        is_judged: false,
    },
    Bug {
        name: "secrets-never-replace",
        edits: &[Edit {
            file: "plan/replace.rs",
            find: " || is_write_only(schema, &path) => kept",
            replace: " => kept",
        }],
        test: "plan::write_only::tests::a_secret_that_requires_replacement_does_so_by_its_version",
        is_judged: false,
    },
    Bug {
        name: "destroyed-objects-are-replaced",
        edits: &[Edit {
            file: "plan/replace.rs",
            find: "if prior.is_null() || planned.is_null() {",
            replace: "if prior.is_null() {",
        }],
        test: "plan::tests::a_destroyed_object_is_planned_as_null",
        is_judged: false,
    },
    Bug {
        name: "spelling-counts",
        edits: &[Edit {
            file: "plan/semantic.rs",
            find: "            && mean_the_same(attribute, member.prior, planned)",
            replace: "            && mean_the_same(attribute, member.prior, planned)\n            && member.prior == planned",
        }],
        test: "plan::semantic::tests::another_spelling_is_no_change",
        is_judged: false,
    },
    Bug {
        name: "spelling-is-compared-too-late",
        edits: &[
            Edit { file: "plan.rs", find: "    semantic::keep_prior_spelling(&mut draft);\n", replace: "" },
            Edit {
                file: "plan.rs",
                find: "    modifiers::run(&mut draft, &mut plan);",
                replace: "    semantic::keep_prior_spelling(&mut draft);\n    modifiers::run(&mut draft, &mut plan);",
            },
        ],
        test: "plan::semantic::tests::another_spelling_is_no_change",
        is_judged: false,
    },
    Bug {
        name: "the-first-that-fits-is-taken",
        edits: &[Edit {
            file: "plan/correlate.rs",
            find: "Some(other) => queue.push_back(other),",
            replace: "Some(_) => {}",
        }],
        test: "plan::correlate::tests::no_element_is_left_with_nothing_if_there_is_a_way",
        is_judged: false,
    },
    Bug {
        name: "shrunken-sets-pass",
        edits: &[Edit {
            file: "plan.rs",
            find: "    draft.report_coalesced(&mut plan.diagnostics);",
            replace: "    let _ = Object::report_coalesced;",
        }],
        test: "plan::tests::a_set_that_defaults_shrink_is_an_error",
        is_judged: false,
    },
    Bug {
        name: "destroyed-objects-are-planned",
        edits: &[Edit {
            file: "plan.rs",
            find: "            self.planned = Value::Null;\n            self.diagnostics",
            replace: "            self.diagnostics",
        }],
        test: "plan::tests::a_destroyed_object_is_planned_as_null",
        is_judged: false,
    },
    Bug {
        name: "private-data-is-lost",
        edits: &[Edit { file: "plan.rs", find: "private: request.private.to_vec(),", replace: "private: Vec::new()," }],
        test: "plan::tests::a_replacement_is_planned_twice",
        is_judged: true,
    },
    Bug {
        name: "identities-change",
        edits: &[Edit {
            file: "plan.rs",
            find: "if stays && prior != identity && !prior.is_null() {",
            replace: "if !stays && prior != identity && !prior.is_null() && planned.is_null() {",
        }],
        test: "plan::tests::the_identity_of_an_object_that_stays_stays",
        is_judged: false,
    },
    Bug {
        name: "successors-inherit-the-identity",
        edits: &[Edit {
            file: "plan.rs",
            find: "        plan.identity = None;",
            replace: "        let _ = &plan.identity;",
        }],
        test: "plan::tests::a_replacement_is_planned_twice",
        is_judged: false,
    },
    Bug {
        name: "proposals-are-ignored",
        edits: &[Edit {
            file: "plan.rs",
            find: "request.config, Some(request.proposed));",
            replace: "request.config, None);",
        }],
        test: "plan::tests::the_plan_starts_from_what_core_proposes",
        is_judged: false,
    },
];
