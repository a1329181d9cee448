//! What a request to a secrets engine costs: the example engine beside the same engine on the Go SDK, and beside the
//! built-in KV engine, which needs no second process. All three are mounted on one server, and asked by turns.

use std::io::{BufRead as _, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::{Http, Product, Scenario, VaultPlugin, VaultServer};
use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use testbed::Tool;

use crate::measured::{Goal, build_release, judge, median};

/// Goal of the design for a process that has nothing to do.
const IDLE_GOAL_MB: f64 = 15.0;

/// How many clients ask at the same time when requests per second are counted, and for how long.
const CLIENTS: usize = 8;
const BURST: Duration = Duration::from_secs(2);
const BURSTS: usize = 3;

/// The host's question to a program whether it is a secrets engine.
const COOKIE: (&str, &str) = ("VAULT_BACKEND_PLUGIN", "6669da05-b1c8-4f49-97d9-c8e5bed98e20");

#[derive(Args)]
pub(crate) struct Plugin {
    /// How often each engine is asked; starts are a hundredth of that.
    #[arg(long, default_value_t = 2_000)]
    runs: u32,
}

/// One engine, and what was seen of it.
struct Subject<'a> {
    name: &'static str,
    mount: &'static str,
    plugin: Option<VaultPlugin<'a>>,
    reads: Vec<f64>,
    writes: Vec<f64>,
    rates: Vec<f64>,
}

impl Plugin {
    pub(crate) fn run(self) -> Result<()> {
        Scenario::run(&[Tool::OpenBao, Tool::SecretsEngineInGo], |scenario| self.measure(scenario))
    }

    fn measure(&self, scenario: &Scenario) -> Result<()> {
        let mut out = std::io::stdout();
        writeln!(out, "Building the example engine in release mode.")?;
        let ours = build_release("example-engine", "vault-plugin-secrets-example")?;
        let peer = Tool::SecretsEngineInGo.find()?;
        peer.started();
        let server = VaultServer::start(scenario.folder(), Product::OpenBao)?;
        let client = server.root()?;

        let plugin = |name, mount, program: &Path| -> Result<_> {
            let plugin = VaultPlugin::register(&server, mount, program, None)?;
            plugin.mount(mount, &json!({}))?;
            Ok(Subject::new(name, mount, Some(plugin)))
        };
        let mut subjects = [
            plugin("engine in Rust", "rust", &ours)?,
            plugin("engine in Go", "go", &peer.path)?,
            Subject::new("built-in KV", "builtin", None),
        ];
        client.post("/v1/sys/mounts/builtin", &json!({ "type": "kv" }))?.ok()?;
        for subject in &subjects {
            // The first request of each starts what starts late.
            subject.write(&client)?;
            subject.read(&client)?;
        }
        let idle = subjects.iter().map(Subject::memory_mb).collect::<Result<Vec<_>>>()?;

        writeln!(out, "Asking each by turns, {} times, one request after the other.", self.runs)?;
        for _ in 0..self.runs {
            for subject in &mut subjects {
                let (write, read) = (subject.write(&client)?, subject.read(&client)?);
                subject.writes.push(write);
                subject.reads.push(read);
            }
        }
        writeln!(out, "Asking with {CLIENTS} clients at the same time, {BURSTS} times {} s each.", BURST.as_secs())?;
        for _ in 0..BURSTS {
            for subject in &mut subjects {
                let rate = subject.burst(&server)?;
                subject.rates.push(rate);
            }
        }
        let loaded = subjects.iter().map(Subject::memory_mb).collect::<Result<Vec<_>>>()?;
        let starts = (self.runs / 100).max(1);
        writeln!(out, "Starting each {starts} times by turns, up to the line that it prints.")?;
        let host = server.authority().certificate_pem();
        let (mut ours_starts, mut peers_starts) = (Vec::new(), Vec::new());
        for _ in 0..starts {
            ours_starts.push(start(&ours, host)?);
            peers_starts.push(start(&peer.path, host)?);
        }

        writeln!(
            out,
            "\n{:16} {:>10} {:>10} {:>10} {:>10} {:>12} {:>10} {:>10}",
            "", "read p50", "read p99", "write p50", "write p99", "reads per s", "idle", "loaded"
        )?;
        for ((subject, idle), loaded) in subjects.iter().zip(&idle).zip(&loaded) {
            let [read, slow_read] = [subject.read_at(0.5)?, subject.read_at(0.99)?];
            let [write, slow_write] = [percentile(&subject.writes, 0.5)?, percentile(&subject.writes, 0.99)?];
            let rate = median(subject.rates.iter().copied())?;
            write!(out, "{:16} {read:>7.3} ms {slow_read:>7.3} ms {write:>7.3} ms {slow_write:>7.3} ms", subject.name)?;
            let memory = |megabytes: &Option<f64>| megabytes.map_or("-".to_owned(), |mb| format!("{mb:.1} MB"));
            writeln!(out, " {rate:>12.0} {:>10} {:>10}", memory(idle), memory(loaded))?;
        }
        let [rust, go, builtin] = &subjects;
        let [rust_p50, go_p50, builtin_p50] = [rust.read_at(0.5)?, go.read_at(0.5)?, builtin.read_at(0.5)?];
        writeln!(
            out,
            "start to its line: {:.1} ms in Rust, {:.1} ms in Go",
            median(ours_starts.into_iter())?,
            median(peers_starts.into_iter())?
        )?;
        writeln!(
            out,
            "a read takes {:.2} times that of the built-in KV; in Go {:.2} times\n",
            rust_p50 / builtin_p50,
            go_p50 / builtin_p50
        )?;
        let idle = idle.first().copied().flatten().context("no process runs the example engine")?;
        judge(
            &mut out,
            &[
                Goal { what: "read p50", unit: "ms", figure: rust_p50, at_most: go_p50 },
                Goal {
                    what: "write p50",
                    unit: "ms",
                    figure: percentile(&rust.writes, 0.5)?,
                    at_most: percentile(&go.writes, 0.5)?,
                },
                Goal { what: "idle memory", unit: "MB", figure: idle, at_most: IDLE_GOAL_MB },
            ],
        )
    }
}

impl<'a> Subject<'a> {
    fn new(name: &'static str, mount: &'static str, plugin: Option<VaultPlugin<'a>>) -> Self {
        Self { name, mount, plugin, reads: Vec::new(), writes: Vec::new(), rates: Vec::new() }
    }

    /// All three keep what they are given under this kind of path.
    fn path(&self) -> String {
        format!("/v1/{}/kv/door", self.mount)
    }

    fn write(&self, client: &Http) -> Result<f64> {
        let begin = Instant::now();
        client.post(&self.path(), &json!({ "code": "1234", "floor": "third" }))?.ok()?;
        Ok(milliseconds(begin))
    }

    fn read(&self, client: &Http) -> Result<f64> {
        let begin = Instant::now();
        let reply = client.get(&self.path())?.ok()?;
        let took = milliseconds(begin);
        ensure!(reply.pointer("/data/code").and_then(Value::as_str) == Some("1234"), "{} answered {reply}", self.name);
        Ok(took)
    }

    fn read_at(&self, part: f64) -> Result<f64> {
        percentile(&self.reads, part)
    }

    /// Reads per second with several clients.
    fn burst(&self, server: &VaultServer) -> Result<f64> {
        let clients = (0..CLIENTS).map(|_| server.root()).collect::<Result<Vec<_>>>()?;
        let until = Instant::now() + BURST;
        let counted = thread::scope(|scope| {
            let asking: Vec<_> = clients
                .iter()
                .map(|client| {
                    scope.spawn(move || {
                        let mut count = 0_u32;
                        while Instant::now() < until {
                            self.read(client)?;
                            count += 1;
                        }
                        Ok::<_, anyhow::Error>(count)
                    })
                })
                .collect();
            asking
                .into_iter()
                .map(|asking| asking.join().map_err(|_| anyhow::anyhow!("a client panicked"))?)
                .collect::<Result<Vec<_>>>()
        })?;
        Ok(f64::from(counted.iter().sum::<u32>()) / BURST.as_secs_f64())
    }

    /// Memory of the process just now; `None` for what has no process of its own.
    fn memory_mb(&self) -> Result<Option<f64>> {
        let Some(plugin) = &self.plugin else { return Ok(None) };
        let process =
            plugin.processes()?.first().copied().with_context(|| format!("no process runs the {}", self.name))?;
        let status =
            std::fs::read_to_string(format!("/proc/{process}/status")).context("reading what a process takes")?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kilobytes: f64 = resident.context("the system does not tell what a process takes")?.trim().parse()?;
        Ok(Some(kilobytes / 1024.0))
    }
}

/// Milliseconds until a program that is started as a host does prints the line that a host waits for.
fn start(program: &Path, host_certificate: &str) -> Result<f64> {
    let begin = Instant::now();
    let mut process = Command::new(program)
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5")
        .env("PLUGIN_CLIENT_CERT", host_certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", program.display()))?;
    let mut line = String::new();
    let said = process.stdout.take().context("it has no output")?;
    BufReader::new(said).read_line(&mut line)?;
    let took = milliseconds(begin);
    process.kill()?;
    process.wait()?;
    ensure!(line.starts_with("1|5|"), "{} said {line:?}", program.display());
    Ok(took)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// The value that this part of all values does not exceed.
fn percentile(values: &[f64], part: f64) -> Result<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = (part * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(index).copied().context("no run was measured; ask for at least one with --runs")
}
