//! Answers that begin as they should and end in the middle of the body.

use std::io;

use anyhow::{Context as _, Result};
use fault_proxy::{Fault, Reach};

use crate::client::{self, Certificates, exchange, io_kind};
use crate::origin::{BIG, JSON};

/// Head and body of what came. The connection must have ended in order: a reset would be another fault.
fn cut(target: &str) -> Result<(String, String)> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::HalfBody);
    let request = format!("{target} HTTP/1.1\r\nhost: proxy\r\n\r\n");
    let (text, end) = exchange(proxy.socket_address(), &request)?;
    end.context("FIN ends a cut body")?;
    assert_eq!(origin.seen(), [target], "the server has done it");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Ok((head.to_ascii_lowercase(), body.to_owned()))
}

#[test]
fn half_of_the_promised_length() -> Result<()> {
    let (head, body) = cut("GET /json")?;
    assert!(head.starts_with("http/1.1 200 ok"), "{head}");
    assert!(head.contains(&format!("content-length: {}", JSON.len())), "{head}");
    assert!(head.contains("x-origin: yes"), "{head}");
    assert_eq!(body, JSON[..JSON.len() / 2]);
    Ok(())
}

#[test]
fn half_of_a_big_body() -> Result<()> {
    let (head, body) = cut("GET /big")?;
    assert!(head.contains(&format!("content-length: {BIG}")), "{head}");
    assert_eq!(body.len(), BIG / 2);
    Ok(())
}

#[test]
fn half_of_the_first_piece_where_no_length_is_promised() -> Result<()> {
    let (head, body) = cut("GET /chunked")?;
    assert!(head.contains("transfer-encoding: chunked") && !head.contains("content-length"), "{head}");
    let (length, piece) = body.split_once("\r\n").unwrap();
    let piece = piece.strip_suffix("\r\n").unwrap();
    assert_eq!(usize::from_str_radix(length, 16)?, piece.len());
    assert!(!piece.is_empty() && JSON.starts_with(piece) && piece.len() <= JSON.len() / 2, "{body:?}");
    Ok(())
}

#[test]
fn a_chunked_body_that_is_empty_does_not_end_in_order() -> Result<()> {
    let (head, body) = cut("GET /chunked-empty")?;
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    assert_eq!(body, "", "the last chunk is missing");
    Ok(())
}

#[test]
fn half_of_a_promise_where_there_is_no_body() -> Result<()> {
    let (head, body) = cut("DELETE /entry")?;
    assert!(head.starts_with("http/1.1 200 ok"), "204 can have no body: {head}");
    let length: usize = head.split_once("content-length: ").unwrap().1.lines().next().unwrap().parse()?;
    assert_eq!(body.len(), length / 2);
    Ok(())
}

#[test]
fn nothing_at_all_for_head() -> Result<()> {
    assert_eq!(cut("HEAD /json")?, (String::new(), String::new()));
    Ok(())
}

#[test]
fn over_tls_without_a_farewell() -> Result<()> {
    let certificates = Certificates::create()?;
    let (origin, proxy) = client::tls(&certificates)?;
    proxy.fail(0, Fault::HalfBody);
    let mut answer = certificates.client()?.get(format!("{}/json", proxy.address())).send()?;
    assert_eq!((answer.status().as_u16(), answer.content_length()), (200, Some(JSON.len() as u64)));
    let mut body = Vec::new();
    let error = io::copy(&mut answer, &mut body).unwrap_err();
    assert_eq!(body, JSON.as_bytes()[..JSON.len() / 2]);
    assert_eq!(io_kind(&error)?, io::ErrorKind::UnexpectedEof, "{error:?}");
    assert_eq!(origin.seen(), ["GET /json"]);
    assert_eq!((&proxy.calls()[0].upstream, proxy.calls()[0].status), (&Reach::Answered(200), Some(200)));
    Ok(())
}

#[test]
fn a_watch_is_cut_at_its_first_event() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::HalfBody);
    let mut answer = client::plain_client()?.get(format!("{}/watch", proxy.address())).send()?;
    origin.tell("0123456789")?;
    let mut body = Vec::new();
    io::copy(&mut answer, &mut body).unwrap_err();
    assert_eq!(body, b"01234");
    origin.wait_unwatched()
}
