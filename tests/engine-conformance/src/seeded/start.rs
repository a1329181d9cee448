//! Bugs in how an engine comes up: lines 1, 3 and 4.

use seeded_bugs::Edit;

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: 1,
        name: "another-cookie",
        copy: 1,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/serve.rs",
            find: "value: \"6669da05-b1c8-4f49-97d9-c8e5bed98e20\"",
            replace: "value: \"6669da05-b1c8-4f49-97d9-c8e5bed98e21\"",
        }],
        test: "start::line_1_without_the_cookie_of_servers_it_ends_at_once",
        reason: "with the cookie of servers it does not start",
    },
    Bug {
        line: 3,
        name: "another-version",
        copy: 2,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/serve.rs",
            find: "const PROTOCOL: u32 = 5;",
            replace: "const PROTOCOL: u32 = 4;",
        }],
        test: "start::line_3_a_server_without_version_5_is_told_that_there_is_no_other",
        reason: "was answered 4",
    },
    Bug {
        line: 4,
        name: "plaintext",
        copy: 2,
        edits: &[Edit {
            file: "vault-plugin-sdk/src/serve.rs",
            find: "    Plugin::new(COOKIE)\n",
            replace: "    Plugin::new(COOKIE)\n        .allow_plaintext()\n",
        }],
        test: "start::line_4_only_the_server_that_started_it_gets_in_and_never_in_plaintext",
        reason: "it serves without TLS",
    },
];
