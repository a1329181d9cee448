//! The proxy that counts connections and bytes.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;

use acceptance::wait_until;
use anyhow::{Result, bail};
use fault_proxy::{TcpConnection, TcpFault, TcpFaultProxy};

use crate::client::{self, connect, exchange, read_to_end};
use crate::origin::Origin;

const GET: &str = "GET /json HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n";

#[test]
fn resets_hit_the_connection_for_which_they_are_planned() -> Result<()> {
    let origin = Origin::start()?;
    let proxy = TcpFaultProxy::start(&origin.address())?;
    proxy.fail(1, TcpFault::Reset);

    let (whole, end) = exchange(proxy.address(), GET)?;
    end?;
    assert!(whole.starts_with("HTTP/1.1 200"), "{whole}");
    // The reset may come before the request has left.
    let end = exchange(proxy.address(), GET).and_then(|(_, end)| Ok(end?)).unwrap_err();
    let end = end.downcast::<io::Error>()?;
    assert!(matches!(end.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe), "{end}");
    exchange(proxy.address(), GET)?.1?;
    assert_eq!(origin.seen().len(), 2);

    let passed = TcpConnection { index: 0, fault: None, sent: GET.len() as u64, received: whole.len() as u64 };
    let refused = TcpConnection { index: 1, fault: Some(TcpFault::Reset), sent: 0, received: 0 };
    assert_eq!(proxy.connections(), [passed, refused, TcpConnection { index: 2, ..passed }]);

    proxy.begin_round();
    assert_eq!(proxy.connections(), []);
    exchange(proxy.address(), GET)?.1?;
    assert_eq!(proxy.connections(), [passed]);
    Ok(())
}

#[test]
fn a_request_is_cut_after_so_many_bytes() -> Result<()> {
    let origin = Origin::start()?;
    let proxy = TcpFaultProxy::start(&origin.address())?;
    let length = GET.len() as u64;
    // The whole request arrives, and all the same there is no answer.
    for (limit, seen) in [(0, 0), (length - 1, 0), (length, 1)] {
        proxy.begin_round();
        proxy.fail(.., TcpFault::ResetAfterSent(limit));
        let (text, end) = exchange(proxy.address(), GET)?;
        assert_eq!((text.as_str(), end.unwrap_err().kind()), ("", io::ErrorKind::ConnectionReset));
        assert_eq!(proxy.connections()[0].sent, limit);
        wait_until("the server to see the request", client::PATIENCE, || {
            if origin.seen().len() == seen { Ok(()) } else { bail!("it saw {:?}", origin.seen()) }
        })?;
    }
    Ok(())
}

#[test]
fn an_answer_is_cut_after_so_many_bytes() -> Result<()> {
    let origin = Origin::start()?;
    let proxy = TcpFaultProxy::start(&origin.address())?;
    for limit in [0, 1, 20] {
        proxy.begin_round();
        proxy.fail(0, TcpFault::ResetAfterReceived(limit));
        let mut stream = connect(proxy.address())?;
        // With nothing to wait for, the reset may come first.
        let _ = stream.write_all(GET.as_bytes());
        let (text, end) = read_to_end(&mut stream);
        assert_eq!(text, "HTTP/1.1 200 OK\r\ncontent-type"[..usize::try_from(limit)?]);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(proxy.connections()[0].received, limit);
    }
    Ok(())
}

#[test]
fn one_side_may_end_before_the_other() -> Result<()> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let proxy = TcpFaultProxy::start(&listener.local_addr()?.to_string())?;
    let mut client = connect(proxy.address())?;
    let (mut server, _) = listener.accept()?;
    client.write_all(b"question")?;
    client.shutdown(Shutdown::Write)?;
    let mut question = String::new();
    server.read_to_string(&mut question)?;
    assert_eq!(question, "question");
    server.write_all(b"answer")?;
    drop(server);
    let (answer, end) = read_to_end(&mut client);
    end?;
    assert_eq!(answer, "answer");
    Ok(())
}

#[test]
fn a_server_that_is_down_is_a_reset() -> Result<()> {
    let origin = Origin::start()?;
    let proxy = TcpFaultProxy::start(&origin.address())?;
    drop(origin);
    let mut stream = connect(proxy.address())?;
    assert_eq!(read_to_end(&mut stream).1.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    Ok(())
}
