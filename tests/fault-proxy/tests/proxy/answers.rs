//! Answers that are made up, before and after the server has done its part.

use std::io::Write as _;

use anyhow::Result;
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Call, Fault, FaultProxy, Moment, Reach};
use reqwest::blocking::Client;
use serde_json::Value;

use crate::client::{self, Certificates, connect, read_to_end};
use crate::origin::{BIG, JSON, Origin};

type OfMoment = fn(Moment) -> Fault;

/// Each fault that is an answer, with its status and content type.
const FORGED: [(OfMoment, u16, &str); 7] = [
    (Fault::TooManyRequests, 429, "application/json"),
    (Fault::InternalError, 500, "application/json"),
    (Fault::BadGatewayHtml, 502, "text/html; charset=utf-8"),
    (Fault::Sealed, 503, "application/json"),
    (Fault::Standby, 473, "application/json"),
    (Fault::WrongType, 200, "application/json"),
    (Fault::WrongTypeHtml, 200, "text/html; charset=utf-8"),
];

#[test]
fn each_is_seen_in_both_moments() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    each(&origin, &proxy, &client::plain_client()?)
}

#[test]
fn each_is_seen_in_both_moments_over_tls() -> Result<()> {
    let certificates = Certificates::create()?;
    let (origin, proxy) = client::tls(&certificates)?;
    each(&origin, &proxy, &certificates.client()?)
}

fn each(origin: &Origin, proxy: &FaultProxy, client: &Client) -> Result<()> {
    for (fault, status, content_type) in FORGED {
        for moment in [Before, After] {
            let fault = fault(moment);
            let before = origin.seen().len();
            proxy.begin_round();
            proxy.fail(0, fault);
            let answer = client.put(format!("{}/entry", proxy.address())).body("text").send()?;

            assert_eq!(answer.status().as_u16(), status, "{fault}");
            assert_eq!(answer.headers()["content-type"], content_type, "{fault}");
            assert!(answer.headers().get("x-origin").is_none(), "{fault}: this is not the server's answer");
            assert_eq!(answer.headers().contains_key("retry-after"), status == 429, "{fault}");
            check_body(fault, &answer.text()?);

            let is_done = moment == After;
            assert_eq!(origin.seen().len() - before, usize::from(is_done), "{fault}");
            let upstream = if is_done { Reach::Answered(200) } else { Reach::NotAsked };
            let call = Call {
                index: 0,
                method: "PUT".to_owned(),
                path: "/entry".to_owned(),
                query: None,
                fault: Some(fault),
                upstream,
                status: Some(status),
            };
            assert_eq!(proxy.calls(), [call]);
        }
    }
    Ok(())
}

fn check_body(fault: Fault, text: &str) {
    let json = serde_json::from_str::<Value>(text);
    match fault {
        Fault::BadGatewayHtml(_) | Fault::WrongTypeHtml(_) => {
            json.expect_err("HTML is no JSON");
            assert!(text.contains("<html>"), "{text}");
        }
        Fault::TooManyRequests(_) | Fault::InternalError(_) | Fault::Sealed(_) => {
            let errors = json.unwrap()["errors"].as_array().cloned().unwrap();
            assert!(errors.len() == 1 && errors[0].is_string(), "{text}");
        }
        Fault::Standby(_) => assert_eq!(json.unwrap()["performance_standby"], true),
        Fault::WrongType(_) => {
            let json = json.unwrap();
            assert!(!json["data"].is_object() && !json["auth"].is_object() && !json["metadata"].is_object(), "{text}");
            assert!(!json["errors"].is_array() && !json["items"].is_array(), "{text}");
        }
        Fault::Timeout(_) | Fault::Reset(_) | Fault::HalfBody => panic!("{fault} has no answer"),
    }
}

#[test]
fn a_long_upload_is_read_before_it_is_refused() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::TooManyRequests(Before));
    let mut stream = connect(proxy.socket_address())?;
    // This client listens only when it has sent everything.
    write!(stream, "PUT /entry HTTP/1.1\r\nhost: proxy\r\ncontent-length: {BIG}\r\n\r\n")?;
    stream.write_all(&vec![b'x'; BIG])?;
    stream.write_all(b"GET /json HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n")?;
    let (text, end) = read_to_end(&mut stream);
    end?;
    assert!(text.starts_with("HTTP/1.1 429"), "{text}");
    assert!(text.ends_with(JSON), "the connection is still in order: {text}");
    assert_eq!(origin.seen(), ["GET /json"]);
    Ok(())
}
