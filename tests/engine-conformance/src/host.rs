//! The played host: a process that takes orders as lines, and answers in any order.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use go_plugin_conformance::{LogLine, PATIENCE, tested};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use testbed::Tool;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;

use crate::Answer;

/// The host, and the plugin that it has started. Dropping it ends both.
pub struct PlayedHost {
    orders: tokio::sync::Mutex<ChildStdin>,
    waiting: Waiting,
    tags: AtomicU64,
    plugin: PathBuf,
    _process: Child,
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Answer>>>>;

impl PlayedHost {
    /// Starts the host and the plugin: `program`, or another build of it that the environment names. `None` if there is no such
    /// host on this machine; it says so.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start(program: &str) -> Result<Option<Self>> {
        Self::start_with(program, &[]).await
    }

    /// The same, with these variables added to the plugin's environment: `NAME=value`.
    ///
    /// # Errors
    /// One of them does not start.
    pub async fn start_with(program: &str, environment: &[String]) -> Result<Option<Self>> {
        let host = match Tool::SecretsEngineHost.find() {
            Ok(host) => host,
            Err(missing) if missing.must_fail() => bail!(missing),
            Err(missing) => {
                announce(&format!("SKIPPED secrets-engine-host: {missing}"));
                return Ok(None);
            }
        };
        host.started();
        let plugin = tested(program);
        let mut process = Command::new(&host.path)
            .arg(&plugin)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A backtrace would make the log of a panic longer than a line.
            .env("RUST_BACKTRACE", "0")
            .kill_on_drop(true)
            .spawn()
            .context("starting the played host")?;
        let orders = tokio::sync::Mutex::new(process.stdin.take().context("no standard input")?);
        let waiting = Waiting::default();
        tokio::spawn(listen(process.stdout.take().context("no standard output")?, Arc::clone(&waiting)));
        let host = Self { orders, waiting, tags: AtomicU64::new(1), plugin, _process: process };
        host.start_plugin(environment).await?;
        Ok(Some(host))
    }

    /// Starts the plugin again, as a host does that has found it dead. What its mounts stored is still there.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start_plugin(&self, environment: &[String]) -> Result<()> {
        let started = self.order("start", json!({ "environment": environment })).await;
        started.with_context(|| format!("starting {}", self.plugin.display()))?;
        Ok(())
    }

    /// Everything that the plugin has logged, each line read as a host reads it.
    ///
    /// # Errors
    /// A host could not read one of them.
    pub async fn log(&self) -> Result<Vec<LogLine>> {
        let lines: Vec<String> = self.ask("log", "lines").await?;
        lines.iter().map(|line| LogLine::parse(line)).collect()
    }

    /// Waits for a line in the log.
    ///
    /// # Errors
    /// It does not come.
    pub async fn wait_for_log(&self, wanted: impl Fn(&LogLine) -> bool) -> Result<LogLine> {
        let look = async {
            loop {
                if let Some(line) = self.log().await?.into_iter().find(&wanted) {
                    return Ok(line);
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(found) => found,
            Err(_) => bail!("no such line in the log: {:?}", self.log().await?),
        }
    }

    /// Whether the plugin's process has ended.
    ///
    /// # Errors
    /// The host does not answer.
    pub async fn has_exited(&self) -> Result<bool> {
        self.ask("exited", "exited").await
    }

    /// Asks the plugin to end as a host does, which kills it after two seconds, and returns how long that took.
    ///
    /// # Errors
    /// The host does not answer.
    pub async fn end(&self) -> Result<u64> {
        self.ask("end", "milliseconds").await
    }

    /// Kills the plugin outright.
    ///
    /// # Errors
    /// It has ended already.
    pub async fn kill(&self) -> Result<()> {
        self.order("kill", json!({})).await.map(drop)
    }

    /// Opens a stream of the broker, says nothing more on it, and leaves it so.
    ///
    /// # Errors
    /// The plugin refuses it.
    pub async fn half_close(&self) -> Result<()> {
        self.order("half-closed", json!({})).await.map(drop)
    }

    /// The number of the plugin's process.
    ///
    /// # Errors
    /// There is none.
    pub async fn process(&self) -> Result<u32> {
        self.ask("process", "pid").await
    }

    async fn ask<T: DeserializeOwned>(&self, order: &str, field: &str) -> Result<T> {
        let mut answer = self.order(order, json!({})).await?;
        let value =
            answer.reply.get_mut(field).map(Value::take).with_context(|| format!("no {field} in {answer:?}"))?;
        Ok(serde_json::from_value(value)?)
    }

    /// Has something done. `settings` is an object.
    ///
    /// # Errors
    /// The host could not, or is gone.
    pub(crate) async fn order(&self, order: &str, settings: Value) -> Result<Answer> {
        let tag = self.tags.fetch_add(1, Ordering::Relaxed);
        let mut line: Map<String, Value> = serde_json::from_value(settings)?;
        line.insert("tag".to_owned(), tag.into());
        line.insert("do".to_owned(), order.into());
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        let (send, answer) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(tag, send);
        let written = async {
            let mut orders = self.orders.lock().await;
            orders.write_all(&line).await?;
            orders.flush().await
        };
        written.await.context("the played host has ended")?;
        let answer = tokio::time::timeout(2 * PATIENCE, answer).await;
        let answer = answer.with_context(|| format!("the order {order:?} was not answered"))?;
        answer.context("the played host has ended")?.done()
    }
}

/// Hands every line to whoever waits for it. Whoever still waits at the end learns that there is none.
async fn listen(stdout: ChildStdout, waiting: Waiting) {
    let mut lines = BufReader::with_capacity(1 << 20, stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match Answer::parse(&line) {
            Ok((tag, answer)) => {
                let found = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&tag);
                if let Some(send) = found {
                    // Whoever gave up no longer listens.
                    let _ = send.send(answer);
                }
            }
            Err(error) => announce(&format!("{error:#}")),
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

#[expect(clippy::print_stdout, reason = "for whoever reads the output of a test")]
fn announce(text: &str) {
    println!("{text}");
}
