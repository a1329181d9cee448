//! What came back of a call.

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

/// How a call ended.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// gRPC's name of it: `OK` if there is a reply.
    #[serde(default)]
    pub code: String,
    /// What gRPC says of a failure.
    #[serde(default)]
    pub message: String,
    /// The reply, in protobuf's own JSON form.
    #[serde(default)]
    pub reply: Value,
    /// What a real host makes of the reply to a request.
    pub judged: Option<Judged>,
    /// What the host could not do.
    #[serde(default)]
    failed: String,
}

/// What a real host makes of the reply to a request.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Judged {
    /// Why it can't be read.
    #[serde(default)]
    pub unreadable: String,
    /// The HTTP status for the client; 0 for the ordinary success, which has or has no content.
    #[serde(default)]
    pub status: u16,
    /// The error for the client.
    #[serde(default)]
    pub error: String,
    /// It takes the plugin for dead, and sends the request again.
    #[serde(default)]
    pub restarts: bool,
    /// It sends the request on to the node that can write.
    #[serde(default)]
    pub forwards: bool,
    /// The paths of the `OpenAPI` document, if there is one.
    pub paths: Option<Vec<String>>,
}

impl Answer {
    /// Reads a line of the host.
    pub(crate) fn parse(line: &str) -> Result<(u64, Self)> {
        #[derive(Deserialize)]
        struct Tagged {
            tag: u64,
            #[serde(flatten)]
            answer: Answer,
        }
        let Tagged { tag, answer } = serde_json::from_str(line).with_context(|| {
            let start: String = line.chars().take(500).collect();
            format!("the played host said: {start}")
        })?;
        Ok((tag, answer))
    }

    /// The answer of a host that could do what it was told.
    pub(crate) fn done(self) -> Result<Self> {
        if self.failed.is_empty() { Ok(self) } else { bail!("the played host: {}", self.failed) }
    }

    /// The reply of a call that got one.
    ///
    /// # Errors
    /// It ended otherwise.
    pub fn ok(&self) -> Result<&Value> {
        ensure!(self.code == "OK", "the call ended with {}: {}", self.code, self.message);
        Ok(&self.reply)
    }

    /// What a real host makes of the reply.
    ///
    /// # Errors
    /// There is none, or no host can read it.
    pub fn judged(&self) -> Result<&Judged> {
        self.ok()?;
        let judged = self.judged.as_ref().context("this was no request")?;
        ensure!(judged.unreadable.is_empty(), "no host can read the reply: {}: {}", judged.unreadable, self.reply);
        Ok(judged)
    }

    /// The status of a request that was answered.
    ///
    /// # Errors
    /// As for [`Self::judged`].
    pub fn status(&self) -> Result<u16> {
        Ok(self.judged()?.status)
    }

    /// Demands a success, and returns the data that came with it; null if there was none.
    ///
    /// # Errors
    /// It is none.
    pub fn data(&self) -> Result<Value> {
        let judged = self.judged()?;
        ensure!(judged.status == 0, "status {}: {}", judged.status, judged.error);
        match self.reply.pointer("/response/data").and_then(Value::as_str) {
            None => Ok(Value::Null),
            Some(text) => serde_json::from_str(text).with_context(|| format!("data that is no JSON: {text:?}")),
        }
    }

    /// Demands this status.
    ///
    /// # Errors
    /// It is another.
    pub fn expect_status(&self, status: u16) -> Result<&Self> {
        let judged = self.judged()?;
        ensure!(judged.status == status, "status {} instead of {status}: {}", judged.status, judged.error);
        Ok(self)
    }
}
