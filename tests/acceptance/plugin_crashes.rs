//! The example engine killed hard, again and again, while requests are under way: a hundred times on each of the two servers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::cli::workspace_binary;
use acceptance::{Http, Product, Reply, Scenario, VaultPlugin, VaultServer, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::plugin_requests::PROGRAM;

/// On each of the two servers.
const KILLS: usize = 100;

/// Both are in one process.
const MOUNTS: [&str; 2] = ["one", "two"];

const WORKERS_PER_MOUNT: usize = 2;

/// Five seconds are the goal; more is a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn openbao() -> Result<()> {
    under_load(Product::OpenBao)
}

#[test]
fn vault() -> Result<()> {
    under_load(Product::Vault)
}

/// From a kill until each mount had answered again.
struct Outage {
    from: Instant,
    until: [Instant; 2],
}

/// A request that has failed.
struct Failure {
    began: Instant,
    ended: Instant,
    status: u16,
    text: String,
}

/// What one of those who use the mounts has seen.
struct Worker<'a> {
    client: &'a Http,
    mount: usize,
    name: String,
    /// Its answers so far, for whoever kills.
    answered: &'a AtomicUsize,
    requests: usize,
    failures: Vec<Failure>,
    /// Loans that it was given, and those of which it does not know.
    lent: usize,
    lent_perhaps: usize,
}

fn under_load(product: Product) -> Result<()> {
    Scenario::run(&[product.tool()], |scenario| {
        let server = VaultServer::start(scenario.folder(), product)?;
        let plugin = VaultPlugin::register(&server, "example", &workspace_binary(PROGRAM)?, None)?;
        for mount in MOUNTS {
            plugin.mount(mount, &json!({}))?;
            plugin.client().put(&format!("/v1/{mount}/kv/mine"), &json!({ "of": mount }))?.ok()?;
        }
        let (outages, workers) = kill_and_work(&plugin)?;
        judge(product, &plugin, &outages, &workers)
    })
}

fn kill_and_work<'a>(plugin: &'a VaultPlugin<'_>) -> Result<(Vec<Outage>, Vec<Worker<'a>>)> {
    static ANSWERED: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    let slot = usize::from(plugin.server().product() == Product::Vault);
    let answered = &ANSWERED[slot];
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let start = |number: usize| {
            let mount = number % MOUNTS.len();
            let worker = Worker {
                client: plugin.client(),
                mount,
                name: format!("worker{number}"),
                answered,
                requests: 0,
                failures: Vec::new(),
                lent: 0,
                lent_perhaps: 0,
            };
            let enough = &enough;
            scope.spawn(move || worker.work(enough))
        };
        let workers: Vec<_> = (0..MOUNTS.len() * WORKERS_PER_MOUNT).map(start).collect();
        let outages: Result<Vec<Outage>> = (0..KILLS).map(|_| outage(plugin, answered)).collect();
        enough.store(true, Ordering::Release);
        let workers: Result<Vec<Worker<'_>>> =
            workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow!("a worker panicked"))?).collect();
        Ok((outages?, workers?))
    })
}

/// Kills the process once the workers are busy, and waits until both mounts answer.
fn outage(plugin: &VaultPlugin<'_>, answered: &AtomicUsize) -> Result<Outage> {
    let before = answered.load(Ordering::Relaxed);
    wait_until("the workers to get on", PATIENCE, || {
        let now = answered.load(Ordering::Relaxed) - before;
        ensure!(now >= 8, "{now} answers");
        Ok(())
    })?;
    let from = Instant::now();
    plugin.kill9()?;
    let mut until = [from; 2];
    for (mount, until) in MOUNTS.into_iter().zip(&mut until) {
        wait_until(&format!("{mount} to answer"), PATIENCE, || {
            let reply = plugin.client().get(&format!("/v1/{mount}/kv/mine"))?.ok()?;
            ensure!(reply["data"] == json!({ "of": mount }), "{mount} has {}", reply["data"]);
            Ok(())
        })?;
        *until = Instant::now();
    }
    Ok(Outage { from, until })
}

impl Worker<'_> {
    /// Writes, reads and borrows. What was acknowledged has to be there, whatever was killed meanwhile.
    fn work(mut self, enough: &AtomicBool) -> Result<Self> {
        let mount = MOUNTS[self.mount];
        let (object, lend) =
            (format!("/v1/{mount}/kv/{}", self.name), format!("/v1/{mount}/lend/{}?ttl=1h", self.name));
        // Of a write that failed nobody knows, now or later.
        let mut possible = vec![0];
        self.client.put(&object, &json!({ "number": 0 }))?.ok()?;
        for number in 1_u64.. {
            if enough.load(Ordering::Acquire) {
                break;
            }
            let written = self.count(|client| client.put(&object, &json!({ "number": number })))?;
            if written.status < 300 {
                possible.clear();
            }
            possible.push(number);
            let read = self.count(|client| client.get(&object))?;
            if read.status == 200 {
                let found = read.body.pointer("/data/number").and_then(Value::as_u64);
                ensure!(
                    found.is_some_and(|found| possible.contains(&found)),
                    "{object} is {found:?}, where one of {possible:?} was written"
                );
            }
            let lent = self.count(|client| client.get(&lend))?;
            match lent.status {
                200 => self.lent += 1,
                _ => self.lent_perhaps += 1,
            }
        }
        Ok(self)
    }

    fn count(&mut self, send: impl FnOnce(&Http) -> Result<Reply>) -> Result<Reply> {
        let began = Instant::now();
        let reply = send(self.client)?;
        self.requests += 1;
        if reply.status < 300 {
            self.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            let (ended, status, text) = (Instant::now(), reply.status, reply.body.to_string());
            self.failures.push(Failure { began, ended, status, text });
        }
        Ok(reply)
    }
}

/// A failure is a 500 of a request that was under way between a kill and the first answer after it. Each loan was made once.
fn judge(product: Product, plugin: &VaultPlugin<'_>, outages: &[Outage], workers: &[Worker<'_>]) -> Result<()> {
    let (mut late, mut most, mut texts) = (0, 0, BTreeMap::<&str, usize>::new());
    for worker in workers {
        let mut of_each = vec![0; outages.len()];
        for Failure { began, ended, status, text } in &worker.failures {
            let of = outages.iter().position(|outage| outage.from <= *ended && *began <= outage.until[worker.mount]);
            let of = of.with_context(|| format!("{status} while the engine was running: {text}"))?;
            ensure!(*status == 500, "kill {of}: {status} {text}");
            late += usize::from(outages[of].from < *began);
            of_each[of] += 1;
            *texts.entry(kind(text)).or_default() += 1;
        }
        most = most.max(of_each.into_iter().max().unwrap_or_default());
    }
    for (number, mount) in MOUNTS.into_iter().enumerate() {
        let loans = plugin.client().get(&format!("/v1/{mount}/loans?list=true&limit=1000000"))?.ok()?;
        let loans = loans.pointer("/data/key_info").and_then(Value::as_object).context("there are no loans")?;
        for worker in workers.iter().filter(|worker| worker.mount == number) {
            let made = loans.values().filter(|loan| loan["name"] == worker.name).count();
            let most = worker.lent + worker.lent_perhaps;
            ensure!((worker.lent..=most).contains(&made), "{made} loans, and not {} to {most}", worker.lent);
        }
    }
    let processes = plugin.processes()?;
    ensure!(processes.len() == 1, "{processes:?} are running");
    let mut back: Vec<Duration> = outages.iter().map(|outage| outage.until[1] - outage.from).collect();
    back.sort_unstable();
    println!(
        "KILLS {}: {} kills, {} requests, {} answered with 500, of which {late} began after the kill, {most} at most \
         in a row; both mounts answer after {:?} (median), {:?} at most",
        product.name(),
        outages.len(),
        workers.iter().map(|worker| worker.requests).sum::<usize>(),
        workers.iter().map(|worker| worker.failures.len()).sum::<usize>(),
        back[back.len() / 2],
        back[back.len() - 1],
    );
    for (text, times) in texts {
        println!("KILLS {}: {times} times {text}", product.name());
    }
    Ok(())
}

/// What a failure was, for the table.
fn kind(text: &str) -> &str {
    let known = ["internal error", "error while dialing", "error reading from server"];
    known.into_iter().find(|known| text.contains(known)).unwrap_or(text)
}
