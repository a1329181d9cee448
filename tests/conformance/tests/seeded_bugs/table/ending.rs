//! Bugs in the end: line 15.

use seeded_bugs::Edit;

use crate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: Some(15),
        name: "shutdown-is-ignored",
        edits: &[Edit { file: "controller.rs", find: "self.stop.cancel();", replace: "self.stop.is_cancelled();" }],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "still runs",
    },
    Bug {
        line: Some(15),
        name: "shutdown-is-not-answered",
        edits: &[Edit { file: "controller.rs", find: "self.stop.cancel();", replace: "std::process::exit(0);" }],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "the shutdown was not answered",
    },
    Bug {
        line: Some(15),
        name: "end-is-a-failure",
        edits: &[Edit {
            file: "plugin.rs",
            find: "Ok(()) => ExitCode::SUCCESS,",
            replace: "Ok(()) => ExitCode::FAILURE,",
        }],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "it ended with exit status: 1",
    },
    Bug {
        line: Some(15),
        name: "stdio-stays-open",
        edits: &[Edit {
            file: "stdio.rs",
            find: "futures_util::stream::pending().take_until(self.stop.clone().cancelled_owned())",
            replace: "futures_util::stream::pending().take_until(CancellationToken::new().cancelled_owned())",
        }],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "cut off",
    },
    Bug {
        line: Some(15),
        name: "broker-stream-stays-open",
        edits: &[Edit {
            file: "broker.rs",
            find: "announcements.take_until(self.shared.stop.clone().cancelled_owned())",
            replace: "announcements.take_until(CancellationToken::new().cancelled_owned())",
        }],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "cut off",
    },
    Bug {
        line: Some(15),
        name: "long-drain",
        edits: &[
            Edit {
                file: "plugin.rs",
                find: "const DRAIN: Duration = Duration::from_secs(1);",
                replace: "const DRAIN: Duration = Duration::from_secs(3);",
            },
            Edit {
                file: "watchdog.rs",
                find: "const LIMIT: Duration = Duration::from_millis(1450);",
                replace: "const LIMIT: Duration = Duration::from_millis(3450);",
            },
        ],
        test: "ending::line_15_a_call_that_does_not_stop_can_not_hold_up_the_end",
        reason: "the limit is 1.5s",
    },
    Bug {
        line: Some(15),
        name: "sockets-stay",
        edits: &[
            Edit {
                file: "listener.rs",
                find: r#".prefix("plugin")"#,
                replace: r#".disable_cleanup(true)
            .prefix("plugin")"#,
            },
            Edit {
                file: "listener.rs",
                find: "let _ = std::fs::remove_dir_all(folder.path());",
                replace: "let _ = folder.path();",
            },
        ],
        test: "ending::line_15_shutdown_with_open_streams_and_running_calls_ends_in_good_order",
        reason: "it left",
    },
    Bug {
        line: Some(15),
        name: "sigterm-kills",
        edits: &[Edit {
            file: "signals.rs",
            find: "signal(SignalKind::terminate())?",
            replace: "signal(SignalKind::user_defined2())?",
        }],
        test: "ending::line_15_sigterm_ends_the_plugin_in_good_order",
        reason: "it ended with signal: 15",
    },
    Bug {
        line: Some(15),
        name: "sigint-ends",
        edits: &[Edit {
            file: "signals.rs",
            find: r#"Interrupt::IsForTheHost => tracing::debug!("an interrupt was left to the host"),"#,
            replace: r#"Interrupt::IsForTheHost => {
                        tracing::debug!("an interrupt was taken to heart");
                        return;
                    }"#,
        }],
        test: "ending::line_15_sigint_is_left_to_the_host",
        reason: "pinging",
    },
    Bug {
        line: Some(15),
        name: "orphans-stay",
        edits: &[Edit {
            file: "orphan.rs",
            find: "while std::os::unix::process::parent_id() == self.process {",
            replace: "while std::os::unix::process::parent_id() == self.process || self.process != 0 {",
        }],
        test: "ending::line_15_a_plugin_whose_host_was_killed_ends_by_itself",
        reason: "the plugin outlives its host",
    },
    Bug {
        line: Some(15),
        name: "no-last-resort",
        edits: &[Edit { file: "watchdog.rs", find: "        last_resort();", replace: "        drop(last_resort);" }],
        test: "stubborn::line_15_handlers_that_block_every_thread_do_not_keep_the_plugin_alive",
        reason: "it lives on",
    },
    Bug {
        line: Some(15),
        name: "sockets-stay-after-the-last-resort",
        edits: &[Edit {
            file: "plugin.rs",
            find: r"    if let Some(broker) = broker {
        broker.remove_sockets();
    }
    std::process",
            replace: r"    let _ = broker;
    std::process",
        }],
        test: "stubborn::line_15_handlers_that_block_every_thread_do_not_keep_the_plugin_alive",
        reason: "it left",
    },
];
