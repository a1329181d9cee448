//! Servers that are not there, end, come back, or are not who they should be.

use std::io;

use anyhow::Result;
use fault_proxy::Moment::After;
use fault_proxy::{Fault, FaultProxy, Listen, Reach, StartError, Upstream};

use crate::client::{self, Certificates, exchange, io_kind};
use crate::origin::Origin;

const GET: &str = "GET /json HTTP/1.1\r\nhost: proxy\r\n\r\n";

#[test]
fn a_server_that_is_down_is_a_reset_and_may_come_back() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    let client = client::plain_client()?;
    let status = || Ok::<_, reqwest::Error>(client.get(format!("{}/json", proxy.address())).send()?.status().as_u16());
    assert_eq!(status()?, 200);

    let port = origin.port();
    drop(origin);
    assert_eq!(io_kind(&status().unwrap_err())?, io::ErrorKind::ConnectionReset);
    let call = &proxy.calls()[1];
    assert!(matches!(&call.upstream, Reach::Lost(reason) if !reason.is_empty()), "{call}");
    assert_eq!((call.fault, call.status), (None, None));

    let _origin = Origin::start_on_port(port)?;
    assert_eq!(status()?, 200);
    Ok(())
}

#[test]
fn an_answer_made_up_for_a_server_that_is_down_would_be_a_lie() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    drop(origin);
    proxy.fail(0, Fault::Sealed(After));
    let (text, end) = exchange(proxy.socket_address(), GET)?;
    assert_eq!((text.as_str(), end.unwrap_err().kind()), ("", io::ErrorKind::ConnectionReset));
    Ok(())
}

#[test]
fn a_server_of_another_authority_gets_nothing() -> Result<()> {
    let (certificates, strangers) = (Certificates::create()?, Certificates::create()?);
    let origin = Origin::start_tls(&strangers.identity.certificate_pem, &strangers.key)?;
    let upstream = Upstream::tls(&origin.address(), certificates.authority.certificate_pem())?;
    let proxy = FaultProxy::start(upstream, Listen::plain())?;
    exchange(proxy.socket_address(), GET)?.1.unwrap_err();
    let call = &proxy.calls()[0];
    assert!(matches!(&call.upstream, Reach::Lost(reason) if reason.contains("UnknownIssuer")), "{call}");
    assert_eq!(origin.seen(), [""; 0]);
    Ok(())
}

#[test]
fn a_client_that_does_not_trust_the_proxy_makes_no_call() -> Result<()> {
    let (certificates, strangers) = (Certificates::create()?, Certificates::create()?);
    let (_origin, proxy) = client::tls(&certificates)?;
    strangers.client()?.get(format!("{}/json", proxy.address())).send().unwrap_err();
    assert_eq!(proxy.calls(), []);
    assert_eq!(certificates.client()?.get(format!("{}/json", proxy.address())).send()?.status(), 200);
    Ok(())
}

#[test]
fn what_cannot_be_used_is_refused_at_the_start() -> Result<()> {
    let (certificates, strangers) = (Certificates::create()?, Certificates::create()?);
    let certificate = &certificates.identity.certificate_pem;
    assert!(matches!(Upstream::plain("https://127.0.0.1:1"), Err(StartError::Address { .. })));
    assert!(matches!(Upstream::tls("https://127.0.0.1:1", "no certificate"), Err(StartError::Pem { .. })));
    assert!(matches!(Listen::tls(certificate, "no key"), Err(StartError::Pem { .. })));
    assert!(matches!(Listen::tls(certificate, &strangers.key), Err(StartError::Tls { .. })));
    Ok(())
}
