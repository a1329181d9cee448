//! Calls that nothing happens to: bodies, headers and streams pass as they are.

use std::io::{Read as _, Write as _};

use anyhow::Result;
use fault_proxy::Reach;
use serde_json::Value;

use crate::client::{self, Certificates, connect, exchange};
use crate::origin::{BIG, JSON};

#[test]
fn twenty_megabytes_in_both_directions() -> Result<()> {
    let certificates = Certificates::create()?;
    let (_origin, proxy) = client::tls(&certificates)?;
    let client = certificates.client()?;
    let body = client.get(format!("{}/big", proxy.address())).send()?.bytes()?;
    assert!(body.len() == BIG && body.iter().all(|byte| *byte == b'x'));
    let answer = client.put(format!("{}/entry", proxy.address())).body(body).send()?;
    assert_eq!(answer.text()?, BIG.to_string());
    Ok(())
}

#[test]
fn bodies_of_unknown_length_in_both_directions() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let client = client::plain_client()?;
    let answer = client.get(format!("{}/chunked", proxy.address())).send()?;
    assert_eq!(answer.headers()["transfer-encoding"], "chunked");
    assert_eq!(answer.text()?, JSON);
    let upload = reqwest::blocking::Body::new(std::io::repeat(b'x').take(100_000));
    let answer = client.post(format!("{}/entry", proxy.address())).body(upload).send()?;
    assert_eq!(answer.text()?, "100000");
    Ok(())
}

#[test]
fn a_watch_passes_event_by_event_and_ends_with_its_client() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    let mut answer = client::plain_client()?.get(format!("{}/watch?follow=true", proxy.address())).send()?;
    assert_eq!(proxy.calls()[0].query.as_deref(), Some("follow=true"));
    for event in ["first", "again"] {
        origin.tell(event)?;
        let mut received = [0; 5];
        // The next event is sent only after this one has arrived.
        answer.read_exact(&mut received)?;
        assert_eq!(received, event.as_bytes());
    }
    drop(answer);
    origin.wait_unwatched()
}

#[test]
fn head_has_the_length_and_no_body() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let answer = client::plain_client()?.head(format!("{}/json", proxy.address())).send()?;
    assert_eq!(answer.headers()["content-length"], JSON.len().to_string());
    assert_eq!(answer.text()?, "");
    Ok(())
}

#[test]
fn an_answer_without_a_body_has_none() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let answer = client::plain_client()?.delete(format!("{}/entry", proxy.address())).send()?;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.text()?, "");
    assert_eq!((&proxy.calls()[0].upstream, proxy.calls()[0].status), (&Reach::Answered(204), Some(204)));
    Ok(())
}

#[test]
fn headers_pass_in_both_directions() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let request = client::plain_client()?.get(format!("{}/headers", proxy.address())).header("x-vault-token", "secret");
    let answer = request.header("connection", "x-hop").header("x-hop", "1").send()?;
    assert_eq!(answer.headers()["x-origin"], "yes");
    let headers: Value = serde_json::from_str(&answer.text()?)?;
    assert_eq!(headers["x-vault-token"], "secret");
    assert_eq!(headers["host"], proxy.socket_address().to_string());
    assert!(headers.get("x-hop").is_none() && headers.get("connection").is_none(), "{headers}");
    Ok(())
}

#[test]
fn a_client_that_waits_for_permission_to_send_gets_it() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let mut stream = connect(proxy.socket_address())?;
    stream.write_all(b"PUT /entry HTTP/1.1\r\nhost: proxy\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")?;
    let mut permission = [0; 25];
    stream.read_exact(&mut permission)?;
    assert_eq!(&permission, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"text")?;
    let mut answer = [0; 15];
    stream.read_exact(&mut answer)?;
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    Ok(())
}

#[test]
fn a_client_may_keep_its_connection() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    let call = |more: &str| format!("GET /json HTTP/1.1\r\nhost: proxy\r\n{more}\r\n");
    let two = call("") + &call("connection: close\r\n");
    let (text, end) = exchange(proxy.socket_address(), &two)?;
    end?;
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
    assert_eq!(text.matches(JSON).count(), 2, "{text}");
    Ok(())
}
