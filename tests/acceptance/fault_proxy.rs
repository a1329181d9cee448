//! The fault proxy in front of the real servers: it breaks the call that was named, and the server has or has not done it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use acceptance::servers::etcd::Durability;
use acceptance::servers::kubernetes::DEFAULT_AUDIENCE;
use acceptance::servers::vault_server::Audit;
use acceptance::{Authority, Etcd, Http, Kubernetes, Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Call, Fault, FaultProxy, Filter, Listen, Reach, TcpFault, TcpFaultProxy, Upstream};
use reqwest::{Certificate, Version};
use serde_json::{Value, json};
use testbed::Tool;

const POLICY: &str = "/v1/sys/policies/acl/proxied";
const DOCUMENT: &str = r#"path "proxied/*" { capabilities = ["read"] }"#;

/// A proxy whose certificate is from the server's own authority, so that a client of the server trusts both.
fn in_front_of(address: &str, authority: &Authority, listen: impl FnOnce(Listen) -> Listen) -> Result<FaultProxy> {
    let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
    let tls = Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?;
    Ok(FaultProxy::start(Upstream::tls(address, authority.certificate_pem())?, listen(tls))?)
}

/// Writes, reads, lists and deletes a policy, and gives up at the first answer that is not as it should be.
fn life(client: &Http) -> Result<()> {
    let written = client.put(POLICY, &json!({ "policy": DOCUMENT }))?;
    ensure!(written.status == 204, "writing was answered with {written:?}");
    let read = client.get(POLICY)?.ok()?;
    ensure!(read.pointer("/data/policy") == Some(&json!(DOCUMENT)), "reading was answered with {read}");
    let listed = client.list("/v1/sys/policies/acl")?.ok()?;
    let keys = listed.pointer("/data/keys").and_then(Value::as_array).with_context(|| format!("listed {listed}"))?;
    ensure!(keys.contains(&json!("proxied")), "the list is {listed}");
    let deleted = client.delete(POLICY)?;
    ensure!(deleted.status == 204, "deleting was answered with {deleted:?}");
    Ok(())
}

#[test]
fn each_fault_at_each_call_leaves_what_it_says_and_always_the_same() -> Result<()> {
    Scenario::run(&[Tool::OpenBao], |scenario| {
        let server = VaultServer::start(scenario.folder(), Product::OpenBao)?;
        let admin = server.scoped_admin()?;
        let direct = server.client(&admin)?;
        let proxy = in_front_of(server.address(), server.authority(), |listen| listen)?;
        let client = Http::new(proxy.address(), server.authority())?.header("x-vault-token", &admin)?;

        life(&client)?;
        let clean = proxy.calls();
        let answers: Vec<_> = clean.iter().map(|call| (call.method.as_str(), call.status)).collect();
        assert_eq!(answers, [("PUT", Some(204)), ("GET", Some(200)), ("GET", Some(200)), ("DELETE", Some(204))]);
        // A timeout takes as long as its client waits, so it has its own test.
        let faults: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| !matches!(fault, Fault::Timeout(_))).collect();
        let sweep = proxy.sweep(&faults);

        let mut runs: [Vec<Vec<Call>>; 2] = [Vec::new(), Vec::new()];
        for run in &mut runs {
            for &(index, fault) in &sweep {
                proxy.begin_round();
                proxy.fail(index, fault);
                let error = life(&client).expect_err("each fault is noticed");
                let calls = proxy.calls();
                assert_eq!(calls.len(), index + 1, "{fault}: nothing comes after the broken call: {error:#}");
                assert_eq!(calls[index].fault, Some(fault));
                assert_eq!(calls[..index], clean[..index]);

                let is_done = fault.moment() == After;
                let reach = if is_done { clean[index].upstream.clone() } else { Reach::NotAsked };
                assert_eq!(calls[index].upstream, reach, "{fault}");
                let exists = direct.get(POLICY)?.status == 200;
                let expected = match index {
                    0 => is_done,
                    3 => !is_done,
                    _ => true,
                };
                assert_eq!(exists, expected, "call {index}, {fault}");
                run.push(calls);

                proxy.lift();
                life(&client).with_context(|| format!("after call {index}, {fault}"))?;
            }
        }
        assert_eq!(runs[0].len(), clean.len() * faults.len());
        assert_eq!(runs[0], runs[1], "two runs are the same to the last call");
        Ok(())
    })
}

#[test]
fn a_write_whose_answer_is_lost_is_done() -> Result<()> {
    Scenario::run(&[Tool::OpenBao, Tool::Vault], |scenario| {
        for product in Product::ALL {
            let server = VaultServer::shared(scenario, product)?;
            let admin = server.scoped_admin()?;
            let direct = server.client(&admin)?;
            let proxy = in_front_of(server.address(), server.authority(), |listen| listen)?;
            proxy.count(Filter::all().method("PUT"));
            // The only clock here is the client's own.
            let client = reqwest::blocking::Client::builder()
                .no_proxy()
                .tls_certs_only([Certificate::from_pem(server.authority().certificate_pem().as_bytes())?])
                .retry(reqwest::retry::never())
                .timeout(Duration::from_secs(3))
                .build()?;
            let lost = [
                (Fault::Reset(Before), false),
                (Fault::Reset(After), true),
                (Fault::Timeout(Before), false),
                (Fault::Timeout(After), true),
                (Fault::HalfBody, true),
            ];
            for (number, (fault, is_done)) in lost.into_iter().enumerate() {
                proxy.begin_round();
                proxy.fail(.., fault);
                let path = format!("/v1/sys/policies/acl/lost-{number}");
                let write = client.put(format!("{}{path}", proxy.address())).header("x-vault-token", &admin);
                let answer = write.json(&json!({ "policy": DOCUMENT })).send().and_then(|answer| answer.text());
                let error = answer.expect_err("the answer is lost");
                assert_eq!(error.is_timeout(), matches!(fault, Fault::Timeout(_)), "{fault}: {error:?}");
                assert_eq!(proxy.calls().len(), 1, "{fault}: nobody tried again");
                assert_eq!(direct.get(&path)?.status == 200, is_done, "{} {fault}", product.name());
            }
        }
        Ok(())
    })
}

#[test]
fn the_made_up_answer_of_a_sealed_server_is_that_of_a_sealed_server() -> Result<()> {
    Scenario::run(&[Tool::OpenBao, Tool::Vault], |scenario| {
        for product in Product::ALL {
            let server = VaultServer::start_blank(scenario.folder(), product, Audit::Off, "")?;
            server.initialise()?;
            server.unseal()?;
            server.wait_active()?;
            let admin = server.scoped_admin()?;
            let proxy = in_front_of(server.address(), server.authority(), |listen| listen)?;
            let client = Http::new(proxy.address(), server.authority())?.header("x-vault-token", &admin)?;
            proxy.fail(0, Fault::Sealed(Before));
            let made_up = client.get(POLICY)?;
            server.seal(&admin)?;
            let real = client.get(POLICY)?;
            assert_eq!((made_up.status, &made_up.body), (real.status, &real.body), "{}", product.name());
            assert_eq!(proxy.calls()[1].upstream, Reach::Answered(503));
        }
        Ok(())
    })
}

#[test]
fn a_watch_of_kubernetes_passes_over_http2_and_is_cut_in_an_event() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::shared(scenario)?;
        let namespace = kubernetes.namespace("watched")?;
        let account = format!("--serviceaccount={namespace}:default");
        kubernetes.kubectl(["create", "rolebinding", "editor", "--clusterrole=edit", &account, "-n", &namespace])?;
        let token = kubernetes.token(&namespace, "default", DEFAULT_AUDIENCE)?;
        let proxy = in_front_of(kubernetes.address(), kubernetes.authority(), Listen::http2)?;
        let client = reqwest::blocking::Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(kubernetes.authority().certificate_pem().as_bytes())?])
            .timeout(Duration::from_secs(60))
            .build()?;
        let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
        let watch = || {
            let query = "watch=true&fieldSelector=metadata.name%3Dnote";
            let answer = client.get(format!("{}{maps}?{query}", proxy.address())).bearer_auth(&token).send()?;
            assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
            anyhow::Ok(BufReader::new(answer))
        };

        let mut events = watch()?;
        kubernetes.admin()?.post(&maps, &json!({ "metadata": { "name": "note" } }))?.ok()?;
        let mut event = String::new();
        events.read_line(&mut event)?;
        let event: Value = serde_json::from_str(&event)?;
        assert_eq!(event.pointer("/object/metadata/name"), Some(&json!("note")));

        // It begins with the object that is there already.
        proxy.fail(1, Fault::HalfBody);
        let mut event = String::new();
        watch()?.read_line(&mut event).expect_err("the connection ends before the line does");
        let watches: Vec<_> = proxy.calls().into_iter().map(|call| (call.path, call.status)).collect();
        assert_eq!(watches, [(maps.clone(), Some(200)), (maps, Some(200))]);
        Ok(())
    })
}

#[test]
fn a_put_into_etcd_is_done_although_its_answer_was_reset_on_the_wire() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        let etcd = Etcd::start(scenario.folder(), Durability::Fast)?;
        let proxy = TcpFaultProxy::start(etcd.address().trim_start_matches("http://"))?;
        let client = Http::plain(&format!("http://{}", proxy.address()))?;
        // "key" and "value" in base64, as the gateway wants them.
        let (key, value) = ("a2V5", "dmFsdWU=");
        let stored = || anyhow::Ok(Http::plain(etcd.address())?.post("/v3/kv/range", &json!({ "key": key }))?.ok()?);

        proxy.fail(0, TcpFault::ResetAfterSent(20));
        client.post("/v3/kv/put", &json!({ "key": key, "value": value })).expect_err("the request is cut");
        assert_eq!(stored()?.get("kvs"), None);
        proxy.fail(1, TcpFault::ResetAfterReceived(20));
        client.post("/v3/kv/put", &json!({ "key": key, "value": value })).expect_err("the answer is cut");
        assert_eq!(stored()?.pointer("/kvs/0/value"), Some(&json!(value)));
        client.post("/v3/kv/put", &json!({ "key": key, "value": value }))?.ok()?;
        let faults: Vec<_> = proxy.connections().iter().map(|connection| connection.fault).collect();
        assert_eq!(faults, [Some(TcpFault::ResetAfterSent(20)), Some(TcpFault::ResetAfterReceived(20)), None]);
        Ok(())
    })
}
