//! Bugs in how long what lives: lines 13 to 16, and 18 to 20.

use seeded_bugs::Edit;

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: 14,
        name: "other-number-after-a-crash",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/request.rs",
            find: "id: std::mem::take(&mut wire.id),",
            replace: "id: format!(\"{}-{}\", wire.id, std::process::id()),",
        }],
        test: "killed::line_14_after_a_kill_everything_can_be_sent_again_and_happens_once",
        reason: "of the requests happened twice",
    },
    Bug {
        line: 14,
        name: "what-is-kept-is-only-remembered",
        copy: 6,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage/cache.rs",
            find: "        let (key, entry) = written(name, record)?;
        let within = storage.clone();
        self.write(storage, name, async move { within.put_entry(&key, entry).await }).await",
            replace: "        let _ = storage;
        let copied = serde_json::to_vec(record).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(copied) = copied {
            self.held().keep(name, &Arc::new(copied), 1);
        }
        Ok(())",
        }],
        test: "killed::line_14_after_a_kill_everything_can_be_sent_again_and_happens_once",
        reason: "there is nothing with the name",
    },
    Bug {
        line: 15,
        name: "no-farewell",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/serve.rs",
            find: "server.shut_down().await;",
            replace: "std::mem::forget(server.clone());",
        }],
        test: "ending::line_15_the_process_ends_in_time_whatever_goes_on_in_it",
        reason: "the task was not told",
    },
    Bug {
        line: 16,
        name: "a-panic-gets-through",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/isolated.rs",
            find: "match AssertUnwindSafe(work).catch_unwind().await {",
            replace: "match Ok::<_, Error>(work.await) {",
        }],
        test: "panics::line_16_a_panic_fails_one_request_and_nothing_else",
        reason: "the call ended with Internal",
    },
    Bug {
        line: 18,
        name: "a-write-is-dropped-with-its-caller",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/isolated.rs",
            find: "let running = tokio::spawn(isolated_owned(work).in_current_span());",
            replace: "let running = async { Ok::<_, Error>(isolated_owned(work).in_current_span().await) };",
        }],
        test: "cancelled::line_18_a_write_of_two_entries_is_finished_although_its_caller_has_gone",
        reason: "half of it is left",
    },
    Bug {
        line: 18,
        name: "nobody-rolls-back",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage/transaction.rs",
            find: "            if link.transactions.ended(&open.id) {\n",
            replace: "            if false {\n",
        }],
        test: "cancelled::line_18_a_transaction_that_fails_in_the_middle_leaves_nothing",
        reason: "transactions are open for good",
    },
    Bug {
        line: 18,
        name: "beside-the-transaction",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage/open.rs",
            find: "Ok(UnderWay { within: Some((self.id.clone(), guard)) })",
            replace: "Ok(UnderWay { within: Some((String::new(), guard)) })",
        }],
        test: "cancelled::line_18_a_transaction_that_fails_in_the_middle_leaves_nothing",
        reason: "one entry without the other",
    },
    Bug {
        line: 18,
        name: "a-lost-commit-is-a-success",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage/transaction.rs",
            find: "        said(&reply.err, \"what the transaction wrote\")",
            replace: "        drop(reply);\n        Ok(())",
        }],
        test: "cancelled::line_18_a_commit_that_comes_second_leaves_nothing_and_can_be_tried_again",
        reason: "status 0 instead of 409",
    },
    Bug {
        line: 18,
        name: "an-impatient-caller-ends-a-write",
        copy: 9,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/path.rs",
            find: "self.on(&[Operation::Create, Operation::Update], false, handler)",
            replace: "self.on(&[Operation::Create, Operation::Update], true, handler)",
        }],
        test: "cancelled::line_18_what_only_reads_is_dropped_with_its_caller",
        reason: "a write was dropped with its caller",
    },
    Bug {
        line: 13,
        name: "what-another-node-wrote-is-not-seen",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/invalidate_key.rs",
            find: "instance.mount.setup().invalidate(key)",
            replace: "drop(key.to_owned())",
        }],
        test: "rollback::line_13_what_another_node_has_changed_is_read_again",
        reason: "it still reads",
    },
    Bug {
        line: 19,
        name: "plain-text-in-the-log",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/initialize.rs",
            find: "tracing::warn!(%error, \"the mount is not initialised yet\");",
            replace: "std::eprintln!(\"the mount is not initialised yet: {error}\");",
        }],
        test: "log::line_19_every_line_of_the_log_is_one_that_hosts_can_read",
        // The text is one that ends Go hosts, and this one is made of their code.
        reason: "the played host has ended",
    },
    Bug {
        line: 20,
        name: "the-storage-is-held",
        // By itself: a real server could never unmount it.
        copy: 10,
        edits: &[
            Edit {
                file: "vault-plugin-sdk/src/instance.rs",
                find: "        self.cut.cancel();
        self.link.transactions.end(&self.link, Instant::now() + ROLLBACK).await;
        self.link.close();
",
                replace: "",
            },
            Edit {
                file: "vault-plugin-sdk/src/instance.rs",
                find: "        // Tasks of a mount that was replaced without a clean-up must not go on.
        self.mount.background().stop();
        self.cut.cancel();
        self.link.close();
",
                replace: "        self.mount.background().stop();\n",
            },
        ],
        test: "ending::line_20_a_cleanup_is_quick_may_come_twice_and_lets_go_of_the_storage",
        reason: "the storage's server can't end",
    },
    Bug {
        line: 20,
        name: "an-endless-farewell",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/instance.rs",
            find: "const FAREWELL: Duration = Duration::from_millis(500);",
            replace: "const FAREWELL: Duration = Duration::from_secs(3600);",
        }],
        test: "ending::line_20_a_cleanup_is_quick_may_come_twice_and_lets_go_of_the_storage",
        reason: "Cleanup has not ended",
    },
    Bug {
        line: 20,
        name: "tasks-are-not-told",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/instance.rs",
            find: "        self.mount.background().stop();\n        tokio::join!",
            replace: "        tokio::join!",
        }],
        test: "ending::line_20_a_cleanup_is_quick_may_come_twice_and_lets_go_of_the_storage",
        reason: "the task was not told",
    },
];
