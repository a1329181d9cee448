//! Connections that end with a reset in place of an answer.

use std::io;

use anyhow::Result;
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, Reach};

use crate::client::{self, Certificates, connect, exchange, io_kind, read_to_end};

const PUT: &str = "PUT /entry HTTP/1.1\r\nhost: proxy\r\ncontent-length: 4\r\n\r\ntext";

#[test]
fn before_the_server_sees_the_call() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::Reset(Before));
    let (text, end) = exchange(proxy.socket_address(), PUT)?;
    assert_eq!(text, "");
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset, "a reset, not an ordinary end");
    assert_eq!(origin.seen(), [""; 0]);
    assert_eq!((&proxy.calls()[0].upstream, proxy.calls()[0].status), (&Reach::NotAsked, None));
    Ok(())
}

#[test]
fn after_the_server_has_done_it() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::Reset(After));
    let (text, end) = exchange(proxy.socket_address(), PUT)?;
    assert_eq!(text, "");
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset, "a reset, not an ordinary end");
    assert_eq!(origin.seen(), ["PUT /entry"]);
    assert_eq!((&proxy.calls()[0].upstream, proxy.calls()[0].status), (&Reach::Answered(200), None));
    Ok(())
}

#[test]
fn below_tls() -> Result<()> {
    let certificates = Certificates::create()?;
    let (origin, proxy) = client::tls(&certificates)?;
    let client = certificates.client()?;
    for (moment, seen) in [(Before, 0), (After, 1)] {
        proxy.begin_round();
        proxy.fail(0, Fault::Reset(moment));
        let error = client.put(format!("{}/entry", proxy.address())).send().unwrap_err();
        assert_eq!(io_kind(&error)?, io::ErrorKind::ConnectionReset, "{error:?}");
        assert_eq!(origin.seen().len(), seen);
        assert_eq!(proxy.calls().len(), 1, "nobody tried again");
    }
    Ok(())
}

#[test]
fn in_the_middle_of_a_kept_connection() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(1, Fault::Reset(Before));
    let mut stream = connect(proxy.socket_address())?;
    io::Write::write_all(&mut stream, PUT.as_bytes())?;
    let mut first = [0; 15];
    io::Read::read_exact(&mut stream, &mut first)?;
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    io::Write::write_all(&mut stream, PUT.as_bytes())?;
    let (_, end) = read_to_end(&mut stream);
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(origin.seen(), ["PUT /entry"]);
    Ok(())
}

#[test]
fn other_connections_do_not_notice() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    let client = client::plain_client()?;
    let watch = client.get(format!("{}/watch", proxy.address())).send()?;
    proxy.fail(1, Fault::Reset(Before));
    exchange(proxy.socket_address(), PUT)?.1.unwrap_err();
    origin.tell("still here")?;
    origin.end_watch();
    assert_eq!(watch.text()?, "still here");
    Ok(())
}
