//! Bugs in how mounts begin and are told apart: lines 6 to 9.

use seeded_bugs::Edit;

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: 6,
        name: "failed-set-up-is-a-success",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/setup.rs",
            find: "Err(error) => return Ok(failed(&Error::internal(\"connecting to the server's storage\", &error))),",
            replace: "Err(_) => return Ok(Response::new(pb::SetupReply { err: String::new() })),",
        }],
        test: "broker::line_6_without_an_announcement_the_set_up_fails_in_five_seconds_and_leaves_nothing",
        reason: "the set-up says that it succeeded",
    },
    Bug {
        line: 6,
        name: "replaced-mount-lives-on",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/setup.rs",
            find: "tokio::spawn(async move { old.end().await });",
            replace: "std::mem::forget(old);",
        }],
        test: "broker::line_6_a_mount_that_is_set_up_again_lets_go_of_its_old_storage",
        reason: "the server of the old storage can't end",
    },
    Bug {
        line: 6,
        name: "lost-storage-is-a-bug",
        copy: 5,
        edits: &[
            Edit {
                file: "vault-plugin-sdk/src/link.rs",
                find: "Code::Unavailable | Code::Cancelled => CallError::Gone,",
                replace: "Code::Cancelled => CallError::Gone,",
            },
            Edit {
                file: "vault-plugin-sdk/src/link.rs",
                find: "_ if is_of_transport(status) => CallError::Gone,\n",
                replace: "",
            },
        ],
        test: "broker::line_6_when_its_storage_is_gone_a_mount_says_so_and_the_others_go_on",
        reason: "status 500 instead of 503",
    },
    Bug {
        line: 7,
        name: "storage-is-read-at-set-up",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/server/setup.rs",
            find: "    if let Some(old) = instances.insert(",
            replace: "    if let Err(error) = mount.storage().get(\"config\").await {
        return Ok(failed(&error.into()));
    }
    if let Some(old) = instances.insert(",
        }],
        test: "broker::line_7_an_engine_that_is_only_registered_needs_no_storage",
        reason: "missing storage implementation",
    },
    Bug {
        line: 7,
        name: "one-try-to-initialise",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/instance.rs",
            find: "self.initialised.get_or_try_init(work).await.copied()",
            replace: "if self.initialised.initialized() {
            return Ok(());
        }
        let outcome = work().await;
        let _ = self.initialised.set(());
        outcome",
        }],
        test: "broker::line_7_a_mount_that_could_not_be_initialised_tries_again",
        reason: "it was not tried again",
    },
    Bug {
        line: 8,
        name: "any-mount",
        copy: 3,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/instances.rs",
            find: "self.lock().get(id).cloned().ok_or_else(|| Status::not_found(UNKNOWN))",
            replace: "let by_id = self.lock();
        by_id.get(id).or_else(|| by_id.values().next()).cloned().ok_or_else(|| Status::not_found(UNKNOWN))",
        }],
        test: "ids::line_8_no_name_two_names_an_empty_and_an_unknown_one_are_errors",
        reason: "HandleRequest for [\"two\"] was answered",
    },
    Bug {
        line: 8,
        name: "first-of-two-names",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/instances.rs",
            find: "(Some(_), Some(_)) => bad(\"more than one\"),",
            replace: "(Some(Ok(id)), Some(_)) => Ok(id),\n        (Some(_), Some(_)) => bad(\"an unreadable\"),",
        }],
        test: "ids::line_8_no_name_two_names_an_empty_and_an_unknown_one_are_errors",
        reason: "HandleRequest for [\"one\", \"one\"] was answered",
    },
    Bug {
        line: 8,
        name: "one-memory-for-all-mounts",
        copy: 5,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/storage/cache.rs",
            find: "Self { held: Arc::new(Mutex::new(Held { records: HashMap::new(), generation: 0 })) }",
            replace: "static SHARED: Mutex<Vec<Box<dyn std::any::Any + Send>>> = Mutex::new(Vec::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = shared.iter().find_map(|held| held.downcast_ref::<Arc<Mutex<Held<R>>>>()) {
            return Self { held: Arc::clone(held) };
        }
        let held = Arc::new(Mutex::new(Held { records: HashMap::new(), generation: 0 }));
        shared.push(Box::new(Arc::clone(&held)));
        Self { held }",
        }],
        test: "interleavings::line_8_two_mounts_never_see_each_others_data",
        reason: "two mounts are not kept apart",
    },
    Bug {
        line: 9,
        name: "special-paths-need-a-mount",
        copy: 3,
        edits: &[
            Edit {
                file: "vault-plugin-sdk/src/server.rs",
                find: "async fn special_paths(&self, _: Request<pb::Empty>)",
                replace: "async fn special_paths(&self, request: Request<pb::Empty>)",
            },
            Edit {
                file: "vault-plugin-sdk/src/server.rs",
                find: "        Ok(Response::new(pb::SpecialPathsReply {",
                replace: "        self.shared.instances.of(request.metadata())?;\n        Ok(Response::new(pb::SpecialPathsReply {",
            },
        ],
        test: "special_paths::line_9_special_paths_are_known_before_a_set_up_and_after_a_failed_one",
        reason: "before the set-up",
    },
    Bug {
        line: 9,
        name: "sudo-is-forgotten",
        copy: 4,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/special_paths.rs",
            find: "root: marked(routes, \"sudo\", |route| route.path.is_sudo, as_prefix)?,",
            replace: "root: marked(routes, \"sudo\", |_| false, as_prefix)?,",
        }],
        test: "special_paths::line_9_special_paths_are_known_before_a_set_up_and_after_a_failed_one",
        reason: "anybody may see the status",
    },
];
