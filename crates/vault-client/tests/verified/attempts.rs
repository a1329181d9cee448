//! The attempts.

use std::time::Duration;

use pki::Profile;
use vault_client::{Address, Client, Environment, Error, Kind, Namespace, Request, Timing, TlsSettings, Token};

use crate::listener::{Answer, Listener, Manner};
use crate::trust::{Authority, Identity, Wish};

const TOKEN: &str = "hvs.canary-of-the-attempts";

const QUICK: Timing = Timing { connect: Duration::from_secs(5), request: Duration::from_secs(5), retries: 0 };

/// What was attempted, who listened there, and what became of it.
struct Attempt {
    what: &'static str,
    listener: Listener,
    outcome: Result<(), Error>,
}

impl Attempt {
    /// Sends a request with the token to a listener.
    async fn at(what: &'static str, manner: Manner, trusted: &Authority, host: &str) -> Self {
        let listener = Listener::start(manner, Answer::Fine).await;
        let tls = TlsSettings { ca_pem: Some(trusted.pem.clone().into_bytes()), ..TlsSettings::default() };
        let outcome = sent(&format!("https://{host}:{}", listener.address.port()), &tls).await;
        Self { what, listener, outcome }
    }

    fn sends_nothing(self, reason: &str) {
        let Self { what, listener, outcome } = self;
        let error = outcome.err().unwrap_or_else(|| panic!("{what}: it was answered"));
        let told = format!("{error}; {}", error.remedy());
        assert!(told.to_lowercase().contains(reason), "{what}: {told}");
        assert!(
            matches!(error.kind(), Kind::Tls { .. } | Kind::Unreachable { .. } | Kind::Unanswered { .. }),
            "{what}: {error:?}"
        );
        assert!(!error.is_absent(), "{what}: it is taken for gone: {error:?}");
        let heard = listener.heard();
        assert!(!heard.contains("canary") && !heard.contains("x-vault-token"), "{what}: it heard {heard}");
    }
}

async fn sent(address: &str, tls: &TlsSettings) -> Result<(), Error> {
    let address = Address::parse(address).unwrap();
    let client = Client::new(&address, tls, Namespace::default(), QUICK).unwrap();
    client.send(&Request::read("sys/mounts"), Some(&Token::new(TOKEN).unwrap())).await.map(drop)
}

fn trusting(authority: &Authority) -> TlsSettings {
    TlsSettings { ca_pem: Some(authority.pem.clone().into_bytes()), ..TlsSettings::default() }
}

/// So that the others are known to fail for their reason, and not because nothing works.
#[tokio::test]
async fn the_server_that_is_meant_gets_the_token() {
    let home = Authority::create("Home");
    for manner in [Manner::Tls(home.issue(&Wish::default())), Manner::Tls12(home.issue(&Wish::default()))] {
        let attempt = Attempt::at("the right server", manner, &home, "127.0.0.1").await;
        attempt.outcome.unwrap();
        assert!(attempt.listener.heard().contains(TOKEN));
    }
    let attempt = Attempt::at("by its name", Manner::Tls(home.issue(&Wish::default())), &home, "localhost").await;
    attempt.outcome.unwrap();
    assert!(attempt.listener.heard().contains(TOKEN));
}

#[tokio::test]
async fn certificates_of_others() {
    let (home, other) = (Authority::create("Home"), Authority::create("Other"));
    // The same name, and another key.
    let double = Authority::create("Home");
    for (what, manner) in [
        ("another authority", Manner::Tls(other.issue(&Wish::default()))),
        ("an authority of the same name", Manner::Tls(double.issue(&Wish::default()))),
        ("another authority, with TLS 1.2", Manner::Tls12(other.issue(&Wish::default()))),
    ] {
        Attempt::at(what, manner, &home, "127.0.0.1").await.sends_nothing("ca_cert_file");
    }
    let by_itself = Manner::Tls(Identity::self_signed());
    Attempt::at("signed by itself", by_itself, &home, "localhost").await.sends_nothing("certificate");
    // Without an authority of one's own, those of the system count, and no system knows this one.
    let listener = Listener::start(Manner::Tls(home.issue(&Wish::default())), Answer::Fine).await;
    let outcome = sent(&format!("https://127.0.0.1:{}", listener.address.port()), &TlsSettings::default()).await;
    Attempt { what: "the authorities of the system", listener, outcome }.sends_nothing("certificate");
}

#[tokio::test]
async fn other_names() {
    let home = Authority::create("Home");
    let named = |dns_names: Vec<&'static str>, ip_addresses: Vec<&'static str>| {
        Manner::Tls(home.issue(&Wish { dns_names, ip_addresses, ..Wish::default() }))
    };
    for (what, manner, host) in [
        ("another address", named(vec![], vec!["127.0.0.2"]), "127.0.0.1"),
        ("a name where an address is asked for", named(vec!["localhost"], vec![]), "127.0.0.1"),
        ("an address where a name is asked for", named(vec![], vec!["127.0.0.1"]), "localhost"),
        ("another name", named(vec!["vault.home.arpa"], vec![]), "localhost"),
        ("a wildcard that does not reach", named(vec!["*.localhost.arpa"], vec![]), "localhost"),
        ("a longer name", named(vec!["localhost.home.arpa"], vec![]), "localhost"),
        ("an address of the other kind", named(vec![], vec!["::1"]), "127.0.0.1"),
    ] {
        Attempt::at(what, manner, &home, host).await.sends_nothing("other names");
    }
    // The name that the server must have is none that it has.
    let listener = Listener::start(Manner::Tls(home.issue(&Wish::default())), Answer::Fine).await;
    let tls = TlsSettings { server_name: Some("vault.home.arpa".to_owned()), ..trusting(&home) };
    let outcome = sent(&format!("https://127.0.0.1:{}", listener.address.port()), &tls).await;
    Attempt { what: "tls_server_name", listener, outcome }.sends_nothing("other names");
}

/// The name that is demanded is looked for in the certificate, and the address is where the connection goes.
#[tokio::test]
async fn a_demanded_name_is_found() {
    let home = Authority::create("Home");
    let identity = home.issue(&Wish { dns_names: vec!["vault.home.arpa"], ip_addresses: vec![], ..Wish::default() });
    let listener = Listener::start(Manner::Tls(identity), Answer::Fine).await;
    let tls = TlsSettings { server_name: Some("vault.home.arpa".to_owned()), ..trusting(&home) };
    sent(&format!("https://127.0.0.1:{}", listener.address.port()), &tls).await.unwrap();
    assert!(listener.heard().contains(TOKEN));
}

#[tokio::test]
async fn at_the_wrong_time() {
    let home = Authority::create("Home");
    let valid = |validity| Manner::Tls(home.issue(&Wish { validity, ..Wish::default() }));
    Attempt::at("expired", valid((-48, -24)), &home, "127.0.0.1").await.sends_nothing("apply -target");
    Attempt::at("expired an hour ago", valid((-48, -1)), &home, "localhost").await.sends_nothing("apply -target");
    Attempt::at("not valid yet", valid((24, 48)), &home, "127.0.0.1").await.sends_nothing("clocks");
}

#[tokio::test]
async fn for_another_purpose() {
    let home = Authority::create("Home");
    let client = Wish { profile: Profile::TlsClient, ..Wish::default() };
    Attempt::at("a certificate of a client", Manner::Tls(home.issue(&client)), &home, "127.0.0.1")
        .await
        .sends_nothing("serverauth");
}

#[tokio::test]
async fn without_a_handshake() {
    let home = Authority::create("Home");
    for (what, bytes, reason) in [
        ("plain HTTP", &b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"[..], "speak tls"),
        ("an error page", b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "speak tls"),
        ("SSH", b"SSH-2.0-OpenSSH_9.9\r\n", "speak tls"),
        ("SSL 3.0", b"\x15\x03\x00\x00\x02\x02\x28", "handshake"),
        ("TLS 1.0", b"\x15\x03\x01\x00\x02\x02\x46", "handshake"),
        // A ServerHello that picks TLS 1.1 and an old cipher.
        (
            "TLS 1.1",
            b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x2f\x00",
            "verified",
        ),
        ("nonsense", b"\x00\x01\x02\x03\x04\x05\x06\x07", "verified"),
    ] {
        Attempt::at(what, Manner::Instead(bytes), &home, "127.0.0.1").await.sends_nothing(reason);
    }
}

/// A server that is gone, and what stands before one that is gone and closes the door.
#[tokio::test]
async fn where_nobody_is() {
    let home = Authority::create("Home");
    let refused = sent("https://127.0.0.1:1", &trusting(&home)).await;
    let closed = Attempt::at("a closed door", Manner::Closes, &home, "127.0.0.1").await;
    assert_eq!(closed.listener.heard(), "");
    // One that takes connections and says nothing, and one that says nothing more once it was verified.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = Listener::start(Manner::Tls(home.issue(&Wish::default())), Answer::Raw(b"")).await;
    let [silent, mute] =
        [silent.local_addr().unwrap(), mute.address].map(|at| format!("https://127.0.0.1:{}", at.port()));
    let trusting = trusting(&home);
    let (silence, muteness) = tokio::join!(sent(&silent, &trusting), sent(&mute, &trusting));
    for (what, outcome) in [("refused", refused), ("closed", closed.outcome), ("silent", silence), ("mute", muteness)] {
        let error = outcome.unwrap_err();
        assert!(error.is_absent(), "{what}: {error:?}");
    }
}

/// A redirect within the server is followed, any other is not: neither to another host, nor port, nor out of TLS.
#[tokio::test]
async fn redirects() {
    let home = Authority::create("Home");
    let tls = trusting(&home);
    let identity = home.issue(&Wish::default());
    let thief = Listener::start(Manner::Tls(identity.clone()), Answer::Fine).await;
    let plain = Listener::start(Manner::Plain, Answer::Fine).await;
    for to in [
        format!("https://127.0.0.1:{}/v1/sys/mounts", thief.address.port()),
        format!("https://localhost:{}/v1/sys/mounts", thief.address.port()),
        format!("http://127.0.0.1:{}/v1/sys/mounts", plain.address.port()),
        format!("//127.0.0.1:{}/v1/sys/mounts", thief.address.port()),
        format!("https://me:pass@127.0.0.1:{}/", thief.address.port()),
    ] {
        let server = Listener::start(Manner::Tls(identity.clone()), Answer::Redirect(to.clone())).await;
        let error = sent(&format!("https://127.0.0.1:{}", server.address.port()), &tls).await.unwrap_err();
        assert!(matches!(error.kind(), Kind::Redirected { .. }), "{to}: {error}");
        assert!(error.remedy().contains("Nothing was sent there"), "{to}");
    }
    for (to, reason) in [("/v1/sys/mounts", "circles"), ("https:///", "redirects"), ("", "circles")] {
        let server = Listener::start(Manner::Tls(identity.clone()), Answer::Redirect(to.to_owned())).await;
        let error = sent(&format!("https://127.0.0.1:{}", server.address.port()), &tls).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{to}: {error}");
    }
    let page = Answer::Raw(b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    let server = Listener::start(Manner::Tls(identity), page).await;
    let error = sent(&format!("https://127.0.0.1:{}", server.address.port()), &tls).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Strange { status: 302, .. }), "{error}");
    assert_eq!((thief.heard(), plain.heard()), (String::new(), String::new()));
}

/// The environment can't switch the verification off, and addresses without TLS are not taken.
#[test]
fn words_instead_of_certificates() {
    for variable in ["VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY"] {
        for value in ["1", "true", "T", "yes"] {
            Environment::read(|name| (name == variable).then(|| value.to_owned())).unwrap_err();
        }
    }
    for address in
        ["http://vault.home.arpa:8200", "http://192.168.86.9:8200", "http://localhost:8200", "ws://127.0.0.1"]
    {
        Address::parse(address).unwrap_err();
    }
}

/// What stands where the authorities should be is no reason to trust anybody.
#[tokio::test]
async fn authorities_that_are_none() {
    let home = Authority::create("Home");
    let address = Address::parse("https://127.0.0.1:1").unwrap();
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"] {
        let tls = TlsSettings { ca_pem: Some(pem.into()), ..TlsSettings::default() };
        Client::new(&address, &tls, Namespace::default(), QUICK).unwrap_err();
    }
    // The key in place of the certificate: there is no authority in it.
    let tls = TlsSettings { ca_pem: Some(home.issue(&Wish::default()).key_pem.into()), ..TlsSettings::default() };
    Client::new(&address, &tls, Namespace::default(), QUICK).unwrap_err();
}
