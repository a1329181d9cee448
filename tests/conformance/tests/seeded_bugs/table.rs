//! The table of seeded bugs. A row names the conformance line, the change, the test that must fail, and with what words.
//!
//! No row repeats what another one proves. The order is that of the lines, the slow ones last in each.

use crate::bug::{Bug, Edit};

/// Every seeded bug.
pub(crate) const BUGS: &[Bug] = &[
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
            replace: "Some((Identity::generate().map_err(ServeError::Certificate)?, tls))",
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
        line: Some(4),
        name: "any-certificate",
        edits: &[Edit {
            file: "mtls.rs",
            find: "presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty()",
            replace: "!presented.is_empty() || intermediates.is_empty()",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "another certificate of the host's kind: an answer",
    },
    Bug {
        line: Some(4),
        name: "certificate-is-optional",
        edits: &[Edit {
            file: "mtls.rs",
            find: r"fn client_auth_mandatory(&self) -> bool {
        true",
            replace: r"fn client_auth_mandatory(&self) -> bool {
        false",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "no certificate: an answer",
    },
    Bug {
        line: Some(4),
        name: "subject-and-serial-suffice",
        edits: &[Edit {
            file: "mtls.rs",
            find: "presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty()",
            replace: "presented.get(8..120) == self.certificate.get(8..120) && intermediates.is_empty()",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "the host's subject and serial: an answer",
    },
    Bug {
        line: Some(4),
        name: "key-is-not-proven",
        edits: &[Edit {
            file: "mtls.rs",
            find: "verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)",
            replace: "Ok(HandshakeSignatureValid::assertion()).inspect(|_| drop((message, certificate, signature)))",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "the host's certificate without its key: an answer",
    },
    Bug {
        line: Some(4),
        name: "key-is-not-proven-in-tls-1-2",
        edits: &[Edit {
            file: "mtls.rs",
            find: "verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)",
            replace: "Ok(HandshakeSignatureValid::assertion()).inspect(|_| drop((message, certificate, signature)))",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "the host's certificate without its key, TLS 1.2: an answer",
    },
    Bug {
        line: Some(4),
        name: "more-certificates-are-ignored",
        edits: &[Edit {
            file: "mtls.rs",
            find: "presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty()",
            replace: "presented.as_ref() == self.certificate.as_ref() && intermediates.len() < 9",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "the host with a stranger above: an answer",
    },
    Bug {
        line: Some(4),
        name: "host-anywhere-in-the-chain",
        edits: &[Edit {
            file: "mtls.rs",
            find: "presented.as_ref() == self.certificate.as_ref() && intermediates.is_empty()",
            replace: "std::iter::once(presented).chain(intermediates).any(|shown| shown.as_ref() == self.certificate.as_ref())",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "a stranger with the host above: an answer",
    },
    Bug {
        line: Some(4),
        name: "sessions-are-resumed",
        edits: &[Edit {
            file: "mtls.rs",
            find: r"server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;",
            replace: r"server.session_storage = rustls::server::ServerSessionMemoryCache::new(8);
        server.send_tls13_tickets = 2;",
        }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "coming back without the certificate: an answer",
    },
    Bug {
        line: Some(4),
        name: "no-alpn",
        edits: &[Edit { file: "mtls.rs", find: "server.alpn_protocols = vec![ALPN.to_vec()];", replace: "" }],
        test: "strangers::line_4_strangers_are_refused",
        reason: "the true certificate for HTTP/1.1: an answer",
    },
    Bug {
        line: Some(4),
        name: "plaintext-unasked",
        edits: &[Edit {
            file: "plugin.rs",
            find: "None if self.plaintext => {",
            replace: "None if self.plaintext || !self.protocols.is_empty() => {",
        }],
        test: "handshake::plaintext_is_refused_unless_the_author_allows_it",
        reason: "still runs",
    },
    Bug {
        line: Some(4),
        name: "empty-certificate-means-plaintext",
        edits: &[Edit {
            file: "offer.rs",
            find: r#"variable("PLUGIN_CLIENT_CERT").map("#,
            replace: r#"variable("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty()).map("#,
        }],
        test: "handshake::a_damaged_offer_is_refused_in_words",
        reason: "still runs",
    },
    Bug {
        line: Some(4),
        name: "last-of-several-certificates",
        edits: &[Edit {
            file: "offer.rs",
            find: "(Some(_), others @ 1..) => Err(OfferError::SeveralCertificates(others + 1)),",
            replace: "(Some(certificate), 1..) => Ok(certificate),",
        }],
        test: "handshake::a_damaged_offer_is_refused_in_words",
        reason: "still runs",
    },
    Bug {
        line: Some(5),
        name: "handshakes-one-after-the-other",
        edits: &[Edit {
            file: "incoming.rs",
            find: r"        tokio::spawn(async move {
            if let Some(stream) = shake_hands(acceptor, stream).await {
                drop(permit);
                // The receiver is gone when the server is: then so is the connection's purpose.
                let _ = ready.send(Ok(stream)).await;
            }
        });",
            replace: r"        if let Some(stream) = shake_hands(acceptor, stream).await {
            drop(permit);
            let _ = ready.send(Ok(stream)).await;
        }",
        }],
        test: "calls::line_5_a_handshake_that_stalls_holds_up_nobody_and_is_dropped_at_the_deadline",
        reason: "others wait for the one that stalls",
    },
    Bug {
        line: Some(5),
        name: "handshakes-without-deadline",
        edits: &[Edit {
            file: "incoming.rs",
            find: "const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);",
            replace: "const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(3600);",
        }],
        test: "calls::line_5_a_handshake_that_stalls_holds_up_nobody_and_is_dropped_at_the_deadline",
        reason: "a stalled handshake is never dropped",
    },
    Bug {
        line: Some(6),
        name: "early-announcement-is-lost",
        edits: &[Edit {
            file: "broker/rendezvous.rs",
            find: "free.insert(Half::Announced(announced));",
            replace: "drop((free, announced));",
        }],
        test: "broker::line_6_the_announcement_may_come_before_the_call_or_after_it",
        reason: "the host announced no connection 1",
    },
    Bug {
        line: Some(6),
        name: "late-announcement-is-lost",
        edits: &[Edit {
            file: "broker/rendezvous.rs",
            find: "let _ = waiting.send(announced);",
            replace: "drop((waiting, announced));",
        }],
        test: "broker::line_6_the_announcement_may_come_before_the_call_or_after_it",
        reason: "the host announced no connection 2",
    },
    Bug {
        line: Some(6),
        name: "endless-patience",
        edits: &[Edit {
            file: "broker.rs",
            find: "const PATIENCE: Duration = Duration::from_secs(5);",
            replace: "const PATIENCE: Duration = Duration::from_secs(3600);",
        }],
        test: "broker::line_6_a_number_that_is_never_announced_is_an_error_in_five_seconds_and_leaves_nothing",
        reason: "never given up",
    },
    Bug {
        line: Some(6),
        name: "failed-dial-leaks",
        edits: &[Edit {
            file: "broker/rendezvous.rs",
            find: "let _forget = Forget { rendezvous: self, id };",
            replace: "std::mem::forget(Forget { rendezvous: self, id });",
        }],
        test: "broker::line_6_a_number_that_is_never_announced_is_an_error_in_five_seconds_and_leaves_nothing",
        reason: "connection 7",
    },
    Bug {
        line: Some(6),
        name: "unclaimed-announcement-leaks",
        edits: &[Edit {
            file: "broker/rendezvous.rs",
            find: "rendezvous.forget(id, |half| matches!(half, Half::Announced(_)));",
            replace: "drop(rendezvous);",
        }],
        test: "broker::line_6_a_number_that_is_never_announced_is_an_error_in_five_seconds_and_leaves_nothing",
        reason: "connecting to the host's connection 8",
    },
    Bug {
        line: Some(6),
        name: "brokered-channel-reconnects",
        edits: &[Edit {
            file: "broker/dial.rs",
            find: r#"    let mut stream = Some(TokioIo::new(stream));
    let once = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move { stream.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the host closed the connection")) }
    });"#,
            replace: r"    let (announced, tls, mut stream) = (announced.clone(), tls.cloned(), Some(stream));
    let once = tower::service_fn(move |_: Uri| {
        let (announced, tls, stream) = (announced.clone(), tls.clone(), stream.take());
        async move {
            match stream {
                Some(stream) => Ok(TokioIo::new(stream)),
                None => {
                    let stream = open(id, &announced).await.map_err(io::Error::other)?;
                    secure(stream, tls.as_ref()).await.map(TokioIo::new)
                }
            }
        }
    });",
        }],
        test: "broker::line_6_calls_fail_once_the_host_has_closed_its_brokered_server_and_the_plugin_lives",
        reason: "a call on a closed connection was answered",
    },
    Bug {
        line: Some(6),
        name: "any-brokered-server",
        edits: &[Edit {
            file: "mtls.rs",
            find: "self.check(end_entity, intermediates).map(|()| ServerCertVerified::assertion())",
            replace: "Ok(ServerCertVerified::assertion()).inspect(|_| drop(self.check(end_entity, intermediates)))",
        }],
        test: "broker::line_6_a_server_that_is_not_the_hosts_is_not_spoken_to",
        reason: "it asked a stranger",
    },
    Bug {
        line: Some(6),
        name: "brokered-server-for-anybody",
        edits: &[Edit {
            file: "broker/serve.rs",
            find: "    let connections = incoming::accept(listener, shared.tls.clone(), stop.clone());",
            replace: r"    let tls = shared.tls.clone().map(|mut tls| {
        let mut open = rustls::ServerConfig::clone(&tls.server);
        let provider = Arc::clone(open.crypto_provider());
        let resolver = Arc::clone(&open.cert_resolver);
        open = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        open.alpn_protocols = tls.server.alpn_protocols.clone();
        tls.server = Arc::new(open);
        tls
    });
    let connections = incoming::accept(listener, tls, stop.clone());",
        }],
        test: "broker::line_6_the_host_dials_a_brokered_server_of_the_plugin_and_strangers_do_not",
        reason: "a stranger was served",
    },
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
        edits: &[Edit {
            file: "plugin.rs",
            find: "const DRAIN: Duration = Duration::from_secs(1);",
            replace: "const DRAIN: Duration = Duration::from_secs(3);",
        }],
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
                        stop.cancel();
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
            replace: "while std::os::unix::process::parent_id() == self.process || !stop.is_cancelled() {",
        }],
        test: "ending::line_15_a_plugin_whose_host_was_killed_ends_by_itself",
        reason: "the plugin outlives its host",
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
        edits: &[Edit {
            file: "server.rs",
            find: r"        .layer(CatchPanics)
",
            replace: "",
        }],
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
        edits: &[Edit { file: "listener.rs", find: "{ 0o710 } else { 0o700 }", replace: "{ 0o710 } else { 0o755 }" }],
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
            find: "None, Interrupt::Ends)?",
            replace: "None, Interrupt::IsForTheHost)?",
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
    Bug {
        line: None,
        name: "calls-one-after-the-other",
        edits: &[Edit {
            file: "server.rs",
            find: r"        .accept_http1(false)
",
            replace: r"        .accept_http1(false)
        .concurrency_limit_per_connection(1)
",
        }],
        test: "calls::calls_run_beside_each_other",
        reason: "one after the other",
    },
];
