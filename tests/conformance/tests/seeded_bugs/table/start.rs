//! Bugs in what a plugin says when it comes up: lines 1 to 3, and what goes with them.

use seeded_bugs::Edit;

use crate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: Some(1),
        name: "any-cookie",
        edits: &[Edit {
            file: "cookie.rs",
            find: "found.is_some_and(|found| found == self.value)",
            replace: "found.is_some()",
        }],
        test: "handshake::line_1_a_wrong_or_missing_cookie_ends_the_plugin_at_once",
        reason: "still runs",
    },
    Bug {
        line: Some(1),
        name: "hint-on-stdout",
        edits: &[Edit {
            file: "cookie.rs",
            find: "let mut stderr = std::io::stderr().lock();",
            replace: "let mut stderr = std::io::stdout().lock();",
        }],
        test: "handshake::line_1_a_wrong_or_missing_cookie_ends_the_plugin_at_once",
        reason: "standard output has",
    },
    Bug {
        line: Some(1),
        name: "wrong-cookie-is-success",
        edits: &[Edit {
            file: "plugin.rs",
            find: r"self.cookie.explain();
            return ExitCode::FAILURE;",
            replace: r"self.cookie.explain();
            return ExitCode::SUCCESS;",
        }],
        test: "handshake::line_1_a_wrong_or_missing_cookie_ends_the_plugin_at_once",
        reason: "it ended with exit status: 0",
    },
    Bug {
        line: Some(2),
        name: "padded-certificate",
        edits: &[Edit {
            file: "handshake.rs",
            find: "use base64::engine::general_purpose::STANDARD_NO_PAD;",
            replace: "use base64::engine::general_purpose::STANDARD as STANDARD_NO_PAD;",
        }],
        test: "handshake::line_2_the_certificate_is_unpadded_and_the_one_that_tls_presents",
        reason: "no raw base64",
    },
    Bug {
        line: Some(2),
        name: "seventh-field-always",
        edits: &[Edit {
            file: "handshake.rs",
            find: "if *answers_multiplexing {",
            replace: "if true || *answers_multiplexing {",
        }],
        test: "handshake::line_2_the_line_has_six_fields_and_a_seventh_only_when_asked",
        reason: "7 fields",
    },
    Bug {
        line: Some(2),
        name: "seventh-field-never",
        edits: &[Edit {
            file: "handshake.rs",
            find: "if *answers_multiplexing {",
            replace: "if false && *answers_multiplexing {",
        }],
        test: "handshake::line_2_the_line_has_six_fields_and_a_seventh_only_when_asked",
        reason: "6 fields",
    },
    Bug {
        line: Some(2),
        name: "another-certificate-in-the-line",
        edits: &[Edit {
            file: "plugin.rs",
            find: "Some((identity, tls))",
            replace: "Some((Identity::generate()?, tls))",
        }],
        test: "handshake::line_2_the_certificate_is_unpadded_and_the_one_that_tls_presents",
        reason: "another certificate than the line",
    },
    Bug {
        line: Some(3),
        name: "highest-reported",
        edits: &[Edit { file: "offer.rs", find: "None => ours.min()", replace: "None => ours.max()" }],
        test: "handshake::line_3_the_highest_common_version_is_chosen_or_the_lowest_reported",
        reason: "was answered 3, not 2",
    },
    Bug {
        line: Some(3),
        name: "lowest-common-chosen",
        edits: &[Edit {
            file: "offer.rs",
            find: ".filter(|version| self.versions.contains(version)).max()",
            replace: ".filter(|version| self.versions.contains(version)).min()",
        }],
        test: "handshake::line_3_the_highest_common_version_is_chosen_or_the_lowest_reported",
        reason: "was answered 2, not 3",
    },
    Bug {
        line: None,
        name: "certificate-with-a-date",
        edits: &[Edit {
            file: "certificate.rs",
            find: "parameters.not_before = date_time_ymd(2000, 1, 1);",
            replace: "parameters.not_before = date_time_ymd(2026, 1, 1);",
        }],
        test: "handshake::the_certificate_does_not_depend_on_the_clock",
        reason: "is not valid from 2000 to 9999",
    },
    Bug {
        line: None,
        name: "folder-for-everybody",
        edits: &[Edit {
            file: "listener.rs",
            find: r"Permissions::from_mode(0o700))
            .tempdir_in",
            replace: r"Permissions::from_mode(0o755))
            .tempdir_in",
        }],
        test: "handshake::the_socket_is_in_a_private_folder_where_the_host_wants_it",
        reason: "others may look into",
    },
    Bug {
        line: None,
        name: "hosts-end-the-debugged",
        edits: &[Edit { file: "reattach.rs", find: r#""Test": true,"#, replace: r#""Test": false,"# }],
        test: "detached::what_it_prints_is_enough_to_attach",
        reason: "hosts would end the process",
    },
    Bug {
        line: None,
        name: "ctrl-c-is-ignored-when-debugged",
        edits: &[Edit {
            file: "plugin.rs",
            find: "Life::begin(Interrupt::Ends, None)",
            replace: "Life::begin(Interrupt::IsForTheHost, None)",
        }],
        test: "detached::bare_probes_are_shrugged_off_and_hosts_follow_each_other",
        reason: "still runs",
    },
    Bug {
        line: None,
        name: "first-broker-stream-for-ever",
        edits: &[Edit {
            file: "broker.rs",
            find: "self.shared.stream.send_replace(Some(ours));",
            replace: r"self.shared.stream.send_if_modified(|stream| {
            let is_first = stream.is_none();
            stream.get_or_insert(ours);
            is_first
        });",
        }],
        test: "detached::bare_probes_are_shrugged_off_and_hosts_follow_each_other",
        reason: "the host opened no broker stream",
    },
];
