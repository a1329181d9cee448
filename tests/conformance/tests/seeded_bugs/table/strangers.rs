//! Bugs in who gets in, and how: lines 4 and 5.

use seeded_bugs::Edit;

use crate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
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
        name: "first-of-several-certificates",
        edits: &[Edit { file: "offer.rs", find: "if blocks > 1 {", replace: "if blocks > 1000 {" }],
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
                let _ = ready.send(Ok(HostStream::new(stream, cut))).await;
            }
        });",
            replace: r"        if let Some(stream) = shake_hands(acceptor, stream).await {
            drop(permit);
            let _ = ready.send(Ok(HostStream::new(stream, cut))).await;
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
];
