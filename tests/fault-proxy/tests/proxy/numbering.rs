//! Which call is which, and which of them fail.

use anyhow::{Result, ensure};
use fault_proxy::Moment::Before;
use fault_proxy::{Fault, FaultProxy, Filter, Indexes};
use reqwest::blocking::Client;
use serde_json::Value;

use crate::client;

const FAULT: Fault = Fault::InternalError(Before);

/// The statuses of five calls.
fn statuses(client: &Client, proxy: &FaultProxy) -> Result<Vec<u16>> {
    (0..5).map(|_| Ok(client.get(format!("{}/json", proxy.address())).send()?.status().as_u16())).collect()
}

#[test]
fn faults_hit_the_calls_for_which_they_are_planned() -> Result<()> {
    #[track_caller]
    fn check(proxy: &FaultProxy, client: &Client, indexes: impl Into<Indexes>, expected: [u16; 5]) {
        proxy.begin_round();
        proxy.fail(indexes, FAULT);
        assert_eq!(statuses(client, proxy).unwrap(), expected);
    }
    let (_origin, proxy) = client::plain()?;
    let client = client::plain_client()?;
    check(&proxy, &client, 0, [500, 200, 200, 200, 200]);
    check(&proxy, &client, 3, [200, 200, 200, 500, 200]);
    check(&proxy, &client, 1..3, [200, 500, 500, 200, 200]);
    check(&proxy, &client, 2.., [200, 200, 500, 500, 500]);
    check(&proxy, &client, .., [500; 5]);
    proxy.lift();
    assert_eq!(statuses(&client, &proxy)?, [200; 5]);
    let indexes: Vec<usize> = proxy.calls().iter().map(|call| call.index).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "lifting faults goes on numbering");
    proxy.begin_round();
    assert_eq!(proxy.calls(), []);
    Ok(())
}

#[test]
fn calls_that_do_not_count_pass() -> Result<()> {
    let (origin, proxy) = client::plain()?;
    proxy.count(Filter::all().method("LIST").method("PUT").path("/v1/*").except("*/health"));
    proxy.fail(1, FAULT);
    let client = client::plain_client()?;
    let call = |method: &str, target: &str| -> Result<u16> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        Ok(client.request(method, format!("{}{target}", proxy.address())).send()?.status().as_u16())
    };
    assert_eq!(call("PUT", "/v1/sys/health")?, 200);
    assert_eq!(call("LIST", "/v1/a?after=b")?, 200);
    assert_eq!(call("GET", "/v1/a")?, 200);
    assert_eq!(call("PUT", "/v2/a")?, 200);
    assert_eq!(call("PUT", "/v1/b")?, 500);
    let log: Vec<String> = proxy.calls().iter().map(ToString::to_string).collect();
    let expected = [
        "0 LIST /v1/a?after=b: server answered 200, client given 200",
        "1 PUT /v1/b [500 before]: server not asked, client given 500",
    ];
    assert_eq!(log, expected);
    assert_eq!(origin.seen().len(), 4);
    Ok(())
}

#[test]
fn a_sweep_goes_through_each_fault_at_each_call_the_same_way_each_time() -> Result<()> {
    /// Gives up at the first call whose answer is not the one that it knows.
    fn client_under_test(client: &Client, address: &str) -> Result<()> {
        let read: Value = client.get(format!("{address}/json")).send()?.error_for_status()?.json()?;
        ensure!(read["data"]["colour"] == "blue", "read {read}");
        let written: usize = client.put(format!("{address}/entry")).body("text").send()?.error_for_status()?.json()?;
        ensure!(written == 4, "wrote {written}");
        let deleted = client.delete(format!("{address}/entry")).send()?.status();
        ensure!(deleted == 204, "deleted with {deleted}");
        Ok(())
    }
    let (_origin, proxy) = client::plain()?;
    let client = client::plain_client()?;
    client_under_test(&client, proxy.address())?;
    let clean = proxy.calls();
    assert_eq!(clean.len(), 3);
    // Timeouts have their own tests; here they would only take long.
    let faults: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| !matches!(fault, Fault::Timeout(_))).collect();
    let sweep = proxy.sweep(&faults);
    assert_eq!(sweep.len(), 3 * faults.len());

    let mut rounds = [Vec::new(), Vec::new()];
    for round in &mut rounds {
        for (index, fault) in &sweep {
            proxy.begin_round();
            proxy.fail(*index, *fault);
            client_under_test(&client, proxy.address()).unwrap_err();
            let calls = proxy.calls();
            assert_eq!(calls.len(), index + 1, "{fault}: the broken call is the last");
            assert_eq!(calls[*index].fault, Some(*fault));
            assert_eq!(calls[..*index], clean[..*index], "what comes before is as in the clean round");
            proxy.lift();
            client_under_test(&client, proxy.address())?;
            round.push(proxy.calls());
        }
    }
    assert_eq!(rounds[0], rounds[1]);
    Ok(())
}
