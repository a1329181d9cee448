//! Bugs in what is below the engine, in `go-plugin`: lines 2, 4 to 6, 15 and 19. All of its bugs are in the table of
//! `tests/conformance`; these are of the kind that a server meets.

use seeded_bugs::Edit;

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: 2,
        name: "another-certificate-in-the-line",
        copy: 7,
        edits: &[Edit {
            file: "go-plugin/src/plugin.rs",
            find: "Some((identity, tls))",
            replace: "Some((Identity::generate()?, tls))",
        }],
        test: "start::line_2_the_line_has_six_fields_and_the_certificate_that_tls_presents",
        reason: "TLS presents another certificate than the line",
    },
    Bug {
        line: 4,
        name: "any-certificate",
        copy: 9,
        edits: &[Edit {
            file: "go-plugin/src/mtls.rs",
            find: "presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty()",
            replace: "!presented.is_empty() || intermediates.is_empty()",
        }],
        test: "start::line_4_only_the_server_that_started_it_gets_in_and_never_in_plaintext",
        reason: "a stranger was let in",
    },
    Bug {
        line: 5,
        name: "handshakes-one-after-the-other",
        copy: 9,
        edits: &[Edit {
            file: "go-plugin/src/incoming.rs",
            find: r"        tokio::spawn(async move {
            if let Some(stream) = shake_hands(acceptor, stream).await {
                drop(permit);
                // The receiver is gone when the server is: then so is the connection's purpose.
                let _ = ready.send(Ok(HostStream::new(stream, cut))).await;
            }
        });",
            replace: r"        if let Some(stream) = shake_hands(acceptor, stream).await {
            drop(permit);
            let _ = ready.send(Ok(HostStream::new(stream, cut))).await;
        }",
        }],
        test: "start::line_5_a_stalled_handshake_holds_up_nobody",
        reason: "it took",
    },
    Bug {
        line: 6,
        name: "announcements-are-lost",
        copy: 8,
        edits: &[
            Edit {
                file: "go-plugin/src/broker/rendezvous.rs",
                find: "free.insert(Half::Announced(announced, until));",
                replace: "drop((free, announced));",
            },
            Edit {
                file: "go-plugin/src/broker/rendezvous.rs",
                find: "let _ = waiting.send(announced);",
                replace: "drop((waiting, announced));",
            },
        ],
        test: "broker::line_6_the_storage_may_be_announced_before_the_set_up_or_after_it",
        reason: "the host announced no connection",
    },
    Bug {
        line: 15,
        name: "shutdown-is-ignored",
        copy: 9,
        edits: &[Edit {
            file: "go-plugin/src/controller.rs",
            find: "self.stop.cancel();",
            replace: "self.stop.is_cancelled();",
        }],
        test: "ending::line_15_the_process_ends_in_time_whatever_goes_on_in_it",
        reason: "the task was not told",
    },
    Bug {
        line: 19,
        name: "long-messages-are-cut",
        copy: 9,
        edits: &[Edit {
            file: "go-plugin/src/hclog.rs",
            find: "for piece in pieces {",
            replace: "for piece in pieces.take(0) {",
        }],
        test: "log::line_19_every_line_of_the_log_is_one_that_hosts_can_read",
        reason: "lost in the log",
    },
];
