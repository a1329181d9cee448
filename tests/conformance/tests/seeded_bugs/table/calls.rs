//! Bugs in calls and the log: lines 16, 17 and 19, and what goes with them.

use seeded_bugs::Edit;

use crate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: Some(16),
        name: "panics-in-streams-are-not-caught",
        edits: &[Edit {
            file: "panics.rs",
            find: "Ok(answer?.map(|body| Body::new(CatchPanicsBody { inner: Some(body), method })))",
            replace: "answer",
        }],
        test: "streams::line_16_a_panic_in_the_middle_of_a_stream_is_the_streams_own_error",
        reason: "code: Cancelled",
    },
    Bug {
        line: Some(16),
        name: "no-panic-hook",
        edits: &[Edit { file: "plugin.rs", find: "panics::install_hook();", replace: "" }],
        test: "calls::line_16_a_panic_fails_its_own_call_and_is_one_line_of_the_log",
        reason: "no JSON",
    },
    Bug {
        line: Some(16),
        name: "panics-are-not-caught",
        edits: &[Edit { file: "server.rs", find: ".layer(CatchPanics)", replace: "" }],
        test: "calls::line_16_a_panic_fails_its_own_call_and_is_one_line_of_the_log",
        reason: "code: Cancelled",
    },
    Bug {
        line: Some(16),
        name: "panics-abort",
        edits: &[Edit {
            file: "panics.rs",
            find: "let _ = std::io::stderr().lock().write_all(line.as_bytes());",
            replace: r"let _ = std::io::stderr().lock().write_all(line.as_bytes());
        std::process::abort();",
        }],
        test: "calls::line_16_a_panic_fails_its_own_call_and_is_one_line_of_the_log",
        reason: "tonic::transport::Error",
    },
    Bug {
        line: Some(16),
        name: "panic-without-its-word",
        edits: &[Edit {
            file: "panics.rs",
            find: r#"format!("panic: {}{place}{trace}""#,
            replace: r#"format!("{}{place}{trace}""#,
        }],
        test: "calls::line_16_a_panic_fails_its_own_call_and_is_one_line_of_the_log",
        reason: r#"LogLine { level: "error", message: "the"#,
    },
    Bug {
        line: Some(16),
        name: "whole-panic-in-the-answer",
        edits: &[Edit { file: "panics.rs", find: ".take(MAX_STATUS_CHARACTERS)", replace: ".take(usize::MAX)" }],
        test: "calls::line_16_a_panic_with_a_long_text_fails_its_own_call_too",
        reason: "http2 error",
    },
    Bug {
        line: Some(17),
        name: "four-megabytes",
        edits: &[Edit {
            file: "services.rs",
            find: "pub const MAX_MESSAGE_BYTES: usize = 256 << 20;",
            replace: "pub const MAX_MESSAGE_BYTES: usize = 4 << 20;",
        }],
        test: "calls::line_17_twenty_megabytes_pass_both_ways",
        reason: "4194304",
    },
    Bug {
        line: Some(17),
        name: "no-limit",
        edits: &[Edit {
            file: "services.rs",
            find: "pub const MAX_MESSAGE_BYTES: usize = 256 << 20;",
            replace: "pub const MAX_MESSAGE_BYTES: usize = 1 << 40;",
        }],
        test: "calls::line_17_a_message_above_the_limit_is_refused_and_the_plugin_lives",
        reason: "bytes: status",
    },
    Bug {
        line: Some(19),
        name: "milliseconds",
        edits: &[Edit { file: "hclog.rs", find: "%S%.6fZ", replace: "%S%.3fZ" }],
        test: "log::line_19_whatever_is_logged_every_line_can_be_read_by_a_host",
        reason: "hosts take the line for plain text",
    },
    Bug {
        line: Some(19),
        name: "long-lines",
        edits: &[Edit {
            file: "hclog.rs",
            find: "const MAX_MESSAGE_BYTES: usize = 20 * 1024;",
            replace: "const MAX_MESSAGE_BYTES: usize = 2 << 20;",
        }],
        test: "log::line_19_whatever_is_logged_every_line_can_be_read_by_a_host",
        reason: "would be cut to pieces",
    },
    Bug {
        line: Some(19),
        name: "keys-of-hclog",
        edits: &[Edit {
            file: "hclog.rs",
            find: r#"Some(rest) => format!("field_{rest}"),"#,
            replace: "Some(_) => name.to_owned(),",
        }],
        test: "log::line_19_whatever_is_logged_every_line_can_be_read_by_a_host",
        reason: "@level is no string",
    },
    Bug {
        line: Some(19),
        name: "long-messages-are-cut",
        edits: &[Edit { file: "hclog.rs", find: "for piece in pieces {", replace: "for piece in pieces.take(0) {" }],
        test: "log::line_19_whatever_is_logged_every_line_can_be_read_by_a_host",
        reason: "lost in the log",
    },
    Bug {
        line: Some(19),
        name: "stdout-is-open",
        edits: &[Edit { file: "stdout.rs", find: "nix::unistd::dup2_stdout(void)?;", replace: "drop(void);" }],
        test: "log::line_19_stray_prints_never_reach_standard_output",
        reason: "standard output has",
    },
    Bug {
        line: None,
        name: "cancellation-is-an-attack",
        edits: &[Edit {
            file: "server.rs",
            find: "const MAX_CANCELLED_UNSEEN: usize = 1 << 16;",
            replace: "const MAX_CANCELLED_UNSEEN: usize = 20;",
        }],
        test: "cancelled::calls_cancelled_before_they_are_seen_do_not_end_the_connection",
        reason: "the host was sent away",
    },
    Bug {
        line: None,
        name: "a-burst-is-an-attack",
        edits: &[Edit {
            file: "server.rs",
            find: "const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;",
            replace: "const CONNECTION_WINDOW_BYTES: u32 = 64 << 10;",
        }],
        test: "calls::a_burst_of_small_calls_is_answered",
        reason: "of a burst",
    },
    Bug {
        line: None,
        name: "calls-one-after-the-other",
        edits: &[Edit {
            file: "server.rs",
            find: ".layer(CatchPanics)",
            replace: ".layer(CatchPanics).layer(tower::limit::ConcurrencyLimitLayer::new(1))",
        }],
        test: "calls::calls_run_beside_each_other",
        reason: "one after the other",
    },
];
