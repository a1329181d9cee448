//! Everything that the configuration of a server says.

use std::collections::BTreeSet;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::one_of;
use tf_framework::value::Path;

use super::Product;
use super::audit::AuditSettings;
use super::listener::ListenerSettings;
use super::seal::SealSettings;
use super::storage::StorageSettings;
use super::telemetry::TelemetrySettings;
use super::values::{absolute_path, api_address, cluster_address, optional_path};
use crate::hcl_text::HclText;

/// Everything that the configuration of a server says. Paths are absolute: the server runs in another folder than the apply.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct ServerSettings {
    /// Which server: `openbao` or `vault`.
    #[tf(required, validate(one_of(&["openbao", "vault"])))]
    pub product: String,
    /// Where it keeps its data.
    #[tf(block)]
    pub storage: StorageSettings,
    /// A place where it listens. There is at least one.
    #[tf(block(min = 1))]
    pub listener: Vec<ListenerSettings>,
    /// The address at which clients reach it, such as `https://vault.home.arpa:8200`.
    #[tf(optional)]
    pub api_addr: Option<String>,
    /// The address at which other nodes reach it, such as `https://vault.home.arpa:8201`. The storage `raft` needs it, also
    /// with one node.
    #[tf(optional)]
    pub cluster_addr: Option<String>,
    /// The name of the cluster. The server makes one up if it is not set.
    #[tf(optional)]
    pub cluster_name: Option<String>,
    /// Whether it has its pages for browsers.
    #[tf(optional)]
    pub ui: Option<bool>,
    /// Whether its memory may be swapped out. Vault only, which wants a word on it with the storage `raft`: there `true` if it
    /// is not set, as a swapped database is slow. Then the machine should have no swap, or an encrypted one.
    #[tf(optional)]
    pub disable_mlock: Option<bool>,
    /// What it logs: `trace`, `debug`, `info`, `warn` or `error`.
    #[tf(optional, validate(one_of(&["trace", "debug", "info", "warn", "error"])))]
    pub log_level: Option<String>,
    /// How it logs: `standard` or `json`.
    #[tf(optional, validate(one_of(&["standard", "json"])))]
    pub log_format: Option<String>,
    /// A file for the log, beside standard error.
    #[tf(optional)]
    pub log_file: Option<String>,
    /// A file for the number of its process, to which `on_change` can send a signal.
    #[tf(optional)]
    pub pid_file: Option<String>,
    /// How long a lease is where nobody says it.
    #[tf(optional)]
    pub default_lease_ttl: Option<Duration>,
    /// How long a lease can be.
    #[tf(optional)]
    pub max_lease_ttl: Option<Duration>,
    /// The folder of plugins. No part of it may be a link: the server refuses those.
    #[tf(optional)]
    pub plugin_directory: Option<String>,
    /// What it tells of itself, and to whom.
    #[tf(block)]
    pub telemetry: Option<TelemetrySettings>,
    /// What unseals it by itself. If it is not set, it is unsealed with shares of a key (Shamir).
    #[tf(block)]
    pub seal: Option<SealSettings>,
    /// An audit device. OpenBao only, which makes them of its configuration and not through its API. Vault has them as
    /// `secretzero_audit`.
    #[tf(block)]
    pub audit: Vec<AuditSettings>,
    /// More configuration, in the words of the server, after all else: what has no attribute here. It is not looked at, and
    /// no place for secrets.
    #[tf(optional)]
    pub extra: Option<String>,
}

impl ServerSettings {
    /// Which server it is for. OpenBao for a name that is neither.
    pub fn product(&self) -> Product {
        Product::named(&self.product)
    }

    /// Whether the server keeps its memory from being swapped out, for which it needs a right.
    pub fn uses_mlock(&self) -> bool {
        self.product() == Product::Vault && !self.mlock_is_disabled().unwrap_or(false)
    }

    /// Everything that is wrong with it and can be told beforehand. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let here = |name: &str| at.clone().attribute(name);
        let mut diagnostics = self.storage.check(&here("storage"));
        for (index, listener) in self.listener.iter().enumerate() {
            diagnostics.extend(listener.check(&here("listener").index(index)));
        }
        diagnostics.extend(self.api_addr.as_ref().and_then(|address| api_address(address, here("api_addr"))));
        match &self.cluster_addr {
            Some(address) => diagnostics.extend(cluster_address(address, here("cluster_addr"))),
            None if self.storage.raft.is_some() => diagnostics.push(
                Diagnostic::error("Storage Without the Address of the Node")
                    .detail("With the storage \"raft\" the server does not start without cluster_addr, even if it is alone.")
                    .remedy("Set it to the address at which other nodes would reach it, such as \"https://127.0.0.1:8201\".")
                    .at(here("storage")),
            ),
            None => {}
        }
        for (name, path) in [("log_file", &self.log_file), ("pid_file", &self.pid_file)] {
            diagnostics.extend(optional_path(path.as_ref(), here(name)));
        }
        let folder = self.plugin_directory.as_ref();
        diagnostics.extend(folder.and_then(|folder| absolute_path(folder, here("plugin_directory"))));
        if let Some(seal) = &self.seal {
            diagnostics.extend(seal.check(self.api_addr.as_ref(), &here("seal")));
        }
        for (index, device) in self.audit.iter().enumerate() {
            diagnostics.extend(device.check(&here("audit").index(index)));
        }
        diagnostics.extend(self.same_devices(at));
        diagnostics.extend(self.of_the_other_product(at));
        diagnostics
    }

    fn same_devices(&self, at: &Path) -> Option<Diagnostic> {
        let mut seen = BTreeSet::new();
        let (index, device) = self.audit.iter().enumerate().find(|(_, device)| !seen.insert(device.path()))?;
        Some(
            Diagnostic::error("Two Audit Devices of One Name")
                .detail(format!(
                    "There is another device with the path {:?}. The server would not unseal.",
                    device.path()
                ))
                .remedy("Give one of them another path.")
                .at(at.clone().attribute("audit").index(index)),
        )
    }

    /// What only the other server has.
    fn of_the_other_product(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let mut push = |what: &str, detail: &str, remedy: &str, path: Path| {
            diagnostics.push(Diagnostic::error(what).detail(detail).remedy(remedy).at(path));
        };
        let here = |name: &str| at.clone().attribute(name);
        match self.product() {
            Product::OpenBao if self.disable_mlock.is_some() => push(
                "OpenBao Has No Mlock",
                "OpenBao never keeps its memory from being swapped out.",
                "Take disable_mlock out. The machine should have no swap, or an encrypted one.",
                here("disable_mlock"),
            ),
            Product::OpenBao => {}
            Product::Vault => {
                if !self.audit.is_empty() {
                    push(
                        "Vault Has No Audit Devices in Its Configuration",
                        "Vault makes audit devices through its API, and would ignore them here.",
                        "Declare them as secretzero_audit.",
                        here("audit"),
                    );
                }
                if self.seal.as_ref().is_some_and(|seal| seal.r#static.is_some()) {
                    push(
                        "Vault Has No Static Seal",
                        "Only OpenBao can be unsealed with a key from a file or variable.",
                        "Use another seal, or none and secretzero_unseal.",
                        here("seal").attribute("static"),
                    );
                }
            }
        }
        diagnostics
    }

    /// Vault does not start with the storage `raft` unless it says what is to be.
    fn mlock_is_disabled(&self) -> Option<bool> {
        let default = (self.product() == Product::Vault && self.storage.raft.is_some()).then_some(true);
        self.disable_mlock.or(default)
    }

    /// The configuration, as the server reads it.
    ///
    /// # Errors
    /// If something is wrong with the settings. `at` is the attribute that they are.
    pub fn render(&self, at: &Path) -> Result<String, Diagnostics> {
        let diagnostics = self.check(at);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let mut text = HclText::new();
        text.optional("api_addr", self.api_addr.as_ref());
        text.optional("cluster_addr", self.cluster_addr.as_ref());
        text.optional("cluster_name", self.cluster_name.as_ref());
        text.optional("ui", self.ui);
        text.optional("disable_mlock", self.mlock_is_disabled());
        text.optional("log_level", self.log_level.as_ref());
        text.optional("log_format", self.log_format.as_ref());
        text.optional("log_file", self.log_file.as_ref());
        text.optional("pid_file", self.pid_file.as_ref());
        text.optional("default_lease_ttl", self.default_lease_ttl.as_ref().map(Duration::as_str));
        text.optional("max_lease_ttl", self.max_lease_ttl.as_ref().map(Duration::as_str));
        text.optional("plugin_directory", self.plugin_directory.as_ref());
        self.storage.write(&mut text);
        for listener in &self.listener {
            listener.write(&mut text);
        }
        if let Some(telemetry) = &self.telemetry {
            telemetry.write(&mut text);
        }
        if let Some(seal) = &self.seal {
            seal.write(&mut text);
        }
        for device in &self.audit {
            device.write(&mut text);
        }
        if let Some(extra) = self.extra.as_ref().filter(|extra| !extra.trim().is_empty()) {
            text.raw(extra);
        }
        Ok(text.into_text())
    }
}
