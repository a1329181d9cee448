//! Names of every kind that a certificate can carry.

/// The names of one certificate.
pub(crate) struct Names {
    pub(crate) dns: &'static [&'static str],
    pub(crate) ip: &'static [&'static str],
    pub(crate) uris: &'static [&'static str],
    pub(crate) email: &'static [&'static str],
    /// What clients ask for; each is one of the above or covered by a wildcard.
    pub(crate) asked: &'static [&'static str],
    /// Whether there is a subject, too. Without one the alternative names are critical.
    pub(crate) subject: bool,
    /// Good for a server.
    pub(crate) server: bool,
    /// Good for a client.
    pub(crate) client: bool,
}

/// Hosts, wildcards and addresses; international names, URIs and e-mail; addresses alone; a single label; a client by
/// URI, by e-mail, and by subject only.
pub(crate) static SETS: &[Names] = &[
    Names {
        dns: &["vault.home.arpa", "*.apps.home.arpa", "localhost"],
        ip: &["127.0.0.1", "::1"],
        uris: &[],
        email: &[],
        asked: &["vault.home.arpa", "git.apps.home.arpa", "localhost", "127.0.0.1", "::1"],
        subject: true,
        server: true,
        client: true,
    },
    Names {
        dns: &["bücher.home.arpa", "vault.home.arpa"],
        ip: &[],
        uris: &["spiffe://home.arpa/vault"],
        email: &["operator@home.arpa"],
        asked: &["xn--bcher-kva.home.arpa"],
        subject: true,
        server: true,
        client: true,
    },
    Names {
        dns: &[],
        ip: &["10.1.2.3", "fd00::1"],
        uris: &[],
        email: &[],
        asked: &["10.1.2.3", "fd00::1"],
        subject: false,
        server: true,
        client: false,
    },
    Names {
        dns: &["vault"],
        ip: &[],
        uris: &["https://vault.home.arpa:8200/v1/pki"],
        email: &[],
        asked: &["vault"],
        subject: true,
        server: true,
        client: false,
    },
    Names {
        dns: &[],
        ip: &[],
        uris: &["spiffe://home.arpa/operator"],
        email: &[],
        asked: &[],
        subject: false,
        server: false,
        client: true,
    },
    Names {
        dns: &[],
        ip: &[],
        uris: &[],
        email: &["operator@home.arpa", "second@home.arpa"],
        asked: &[],
        subject: true,
        server: false,
        client: true,
    },
    Names { dns: &[], ip: &[], uris: &[], email: &[], asked: &[], subject: true, server: false, client: true },
];
