//! etcd keeps what it was told, through its JSON gateway.

use acceptance::servers::etcd::Durability;
use acceptance::{Etcd, Http, Scenario};
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testbed::Tool;

#[test]
fn a_synced_value_survives_kill_9() -> Result<()> {
    Scenario::run(&[Tool::Etcd], |scenario| {
        let etcd = Etcd::start(scenario.folder(), Durability::Synced)?;
        let client = Http::plain(etcd.address())?;
        let (key, value) = (STANDARD.encode("greeting"), STANDARD.encode("good morning"));
        client.post("/v3/kv/put", &json!({ "key": key, "value": value }))?.ok()?;
        etcd.process().kill9()?;
        client.get("/health").expect_err("nobody listens after kill -9");
        etcd.restart()?;
        let range = client.post("/v3/kv/range", &json!({ "key": key }))?.ok()?;
        assert_eq!(range.pointer("/kvs/0/value").and_then(Value::as_str), Some(value.as_str()));
        let absent = client.post("/v3/kv/range", &json!({ "key": STANDARD.encode("farewell") }))?.ok()?;
        assert_eq!(absent.get("kvs"), None);
        Ok(())
    })
}
