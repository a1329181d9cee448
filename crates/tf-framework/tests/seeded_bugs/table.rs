//! The table of seeded bugs: what is changed, the test that must fail, and whether core's rules must notice it too.
//!
//! Those that core can't notice are no less bugs: it shows a user a change that is none, hides one that is, or forbids what
//! is allowed.

use crate::Bug;

/// Every seeded bug, in the order of the modules.
pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "the-plan-decides-on-defaults",
        edits: &[(
            "plan/defaults.rs",
            "(attribute.default(), member.config.is_null())",
            "(attribute.default(), member.value().is_null())",
        )],
        test: "plan::defaults::tests::a_default_undoes_what_was_configured_before",
        is_judged: false,
    },
    Bug {
        name: "nested-objects-are-forgotten",
        edits: &[("plan/draft.rs", "                object.each(visit);", "                let _ = &object;")],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "secrets-count-as-changes",
        edits: &[(
            "plan/write_only.rs",
            "        if attribute.is_write_only() {\n            member.planned",
            "        if attribute.is_write_only() && member.config.is_null() {\n            member.planned",
        )],
        test: "plan::write_only::tests::a_new_secret_without_a_new_version_is_no_change",
        is_judged: true,
    },
    Bug {
        name: "a-resource-plans-a-secret",
        edits: &[(
            "plan.rs",
            "let planned = without_write_only(self.schema, self.planned);",
            "let planned = self.planned;",
        )],
        test: "plan::write_only::tests::the_resource_cannot_put_one_into_the_plan",
        is_judged: false,
    },
    Bug {
        name: "always-unknown",
        edits: &[(
            "plan.rs",
            "    if changed {\n        unknowns::mark",
            "    if changed || !request.prior.is_null() {\n        unknowns::mark",
        )],
        test: "plan::unknowns::tests::no_change_plans_nothing",
        is_judged: true,
    },
    Bug {
        name: "never-unknown-again",
        edits: &[(
            "plan.rs",
            "    if changed {\n        unknowns::mark",
            "    if changed && request.prior.is_null() {\n        unknowns::mark",
        )],
        test: "plan::unknowns::tests::a_change_makes_what_is_computed_unknown",
        is_judged: false,
    },
    Bug {
        name: "defaults-become-unknown",
        edits: &[(
            "plan/unknowns.rs",
            "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            "let computed = attribute.mode().is_computed() && member.config.is_null();",
        )],
        test: "plan::unknowns::tests::a_default_is_not_computed",
        is_judged: true,
    },
    Bug {
        name: "what-is-set-becomes-unknown",
        edits: &[(
            "plan/unknowns.rs",
            "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            "let computed = attribute.mode().is_computed() && attribute.default().is_none();",
        )],
        test: "plan::unknowns::tests::creation_computes_everything_that_is_not_configured",
        is_judged: true,
    },
    Bug {
        name: "what-is-not-computed-becomes-unknown",
        edits: &[(
            "plan/unknowns.rs",
            "let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();",
            "let computed = member.config.is_null() && attribute.default().is_none();",
        )],
        test: "plan::defaults::tests::every_object_gets_its_defaults",
        is_judged: true,
    },
    Bug {
        name: "new-elements-keep-a-state-they-never-had",
        edits: &[(
            "plan/modifiers.rs",
            "if attribute.object_existed && !attribute.planned.is_known()",
            "if !attribute.planned.is_known()",
        )],
        test: "plan::modifiers::tests::a_new_element_has_no_state_to_keep",
        is_judged: false,
    },
    Bug {
        name: "null-counts-as-computed",
        edits: &[(
            "plan/modifiers.rs",
            "        if !attribute.prior.is_null() {\n            UseStateForUnknown",
            "        if attribute.object_existed {\n            UseStateForUnknown",
        )],
        test: "plan::modifiers::tests::null_in_the_state_is_kept_or_not",
        is_judged: false,
    },
    Bug {
        name: "state-wins-over-what-will-be-set",
        edits: &[(
            "plan/modifiers.rs",
            "!attribute.planned.is_known() && attribute.config.is_known() {",
            "!attribute.planned.is_known() {",
        )],
        test: "plan::modifiers::tests::what_the_user_will_set_is_not_kept",
        is_judged: true,
    },
    Bug {
        name: "every-update-replaces",
        edits: &[(
            "plan/modifiers.rs",
            "        if attribute.resource_existed && attribute.is_changed() {\n            attribute.require_replace();",
            "        if attribute.resource_existed {\n            attribute.require_replace();",
        )],
        test: "plan::modifiers::tests::an_unknown_computed_value_is_no_change",
        is_judged: true,
    },
    Bug {
        name: "removal-replaces-too",
        edits: &[(
            "plan/modifiers.rs",
            "        if !attribute.config.is_null() {\n            RequiresReplace",
            "        if attribute.resource_existed {\n            RequiresReplace",
        )],
        test: "plan::modifiers::tests::changes_replace_if_configured",
        is_judged: false,
    },
    Bug {
        name: "paths-go-into-sets",
        edits: &[
            (
                "plan/modifiers.rs",
                "plan.requires_replace.push(path.addressable());",
                "plan.requires_replace.push(path.clone());",
            ),
            ("plan/replace.rs", "paths.iter().map(Path::addressable).collect()", "paths.iter().cloned().collect()"),
        ],
        test: "plan::modifiers::tests::paths_end_at_sets",
        is_judged: true,
    },
    Bug {
        name: "unchanged-paths-replace",
        edits: &[(
            "plan/replace.rs",
            "before != after || is_write_only(schema, &path)",
            "before.is_some() || after.is_some()",
        )],
        test: "plan::replace::tests::what_does_not_change_replaces_nothing",
        is_judged: false,
    },
    Bug {
        name: "secrets-never-replace",
        edits: &[("plan/replace.rs", " || is_write_only(schema, &path) => kept", " => kept")],
        test: "plan::write_only::tests::a_secret_that_requires_replacement_does_so_by_its_version",
        is_judged: false,
    },
    Bug {
        name: "destroyed-objects-are-replaced",
        edits: &[("plan/replace.rs", "if prior.is_null() || planned.is_null() {", "if prior.is_null() {")],
        test: "plan::tests::a_destroyed_object_is_planned_as_null",
        is_judged: false,
    },
    Bug {
        name: "versions-are-ignored",
        edits: &[(
            "plan/write_only.rs",
            "Field::Attribute(attribute) => attribute.version_attribute(),",
            "Field::Attribute(attribute) => attribute.version_attribute().filter(|_| false),",
        )],
        test: "plan::unknowns::tests::what_depends_on_a_secret_is_unknown_when_its_version_changes",
        is_judged: false,
    },
    Bug {
        name: "dependents-are-kept",
        edits: &[(
            "plan.rs",
            "        unknowns::follow_dependencies(&mut draft);",
            "        let _ = unknowns::follow_dependencies;",
        )],
        test: "plan::unknowns::tests::what_depends_on_something_new_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "dependents-of-dependents-are-kept",
        edits: &[
            (
                "plan/unknowns.rs",
                "while let Some(position) = outdated(members) {",
                "if let Some(position) = outdated(members) {",
            ),
            (
                "plan/unknowns.rs",
                "let Some(member) = members.get_mut(position) else { break };",
                "let Some(member) = members.get_mut(position) else { return };",
            ),
        ],
        test: "plan::unknowns::tests::what_depends_on_something_new_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "null-dependents-are-kept",
        edits: &[(
            "plan/unknowns.rs",
            "!attribute.dependencies().is_empty() && !member.prior.is_null();",
            "!attribute.dependencies().is_empty();",
        )],
        test: "plan::unknowns::tests::without_a_value_to_keep_a_dependent_is_unknown",
        is_judged: false,
    },
    Bug {
        name: "spelling-counts",
        edits: &[(
            "plan/semantic.rs",
            "            && mean_the_same(attribute, member.prior, planned)",
            "            && mean_the_same(attribute, member.prior, planned)\n            && member.prior == planned",
        )],
        test: "plan::semantic::tests::another_spelling_is_no_change",
        is_judged: false,
    },
    Bug {
        name: "spelling-is-compared-too-late",
        edits: &[
            ("plan.rs", "    semantic::keep_prior_spelling(&mut draft);\n", ""),
            (
                "plan.rs",
                "    modifiers::run(&mut draft, &mut plan);",
                "    semantic::keep_prior_spelling(&mut draft);\n    modifiers::run(&mut draft, &mut plan);",
            ),
        ],
        test: "plan::semantic::tests::another_spelling_is_no_change",
        is_judged: false,
    },
    Bug {
        name: "a-due-renewal-is-missed",
        edits: &[("plan/unknowns.rs", "(created || member.prior.as_bool() == Some(true))", "created")],
        test: "plan::unknowns::tests::a_renewal_that_is_due_is_an_update_in_place",
        is_judged: false,
    },
    Bug {
        name: "updates-put-renewal-in-doubt",
        edits: &[(
            "plan/unknowns.rs",
            "if computed && !decided && !waits {",
            "let _ = decided;\n        if computed && !waits {",
        )],
        test: "plan::unknowns::tests::another_update_renews_nothing",
        is_judged: false,
    },
    Bug {
        name: "the-first-that-fits-is-taken",
        edits: &[("plan/correlate.rs", "Some(other) => queue.push_back(other),", "Some(_) => {}")],
        test: "plan::correlate::tests::no_element_is_left_with_nothing_if_there_is_a_way",
        is_judged: false,
    },
    Bug {
        name: "elements-of-sets-have-no-past",
        edits: &[(
            "plan/draft.rs",
            ".map(|(config, prior)| Object::align(block, prior.unwrap_or(&NULL), config, None)).collect()",
            ".map(|(config, prior)| Object::align(block, prior.filter(|_| false).unwrap_or(&NULL), config, None)).collect()",
        )],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "elements-of-lists-have-no-past",
        edits: &[(
            "plan/draft.rs",
            "Object::align(block, priors.get(index).unwrap_or(&NULL), config, proposed)",
            "Object::align(block, priors.get(index + priors.len()).unwrap_or(&NULL), config, proposed)",
        )],
        test: "plan::unknowns::tests::every_object_is_marked",
        is_judged: true,
    },
    Bug {
        name: "unknown-blocks-are-planned-as-none",
        edits: &[(
            "plan/draft.rs",
            "Some(block) if config.is_known() && !config.is_null() => align",
            "Some(block) if !config.is_null() => align",
        )],
        test: "plan::unknowns::tests::unknown_blocks_stay_as_they_are",
        is_judged: true,
    },
    Bug {
        name: "shrunken-sets-pass",
        edits: &[(
            "plan.rs",
            "    draft.report_coalesced(&mut plan.diagnostics);",
            "    let _ = Object::report_coalesced;",
        )],
        test: "plan::tests::a_set_that_defaults_shrink_is_an_error",
        is_judged: false,
    },
    Bug {
        name: "destroyed-objects-are-planned",
        edits: &[(
            "plan.rs",
            "            self.planned = Value::Null;\n            self.diagnostics",
            "            self.diagnostics",
        )],
        test: "plan::tests::a_destroyed_object_is_planned_as_null",
        is_judged: false,
    },
    Bug {
        name: "private-data-is-lost",
        edits: &[("plan.rs", "private: request.private.to_vec(),", "private: Vec::new(),")],
        test: "plan::tests::a_replacement_is_planned_twice",
        is_judged: true,
    },
    Bug {
        name: "identities-change",
        edits: &[(
            "plan.rs",
            "if stays && prior != identity && !prior.is_null() {",
            "if !stays && prior != identity && !prior.is_null() && planned.is_null() {",
        )],
        test: "plan::tests::the_identity_of_an_object_that_stays_stays",
        is_judged: false,
    },
    Bug {
        name: "successors-inherit-the-identity",
        edits: &[("plan.rs", "        plan.identity = None;", "        let _ = &plan.identity;")],
        test: "plan::tests::a_replacement_is_planned_twice",
        is_judged: false,
    },
    Bug {
        name: "proposals-are-ignored",
        edits: &[("plan.rs", "request.config, Some(request.proposed));", "request.config, None);")],
        test: "plan::tests::the_plan_starts_from_what_core_proposes",
        is_judged: false,
    },
    Bug {
        name: "read-only-attributes-can-be-set",
        edits: &[(
            "validate/attribute.rs",
            "if attribute.mode() == Mode::Computed {",
            "if attribute.mode() == Mode::Computed && value.is_null() {",
        )],
        test: "validate::attribute::tests::what_the_provider_computes_is_not_set",
        is_judged: false,
    },
    Bug {
        name: "required-attributes-can-be-null",
        edits: &[(
            "validate/attribute.rs",
            "if attribute.mode() == Mode::Required {",
            "if attribute.mode() == Mode::Required && !value.is_null() {",
        )],
        test: "validate::attribute::tests::required_attributes_are_not_null",
        is_judged: false,
    },
    Bug {
        name: "validators-see-unknowns",
        edits: &[("validate/attribute.rs", "if value.is_wholly_known() {", "if value.is_known() {")],
        test: "validate::tests::validators_see_known_values_only",
        is_judged: true,
    },
    Bug {
        name: "old-cores-store-secrets",
        edits: &[(
            "validate/attribute.rs",
            "if attribute.is_write_only() && !self.client.write_only_attributes {",
            "if attribute.is_write_only() && self.client.write_only_attributes {",
        )],
        test: "validate::attribute::tests::an_old_core_is_told_from_which_version_on",
        is_judged: true,
    },
    Bug {
        name: "versions-are-optional",
        edits: &[(
            "validate/attribute.rs",
            "|| value.is_null() == version.is_null() {",
            "|| value.is_null() || !version.is_null() || version.is_null() {",
        )],
        test: "validate::attribute::tests::write_only_values_come_with_their_version",
        is_judged: false,
    },
    Bug {
        name: "unknown-counts-as-set",
        edits: &[("validate/combination.rs", "                None => {}", "                None => set += 1,")],
        test: "validate::combination::tests::exactly_one_of",
        is_judged: false,
    },
    Bug {
        name: "unknown-elements-are-counted",
        edits: &[(
            "validate/blocks.rs",
            "if known == elements.len() { known } else { known.max(1) }",
            "elements.len()",
        )],
        test: "validate::blocks::tests::unknown_elements_of_sets_may_coincide",
        is_judged: false,
    },
    Bug {
        name: "null-elements-pass",
        edits: &[(
            "validate.rs",
            "        if config.is_null() {\n            let diagnostic",
            "        if config.is_null() && !config.is_known() {\n            let diagnostic",
        )],
        test: "validate::tests::elements_are_not_null",
        is_judged: false,
    },
];
