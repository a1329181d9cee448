//! The table of seeded bugs: what is changed, the test that must fail, and a part of what it says.

use seeded_bugs::Edit;

use crate::copies::Bug;

const NOTHING_NEEDED: &str = "nothing_is_needed_before_there_is_a_server";
const DRIFT: &str = "drift_in_every_kind_is_seen_and_repaired";
const STAYS: &str = "what_can_not_be_looked_at_stays_in_the_state";
const SEALED: &str = "of_a_sealed_server_the_state_stands_with_a_warning";
const GONE: &str = "what_is_gone_for_certain_leaves_the_state";
const ADOPTED: &str = "what_is_there_already_is_adopted_if_it_is_the_same";
const ANOTHER: &str = "what_is_there_already_is_left_alone_if_it_is_another";
const LOST_ANSWER: &str = "a_mount_whose_answer_is_lost_is_made_in_the_same_apply";
const FAILED_CHANGE: &str = "a_change_that_failed_is_not_taken_for_done";
const FIRST_STEP: &str = "the_first_step_of_a_change_is_recorded";

/// Every seeded bug.
pub(crate) const BUGS: &[Bug] = &[
    // Only a definite "not found" takes an object out of the state.
    Bug {
        name: "what-is-forbidden-is-gone",
        edit: Edit {
            file: "connection.rs",
            find: "            Err(error) if error.is_not_found() => Ok(None),\n            \
                   Err(error) => Err(error.reading(summary)),",
            replace: "            Err(error) if error.is_not_found() || error.server().is_some_and(|error| error.is_denied()) => Ok(None),\n            \
                      Err(error) => Err(error.reading(summary)),",
        },
        test: STAYS,
        reason: "a refresh goes well that finds out nothing",
    },
    Bug {
        name: "a-table-that-is-not-read-is-empty",
        edit: Edit {
            file: "connection/mount_tables.rs",
            find: "                Err(error) => Err(error),\n            }\n        };",
            replace: "                Err(_) => Ok(Listed::Whole(BTreeMap::new())),\n            }\n        };",
        },
        test: STAYS,
        reason: "a refresh goes well that finds out nothing",
    },
    Bug {
        name: "a-sealed-server-has-nothing",
        edit: Edit {
            file: "connection/explained.rs",
            find: "        self.server().is_some_and(vault_client::Error::is_not_found)",
            replace: "        self.server().is_some_and(|error| error.is_not_found() || error.is_sealed())",
        },
        test: SEALED,
        reason: "policy: []",
    },
    Bug {
        name: "a-sealed-server-is-an-error",
        edit: Edit {
            file: "connection/explained.rs",
            find: "        if self.is_sealed() {",
            replace: "        if self.is_sealed() && self.is_lost_credentials() {",
        },
        test: SEALED,
        reason: "a sealed server, policy",
    },
    Bug {
        name: "what-is-gone-is-an-error",
        edit: Edit {
            file: "connection/explained.rs",
            find: "        self.server().is_some_and(vault_client::Error::is_not_found)",
            replace: "        self.server().is_some_and(vault_client::Error::is_sealed)",
        },
        test: GONE,
        reason: "there is nothing (404)",
    },
    // Configuring does nothing, and a plan needs no server that does not exist yet.
    Bug {
        name: "files-are-looked-for-at-configure",
        edit: Edit {
            file: "connection.rs",
            find: "        Ok(Self {\n            block,",
            replace: "        if let Setting::Known(path) = &block.ca_cert_file\n            && !std::path::Path::new(path).exists()\n        {\n            \
                      return Err(Diagnostic::error(\"ca_cert_file can't be read\").into());\n        }\n        \
                      Ok(Self {\n            block,",
        },
        test: NOTHING_NEEDED,
        reason: "ca_cert_file can't be read",
    },
    Bug {
        name: "what-is-not-known-yet-is-missing",
        edit: Edit {
            file: "connection.rs",
            find: "        Ok(Self {\n            block,",
            replace: "        Settings::resolve(&block, &environment)?;\n        Ok(Self {\n            block,",
        },
        test: NOTHING_NEEDED,
        reason: "panicked",
    },
    // A second plan is empty, and drift is seen.
    Bug {
        name: "the-drift-of-a-policy-is-not-seen",
        edit: Edit {
            file: "resources/policy.rs",
            find: "        look(cx, state.namespace.as_deref(), &state.name, \"Reading\").await\n",
            replace: "        let found = look(cx, state.namespace.as_deref(), &state.name, \"Reading\").await?;\n        \
                      Ok(found.map(|_| state))\n",
        },
        test: DRIFT,
        reason: "policy: the drift is not seen",
    },
    Bug {
        name: "the-drift-of-a-mount-is-not-seen",
        edit: Edit {
            file: "resources/mount.rs",
            find: "            description: text_found(mount.description.clone(), self.description.as_ref()),",
            replace: "            description: self.description.clone(),",
        },
        test: DRIFT,
        reason: "mount: the drift is not seen",
    },
    Bug {
        name: "a-secret-that-another-wrote-is-ours",
        edit: Edit {
            file: "resources/kv_secret_v2.rs",
            find: "        changed_elsewhere: has_contents && (state.changed_elsewhere || is_new),",
            replace: "        changed_elsewhere: has_contents && state.changed_elsewhere && is_new,",
        },
        test: DRIFT,
        reason: "kv_secret_v2",
    },
    Bug {
        name: "a-changed-policy-is-not-written",
        edit: Edit {
            file: "resources/policy.rs",
            find: "        write(cx, plan, \"Changing\").await",
            replace: "        let PolicyPlan { id: _, name, namespace, policy } = plan;\n        let _ = cx;\n        \
                      Ok(Self { id: name.clone(), name, namespace, policy })",
        },
        test: DRIFT,
        reason: "secretzero_policy",
    },
    // What is there is adopted or left alone, and what is half done is recorded.
    Bug {
        name: "another-object-is-taken-for-ours",
        edit: Edit {
            file: "adoption.rs",
            find: "        if differences.is_empty() {",
            replace: "        if !differences.is_empty() || differences.is_empty() {",
        },
        test: ANOTHER,
        reason: "policy: another one is taken for ours",
    },
    Bug {
        name: "the-policy-of-another-is-overwritten",
        edit: Edit {
            file: "resources/policy.rs",
            find: "&plan.name, \"Creating\").await? {",
            replace: "&plan.name, \"Creating\").await?.filter(|_| false) {",
        },
        test: ANOTHER,
        reason: "policy: that of another was changed",
    },
    Bug {
        name: "what-is-there-is-always-another",
        edit: Edit {
            file: "adoption.rs",
            find: "        if differences.is_empty() {",
            replace: "        if differences.is_empty() && what.is_empty() {",
        },
        test: ADOPTED,
        reason: "an equal policy",
    },
    Bug {
        name: "nobody-looks-after-a-lost-answer",
        edit: Edit {
            file: "mounts.rs",
            find: "            Err(error) if error.may_have_been_done() => (Some(error), true),\n",
            replace: "",
        },
        test: LOST_ANSWER,
        reason: "the answer was lost, and nobody has looked",
    },
    Bug {
        name: "the-first-step-is-not-recorded",
        edit: Edit { file: "resources/mount.rs", find: "            cx.checkpoint(&there);\n", replace: "" },
        test: FIRST_STEP,
        reason: "the state knows nothing of the move",
    },
    Bug {
        name: "what-is-there-was-changed",
        edit: Edit {
            file: "resources/approle_auth_backend_role.rs",
            find: "error.may_have_been_done() && self.is_written(cx, doing_what).await?",
            replace: "error.may_have_been_done() && self.look(cx, doing_what).await?.is_some()",
        },
        test: FAILED_CHANGE,
        reason: "approle_auth_backend_role: InternalError(Before) is taken for done",
    },
];
