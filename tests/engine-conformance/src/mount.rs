//! One mount of the engine, as its host calls it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{Answer, Behaviour, Contents, PlayedHost};

/// When the host tells the plugin where the mount's storage is.
#[derive(Clone, Copy, Debug)]
pub enum Announced {
    /// Before it asks for the set-up.
    Before,
    /// So long after it has asked.
    After(Duration),
    /// Not at all.
    Never,
}

/// A mount. Its name is also the value of `multiplex_id` in its calls. Cheap to clone.
#[derive(Clone)]
pub struct Mount {
    host: Arc<PlayedHost>,
    name: String,
}

/// One call, beyond the ordinary.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The values of `multiplex_id`; `None` for the mount's name.
    pub ids: Option<Vec<String>>,
    /// The deadline that the plugin is told.
    pub within: Option<Duration>,
    /// When the caller goes away.
    pub cancelled_after: Option<Duration>,
}

impl Mount {
    /// A mount that the plugin knows nothing of yet.
    #[must_use]
    pub fn new(host: &Arc<PlayedHost>, name: &str) -> Self {
        Self { host: Arc::clone(host), name: name.to_owned() }
    }

    /// Sets it up and initialises it.
    ///
    /// # Errors
    /// The plugin refuses.
    pub async fn start(host: &Arc<PlayedHost>, name: &str, storage: Behaviour) -> Result<Self> {
        let mount = Self::new(host, name);
        let said = mount.set_up(Announced::Before, Some(storage)).await?;
        ensure!(said.is_empty(), "setting up: {said}");
        let answer = mount.initialise().await?;
        let error = answer.ok()?.get("err").unwrap_or(&Value::Null);
        ensure!(error.is_null(), "initialising: {error}");
        Ok(mount)
    }

    /// Sets it up again after its process has died, with the storage as it was left.
    ///
    /// # Errors
    /// The plugin refuses.
    pub async fn set_up_again(&self) -> Result<()> {
        let said = self.set_up(Announced::Before, None).await?;
        ensure!(said.is_empty(), "setting up: {said}");
        Ok(())
    }

    /// Calls `Setup`, and returns the error in its reply, which is mostly empty.
    ///
    /// # Errors
    /// There is no reply.
    pub async fn set_up(&self, announced: Announced, storage: Option<Behaviour>) -> Result<String> {
        let answer = self.set_up_as(&[&self.name], announced, storage).await?;
        Ok(answer.ok()?.get("err").and_then(Value::as_str).context("no err in the reply")?.to_owned())
    }

    /// Calls `Setup` under other names than its own.
    ///
    /// # Errors
    /// The host could not.
    pub async fn set_up_as(&self, ids: &[&str], announced: Announced, storage: Option<Behaviour>) -> Result<Answer> {
        let (when, after) = match announced {
            Announced::Before => ("before", Duration::ZERO),
            Announced::After(delay) => ("after", delay),
            Announced::Never => ("never", Duration::ZERO),
        };
        let settings = json!({
            "mount": self.name,
            "ids": ids,
            "announce": when,
            "after_ms": u64::try_from(after.as_millis())?,
            "uuid": format!("uuid of {}", self.name),
            "config": { "plugin_type": "secret", "plugin_version": format!("that of {}", self.name) },
            "storage": storage,
        });
        self.host.order("setup", settings).await
    }

    /// Calls any method.
    ///
    /// # Errors
    /// The host could not.
    pub async fn call(&self, method: &str, request: Value, call: Call) -> Result<Answer> {
        let milliseconds =
            |time: Option<Duration>| u64::try_from(time.unwrap_or_default().as_millis()).unwrap_or(u64::MAX);
        let settings = json!({
            "method": method,
            "request": request,
            "ids": call.ids.unwrap_or_else(|| vec![self.name.clone()]),
            "within_ms": milliseconds(call.within),
            "cancel_ms": milliseconds(call.cancelled_after),
        });
        self.host.order("call", settings).await
    }

    /// An ordinary request. `data` is what the client sent.
    ///
    /// # Errors
    /// The host could not.
    pub async fn request(&self, operation: &str, path: &str, data: Value) -> Result<Answer> {
        self.call("HandleRequest", self.arguments(operation, path, &data), Call::default()).await
    }

    /// A request that comes from a caller with little patience.
    ///
    /// # Errors
    /// The host could not.
    pub async fn request_with(&self, operation: &str, path: &str, data: Value, call: Call) -> Result<Answer> {
        self.call("HandleRequest", self.arguments(operation, path, &data), call).await
    }

    /// The arguments of a request.
    #[must_use]
    pub fn arguments(&self, operation: &str, path: &str, data: &Value) -> Value {
        json!({ "request": {
            "id": format!("{operation} {path} {}", self.name).replace(['/', ' '], "-"),
            "operation": operation,
            "path": path,
            "data": data.to_string(),
            "mount_point": format!("{}/", self.name),
        }})
    }

    /// Asks whether what a path names is there.
    ///
    /// # Errors
    /// The host could not.
    pub async fn existence(&self, path: &str, data: Value) -> Result<Answer> {
        self.call("HandleExistenceCheck", self.arguments("create", path, &data), Call::default()).await
    }

    /// Calls `Initialize`.
    ///
    /// # Errors
    /// The host could not.
    pub async fn initialise(&self) -> Result<Answer> {
        self.call("Initialize", json!({}), Call::default()).await
    }

    /// Calls `Cleanup`.
    ///
    /// # Errors
    /// The host could not.
    pub async fn clean_up(&self) -> Result<Answer> {
        self.call("Cleanup", json!({}), Call::default()).await
    }

    /// Has the storage answer in another way from now on.
    ///
    /// # Errors
    /// The mount was never set up.
    pub async fn behave(&self, storage: Behaviour) -> Result<()> {
        self.host.order("behave", json!({ "mount": self.name, "storage": storage })).await.map(drop)
    }

    /// What is stored.
    ///
    /// # Errors
    /// The mount was never set up.
    pub async fn contents(&self) -> Result<Contents> {
        let answer = self.host.order("entries", json!({ "mount": self.name })).await?;
        Ok(serde_json::from_value(answer.reply)?)
    }

    /// Whether the storage's server can end in good order, for which the plugin must let go of it.
    ///
    /// # Errors
    /// The mount was never set up.
    pub async fn can_end(&self, within: Duration) -> Result<bool> {
        let settings = json!({ "mount": self.name, "within_ms": u64::try_from(within.as_millis())? });
        let answer = self.host.order("end-broker", settings).await?;
        answer.reply.get("ended").and_then(Value::as_bool).context("no answer")
    }

    /// Ends the storage's server with everything that is going on there.
    ///
    /// # Errors
    /// The mount was never set up.
    pub async fn cut(&self) -> Result<()> {
        self.host.order("cut-broker", json!({ "mount": self.name })).await.map(drop)
    }
}
