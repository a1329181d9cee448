//! The files of a server as texts: its configuration, and the units with which systemd runs and unseals it.
//!
//! Everything here is a function of settings: no disk, no clock. The resource `server_config` installs what is rendered here,
//! and the functions `server_config` and `systemd_unit` return it.

mod audit;
mod layout;
mod listener;
mod seal;
mod server_settings;
mod server_unit;
mod storage;
mod telemetry;
mod unit_text;
mod unseal_unit;
mod values;

pub use audit::{AuditSettings, AuditSettingsPlan};
pub use layout::{
    Layout, LayoutPlan, RemoteSettings, RemoteSettingsPlan, RenderedFile, RenderedFilePlan, SystemdSettings,
    SystemdSettingsPlan, revision,
};
pub use listener::{ListenerSettings, ListenerSettingsPlan};
pub use seal::{
    AwskmsSettings, AwskmsSettingsPlan, AzurekeyvaultSettings, AzurekeyvaultSettingsPlan, GcpckmsSettings,
    GcpckmsSettingsPlan, SealSettings, SealSettingsPlan, StaticSettings, StaticSettingsPlan, TransitSettings,
    TransitSettingsPlan,
};
pub use server_settings::{ServerSettings, ServerSettingsPlan};
pub use server_unit::{Runs, ServerUnit, ServerUnitPlan};
pub use storage::{
    FileStorageSettings, FileStorageSettingsPlan, RaftSettings, RaftSettingsPlan, RetryJoinSettings,
    RetryJoinSettingsPlan, StorageSettings, StorageSettingsPlan,
};
pub use telemetry::{TelemetrySettings, TelemetrySettingsPlan};
pub use unseal_unit::{UnsealUnit, UnsealUnitPlan};

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// OpenBao.
    OpenBao,
    /// HashiCorp Vault.
    Vault,
}

impl Product {
    /// By the name that a configuration gives it. OpenBao for a name that is neither.
    pub fn named(name: &str) -> Self {
        if name == "vault" { Self::Vault } else { Self::OpenBao }
    }

    /// What its files, its unit and its user are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenBao => "openbao",
            Self::Vault => "vault",
        }
    }

    /// What it is called in texts.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenBao => "OpenBao",
            Self::Vault => "HashiCorp Vault",
        }
    }

    /// Its configuration, where its package has it.
    pub fn config_file(self) -> String {
        format!("{}/{}.hcl", self.folder(), self.name())
    }

    /// Its program.
    fn program(self) -> &'static str {
        match self {
            Self::OpenBao => "bao",
            Self::Vault => "vault",
        }
    }

    /// Where its package has its configuration.
    fn folder(self) -> &'static str {
        match self {
            Self::OpenBao => "/etc/openbao",
            Self::Vault => "/etc/vault.d",
        }
    }
}
