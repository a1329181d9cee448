//! What a plugin writes to standard output and standard error, kept while it runs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;

/// One stream of a process: what came so far, and whether it has ended.
#[derive(Clone, Debug)]
pub struct Output {
    state: Arc<watch::Sender<State>>,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    ended: bool,
}

impl Output {
    /// Begins to read, in the background.
    pub(crate) fn of(mut stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let state = Arc::new(watch::Sender::new(State::default()));
        let filled = Arc::clone(&state);
        tokio::spawn(async move {
            let mut piece = vec![0; 16 * 1024];
            while let Ok(length @ 1..) = stream.read(&mut piece).await {
                filled.send_modify(|state| state.bytes.extend(piece.iter().take(length)));
            }
            filled.send_modify(|state| state.ended = true);
        });
        Self { state }
    }

    /// What came so far. Bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.state.borrow().bytes).into_owned()
    }

    /// Waits until what came so far is as `wanted`, and returns it.
    ///
    /// # Errors
    /// It did not become so before the stream ended or the time was up.
    pub async fn wait_for(&self, limit: Duration, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let mut states = self.state.subscribe();
        let as_wanted = |state: &State| wanted(&String::from_utf8_lossy(&state.bytes));
        let waiting = states.wait_for(|state| state.ended || as_wanted(state));
        let found = tokio::time::timeout(limit, waiting).await.map(|state| state.map(|state| as_wanted(&state)));
        let text = self.text();
        ensure!(matches!(found, Ok(Ok(true))), "within {limit:?} a plugin wrote only: {text}");
        Ok(text)
    }

    /// Waits until every process that holds the stream has closed it, and returns all that came.
    ///
    /// # Errors
    /// It is still open when the time is up.
    pub async fn wait_for_end(&self, limit: Duration) -> Result<String> {
        let mut states = self.state.subscribe();
        let ended = tokio::time::timeout(limit, states.wait_for(|state| state.ended)).await.is_ok();
        let text = self.text();
        ensure!(ended, "after {limit:?} a plugin still holds a stream on which it wrote: {text}");
        Ok(text)
    }

    /// Every line so far, read as a log line of hclog.
    ///
    /// # Errors
    /// A Go host could not read one of them.
    pub fn log(&self) -> Result<Vec<LogLine>> {
        self.text().lines().map(LogLine::parse).collect()
    }
}

/// A line of hclog's JSON, with the three fields that hosts look at.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The text.
    pub message: String,
    /// As it was written.
    pub timestamp: String,
}

impl LogLine {
    /// # Errors
    /// A Go host would not take the line for a log entry, or would end because of it.
    pub fn parse(line: &str) -> Result<Self> {
        ensure!(line.len() < 64 * 1024, "a log line of {} bytes would be cut to pieces", line.len());
        let value: serde_json::Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))?;
        let text = |key: &str| {
            let text = value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
            text.with_context(|| format!("{key} is no string, which ends a Go host: {line}"))
        };
        let (level, message, timestamp) = (text("@level")?, text("@message")?, text("@timestamp")?);
        ensure!(["trace", "debug", "info", "warn", "error"].contains(&level.as_str()), "unknown level in {line}");
        let shape: String = timestamp.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        ensure!(shape == "0000-00-00T00:00:00.000000Z", "hosts take the line for plain text: {timestamp:?} in {line}");
        Ok(Self { level, message, timestamp })
    }
}
