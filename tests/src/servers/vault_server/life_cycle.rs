//! From blank to active and back: initialised, unsealed, sealed, killed, restarted.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::leak_scan::{server_learnt, server_learnt_key};
use crate::servers::READY_WITHIN;
use crate::servers::vault_server::VaultServer;

/// `sys/health` of an active node, a standby, a node without keys and a sealed one.
const ACTIVE: u16 = 200;
const STANDBY: u16 = 429;
const NOT_INITIALISED: u16 = 501;
const SEALED: u16 = 503;

/// What initialisation returned, with one share.
#[derive(Clone)]
pub struct Keys {
    /// The only key share, base64.
    pub unseal_key: String,
    /// The first root token.
    pub root_token: String,
}

impl VaultServer {
    /// The key share and the root token.
    ///
    /// # Errors
    /// If it was not initialised through this handle.
    pub fn keys(&self) -> Result<&Keys> {
        self.keys.get().with_context(|| format!("{} was not initialised by the test", self.address))
    }

    /// Initialises it with one share.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn initialise(&self) -> Result<()> {
        let body = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let reply = self.anonymous()?.put("/v1/sys/init", &body)?.ok()?;
        let text = |pointer| reply.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (Some(unseal_key), Some(root_token)) = (text("/keys_base64/0"), text("/root_token")) else {
            bail!("the answer to initialisation has no keys");
        };
        self.adopt_keys(Keys { unseal_key, root_token })
    }

    /// Gives it the keys of the cluster that it joined.
    pub(crate) fn adopt_keys(&self, keys: Keys) -> Result<()> {
        let name = self.product.name();
        server_learnt_key(&format!("an unseal key of {name}"), &keys.unseal_key)?;
        server_learnt(&format!("a root token of {name}"), &keys.root_token)?;
        if self.keys.set(keys).is_err() {
            bail!("{} has keys already", self.address);
        }
        Ok(())
    }

    /// Sends the key share, and waits until the node answers as active or standby.
    ///
    /// # Errors
    /// If it was not initialised here, or does not get that far within three minutes.
    pub fn unseal(&self) -> Result<()> {
        let body = json!({ "key": self.keys()?.unseal_key });
        self.anonymous()?.put("/v1/sys/unseal", &body)?.ok()?;
        // `sealed: false` is answered before the server can work; health is not.
        self.wait_health(&[ACTIVE, STANDBY])
    }

    /// Seals it and waits until it says so.
    ///
    /// # Errors
    /// If the token may not, or it does not get that far within three minutes.
    pub fn seal(&self, token: &str) -> Result<()> {
        self.client(token)?.put("/v1/sys/seal", &json!({}))?.ok()?;
        self.wait_health(&[SEALED])
    }

    /// Makes the active node give up its leadership.
    ///
    /// # Errors
    /// If the token may not.
    pub fn step_down(&self, token: &str) -> Result<()> {
        self.client(token)?.put("/v1/sys/step-down", &json!({}))?.ok()?;
        Ok(())
    }

    /// Kills the server as a crash would; its plugins stay as orphans.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill9(&self) -> Result<()> {
        self.process.kill9()
    }

    /// Starts it again, killing it if it runs, and waits until it listens; it is sealed then.
    ///
    /// # Errors
    /// If it does not listen within three minutes.
    pub fn restart(&self) -> Result<()> {
        self.process.restart()?;
        self.wait_health(&[ACTIVE, STANDBY, SEALED, NOT_INITIALISED])
    }

    /// What `sys/health` answers: 200 active, 429 standby, 501 not initialised, 503 sealed.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn health(&self) -> Result<u16> {
        Ok(self.anonymous()?.get("/v1/sys/health")?.status)
    }

    /// Waits until `sys/health` answers 200.
    ///
    /// # Errors
    /// If it does not within three minutes.
    pub fn wait_active(&self) -> Result<()> {
        self.wait_health(&[ACTIVE])
    }

    /// Waits until it listens without having been initialised.
    pub(super) fn wait_blank(&self) -> Result<()> {
        self.wait_health(&[NOT_INITIALISED])
    }

    /// Waits for one of these codes of `sys/health`.
    fn wait_health(&self, wanted: &[u16]) -> Result<()> {
        let client = self.anonymous()?;
        self.process.wait_ready(READY_WITHIN, || {
            let status = client.get("/v1/sys/health")?.status;
            if wanted.contains(&status) { Ok(()) } else { bail!("sys/health answers {status}, not one of {wanted:?}") }
        })?;
        Ok(())
    }
}
