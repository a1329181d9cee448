//! The example engine on both real servers: from registration to removal, through everything that happens to a process.
//!
//! The names are short because each is in the path of a socket, which can't be long.

use std::path::Path;
use std::time::Duration;

use acceptance::cli::workspace_binary;
use acceptance::{Product, Scenario, VaultPlugin, VaultServer, wait_until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::plugin_requests::{PROGRAM, TOOLS, VERSION};

/// How soon a mount answers again after anything.
const SOON: Duration = Duration::from_secs(5);

/// Both are in one process.
const MOUNTS: [&str; 2] = ["one", "two"];

/// Two mounts of the engine, and something in each.
fn begin(server: &VaultServer) -> Result<VaultPlugin<'_>> {
    let plugin = register_unversioned(server, "example", &workspace_binary(PROGRAM)?)?;
    for mount in MOUNTS {
        plugin.mount(mount, &json!({}))?;
    }
    keep(&plugin, MOUNTS)?;
    Ok(plugin)
}

/// Registers an engine whose version nobody has said: it is started, without a storage, and asked.
pub(crate) fn register_unversioned<'a>(server: &'a VaultServer, name: &str, program: &Path) -> Result<VaultPlugin<'a>> {
    let plugin = VaultPlugin::register(server, name, program, None)?;
    ensure!(plugin.entry(Some(VERSION)).is_ok(), "the engine did not report its version");
    Ok(plugin)
}

/// Puts something of its own into each mount.
pub(crate) fn keep(plugin: &VaultPlugin<'_>, mounts: [&str; 2]) -> Result<()> {
    for mount in mounts {
        plugin.client().put(&format!("/v1/{mount}/kv/mine"), &json!({ "of": mount }))?.ok()?;
    }
    Ok(())
}

/// Each mount of [`begin`] has its own, and nothing else.
fn both_answer(plugin: &VaultPlugin<'_>) -> Result<()> {
    have_their_own(plugin, MOUNTS)
}

/// Each mount has its own, and nothing else.
pub(crate) fn have_their_own(plugin: &VaultPlugin<'_>, mounts: [&str; 2]) -> Result<()> {
    for mount in mounts {
        wait_until(&format!("{mount} to answer"), SOON, || {
            let reply = plugin.client().get(&format!("/v1/{mount}/kv/mine"))?.ok()?;
            ensure!(reply["data"] == json!({ "of": mount }), "{mount} has {}", reply["data"]);
            Ok(())
        })?;
    }
    let processes = plugin.processes()?;
    ensure!(processes.len() == 1, "the mounts do not share one process: {processes:?}");
    Ok(())
}

fn status(plugin: &VaultPlugin<'_>, mount: &str) -> Result<Value> {
    let mut reply = plugin.client().get(&format!("/v1/{mount}/status"))?.ok()?;
    Ok(reply.get_mut("data").context("no data")?.take())
}

/// Runs a test on a server of its own of each product.
fn on_each(scenario: &Scenario, test: impl Fn(&VaultPlugin<'_>) -> Result<()>) -> Result<()> {
    for product in Product::ALL {
        let server = VaultServer::start(scenario.folder(), product)?;
        let plugin = begin(&server)?;
        both_answer(&plugin)?;
        test(&plugin).with_context(|| format!("on {}", product.name()))?;
    }
    Ok(())
}

#[test]
fn reloaded() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            let (before, uuid) = (plugin.processes()?, status(plugin, "one")?["mount_uuid"].clone());
            plugin.reload("one")?;
            both_answer(plugin)?;
            ensure!(plugin.processes()? != before, "the process is the same");
            let now = status(plugin, "one")?;
            ensure!(now["mount_uuid"] == uuid && now["initialised"] == 1, "{now}");
            plugin.reload_all()?;
            both_answer(plugin)
        })
    })
}

#[test]
fn at_work() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            let work = |mount: &str| format!("/v1/{mount}/work");
            let started = plugin.client().put(&work("one"), &json!({}))?.ok()?;
            ensure!(started["data"]["started"] == true, "{started}");
            let again = plugin.client().put(&work("one"), &json!({}))?.ok()?;
            ensure!(again["data"]["started"] == false, "{again}");
            let steps = |more_than: u64| {
                wait_until(&format!("more than {more_than} steps"), SOON, || {
                    let reply = plugin.client().get(&work("one"))?.ok()?;
                    let steps = reply["data"]["steps"].as_u64().context("no steps")?;
                    ensure!(steps > more_than, "{steps} steps");
                    Ok(steps)
                })
            };
            steps(2)?;
            plugin.reload("one")?;
            let left = steps(0)?;
            ensure!(
                plugin.client().put(&work("one"), &json!({}))?.ok()?["data"]["started"] == true,
                "the old task goes on"
            );
            steps(left)?;
            let other = plugin.client().get(&work("two"))?.ok()?;
            ensure!(other["data"]["steps"] == 0, "the other mount has {other}");
            wait_until("the server to tick", Duration::from_secs(90), || {
                let now = status(plugin, "two")?;
                ensure!(now["ticks"].as_u64() > Some(0), "{now}");
                Ok(())
            })
        })
    })
}

#[test]
fn killed() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            for _ in 0..3 {
                plugin.kill9()?;
                both_answer(plugin)?;
            }
            Ok(())
        })
    })
}

#[test]
fn sealed() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            let server = plugin.server();
            server.seal(&server.keys()?.root_token)?;
            wait_until("the process to end", SOON, || {
                let left = plugin.processes()?;
                ensure!(left.is_empty(), "{left:?} are still there");
                Ok(())
            })?;
            server.unseal()?;
            server.wait_active()?;
            both_answer(plugin)
        })
    })
}

#[test]
fn orphaned() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            plugin.server().kill9()?;
            wait_until("the process to end", Duration::from_secs(15), || {
                let left = plugin.processes()?;
                ensure!(left.is_empty(), "{left:?} are still there");
                Ok(())
            })?;
            plugin.server().restart()?;
            plugin.server().unseal()?;
            plugin.server().wait_active()?;
            both_answer(plugin)
        })
    })
}

#[test]
fn upgraded() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            let environment = ["EXAMPLE_ENGINE_VERSION=0.2.0"];
            let program = workspace_binary(PROGRAM)?;
            VaultPlugin::register_with(plugin.server(), "example", &program, Some("v0.2.0"), &environment)?;
            // Back again, too.
            for version in ["v0.2.0", VERSION] {
                let tune = json!({ "plugin_version": version });
                plugin.client().post("/v1/sys/mounts/one/tune", &tune)?.ok()?;
                plugin.reload("one")?;
                let now = status(plugin, "one")?;
                ensure!(now["plugin_version"] == version, "{now}");
                let kept = plugin.client().get("/v1/one/kv/mine")?.ok()?;
                ensure!(kept["data"] == json!({ "of": "one" }), "{kept}");
            }
            Ok(())
        })
    })
}

#[test]
fn initialised() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            // The server says that it failed, and has the mount all the same.
            let mount = json!({ "type": plugin.name(), "options": { "initialise_failures": "3" } });
            plugin.client().post("/v1/sys/mounts/late", &mount)?.refused_with(400)?;
            plugin.client().get("/v1/late/kv/a")?.refused_with(503)?;
            // Whether it is there can't be known, which servers call 500 whatever the engine calls it.
            plugin.client().put("/v1/late/kv/a", &json!({ "x": 1 }))?.refused_with(500)?;
            plugin.client().put("/v1/late/kv/a", &json!({ "x": 1 }))?.ok()?;
            let now = status(plugin, "late")?;
            ensure!(now["initialised"] == 4, "{now}");
            Ok(())
        })
    })
}

#[test]
fn removed() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, |plugin| {
            let process = plugin.processes()?;
            plugin.unmount("one")?;
            plugin.client().get("/v1/one/kv/mine")?.refused_with(404)?;
            let two = plugin.client().get("/v1/two/kv/mine")?.ok()?;
            ensure!(two["data"] == json!({ "of": "two" }) && plugin.processes()? == process, "{two}");
            // A new mount at the same place has nothing of the old one.
            plugin.mount("one", &json!({}))?;
            plugin.client().get("/v1/one/kv/mine")?.refused_with(404)?;
            plugin.client().post("/v1/sys/remount", &json!({ "from": "two", "to": "three" }))?.ok()?;
            wait_until("the mount to have moved", SOON, || {
                let moved = plugin.client().get("/v1/three/kv/mine")?.ok()?;
                ensure!(moved["data"] == json!({ "of": "two" }), "{moved}");
                Ok(())
            })?;
            for mount in ["one", "three"] {
                plugin.unmount(mount)?;
            }
            wait_until("the process to end", SOON, || {
                let left = plugin.processes()?;
                ensure!(left.is_empty(), "{left:?} are still there");
                Ok(())
            })?;
            plugin.deregister(Some(VERSION))?;
            ensure!(plugin.entry(Some(VERSION)).is_err(), "it is still in the catalogue");
            Ok(())
        })
    })
}
