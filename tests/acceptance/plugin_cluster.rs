//! The example engine on a cluster of three nodes: it runs where the active node is, and nowhere else.

use std::thread;
use std::time::{Duration, Instant};

use acceptance::cli::workspace_binary;
use acceptance::{Cluster, Product, Scenario, VaultPlugin, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::json;

use crate::plugin_requests::PROGRAM;

const PATIENCE: Duration = Duration::from_secs(30);

/// What a request takes that is under way. Both servers wait for it before they step down.
const SLOW: &str = "5s";

#[test]
fn openbao() -> Result<()> {
    from_node_to_node(Product::OpenBao)
}

#[test]
fn vault() -> Result<()> {
    from_node_to_node(Product::Vault)
}

fn from_node_to_node(product: Product) -> Result<()> {
    Scenario::run(&[product.tool()], |scenario| {
        let cluster = Cluster::start(scenario.folder(), product)?;
        let first = cluster.leader()?;
        let plugin = VaultPlugin::register(cluster.node(first)?, "example", &workspace_binary(PROGRAM)?, None)?;
        let nodes: Result<Vec<VaultPlugin<'_>>> = cluster.nodes().iter().map(|node| plugin.on(node)).collect();
        let nodes = nodes?;
        for mount in ["one", "two"] {
            plugin.mount(mount, &json!({}))?;
            plugin.client().put(&format!("/v1/{mount}/kv/mine"), &json!({ "of": mount }))?.ok()?;
        }
        plugin.client().put("/v1/one/work", &json!({}))?.ok()?;
        runs_only_at(&nodes, first)?;

        let second = steps_down(&cluster, &nodes, first).context("at the step-down")?;
        runs_only_at(&nodes, second).context("after the step-down")?;
        // Nothing goes on at the old place, and the task can be started at the new one.
        let started = nodes[second].client().put("/v1/one/work", &json!({}))?.ok()?;
        ensure!(started["data"]["started"] == true, "{started}");

        nodes[second].client().put("/v1/one/kv/mine", &json!({ "of": "one", "since": "the second" }))?.ok()?;
        let since = Some("the second");
        for standby in (0..nodes.len()).filter(|number| *number != second) {
            answers(&nodes[standby], since).with_context(|| format!("through the standby {standby}"))?;
        }

        let from = Instant::now();
        cluster.node(second)?.kill9()?;
        let third = cluster.leader_after(second)?;
        answers(&nodes[third], since).context("after a node was killed")?;
        println!("NODE KILLED {}: the mounts answer after {:?}", product.name(), from.elapsed());
        runs_only_at(&nodes, third).context("after a node was killed")
    })
}

/// Requests that are under way come to an end.
fn steps_down(cluster: &Cluster, nodes: &[VaultPlugin<'_>], first: usize) -> Result<usize> {
    let old = cluster.node(first)?;
    let client = nodes[first].client();
    thread::scope(|scope| {
        let slow = [
            scope.spawn(|| client.put("/v1/one/fault/slow", &json!({ "time": SLOW }))),
            scope.spawn(|| client.put("/v1/two/fault/slow", &json!({ "time": SLOW }))),
        ];
        // They are with the engine when it answers what is asked after them.
        answers(&nodes[first], None)?;
        let from = Instant::now();
        old.step_down(&old.keys()?.root_token)?;
        let second = cluster.leader_after(first)?;
        answers(&nodes[second], None)?;
        let took = from.elapsed();
        let mut statuses = Vec::new();
        for request in slow {
            statuses.push(request.join().map_err(|_| anyhow!("a thread panicked"))??.status);
        }
        println!(
            "STEP-DOWN {}: the mounts answer after {took:?}, running requests got {statuses:?}",
            old.product().name()
        );
        ensure!(took < PATIENCE, "it took {took:?}");
        Ok(second)
    })
}

/// Each mount has its own, the first one perhaps as it was changed.
fn answers(plugin: &VaultPlugin<'_>, since: Option<&str>) -> Result<()> {
    for mount in ["one", "two"] {
        let mut expected = json!({ "of": mount });
        if let Some(since) = since.filter(|_| mount == "one") {
            expected["since"] = since.into();
        }
        wait_until(&format!("{mount} to answer"), PATIENCE, || {
            let reply = plugin.client().get(&format!("/v1/{mount}/kv/mine"))?.ok()?;
            ensure!(reply["data"] == expected, "{mount} has {}", reply["data"]);
            Ok(())
        })?;
    }
    Ok(())
}

fn runs_only_at(nodes: &[VaultPlugin<'_>], wanted: usize) -> Result<()> {
    wait_until(&format!("only node {wanted} to run the engine"), PATIENCE, || {
        for (number, node) in nodes.iter().enumerate() {
            let (found, expected) = (node.processes()?.len(), usize::from(number == wanted));
            ensure!(found == expected, "node {number} has {found} processes");
        }
        Ok(())
    })
}
