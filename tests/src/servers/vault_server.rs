//! OpenBao and HashiCorp Vault: one handle for both, since they speak the same API.
//!
//! Raft storage with every write on disk and a TLS listener, as in production; never dev mode, which can neither crash nor be
//! unsealed.

mod life_cycle;
mod tokens;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use testbed::Tool;

use crate::authority::{Authority, write};
use crate::launch::Launch;
use crate::ports;
use crate::process::Process;
use crate::run_folder::{run_folder, subfolder};
use crate::scenario::Scenario;
use crate::servers::{Shared, program, vault_config};

pub use life_cycle::Keys;
pub use tokens::client_token;

static SHARED_OPENBAO: Shared<VaultServer> = Shared::new();
static SHARED_VAULT: Shared<VaultServer> = Shared::new();

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// OpenBao.
    OpenBao,
    /// HashiCorp Vault.
    Vault,
}

/// A running server. Dropping it ends it and its plugins.
pub struct VaultServer {
    product: Product,
    program: PathBuf,
    process: Process,
    folder: PathBuf,
    address: String,
    authority: Arc<Authority>,
    keys: OnceLock<Keys>,
}

impl Product {
    /// Both, for tests that run on each.
    pub const ALL: [Self; 2] = [Self::OpenBao, Self::Vault];

    /// Its tool in the test bed.
    pub fn tool(self) -> Tool {
        match self {
            Self::OpenBao => Tool::OpenBao,
            Self::Vault => Tool::Vault,
        }
    }

    /// `openbao` or `vault`.
    pub fn name(self) -> &'static str {
        self.tool().name()
    }

    /// What the names of its environment variables begin with.
    pub fn environment_prefix(self) -> &'static str {
        match self {
            Self::OpenBao => "BAO",
            Self::Vault => "VAULT",
        }
    }
}

impl VaultServer {
    /// The one that all tests of this binary share: keep to mounts of your own, never seal or kill it.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn shared(scenario: &Scenario, product: Product) -> Result<&'static Self> {
        let shared = match product {
            Product::OpenBao => &SHARED_OPENBAO,
            Product::Vault => &SHARED_VAULT,
        };
        shared.instance(scenario, product.name(), |folder| Self::start(folder, product))
    }

    /// Starts one in a new folder below `parent`, initialises it with one share, unseals it, switches on a file audit device
    /// (see [`Self::audit_log`]) and waits until it is active.
    ///
    /// # Errors
    /// If it is missing or not ready within three minutes.
    pub fn start(parent: &Path, product: Product) -> Result<Self> {
        let server = Self::start_blank(parent, product, Audit::On, "")?;
        server.initialise()?;
        server.unseal()?;
        server.wait_active()?;
        if product == Product::Vault {
            let audit = json!({ "type": "file", "options": { "file_path": server.audit_log() } });
            server.root()?.put("/v1/sys/audit/file", &audit)?.ok()?;
        }
        Ok(server)
    }

    /// Starts one that takes values of 20 MB, initialises and unseals it, and waits until it is active. It has no audit device.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn start_with_room(parent: &Path, product: Product) -> Result<Self> {
        let server = ports::retry_on_collision(|| {
            let folder = subfolder(parent, product.name())?;
            let authority = Arc::new(Authority::create(&folder)?);
            Self::start_as(folder, product, authority, |config| vault_config::with_room(product, &config))
        })?;
        server.initialise()?;
        server.unseal()?;
        server.wait_active()?;
        Ok(server)
    }

    /// Starts one that only listens: not initialised, and with `extra` as additional configuration.
    ///
    /// # Errors
    /// If it is missing or does not listen within three minutes.
    pub fn start_blank(parent: &Path, product: Product, audit: Audit, extra: &str) -> Result<Self> {
        ports::retry_on_collision(|| {
            let folder = subfolder(parent, product.name())?;
            let authority = Arc::new(Authority::create(&folder)?);
            Self::start_in(folder, product, authority, audit, extra)
        })
    }

    /// Starts one in `folder`, with a certificate of `authority`.
    fn start_in(
        folder: PathBuf,
        product: Product,
        authority: Arc<Authority>,
        audit: Audit,
        extra: &str,
    ) -> Result<Self> {
        let stanza = match (product, audit) {
            (Product::OpenBao, Audit::On) => vault_config::audit_stanza(&folder),
            (Product::OpenBao, Audit::Off) | (Product::Vault, _) => String::new(),
        };
        Self::start_as(folder, product, authority, |config| config + &stanza + extra)
    }

    /// Starts one whose configuration is what `configure` makes of the usual one.
    pub(crate) fn start_as(
        folder: PathBuf,
        product: Product,
        authority: Arc<Authority>,
        configure: impl FnOnce(String) -> String,
    ) -> Result<Self> {
        let program = program(product.tool())?.path;
        let [port, cluster_port] = ports::free()?;
        let address = format!("https://127.0.0.1:{port}");
        for name in ["data", "plugins"] {
            fs::create_dir(folder.join(name)).with_context(|| format!("creating {name} in {}", folder.display()))?;
        }
        let stem = folder.file_name().and_then(OsStr::to_str).unwrap_or("server").to_owned();
        let certificate = authority.server(&stem, &["localhost", "127.0.0.1"])?;
        let config = configure(vault_config::server(product, &folder, &stem, &certificate, [port, cluster_port]));
        let config_file = folder.join("server.hcl");
        write(&config_file, &config, 0o600)?;
        // Not in the server's own folder: plugins put sockets there, whose paths have 107 characters at most.
        let temporary = subfolder(run_folder()?, "tmp")?;
        let launch = Launch::new(product.name(), &program, &folder)
            .args(["server".to_owned(), format!("-config={}", config_file.display())])
            .env("TMPDIR", temporary);
        let process = Process::start(launch)?;
        let server = Self { product, program, process, folder, address, authority, keys: OnceLock::new() };
        server.wait_blank()?;
        Ok(server)
    }

    /// Which product it is.
    pub fn product(&self) -> Product {
        self.product
    }

    /// Base address of its API, without `/v1`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The authority of its certificate.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Folder with its log, configuration and data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The directory from which plugins may be registered.
    pub fn plugin_directory(&self) -> PathBuf {
        self.folder.join("plugins")
    }

    /// The file of the audit device that [`Self::start`] switches on.
    pub fn audit_log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// The process, to be killed.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Writes entries 0 to `count` of the KV mount `fill/`, which it makes.
    ///
    /// # Errors
    /// If the token may not.
    pub fn fill(&self, token: &str, count: usize) -> Result<()> {
        let client = self.client(token)?;
        // Refused if it is there already, which is fine.
        client.post("/v1/sys/mounts/fill", &json!({ "type": "kv" }))?;
        for number in 0..count {
            client.put(&format!("/v1/fill/entry-{number}"), &json!({ "number": number }))?.ok()?;
        }
        Ok(())
    }

    /// How many entries [`Self::fill`] left.
    ///
    /// # Errors
    /// If the token may not.
    pub fn filled(&self, token: &str) -> Result<usize> {
        let reply = self.client(token)?.list("/v1/fill/")?.ok()?;
        let keys = reply.pointer("/data/keys").and_then(Value::as_array);
        Ok(keys.context("the list has no keys")?.len())
    }

    /// Runs its own command line with this token and returns its stdout.
    ///
    /// # Errors
    /// If it fails; the error has its stderr.
    pub fn cli<A: AsRef<OsStr>>(&self, token: &str, arguments: impl IntoIterator<Item = A>) -> Result<String> {
        let prefix = self.product.environment_prefix();
        let output = Command::new(&self.program)
            .args(arguments)
            .env_clear()
            .env("HOME", &self.folder)
            .env(format!("{prefix}_ADDR"), &self.address)
            .env(format!("{prefix}_CACERT"), self.authority.certificate_file())
            .env(format!("{prefix}_TOKEN"), token)
            .current_dir(&self.folder)
            .output()
            .with_context(|| format!("running {}", self.program.display()))?;
        if !output.status.success() {
            bail!("{} ({}): {}", self.product.name(), output.status, String::from_utf8_lossy(&output.stderr));
        }
        String::from_utf8(output.stdout).context("the command line printed something else than text")
    }
}

/// Whether a file audit device runs from the start (on OpenBao it comes from the configuration, on Vault
/// [`VaultServer::start`] adds it after initialisation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// It does.
    On,
    /// It does not.
    Off,
}
