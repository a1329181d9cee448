//! Calls that are never answered.

use std::io::Write as _;
use std::time::Duration;

use acceptance::wait_until;
use anyhow::{Result, bail};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, FaultProxy, Reach};

use crate::client::{self, connect, read_to_end};

#[test]
fn until_the_client_gives_up() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    let client = client::builder().timeout(Duration::from_millis(300)).build()?;
    for (moment, seen) in [(Before, 0), (After, 1)] {
        proxy.begin_round();
        proxy.fail(0, Fault::Timeout(moment));
        let error = client.put(format!("{}/entry", proxy.address())).body("text").send().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        // The client's clock may run out before the call has arrived, or before the server has answered.
        wait_for_a_call(&proxy)?;
        wait_until("the server to have done its part", client::PATIENCE, || {
            if origin.seen().len() == seen { Ok(()) } else { bail!("it saw {:?}", origin.seen()) }
        })?;
        assert_eq!(proxy.calls().len(), 1, "nobody tried again");
        assert_eq!(proxy.calls()[0].status, None);
        if moment == Before {
            assert_eq!(proxy.calls()[0].upstream, Reach::NotAsked);
        }
    }
    Ok(())
}

#[test]
fn until_the_proxy_is_dropped() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::Timeout(Before));
    let mut stream = connect(proxy.socket_address())?;
    stream.write_all(b"GET /json HTTP/1.1\r\nhost: proxy\r\n\r\n")?;
    wait_for_a_call(&proxy)?;
    let address = proxy.socket_address();
    drop(proxy);
    assert_eq!(read_to_end(&mut stream).0, "");
    connect(address).expect_err("nobody listens any more");
    Ok(())
}

#[test]
fn others_are_served_meanwhile() -> Result<()> {
    let (_origin, proxy) = client::plain()?;
    proxy.fail(0, Fault::Timeout(Before));
    let mut waiting = connect(proxy.socket_address())?;
    waiting.write_all(b"GET /json HTTP/1.1\r\nhost: proxy\r\n\r\n")?;
    wait_for_a_call(&proxy)?;
    assert_eq!(client::plain_client()?.get(format!("{}/json", proxy.address())).send()?.status(), 200);
    Ok(())
}

fn wait_for_a_call(proxy: &FaultProxy) -> Result<()> {
    wait_until("the call to arrive", client::PATIENCE, || match proxy.calls().len() {
        0 => bail!("no call"),
        _ => Ok(()),
    })
}
