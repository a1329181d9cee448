//! Bugs in the broker: line 6.

use seeded_bugs::Edit;

use crate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        line: Some(6),
        name: "early-announcement-is-lost",
        edits: &[Edit {
            file: "broker/rendezvous.rs",
            find: "free.insert(Half::Announced(announced, until));",
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
        name: "another-stream-ends-the-first",
        edits: &[Edit { file: "broker.rs", find: "let _held = held;", replace: "drop(held);" }],
        test: "broker::line_6_a_second_stream_does_not_end_the_first",
        reason: "stream 1 has ended",
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
            find: "rendezvous.forget(id, |half| matches!(half, Half::Announced(_, other) if *other == until));",
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
            find: "    let connections = incoming::accept(listener, shared.tls.clone(), stop.clone(), cut.clone());",
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
    let connections = incoming::accept(listener, tls, stop.clone(), cut.clone());",
        }],
        test: "broker::line_6_the_host_dials_a_brokered_server_of_the_plugin_and_strangers_do_not",
        reason: "a stranger was served",
    },
    Bug {
        line: Some(6),
        name: "brokered-server-for-ever",
        edits: &[Edit { file: "broker/serve.rs", find: "        cut.cancel();", replace: "        drop(cut);" }],
        test: "stubborn::line_6_a_brokered_server_ends_although_the_host_does_not_hang_up",
        reason: "its connection lives on",
    },
];
