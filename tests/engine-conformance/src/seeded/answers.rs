//! Bugs in what an engine says: lines 10 to 13, and 17.

use seeded_bugs::Edit;

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: 10,
        name: "an-empty-object-is-no-text",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/response.rs",
            find: "            data: data.to_string(),\n            warnings",
            replace: "            data: if data == json!({}) { String::new() } else { data.to_string() },\n            warnings",
        }],
        test: "answers::line_10_nothing_and_an_empty_object_are_answers_that_hosts_can_read",
        reason: "no host can read the reply",
    },
    Bug {
        line: 10,
        name: "raw-as-it-is",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/response.rs",
            find: "\"http_raw_body\": STANDARD.encode(body),",
            replace: "\"http_raw_body\": String::from_utf8_lossy(&body),",
        }],
        test: "answers::line_10_a_raw_answer_arrives_as_it_is",
        reason: "\"text\" is sent as \"text\"",
    },
    Bug {
        line: 10,
        name: "a-field-that-ends-the-host",
        copy: 6,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/response.rs",
            find: "RESERVED.iter().find(|key| data.contains_key(**key))",
            replace: "RESERVED.iter().find(|key| **key != \"error\" && data.contains_key(**key))",
        }],
        test: "answers::line_10_answers_that_would_hurt_a_host_are_errors_of_the_engine",
        reason: "the played host has ended",
    },
    Bug {
        line: 10,
        name: "no-time-of-issue",
        copy: 4,
        edits: &[Edit { file: "vault-plugin-sdk/src/lease.rs", find: "issue_time: Some(clock::now()),", replace: "issue_time: None," }],
        test: "leases::line_10_a_lease_has_a_time_of_issue_and_comes_back",
        reason: "no host can read the reply",
    },
    Bug {
        line: 10,
        name: "what-is-gone-cannot-be-taken-back",
        copy: 5,
        edits: &[Edit { file: "vault-plugin-sdk/src/server/leases.rs", find: "Ok(()) | Err(Error::NotFound(_)) =>", replace: "Ok(()) =>" }],
        test: "leases::line_10_a_lease_has_a_time_of_issue_and_comes_back",
        reason: "status 404: the loan has ended",
    },
    Bug {
        line: 11,
        name: "a-kind-that-hosts-do-not-know",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/error.rs",
            find: "pub(super) const INTERNAL: u32 = 2;",
            replace: "pub(super) const INTERNAL: u32 = 42;",
        }],
        test: "errors::line_11_every_kind_of_error_has_its_status_and_keeps_its_text",
        reason: "internal: status",
    },
    Bug {
        line: 11,
        name: "no-status",
        copy: 6,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/error.rs",
            find: "coded => (kind::CODED, i64::from(coded.status())),",
            replace: "_ => (kind::UNKNOWN, 0),",
        }],
        test: "errors::line_11_every_kind_of_error_has_its_status_and_keeps_its_text",
        reason: "bad-request: status 500 instead of 400",
    },
    Bug {
        line: 11,
        name: "a-text-on-which-hosts-act",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/error.rs",
            find: "if ACTED_ON.contains(&text.trim()) { format!(\"refused: {text}\") } else { text }",
            replace: "text",
        }],
        test: "errors::line_11_no_text_makes_a_host_restart_the_plugin_or_forward_the_request",
        reason: "makes a host restart the plugin",
    },
    Bug {
        line: 11,
        name: "a-name-from-the-data",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/fields.rs",
            find: "Some((_, None)) => (Source::Fallback, None),",
            replace: "Some((_, None)) => (Source::Body, body.get(spec.name).map(Cow::Borrowed)),",
        }],
        test: "errors::line_11_what_the_path_leaves_out_is_not_taken_from_the_data",
        reason: "takes the name from the data",
    },
    Bug {
        line: 11,
        name: "the-error-tells-what-was-sent",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/request.rs",
            find:
                "\"the request can't be read, at column {} of its JSON: it is nested more than 127 levels deep, or broken; send it flatter\",
            error.column()",
            replace: "\"the request {data} is JSON that can't be read: {error}\"",
        }],
        test: "errors::line_11_data_that_is_no_object_is_the_fault_of_its_sender",
        reason: "the error tells what was sent",
    },
    Bug {
        line: 11,
        name: "a-check-that-refuses-what-it-does-not-understand",
        copy: 6,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/handle_existence_check.rs",
            find: "Err(error @ (Error::BadRequest(_) | Error::NotFound(_))) => {",
            replace: "Err(error @ Error::NotFound(_)) => {",
        }],
        test: "errors::line_11_existence_checks_fail_only_where_nobody_can_know",
        reason: "kv/a//b",
    },
    Bug {
        line: 12,
        name: "a-path-that-is-null",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/openapi.rs",
            find: "paths.entry(url(&form)).or_insert_with(|| item(route, &form));",
            replace: "paths.entry(url(&form)).or_insert_with(|| item(route, &form).get(\"nothing\").cloned().into());",
        }],
        test: "help::line_12_there_is_help_on_the_mount_and_on_every_path",
        reason: "the OpenAPI document has nothing at",
    },
    Bug {
        line: 12,
        name: "no-help-on-the-mount",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/help.rs",
            find: "if wire.path.is_empty() {",
            replace: "if wire.path == \"/\" {",
        }],
        test: "help::line_12_there_is_help_on_the_mount_and_on_every_path",
        reason: "help on \"\"",
    },
    Bug {
        line: 12,
        name: "references",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/openapi.rs",
            find: "    let mut item = Map::new();\n",
            replace: "    let mut item = Map::new();\n    item.insert(\"$ref\".to_owned(), \"#/components/schemas/Item\".into());\n",
        }],
        test: "help::line_12_there_is_help_on_the_mount_and_on_every_path",
        reason: "there is a reference in it",
    },
    Bug {
        line: 13,
        name: "other-words-for-read-only",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage.rs",
            find: "StorageError::ReadOnly => Self::ReadOnly,",
            replace: "StorageError::ReadOnly => Self::Internal(error.to_string()),",
        }],
        test: "rollback::line_13_on_storage_that_cannot_be_written_it_says_so_in_the_words_of_hosts",
        reason: "instead of the words that hosts know",
    },
    Bug {
        line: 17,
        name: "small-requests",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/serve.rs",
            find: "BackendServer::new(server.clone())\n                .max_decoding_message_size(MAX_MESSAGE_BYTES)",
            replace: "BackendServer::new(server.clone())",
        }],
        test: "large::line_17_twenty_megabytes_go_both_ways",
        reason: "message length too large",
    },
    Bug {
        line: 17,
        name: "small-entries",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage.rs",
            find: "        .max_decoding_message_size(MAX_MESSAGE_BYTES)\n",
            replace: "",
        }],
        test: "large::line_17_twenty_megabytes_go_both_ways",
        reason: "message length too large",
    },
];
