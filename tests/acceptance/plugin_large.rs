//! Twenty megabytes in one value, on both real servers with their limits raised.

use std::time::Instant;

use acceptance::cli::workspace_binary;
use acceptance::{Product, Scenario, VaultPlugin, VaultServer};
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::plugin_requests::PROGRAM;

const SIZE: usize = 20_000_000;

#[test]
fn openbao() -> Result<()> {
    there_and_back(Product::OpenBao)
}

#[test]
fn vault() -> Result<()> {
    there_and_back(Product::Vault)
}

fn there_and_back(product: Product) -> Result<()> {
    Scenario::run(&[product.tool()], |scenario| {
        let server = VaultServer::start_with_room(scenario.folder(), product)?;
        let plugin = VaultPlugin::register(&server, "example", &workspace_binary(PROGRAM)?, None)?;
        plugin.mount("large", &json!({}))?;
        let process = plugin.processes()?;
        let value = goes_and_comes(&plugin, "large")?;
        let client = plugin.client();
        plugin.reload("large")?;
        ensure!(plugin.processes()? != process, "the process is the same");
        ensure!(client.get("/v1/large/kv/value")?.ok()?["data"] == value, "something else came back after the reload");
        // A lease carries it too.
        ensure!(client.get("/v1/large/lend/value")?.ok()?["data"] == value, "something else was lent");
        Ok(())
    })
}

/// Writes a large value, reads it, and returns it.
pub(crate) fn goes_and_comes(plugin: &VaultPlugin<'_>, mount: &str) -> Result<Value> {
    let (client, path) = (plugin.client(), format!("/v1/{mount}/kv/value"));
    // No two parts are the same, so that none can stand for another.
    let mut random = fastrand::Rng::with_seed(20);
    let text: String = (0..SIZE).map(|_| random.alphanumeric()).collect();
    let value = json!({ "text": text });
    let from = Instant::now();
    client.put(&path, &value)?.ok()?;
    let written = from.elapsed();
    // From the storage, and from memory.
    for _ in 0..2 {
        let read = client.get(&path)?.ok()?;
        ensure!(read["data"] == value, "something else came back");
    }
    println!(
        "LARGE {}: written in {written:?}, read twice in {:?}",
        plugin.server().product().name(),
        from.elapsed() - written
    );
    Ok(value)
}
