//! Clients that choose HTTP/2.

use std::time::Duration;

use acceptance::wait_until;
use anyhow::{Result, bail};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, FaultProxy, Upstream};
use reqwest::Version;
use reqwest::blocking::Client;

use crate::client::{self, Certificates};
use crate::origin::{BIG, JSON, Origin};

fn start() -> Result<(Origin, FaultProxy, Client)> {
    let certificates = Certificates::create()?;
    let origin = Origin::start()?;
    let proxy = FaultProxy::start(Upstream::plain(&origin.address())?, certificates.listen()?.http2())?;
    let root = reqwest::Certificate::from_pem(certificates.authority.certificate_pem().as_bytes())?;
    let client = client::builder().tls_certs_only([root]).build()?;
    Ok((origin, proxy, client))
}

#[test]
fn is_spoken_only_where_it_is_allowed() -> Result<()> {
    let (_origin, proxy, client) = start()?;
    let answer = client.get(format!("{}/json", proxy.address())).send()?;
    assert_eq!((answer.version(), answer.text()?.as_str()), (Version::HTTP_2, JSON));

    let certificates = Certificates::create()?;
    let (_origin, proxy) = client::tls(&certificates)?;
    let answer = certificates.client()?.get(format!("{}/json", proxy.address())).send()?;
    assert_eq!(answer.version(), Version::HTTP_11);
    Ok(())
}

#[test]
fn passes_bodies_names_and_watches() -> Result<()> {
    let (origin, proxy, client) = start()?;
    let body = client.get(format!("{}/big", proxy.address())).send()?.bytes()?;
    assert_eq!(body.len(), BIG);
    assert_eq!(client.put(format!("{}/entry", proxy.address())).body(body).send()?.text()?, BIG.to_string());
    let headers = client.get(format!("{}/headers", proxy.address())).send()?.text()?;
    assert!(headers.contains(&format!(r#""host":"{}""#, proxy.socket_address())), "{headers}");
    let watch = client.get(format!("{}/watch", proxy.address())).send()?;
    origin.tell("event")?;
    drop(watch);
    origin.wait_unwatched()
}

#[test]
fn knows_the_same_faults() -> Result<()> {
    let (origin, proxy, client) = start()?;
    let mut done = 0;
    for fault in Fault::ALL {
        proxy.begin_round();
        proxy.fail(0, fault);
        let is_timeout = matches!(fault, Fault::Timeout(_));
        let patience = if is_timeout { Duration::from_millis(500) } else { client::PATIENCE };
        let request = client.put(format!("{}/entry", proxy.address())).body("text").timeout(patience);
        let outcome = request.send().and_then(|answer| Ok((answer.status().as_u16(), answer.text()?)));

        let is_answer = !matches!(fault, Fault::Timeout(_) | Fault::Reset(_) | Fault::HalfBody);
        assert_eq!(outcome.is_ok(), is_answer, "{fault}: {outcome:?}");
        assert_eq!(outcome.as_ref().is_err_and(reqwest::Error::is_timeout), is_timeout, "{fault}: {outcome:?}");
        // The client's library may hide how the connection broke, but not that it did: nothing was said about the one call.
        let text = format!("{outcome:?}");
        assert!(!text.contains("stream error received") && !text.contains("Reset(StreamId"), "{fault}: {text}");
        if let Ok((status, _)) = outcome {
            assert_eq!(proxy.calls()[0].status, Some(status));
        }
        done += usize::from(fault.moment() == After);
        // The client's clock may run out before the server has answered.
        wait_until("the server to have done its part", client::PATIENCE, || {
            if origin.seen().len() == done { Ok(()) } else { bail!("{fault}: it saw {:?}", origin.seen()) }
        })?;
        assert_eq!(proxy.calls().len(), 1, "{fault}: nobody tried again");
    }
    // The connection of the last one is gone, the proxy is not.
    proxy.fail(1, Fault::Sealed(Before));
    assert_eq!(client.get(format!("{}/json", proxy.address())).send()?.status(), 503);
    Ok(())
}
