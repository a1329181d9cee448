//! Engines that misbehave, and requests that go away, on both real servers: nobody else notices.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use acceptance::cli::workspace_binary;
use acceptance::{Product, Scenario, VaultPlugin, VaultServer, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::json;

use crate::plugin_requests::{PROGRAM, TOOLS, VERSION, errors};

const PATIENCE: Duration = Duration::from_secs(20);

/// How long it takes at most until a mount answers that takes three seconds to begin.
const HEALED: Duration = Duration::from_secs(10);

/// Runs a test on the shared server of each product, with two mounts of an engine: `name`-one and `name`-two.
fn on_each(scenario: &Scenario, name: &str, test: impl Fn(&VaultPlugin<'_>, [&str; 2]) -> Result<()>) -> Result<()> {
    for product in Product::ALL {
        let server = VaultServer::shared(scenario, product)?;
        // A name of its own, so that nobody else's mounts are in its process.
        let plugin = VaultPlugin::register(server, name, &workspace_binary(PROGRAM)?, Some(VERSION))?;
        let mounts = [format!("{name}-one"), format!("{name}-two")];
        for mount in &mounts {
            plugin.mount(mount, &json!({ "plugin_version": VERSION }))?;
        }
        test(&plugin, [&mounts[0], &mounts[1]]).with_context(|| format!("on {}", product.name()))?;
        for mount in &mounts {
            plugin.unmount(mount)?;
        }
        plugin.deregister(Some(VERSION))?;
    }
    Ok(())
}

/// The lines of the server's log with a text.
pub(crate) fn logged(server: &VaultServer, text: &str) -> Result<Vec<String>> {
    let log = fs::read(server.process().log())?;
    Ok(String::from_utf8_lossy(&log).lines().filter(|line| line.contains(text)).map(str::to_owned).collect())
}

/// Whether the server still is the program that it was, and the engine too.
fn lives(plugin: &VaultPlugin<'_>, process: &[u32]) -> Result<()> {
    ensure!(plugin.server().health()? == 200, "the server is not active");
    ensure!(plugin.processes()? == process, "{:?} instead of {process:?} are running", plugin.processes()?);
    Ok(())
}

#[test]
fn panics() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "panics", panics_fail_alone))
}

/// A panic is one failed request, and one line of the log.
pub(crate) fn panics_fail_alone(plugin: &VaultPlugin<'_>, [one, two]: [&str; 2]) -> Result<()> {
    let (client, process) = (plugin.client(), plugin.processes()?);
    let text = format!("seeded {}", fastrand::u64(..));
    client.put(&format!("/v1/{two}/work"), &json!({}))?.ok()?;
    let waiting = thread::scope(|scope| {
        let slow = scope.spawn(|| client.put(&format!("/v1/{two}/fault/slow"), &json!({ "time": "2s" })));
        for _ in 0..10 {
            let reply = client.put(&format!("/v1/{one}/fault/panic"), &json!({ "text": text }))?;
            ensure!(reply.status == 500, "a panic: {reply:?}");
            ensure!(errors(&reply).contains("the handler panicked"), "a panic gets through: {reply:?}");
        }
        slow.join().map_err(|_| anyhow!("a thread panicked"))?
    })?;
    ensure!(waiting.status == 204, "the other mount's request: {waiting:?}");
    let work = client.get(&format!("/v1/{two}/work"))?.ok()?;
    ensure!(work["data"]["steps"].as_u64() > Some(2), "the other mount's task: {work}");
    lives(plugin, &process)?;
    wait_until("the panics in the log", PATIENCE, || {
        let lines = logged(plugin.server(), &format!("panic: {text}"))?;
        ensure!(lines.len() == 10, "{} lines: {:?}", lines.len(), lines.first());
        ensure!(lines.iter().all(|line| line.contains("[ERROR]")), "another level: {:?}", lines.first());
        Ok(())
    })
}

/// More than fits into one line of the log.
const LONG: usize = 200_000;

/// Texts that have broken readers of logs somewhere.
fn hostile(word: &str) -> Vec<String> {
    vec![
        "two\nlines\r\nand\rmore\n".to_owned(),
        (1..0x20_u8).map(char::from).collect(),
        "\u{0}\u{7f}\u{80}\u{9f}\u{a0}\u{2028}\u{2029}\u{202e}\u{feff}\u{fffd}\u{10ffff}".to_owned(),
        r#"{"@level":30,"@message":null,"@timestamp":[]}"#.to_owned(),
        "\n{\"@level\":30,\"@message\":null,\"@timestamp\":[]}\n".to_owned(),
        "\npanic: not really\n".to_owned(),
        word.repeat(LONG / word.len()),
        "\u{1}".repeat(100_000),
    ]
}

#[test]
fn logs() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "logs", logs_are_whole))
}

/// Whatever is logged, the server can read it, and all of it.
pub(crate) fn logs_are_whole(plugin: &VaultPlugin<'_>, [one, two]: [&str; 2]) -> Result<()> {
    let (client, process) = (plugin.client(), plugin.processes()?);
    // No other test has it in the log.
    let word: String = (0..10).map(|_| fastrand::lowercase()).collect();
    for text in hostile(&word) {
        client.put(&format!("/v1/{one}/log"), &json!({ "text": text }))?.ok()?;
        client.put(&format!("/v1/{one}/fault/panic"), &json!({ "text": text }))?.refused_with(500)?;
    }
    // What comes after it is read as if nothing had been.
    let last = format!("the last {}", fastrand::u64(..));
    client.put(&format!("/v1/{two}/log"), &json!({ "text": last }))?.ok()?;
    let line = wait_until("the last line", PATIENCE, || {
        logged(plugin.server(), &last)?.first().cloned().context("it is not in the log")
    })?;
    ensure!(line.contains("[INFO]"), "the level of what was logged is another one: {line}");
    // A line that was taken apart would be one of the server's own, without the engine's name.
    let torn = logged(plugin.server(), &word)?;
    ensure!(!torn.is_empty() && torn.iter().all(|line| line.contains(plugin.name())), "a line was taken apart");
    let arrived = torn.iter().map(|line| line.matches(&word).count()).sum::<usize>() * word.len();
    // A word may be cut in two where a line ends.
    ensure!(arrived >= LONG / 10 * 9, "of a long text only {arrived} characters of {LONG} are in the log");
    lives(plugin, &process)
}

#[test]
fn given_up() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "given-up", |plugin, [mount, _]| {
            let (client, process) = (plugin.client(), plugin.processes()?);
            let (mut given_up, mut done) = (0, 0);
            let status = |name: &str| Ok::<_, anyhow::Error>(client.get(&format!("/v1/{mount}/kv/{name}"))?.status);
            for round in 0..40_u64 {
                let (from, to) = (format!("a{round}"), format!("b{round}"));
                client.put(&format!("/v1/{mount}/kv/{from}"), &json!({ "round": round }))?.ok()?;
                // From before it arrives to after it is done.
                let hasty = client.clone().give_up_after(Duration::from_micros(500 + 500 * round));
                match hasty.post(&format!("/v1/{mount}/rename/{from}"), &json!({ "to": to })) {
                    Ok(reply) => drop(reply.ok()?),
                    Err(_) => given_up += 1,
                }
                // Either both entries change or none does: on Vault in the end, on OpenBao at each moment.
                let seen = wait_until("one of the two names", PATIENCE, || match (status(&from)?, status(&to)?) {
                    (200, 404) => Ok(false),
                    (404, 200) => Ok(true),
                    (200, 200) if plugin.server().product() == Product::Vault => Err(anyhow!("both are there")),
                    // It may have happened between the two looks.
                    (404, 404) | (200, 200) => Err(anyhow!("both or none is there")),
                    other => Err(anyhow!("{other:?}")),
                })?;
                done += u32::from(seen);
            }
            println!("GIVEN UP {}: {given_up} of 40 writes, {done} had happened", plugin.server().product().name());
            ensure!(given_up > 0, "nobody went away");
            lives(plugin, &process)
        })
    })
}

#[test]
fn finished() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "finished", a_write_outlives_its_client))
}

/// A write is finished when its client has gone.
pub(crate) fn a_write_outlives_its_client(plugin: &VaultPlugin<'_>, [mount, _]: [&str; 2]) -> Result<()> {
    let text = format!("of a client that has gone {}", fastrand::u64(..));
    let hasty = plugin.client().clone().give_up_after(Duration::from_millis(1500));
    // Time enough to get there on a busy machine before the client goes, and for it to be gone before the end.
    let slow = json!({ "time": "4s", "text": text });
    ensure!(hasty.put(&format!("/v1/{mount}/fault/slow"), &slow).is_err(), "the client did not go");
    wait_until("the write to be through", PATIENCE, || {
        let lines = logged(plugin.server(), &format!("a slow request is through: {text}"))?;
        ensure!(lines.len() == 1, "{} lines", lines.len());
        Ok(())
    })
}

#[test]
fn told() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| on_each(scenario, "told", a_task_is_told_to_stop))
}

/// What goes on beside requests is told when its mount ends, although the process goes on for another mount.
pub(crate) fn a_task_is_told_to_stop(plugin: &VaultPlugin<'_>, [one, two]: [&str; 2]) -> Result<()> {
    let process = plugin.processes()?;
    plugin.client().put(&format!("/v1/{one}/task/kind"), &json!({}))?.ok()?;
    let before = logged(plugin.server(), "a task was told to stop")?.len();
    plugin.unmount(one)?;
    wait_until("the task to be told", PATIENCE, || {
        let told = logged(plugin.server(), "a task was told to stop")?.len();
        ensure!(told > before, "the task was not told");
        Ok(())
    })?;
    plugin.client().put(&format!("/v1/{two}/kv/a"), &json!({ "a": 1 }))?.ok()?;
    lives(plugin, &process)
}

#[test]
fn removed_in_haste() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "haste", |plugin, [_, other]| {
            let (client, process) = (plugin.client(), plugin.processes()?);
            client.put(&format!("/v1/{other}/kv/mine"), &json!({ "a": 1 }))?.ok()?;
            let mut longest = Duration::ZERO;
            for _ in 0..5 {
                plugin.mount("haste", &json!({ "plugin_version": VERSION }))?;
                client.put("/v1/haste/kv/a", &json!({ "a": 1 }))?.ok()?;
                client.put("/v1/haste/work", &json!({}))?.ok()?;
                let from = Instant::now();
                plugin.unmount("haste")?;
                longest = longest.max(from.elapsed());
                // Nothing is there any more, which is fine with both servers.
                plugin.unmount("haste")?;
                client.get("/v1/haste/kv/a")?.refused_with(404)?;
            }
            println!("REMOVED {}: {longest:?} at most", plugin.server().product().name());
            ensure!(longest < PATIENCE, "it took {longest:?}");
            ensure!(client.get(&format!("/v1/{other}/kv/mine"))?.status == 200, "the other mount has changed");
            lives(plugin, &process)
        })
    })
}

#[test]
fn slow_start() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "slow", |plugin, [one, _]| {
            let client = plugin.client();
            let options = json!({ "plugin_version": VERSION, "options": { "initialise_seconds": "3" } });
            let (mut elsewhere, mut written) = (0, None);
            thread::scope(|scope| {
                let mounting = scope.spawn(|| plugin.mount("slow", &options));
                while !mounting.is_finished() {
                    client.get(&format!("/v1/{one}/about"))?.ok()?;
                    elsewhere += usize::from(!mounting.is_finished());
                    // Both servers let requests through while the mount is being initialised: they wait.
                    let is_there = written.is_none() && client.get("/v1/slow/about")?.status == 200;
                    if is_there {
                        let early = !mounting.is_finished();
                        client.put("/v1/slow/kv/a", &json!({ "a": 1 }))?.ok()?;
                        written = Some(early);
                    }
                }
                mounting.join().map_err(|_| anyhow!("a thread panicked"))?
            })?;
            ensure!(elsewhere > 0, "the other mount had no answer meanwhile");
            client.get("/v1/slow/kv/a").and_then(|reply| match written {
                Some(_) => reply.ok().map(drop),
                None => reply.refused_with(404),
            })?;
            let initialised = |times: u64| {
                let status = client.get("/v1/slow/status")?.ok()?;
                ensure!(status["data"]["initialised"].as_u64() == Some(times), "{status}");
                Ok(())
            };
            initialised(1)?;
            // A crash of the new process too, before it is ready.
            plugin.kill9()?;
            let from = Instant::now();
            let answers = || wait_until("the mount to answer", HEALED, || client.get("/v1/slow/status")?.ok());
            let by_itself = thread::scope(|scope| {
                let first = scope.spawn(answers);
                wait_until("the new process", PATIENCE, || plugin.kill9().map(drop))?;
                first.join().map_err(|_| anyhow!("a thread panicked"))
            })?;
            let how = if by_itself.is_ok() { "by itself" } else { "as another entry of the catalogue" };
            if by_itself.is_err() {
                // Both servers keep to a process for good that dies between its start and the set-up of its first mount. Even a
                // reload asks the dead one, until the catalogue has something else, or the server is unsealed anew.
                let (server, program) = (plugin.server(), workspace_binary(PROGRAM)?);
                VaultPlugin::register_with(server, plugin.name(), &program, Some(VERSION), &["ANOTHER=1"])?;
                plugin.reload_all()?;
                answers()?;
            }
            println!("SLOW {}: back {how}, after {:?}", plugin.server().product().name(), from.elapsed());
            initialised(1)?;
            plugin.unmount("slow")
        })
    })
}
